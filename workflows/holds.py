"""Until when a unit holds a ticket, and the same deadlines counted again once a calendar is published."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from workflows import follow_ups
from workflows.cases import Case
from workflows.changes import Duty, Hold, HoldRole
from workflows.statuses import Status
from workflows.workdays import Term

MORNING, EVENING = time(9), time(18)


def morning_of(case: Case, day: date) -> datetime:
    """When one comes back to what was put off until this day."""
    return datetime.combine(day, MORNING, case.calendar.zone).astimezone(UTC)


def evening_of(case: Case, day: date) -> datetime:
    """Until when something holds that was said to be done by this day."""
    return datetime.combine(day, EVENING, case.calendar.zone).astimezone(UTC)


def begin(case: Case, duty: Duty, unit: int, start: datetime, term: Term) -> Hold:
    due = case.calendar.add(start, term)
    return Hold(unit, due, duty, is_provisional(case, start, due, term))


def support(case: Case, unit: int, start: datetime, term: Term) -> Hold:
    return replace(begin(case, Duty.handle, unit, start, term), role=HoldRole.supporting)


def to_mend(case: Case, start: datetime) -> Hold:
    """A reply that was sent back: until the promise, and at least one review term."""
    assert case.lead_unit_id is not None and case.due_at is not None
    hold = begin(case, Duty.handle, case.lead_unit_id, start, case.limits.term("review"))
    if case.due_at <= hold.due_at:
        return hold
    return replace(hold, due_at=case.due_at, is_provisional=case.due_is_provisional)


def to_follow_up(case: Case, unit: int, start: datetime) -> Hold:
    """The villager's rating term, then the officer's own."""
    due = follow_ups.due_of(case, start)
    return Hold(unit, due, Duty.follow_up, case.calendar.is_provisional(start, due))


def to_call_back(case: Case, at: datetime) -> Hold:
    """The officer who was asked to call again has a little time from then on."""
    assert case.unit_id is not None
    return begin(case, Duty.follow_up, case.unit_id, at, case.limits.term("call_back"))


def after_the_pause(case: Case, now: datetime) -> Hold:
    """The present hold, longer by the time in which its unit waited for the villager."""
    assert case.hold_due is not None and case.inquired_at is not None and case.unit_id is not None
    due = _later_by(case, case.hold_due, case.inquired_at, now)
    is_natural = case.limits.reply(case.urgency).is_natural
    is_open = case.hold_is_provisional or (not is_natural and case.calendar.is_provisional(now, due))
    return Hold(case.unit_id, due, Duty.handle, is_open)


def _later_by(case: Case, due: datetime, start: datetime, end: datetime) -> datetime:
    """As much is left at the end of the pause as was at its beginning; nothing is given to who was late already."""
    if due <= start:
        return due
    if case.limits.reply(case.urgency).is_natural:
        return due + (end - start)
    return max(due, case.calendar.after(end, case.calendar.worked(start, due)))


def is_provisional(case: Case, start: datetime, due: datetime, term: Term) -> bool:
    """Natural time needs no calendar: two hours are two hours in any year."""
    return not term.is_natural and case.calendar.is_provisional(start, due)


def same_promise(case: Case) -> dict[str, Any]:
    """The columns that change; none when the promise was never provisional: the limits may have been edited since."""
    assert case.round_started_at is not None
    if not case.due_is_provisional:
        return {}
    is_undispatched = case.status is Status.submitted
    limit = case.limits.dispatch(case.urgency) if is_undispatched else case.limits.reply(case.urgency)
    due = case.calendar.add(case.round_started_at, limit)
    promise = {"due_at": due, "due_is_provisional": is_provisional(case, case.round_started_at, due, limit)}
    was_original = case.original_due_at == case.due_at
    return {**promise, **({"original_due_at": due} if was_original else {})}


def same_hold(case: Case) -> Hold:
    """What the present holder was given, counted from the moment when he received it."""
    assert case.hold_since is not None and case.unit_id is not None
    if case.status is Status.submitted:
        return begin(case, Duty.dispatch, case.unit_id, case.hold_since, case.limits.dispatch(case.urgency))
    if case.status is Status.replied:
        return begin(case, Duty.review, case.unit_id, case.hold_since, case.limits.term("review"))
    if case.status is Status.follow_up:
        usual = to_follow_up(case, case.unit_id, case.hold_since)
        later = to_call_back(case, case.call_back_at) if case.call_back_at else usual
        return max(usual, later, key=lambda hold: hold.due_at)
    if _was_sent_back(case):
        return to_mend(case, case.hold_since)
    hold = begin(case, Duty.handle, case.unit_id, case.hold_since, case.limits.reply(case.urgency))
    if case.inquired_at is None or case.inquiry_ended_at is None:
        return hold
    return replace(hold, due_at=_later_by(case, hold.due_at, case.inquired_at, case.inquiry_ended_at))


def _was_sent_back(case: Case) -> bool:
    """A unit that begins anew acknowledges anew; one that mends its reply had acknowledged before."""
    assert case.hold_since is not None
    return case.replied_at is not None and case.acknowledged_at is not None and case.acknowledged_at < case.hold_since
