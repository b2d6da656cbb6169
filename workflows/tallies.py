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
  An exclusion ends with its round: what is done again counts again.
* A deadline that was extended or put off is counted both ways: against the one in force, and against the first one.
* A dispatch was right when its unit took it on and nobody ever had to give it to another one: a ticket that was taken
  back by hand (改派) or by a ruling is as wrong as one that was returned. Undecided ones are in neither part.
* A promise counts as kept only as long as the villager does not say otherwise.
* Unreachable is closed without a word after at least one attempt, unrated is closed without a word or an attempt.
  Neither is satisfied, neither is in the rates; both are printed beside them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from workflows.ask_words import PromiseState
from workflows.commands import Satisfaction
from workflows.facts import Facts
from workflows.statuses import Status

BACKLOG_AFTER = timedelta(days=30)
"""What has been open for longer is backlog (积压)."""


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
    dispatched: int = 0
    returned: int = 0
    dispatch_settled: int = 0
    right_first: int = 0
    answered: int = 0
    redone: int = 0
    backlog: int = 0
    promises_due: int = 0
    promises_kept: int = 0
    promises_open: int = 0
    heard: int = 0

    @property
    def raw(self) -> "Tally":
        """With the excluded ones: for the rates that stand beside the adjusted ones."""
        return replace(self, **{name: getattr(self, f"raw_{name}") for name in RAW})

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in COUNTS))

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) - getattr(other, name) for name in COUNTS))


RAW = ("valid", "contacted", "resolved", "satisfied", "basically_satisfied")
COUNTS: tuple[str, ...] = tuple(field.name for field in fields(Tally))


def tally(facts: Facts, now: datetime) -> Tally:
    """One ticket as a tally: every count is 0 or 1."""
    raw = _word_of_the_villager(facts.as_if_not_excluded())
    return Tally(
        **_standing(facts, now),
        **_word_of_the_villager(facts),
        **{f"raw_{name}": raw[name] for name in RAW},
        **_way(facts, now),
    )


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


def _way(facts: Facts, now: datetime) -> dict[str, int]:
    """How it came there: dispatched right, answered once, as promised, and asked about."""
    is_settled = facts.is_dispatched and (facts.is_acknowledged or facts.was_moved)
    is_answered = facts.answered_at is not None and facts.status is not Status.merged
    is_old = facts.created_at is not None and facts.created_at < now - BACKLOG_AFTER
    is_kept = facts.promise_state is PromiseState.kept and facts.promise_confirmed is not False
    return {
        "dispatched": int(facts.is_dispatched),
        "returned": int(facts.is_dispatched and facts.return_count > 0),
        "dispatch_settled": int(is_settled),
        "right_first": int(is_settled and not facts.was_moved),
        "answered": int(is_answered),
        "redone": int(is_answered and facts.reopen_count > 0),
        "backlog": int(facts.is_open and is_old),
        "promises_due": int(facts.promise_state in {PromiseState.kept, PromiseState.broken}),
        "promises_kept": int(is_kept),
        "promises_open": int(facts.promise_state is PromiseState.open),
        "heard": int(facts.is_closed and facts.satisfaction is not None),
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
