"""What the whistle's rules look at: a snapshot of one whistle, its calls, its milestones and what is owed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workflows.statuses import OPEN, Status
from workflows.terms import Term
from workflows.time_limits import Limits
from workflows.whistle_kinds import Approval, WhistleBook
from workflows.whistle_words import (
    OPEN_WHISTLE,
    CallState,
    DutyName,
    MilestoneState,
    WhistleKind,
    WhistleReason,
    WhistleStatus,
)
from workflows.workdays import WorkCalendar

__all__ = [
    "ACTIVE_CALL",
    "CallCase",
    "DutyName",
    "MilestoneCase",
    "WhistleCase",
    "WhistleDuty",
    "town_of",
]

ACTIVE_CALL = frozenset({CallState.called, CallState.reported, CallState.contested, CallState.handed_over})


def town_of(area_path: str) -> str | None:
    """`/1/4/` for `/1/4/17/`: the area right below the county; None for the county itself."""
    parts = area_path.strip("/").split("/")
    return f"/{parts[0]}/{parts[1]}/" if len(parts) > 1 else None


@dataclass(frozen=True)
class WhistleDuty:
    """`subject` is `whistle`, `call:<id>` or `milestone:<id>`.

    A date that was moved and a call that was ruled on have one of their own: the ladder watches over them anew.
    """

    name: DutyName
    subject: str
    unit: int
    since: datetime
    due_at: datetime
    is_provisional: bool = False


@dataclass(frozen=True)
class CallCase:
    """Field names are the columns of whistle_call. `contest_due_at`: until when the ruling is owed."""

    unit_id: int
    state: CallState
    called_at: datetime
    report_due_at: datetime
    is_lead: bool = False
    id: int | None = None
    is_provisional: bool = False
    reported_at: datetime | None = None
    reported_by_id: int | None = None
    is_on_site: bool | None = None
    was_late: bool | None = None
    contested_at: datetime | None = None
    contest_due_at: datetime | None = None
    is_ruled: bool = False
    joined_ticket: bool = False
    handed_over_at: datetime | None = None
    ended_at: datetime | None = None
    speed: int | None = None
    work: int | None = None
    result: int | None = None
    scored_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_CALL

    @property
    def has_come(self) -> bool:
        return self.state in {CallState.reported, CallState.handed_over}

    @property
    def is_to_be_scored(self) -> bool:
        """Whoever came, and whoever should have come and did not; once."""
        return self.scored_at is None and (self.reported_at is not None or bool(self.was_late))


@dataclass(frozen=True)
class MilestoneCase:
    """Field names are the columns of milestone. `moves` counts how often its date was changed."""

    unit_id: int
    title: str
    planned_at: datetime
    due_at: datetime
    position: int
    state: MilestoneState = MilestoneState.planned
    is_public: bool = True
    id: int | None = None
    moves: int = 0
    done_at: datetime | None = None
    was_late: bool | None = None

    @property
    def is_open(self) -> bool:
        return self.state is MilestoneState.planned


@dataclass(frozen=True)
class WhistleCase:
    """Field names are the whistle's column names, besides what it knows of its ticket and its county.

    `status` None is one that has not been blown yet; `town_unit_id` None says that the actor may not blow it.
    `own_units` are all of the town and below it: it need not blow for them. `led_already`: the units that lead other
    open whistles for the same wish or issue, each with the number of its whistle; asked of a new one only.
    `limits` hold for what begins now, `limits_then` says which held at a moment before.
    `work_since` and `work_due_at` belong to the plan, and once all milestones are done to the completion.
    """

    area_path: str
    ruling_unit_id: int
    limits: Limits
    calendar: WorkCalendar
    kind: str = WhistleKind.public_concern
    reason: str = WhistleReason.beyond_power
    book: WhistleBook = field(default_factory=WhistleBook, compare=False)
    id: int | None = None
    ticket_id: int | None = None
    status: WhistleStatus | None = None
    ticket_status: Status | None = None
    ticket_units: frozenset[int] = frozenset()
    own_units: frozenset[int] = frozenset()
    led_already: frozenset[tuple[int, int]] = frozenset()
    town_unit_id: int | None = None
    blown_by_id: int | None = None
    unit_id: int | None = None
    due_at: datetime | None = None
    is_provisional: bool = False
    raised_at: datetime | None = None
    approve_due_at: datetime | None = None
    blown_at: datetime | None = None
    confirm_due_at: datetime | None = None
    confirmed_at: datetime | None = None
    planned_at: datetime | None = None
    work_since: datetime | None = None
    work_due_at: datetime | None = None
    completed_at: datetime | None = None
    accept_due_at: datetime | None = None
    accepted_at: datetime | None = None
    was_needed: bool | None = None
    ended_at: datetime | None = None
    calls: tuple[CallCase, ...] = ()
    milestones: tuple[MilestoneCase, ...] = ()
    fired: frozenset[tuple[str, str]] = frozenset()
    dissolved: frozenset[int] = frozenset()
    limits_then: Callable[[datetime], Limits] | None = field(default=None, compare=False)

    @property
    def approval(self) -> Approval:
        return self.book.kinds[self.kind].approval

    @property
    def is_beside_the_town(self) -> bool:
        """In one of the other directions: a village or a group blows for itself."""
        return self.book.kinds[self.kind].is_beside_the_town

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_WHISTLE

    @property
    def ticket_is_open(self) -> bool:
        return self.ticket_status in OPEN

    @property
    def town_path(self) -> str:
        """The area right below the county; the county's own path where there is none."""
        return town_of(self.area_path) or self.county_path

    @property
    def county_path(self) -> str:
        return "/".join(self.area_path.split("/")[:2]) + "/"

    @property
    def lead(self) -> CallCase | None:
        return next((call for call in self.calls if call.is_lead and call.is_active), None)

    @property
    def active_calls(self) -> tuple[CallCase, ...]:
        return tuple(call for call in self.calls if call.is_active)

    @property
    def open_milestones(self) -> tuple[MilestoneCase, ...]:
        return tuple(milestone for milestone in self.milestones if milestone.is_open)

    @property
    def awaits_confirmation(self) -> bool:
        return self.confirm_due_at is not None and self.confirmed_at is None

    def call_of(self, unit: int | None) -> CallCase | None:
        return next((call for call in self.calls if call.unit_id == unit), None)

    def milestone(self, milestone_id: int) -> MilestoneCase | None:
        return next((each for each in self.milestones if each.id == milestone_id), None)

    def term(self, name: str, since: datetime | None = None) -> Term:
        """The limit of that name for this kind of whistle, or for the kind that it goes by, where there is one.

        A clock that began at `since` runs on by what was promised then, whatever an emergency has shortened meanwhile.
        """
        limits = self.limits if since is None or self.limits_then is None else self.limits_then(since)
        names = (f"{name}_{self.kind}", f"{name}_{self.book.kinds[self.kind].like}", name)
        return next(limits.terms[each] for each in names if each in limits.terms)

    def until(self, since: datetime, term: Term) -> datetime:
        return self.calendar.add(since, term)

    def is_guess(self, since: datetime, term: Term) -> bool:
        """The end depends on a calendar that is not published yet."""
        return not term.is_natural and self.calendar.is_provisional(since, self.until(since, term))

    def changed(self, **values: Any) -> "WhistleCase":
        return replace(self, **values)

    def with_call(self, unit: int, **values: Any) -> "WhistleCase":
        calls = tuple(replace(call, **values) if call.unit_id == unit else call for call in self.calls)
        return replace(self, calls=calls)

    def with_milestone(self, milestone_id: int, **values: Any) -> "WhistleCase":
        changed = (replace(each, **values) if each.id == milestone_id else each for each in self.milestones)
        return replace(self, milestones=tuple(changed))
