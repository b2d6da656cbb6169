"""回访: when the villager is asked, and what her answers mean for the ticket."""

from datetime import datetime

from workflows.cases import Case
from workflows.commands import CallResult, FollowUp, Rate, Satisfaction
from workflows.statuses import FollowUpRule

ATTEMPTS = 3
"""Fruitless calls before a ticket may be closed as unreachable; it never counts as satisfied."""


def due_of(case: Case, now: datetime) -> datetime:
    """The villager has her rating term first; then the follow-up officer has his."""
    return case.calendar.add(rating_ends(case, now), case.limits.term("follow_up"))


def rating_ends(case: Case, since: datetime) -> datetime:
    return case.calendar.add(since, case.limits.term("rating"))


def needs_no_call(case: Case) -> bool:
    """Where the category asks for none, and the villager has not said in this round that something is wrong."""
    return case.follow_up_rule is FollowUpRule.never and not (has_complained(case) and case.rated_round == case.round)


def has_complained(case: Case) -> bool:
    return case.satisfaction == Satisfaction.dissatisfied or case.is_resolved is False


def may_end_uncalled(case: Case, now: datetime) -> bool:
    """Not before her own term to say how it was is over."""
    return needs_no_call(case) and case.hold_since is not None and now >= rating_ends(case, case.hold_since)


def is_answer(command: Rate | FollowUp) -> bool:
    return isinstance(command, Rate) or command.result is CallResult.answered


def is_content(command: Rate | FollowUp) -> bool:
    """Not content: dissatisfied, or the matter is said to be unresolved."""
    if not is_answer(command):
        return False
    return command.satisfaction is not Satisfaction.dissatisfied and command.is_resolved is not False
