"""What the rules look at: a snapshot of one ticket, with the limits and the calendar that hold for it."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from workflows.actors import Actor
from workflows.ask_words import PromiseState, SupervisionLevel
from workflows.pending_asks import PendingAsk
from workflows.sampling import SamplingRule
from workflows.statuses import OPEN, POSTS, FollowUpRule, Role, Status
from workflows.terms import Term
from workflows.time_limits import Limits, Urgency
from workflows.workdays import WorkCalendar


@dataclass(frozen=True)
class Case:
    """Field names are the ticket's column names. `desks` are the dispatch desks from the nearest area up to the county.

    `limits` are those in force now, `limits_of_hold` those under which the present holder received it.
    `town_desk` is the desk of its town, which blows its whistles; None where the place lies in no town.
    `hold_since` and `hold_due` belong to whoever holds the ticket now; `due_at` is the promise to the villager.
    `whistle_runs`: one is open for it or for its issue; known where it matters, for whoever asks to put the wish off.
    `status` None is a wish that has not been handed in yet.
    """

    area_path: str
    desks: tuple[int, ...]
    limits: Limits
    calendar: WorkCalendar
    id: int | None = None
    status: Status | None = None
    round: int = 0
    created_at: datetime | None = None
    round_started_at: datetime | None = None
    unit_id: int | None = None
    lead_unit_id: int | None = None
    supporting: frozenset[int] = frozenset()
    due_at: datetime | None = None
    original_due_at: datetime | None = None
    due_is_provisional: bool = False
    hold_since: datetime | None = None
    hold_due: datetime | None = None
    hold_is_provisional: bool = False
    limits_of_hold: Limits | None = field(default=None, compare=False)
    urgency: Urgency = Urgency.ordinary
    needs_review: bool = True
    follow_up_rule: FollowUpRule = FollowUpRule.if_unrated
    acknowledged_at: datetime | None = None
    contacted_at: datetime | None = None
    replied_at: datetime | None = None
    replied_by_id: int | None = None
    answered_at: datetime | None = None
    answered_on_time: bool | None = None
    outcome: str | None = None
    promised_for: date | None = None
    satisfaction: str | None = None
    first_satisfaction: str | None = None
    rated_round: int | None = None
    is_resolved: bool | None = None
    was_contacted: bool | None = None
    follow_up_attempts: int = 0
    follow_up_half_days: int = 0
    attempted_at: datetime | None = None
    attempt_result: str | None = None
    call_back_at: datetime | None = None
    is_groundless: bool = False
    is_drawn: bool | None = None
    sampling_rule_id: int | None = None
    number: str | None = None
    sampling: SamplingRule | None = None
    town_desk: int | None = None
    closed_at: datetime | None = None
    expedited_at: datetime | None = None
    overdue_at: datetime | None = None
    inquired_at: datetime | None = None
    inquiry_ended_at: datetime | None = None
    supervised_at: datetime | None = None
    supervision_level: SupervisionLevel | None = None
    supervision_due_at: datetime | None = None
    supervision_answered_at: datetime | None = None
    overdue_count: int = 0
    return_count: int = 0
    extension_count: int = 0
    is_excluded: bool = False
    ruled_unit_id: int | None = None
    deferred_until: date | None = None
    promise_state: PromiseState | None = None
    promise_settled_at: datetime | None = None
    promise_confirmed: bool | None = None
    whistle_runs: bool = False
    pending_asks: int = 0
    asks: tuple[PendingAsk, ...] = ()
    reopen_count: int = 0
    is_claimable: bool = False
    pool_words: str | None = None
    pool_rank: int | None = None
    pooled_at: datetime | None = None
    is_shared: bool = False
    wall_text: str | None = None
    published_at: datetime | None = None
    wall_before_id: int | None = None
    wall_after_id: int | None = None
    merged_into_id: int | None = None
    handling_units: frozenset[int] = frozenset()
    handled_by: frozenset[int] = frozenset()
    fired: frozenset[str] = frozenset()
    resident_expedited_at: datetime | None = None
    target: "Case | None" = None
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def desk(self) -> int:
        """The dispatch desk of the nearest area (首接负责: it leads until somebody else has the ticket)."""
        return self.desks[0]

    @property
    def follow_up_desk(self) -> int:
        """The nearest desk that did not handle the matter; the county's own when all did."""
        return next((desk for desk in self.desks if desk not in self.handling_units), self.desks[-1])

    @property
    def acknowledge_term(self) -> Term:
        """Counted from the moment when the unit received it, by what was promised then."""
        return (self.limits_of_hold or self.limits).acknowledge(self.urgency)

    def changed(self, **values: Any) -> "Case":
        return replace(self, **values)


def standing(actor: Actor, case: Case) -> frozenset[Role]:
    """The roles this actor has with this ticket. A role that covers an area holds for all tickets in it."""
    if actor.rule is not None:
        return frozenset({Role.system})
    if actor.ticket is not None or actor.is_new_resident:
        is_hers = actor.ticket == case.id
        return frozenset({Role.resident}) if is_hers else frozenset()
    if case.status is None:
        return frozenset(post.role for post in actor.posts if post.role in POSTS and post.covers(case.area_path))
    return frozenset(
        role for post in actor.posts for role in _roles_of(post.role, post.unit, post.covers(case.area_path), case)
    )


def _roles_of(role: Role, unit: int, covers: bool, case: Case) -> tuple[Role, ...]:
    if role is Role.handler:
        return _part_of_unit(unit, case)
    return (role,) if covers and role in POSTS else ()


def _part_of_unit(unit: int, case: Case) -> tuple[Role, ...]:
    if unit == case.lead_unit_id:
        return (Role.handler,)
    return (Role.supporter,) if unit in case.supporting else ()
