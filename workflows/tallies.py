"""What counts: the facts of one ticket, and the counts of many, from which every rate is made.

Each choice below is the one that flatters least:

* Collected is every wish handed in; concluded is every one that has ended, open is the rest. So collected = concluded +
  open for every set of tickets. Declined, withdrawn and merged ones are concluded, and are shown beside the figure.
* A merged ticket (并单) ends when the ticket it was merged into does: merging a hundred wishes settles none of them.
* On time is judged by the first answer (the promise to the villager) against the deadline in force when it was given.
  The denominator holds the closed tickets and the open ones that are late: leaving a late one open hides nothing. One
  that was answered late stays late while the villager is asked, and a new round is late when its own deadline passes.
* A ticket is valid (有效回访) when its villager said how it was, in a rating or in a follow-up call, unless it is
  excluded (剔除). Her last word counts. Praise ends with its round: where the matter is done again she is asked
  again. A complaint counts until she says otherwise.
* Excluded tickets leave only the rates over valid tickets. The raw rates, which stand beside them, leave nothing out.
* A deadline that was extended or put off is counted both ways: against the one in force, and against the first one.
* Unreachable is closed without a word after at least one attempt, unrated is closed without a word or an attempt.
  Neither is satisfied, neither is in the rates; both are printed beside them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from workflows.commands import Outcome, Satisfaction
from workflows.statuses import OPEN, UNANSWERED, Status


@dataclass(frozen=True, slots=True)
class Facts:
    """What the figures need of one ticket; names are the ticket's columns.

    `due_at` is the promise in force; `answered_on_time` is None before the first answer. `main_status` is the status of
    the ticket that a merged one ended up in, at the end of the chain, and then those two are that ticket's as well:
    ValueError without it. `satisfaction`, `is_resolved` and `was_contacted` are the villager's last word; where she
    did not say, the unit's `outcome` and the logged `contacted_at` stand in.
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


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of tickets; they add up, so a county is the sum of its towns.

    collected = concluded + open; concluded = closed + declined + withdrawn + merged; open = open_overdue + not_yet_due;
    valid = satisfied + basically_satisfied + dissatisfied. A merged ticket stands where its main one
    stands: `merged` counts those whose main ticket is concluded, and `open_merged`, a part of `open`, the others.
    """

    collected: int = 0
    concluded: int = 0
    open: int = 0
    open_overdue: int = 0
    not_yet_due: int = 0
    open_merged: int = 0
    closed: int = 0
    declined: int = 0
    withdrawn: int = 0
    merged: int = 0
    answered_on_time: int = 0
    closed_on_time: int = 0
    valid: int = 0
    contacted: int = 0
    resolved: int = 0
    satisfied: int = 0
    basically_satisfied: int = 0
    dissatisfied: int = 0
    unreachable: int = 0
    unrated: int = 0
    excluded: int = 0
    closed_as_promised: int = 0
    open_past_original: int = 0
    raw_valid: int = 0
    raw_contacted: int = 0
    raw_resolved: int = 0
    raw_satisfied: int = 0
    raw_basically_satisfied: int = 0

    @property
    def raw(self) -> "Tally":
        """With the excluded ones: for the rates that stand beside the adjusted ones."""
        return replace(self, **{name: getattr(self, f"raw_{name}") for name in RAW})

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in COUNTS))


RAW = ("valid", "contacted", "resolved", "satisfied", "basically_satisfied")
COUNTS: tuple[str, ...] = tuple(field.name for field in fields(Tally))


def tally(facts: Facts, now: datetime) -> Tally:
    """One ticket as a tally: every count is 0 or 1."""
    raw = _word_of_the_villager(facts.as_if_not_excluded())
    return Tally(**_standing(facts, now), **_word_of_the_villager(facts), **{f"raw_{name}": raw[name] for name in RAW})


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def _standing(facts: Facts, now: datetime) -> dict[str, int]:
    """How far it is, and whether in time."""
    is_open, is_overdue = facts.is_open, facts.is_overdue(now)
    return {
        "collected": 1,
        "concluded": int(not is_open),
        "open": int(is_open),
        "open_overdue": int(is_overdue),
        "not_yet_due": int(is_open and not is_overdue),
        "open_merged": int(facts.status is Status.merged and is_open),
        "closed": int(facts.is_closed),
        "declined": int(facts.status is Status.declined),
        "withdrawn": int(facts.status is Status.withdrawn),
        "merged": int(facts.status is Status.merged and not is_open),
        "answered_on_time": int(facts.answered_on_time is True),
        "closed_on_time": int(facts.is_closed and facts.answered_on_time is True),
        "closed_as_promised": int(facts.is_closed and facts.is_answered_as_promised is True),
        "open_past_original": int(facts.is_past_original(now)),
    }


def _word_of_the_villager(facts: Facts) -> dict[str, int]:
    """What came back, and why nothing did."""
    return {
        "valid": int(facts.is_valid),
        "contacted": int(facts.is_valid and facts.is_contacted),
        "resolved": int(facts.is_valid and facts.is_settled),
        "satisfied": int(facts.has_said(Satisfaction.satisfied)),
        "basically_satisfied": int(facts.has_said(Satisfaction.basically_satisfied)),
        "dissatisfied": int(facts.has_said(Satisfaction.dissatisfied)),
        "unreachable": int(facts.is_silent and facts.follow_up_attempts > 0),
        "unrated": int(facts.is_silent and not facts.follow_up_attempts),
        "excluded": int(facts.is_excluded),
    }
