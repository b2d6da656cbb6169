"""How long everybody at a whistle has: when a term begins, and the same terms once a calendar is published."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from workflows.actors import Actor
from workflows.terms import Term
from workflows.whistle_cases import CallCase, WhistleCase
from workflows.whistle_words import CallState, WhistleStatus
from workflows.workdays import WorkCalendar


def with_next_step(case: WhistleCase, now: datetime) -> WhistleCase:
    """What the lead owes next begins to run: the plan once it has come, the completion once every milestone is done."""
    lead = case.lead
    if case.status is not WhistleStatus.at_work or lead is None or lead.state is not CallState.reported:
        return case
    if case.open_milestones:
        return case.changed(work_since=None, work_due_at=None)
    if case.work_due_at is not None:
        return case
    return case.changed(work_since=now, work_due_at=case.until(now, case.term(_work_limit(case))))


def end_of_day(calendar: WorkCalendar, day: date) -> datetime:
    """A date that is promised ends when the office closes, as all terms in days do."""
    return datetime.combine(day, calendar.hours.afternoon[1], calendar.zone)


def columns_of_a_call(case: WhistleCase, now: datetime) -> dict[str, Any]:
    term = case.term("whistle_report", now)
    return {
        "called_at": now,
        "report_due_at": case.until(now, term),
        "is_provisional": case.is_guess(now, term),
    }


def recalculate(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    """A year's calendar was published: the terms that hung on it are counted again from the same beginnings."""
    calls = tuple(_recalculated(case, call) for call in case.calls)
    again = {
        "approve_due_at": _again(case, case.raised_at, case.approve_due_at, "whistle_approve"),
        "work_due_at": _again(case, case.work_since, case.work_due_at, _work_limit(case)),
        "accept_due_at": _again(case, case.completed_at, case.accept_due_at, "whistle_accept"),
    }
    return case.changed(calls=calls, **again)


def _work_limit(case: WhistleCase) -> str:
    return "whistle_plan" if case.planned_at is None else "whistle_complete"


def _again(case: WhistleCase, since: datetime | None, due: datetime | None, limit: str) -> datetime | None:
    """Natural terms depend on no calendar and stay."""
    if since is None or due is None:
        return due
    term: Term = case.term(limit, since)
    return due if term.is_natural else case.until(since, term)


def _recalculated(case: WhistleCase, call: CallCase) -> CallCase:
    if call.state is CallState.contested and call.contested_at is not None:
        due = _again(case, call.contested_at, call.contest_due_at, "whistle_rule")
        return replace(call, contest_due_at=due)
    if call.state is not CallState.called or not call.is_provisional:
        return call
    return replace(call, **columns_of_a_call(case, call.called_at))
