"""回访: when the villager is asked, and what her answers mean for the ticket."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from workflows import sampling
from workflows.cases import Case
from workflows.commands import CallResult, FollowUp, Rate, Satisfaction
from workflows.statuses import FollowUpRule, Status
from workflows.terms import DayKind
from workflows.workdays import WorkCalendar

ATTEMPTS = 3
"""Working half-days with a fruitless call before a ticket may be closed as unreachable; never counted as satisfied."""

NOON, MORNING, AFTERNOON = time(13), time(9), time(14)
LOOKED_THROUGH = 100
"""Half-days in a row that may be free: more than any holiday has."""

HalfDay = tuple[date, bool]
"""A day, and whether it is its afternoon."""


NOTHING_TRIED: dict[str, Any] = {
    "follow_up_attempts": 0,
    "follow_up_half_days": 0,
    "attempted_at": None,
    "attempt_result": None,
    "call_back_at": None,
    "is_groundless": False,
    "is_drawn": None,
    "sampling_rule_id": None,
}
"""How a round begins."""


def due_of(case: Case, now: datetime) -> datetime:
    """The villager has her rating term first; then the follow-up officer has his."""
    return case.calendar.add(rating_ends(case, now), case.limits.term("follow_up"))


def rating_ends(case: Case, since: datetime) -> datetime:
    return case.calendar.add(since, case.limits.term("rating"))


def draw(case: Case) -> dict[str, Any]:
    """Whether the rule of this place draws the wish. What is done again is asked about every time."""
    rule = case.sampling
    if rule is None or case.number is None or case.round > 1 or case.follow_up_rule is FollowUpRule.never:
        return {"is_drawn": None, "sampling_rule_id": None}
    return {"is_drawn": sampling.is_drawn(rule, case.number), "sampling_rule_id": rule.id}


def needs_no_call(case: Case) -> bool:
    """Where the category asks for none or it was not drawn, unless the villager said in this round what is wrong."""
    is_spared = case.follow_up_rule is FollowUpRule.never or case.is_drawn is False
    return is_spared and not (has_complained(case) and case.rated_round == case.round)


def is_never_called(case: Case) -> bool:
    return needs_no_call(case) and case.follow_up_rule is FollowUpRule.never


def was_not_drawn(case: Case) -> bool:
    return needs_no_call(case) and case.follow_up_rule is not FollowUpRule.never


def is_called_anyway(case: Case) -> bool:
    """Though she has rated it herself."""
    return case.follow_up_rule is FollowUpRule.always and case.is_drawn is not False


def has_complained(case: Case) -> bool:
    return case.satisfaction == Satisfaction.dissatisfied or case.is_resolved is False


def may_end_uncalled(case: Case, now: datetime) -> bool:
    """Not before her own term to say how it was is over."""
    return needs_no_call(case) and case.hold_since is not None and now >= rating_ends(case, case.hold_since)


def may_end_unreached(case: Case) -> bool:
    """By the published rule: on enough working half-days, and no call is still promised to her."""
    return case.follow_up_half_days >= ATTEMPTS and case.call_back_at is None


def next_call(case: Case) -> datetime | None:
    """From when on somebody should call her: what the queue of the follow-up officers is read by.

    At the time that she named; else in the next working half-day after a fruitless call; else when her rating term is
    over, or at once when she has rated and is called anyway.
    """
    if case.status is not Status.follow_up or case.hold_since is None or needs_no_call(case):
        return None
    if case.call_back_at is not None:
        return case.call_back_at
    if case.attempted_at is not None:
        return _opening_after(case.calendar, half_day(case.calendar, case.attempted_at))
    return case.hold_since if case.rated_round == case.round else rating_ends(case, case.hold_since)


def is_another_half_day(case: Case, now: datetime) -> bool:
    last = case.attempted_at
    return last is None or half_day(case.calendar, last) != half_day(case.calendar, now)


def half_day(calendar: WorkCalendar, moment: datetime) -> HalfDay:
    """The working half-day a call belongs to: one in the evening or on a free day to the last that had begun."""
    local = moment.astimezone(calendar.zone)
    named = (local.date(), local.time() >= NOON)
    return next((each for each in _half_days(named, -1) if _is_worked(calendar, each)), named)


def _opening_after(calendar: WorkCalendar, last: HalfDay) -> datetime:
    later = (each for each in _half_days(last, 1) if each != last and _is_worked(calendar, each))
    day, is_afternoon = next(later, last)
    opens = datetime.combine(day, AFTERNOON if is_afternoon else MORNING, calendar.zone)
    return opens.astimezone(UTC)


def _half_days(first: HalfDay, step: int) -> Iterator[HalfDay]:
    number = 2 * first[0].toordinal() + first[1]
    for each in range(number, number + step * LOOKED_THROUGH, step):
        yield date.fromordinal(each // 2), bool(each % 2)


def _is_worked(calendar: WorkCalendar, half: HalfDay) -> bool:
    day, is_afternoon = half
    return calendar.kind_of(day) in {DayKind.working, DayKind.afternoon if is_afternoon else DayKind.morning}


def call_back_of(case: Case, command: FollowUp) -> datetime | None:
    """The time that she named; one without a zone is the county's own time."""
    at = command.call_back_at if command.result is CallResult.call_later else None
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=case.calendar.zone)).astimezone(UTC)


def is_answer(command: Rate | FollowUp) -> bool:
    return isinstance(command, Rate) or command.result is CallResult.answered


def is_content(command: Rate | FollowUp) -> bool:
    """Not content: dissatisfied, or the matter is said to be unresolved."""
    if not is_answer(command):
        return False
    return command.satisfaction is not Satisfaction.dissatisfied and command.is_resolved is not False


def is_groundless(command: FollowUp) -> bool:
    """Explained and marked: no new round, and counted as dissatisfied all the same."""
    return is_answer(command) and not is_content(command) and command.is_groundless
