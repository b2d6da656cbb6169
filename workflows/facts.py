"""What the figures need to know of one ticket, and what follows from it; what counts is said in `tallies.py`."""

from dataclasses import dataclass, replace
from datetime import datetime

from workflows.ask_words import PromiseState
from workflows.commands import Outcome, Satisfaction
from workflows.statuses import OPEN, UNANSWERED, Status


@dataclass(frozen=True, slots=True)
class Facts:
    """What the figures need of one ticket; names are the ticket's columns.

    `due_at` is the promise in force; `answered_on_time` is None before the first answer. `main_status` is the status of
    the ticket that a merged one ended up in, at the end of the chain, and then those two are that ticket's as well:
    ValueError without it. `satisfaction`, `is_resolved` and `was_contacted` are the villager's last word; where she
    did not say, the unit's `outcome` and the logged `contacted_at` stand in. `was_moved`: a unit that had it lost it to
    another one, by return, by hand or by ruling.
    """

    status: Status
    due_at: datetime | None = None
    answered_on_time: bool | None = None
    contacted_at: datetime | None = None
    was_contacted: bool | None = None
    outcome: Outcome | None = None
    is_resolved: bool | None = None
    satisfaction: Satisfaction | None = None
    follow_up_attempts: int = 0
    is_excluded: bool = False
    main_status: Status | None = None
    original_due_at: datetime | None = None
    answered_at: datetime | None = None
    created_at: datetime | None = None
    is_dispatched: bool = False
    is_acknowledged: bool = False
    was_moved: bool = False
    return_count: int = 0
    reopen_count: int = 0
    promise_state: PromiseState | None = None
    promise_confirmed: bool | None = None

    def __post_init__(self) -> None:
        has_main = self.main_status not in {None, Status.merged}
        if has_main is not (self.status is Status.merged):
            raise ValueError("a merged ticket, and only a merged one, has the status of the ticket that it ended up in")

    @property
    def stands_at(self) -> Status:
        """Its own status, or that of the ticket that answers for it."""
        return self.main_status or self.status

    @property
    def is_open(self) -> bool:
        return self.stands_at in OPEN

    @property
    def is_closed(self) -> bool:
        return self.status is Status.closed

    @property
    def is_valid(self) -> bool:
        is_assessed = self.is_closed or self.status in OPEN
        return is_assessed and self.satisfaction is not None and not self.is_excluded

    @property
    def is_contacted(self) -> bool:
        return self.contacted_at is not None if self.was_contacted is None else self.was_contacted

    @property
    def is_settled(self) -> bool:
        return self.outcome == Outcome.resolved if self.is_resolved is None else self.is_resolved

    @property
    def is_silent(self) -> bool:
        """Closed, and its villager said nothing that counts."""
        return self.is_closed and self.satisfaction is None and not self.is_excluded

    def as_if_not_excluded(self) -> "Facts":
        """For the raw rates, which stand beside the adjusted ones."""
        return replace(self, is_excluded=False)

    def is_overdue(self, now: datetime) -> bool:
        """Not answered though the deadline has passed, or answered too late and still open."""
        if self.stands_at in UNANSWERED:
            return self.due_at is not None and now > self.due_at
        return self.is_open and self.answered_on_time is False

    @property
    def is_answered_as_promised(self) -> bool | None:
        """Against the first deadline, whatever was granted later; None before the first answer."""
        if self.answered_at is None or self.original_due_at is None:
            return self.answered_on_time
        return self.answered_at <= self.original_due_at

    def is_past_original(self, now: datetime) -> bool:
        """As `is_overdue`, against the first deadline; a later round has its own."""
        if self.stands_at in UNANSWERED:
            first = self.original_due_at if self.answered_at is None else None
            due = first or self.due_at
            return due is not None and now > due
        return self.is_open and self.is_answered_as_promised is False

    def has_said(self, satisfaction: Satisfaction) -> bool:
        return self.is_valid and self.satisfaction == satisfaction
