"""What a verb changes at a whistle: pure functions from a case to the case as it will be."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows.actors import Actor
from workflows.whistle_cases import CallCase, MilestoneCase, WhistleCase
from workflows.whistle_commands import CallRuling
from workflows.whistle_kinds import Approval
from workflows.whistle_roles import WhistleRole, spoken_units, standing_at
from workflows.whistle_terms import columns_of_a_call, end_of_day
from workflows.whistle_words import CallState, MilestoneState


def nothing(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return case


def raise_whistle(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    """The principal approves first; the units are named already and hear of it when he has."""
    calls = tuple(_call(case, unit, now) for unit in (command.lead, *command.supporting))
    calls = (replace(calls[0], is_lead=True), *calls[1:])
    approve = case.until(now, case.term("whistle_approve"))
    return case.changed(raised_at=now, blown_by_id=actor.person, approve_due_at=approve, calls=calls)


def blow_at_once(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    """Who confirms an emergency afterwards need not confirm what he has blown himself."""
    blown = blow(raise_whistle(case, command, actor, now), command, actor, now)
    if case.approval is not Approval.after or WhistleRole.principal in standing_at(actor, case):
        return blown
    return blown.changed(confirm_due_at=case.until(now, case.term("whistle_confirm")))


def blow(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    """From now on the units' clocks run."""
    return case.changed(blown_at=now, calls=tuple(_called_anew(case, call, now) for call in case.calls))


def confirm(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return case.changed(confirmed_at=now)


def report_in(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    call = spoken_for(case, command, actor)
    assert call is not None
    came = case.with_call(
        call.unit_id,
        state=CallState.reported,
        reported_at=now,
        reported_by_id=actor.person,
        is_on_site=command.is_on_site,
        was_late=now > call.report_due_at,
    )
    return came.changed(work_since=None, work_due_at=None) if call.is_lead else came


def contest(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    """The clock of the unit waits; that of the ruling officer runs."""
    call = spoken_for(case, command, actor)
    assert call is not None
    due = case.until(now, case.term("whistle_rule"))
    return case.with_call(call.unit_id, state=CallState.contested, contested_at=now, contest_due_at=due)


def rule(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    """必须报到 starts its term anew, and the unit cannot contest again; a released lead is followed by another unit."""
    needed = case.was_needed if command.was_needed is None else command.was_needed
    case = case.changed(was_needed=needed)
    contested = case.call_of(command.unit)
    assert contested is not None
    if command.decision is CallRuling.must_come:
        return case.with_call(
            command.unit, **{**columns_of_a_call(case, now), "state": CallState.called, "is_ruled": True}
        )
    released = case.with_call(command.unit, state=CallState.released, ended_at=now)
    if command.decision is CallRuling.replaced:
        new = replace(_call(case, command.replacement, now), is_lead=contested.is_lead, is_ruled=True)
        released = released.changed(calls=(*released.calls, new))
    return _passed_on(_with_a_lead(released), command.unit, command.replacement)


def rule_and_end(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return _ended(rule(case, command, actor, now), now)


def plan(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    first = len(case.milestones)
    drafts = tuple(
        MilestoneCase(
            unit_id=draft.unit,
            title=draft.title,
            planned_at=now,
            due_at=end_of_day(case.calendar, draft.due),
            position=first + place,
            is_public=draft.is_public,
        )
        for place, draft in enumerate(command.milestones)
    )
    return case.changed(
        planned_at=case.planned_at or now, milestones=case.milestones + drafts, work_since=None, work_due_at=None
    )


def report_milestone(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    milestone = case.milestone(command.milestone)
    assert milestone is not None
    if not command.is_done:
        return case
    return case.with_milestone(
        command.milestone, state=MilestoneState.done, done_at=now, was_late=now > milestone.due_at
    )


def change_milestone(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    """A moved date is a promise of its own: whether the old one was missed stays in the events."""
    milestone = case.milestone(command.milestone)
    assert milestone is not None
    if command.is_dropped:
        return case.with_milestone(command.milestone, state=MilestoneState.dropped, done_at=now)
    due = end_of_day(case.calendar, command.due)
    return case.with_milestone(command.milestone, due_at=due, planned_at=now, moves=milestone.moves + 1)


def hand_over(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    call = spoken_for(case, command, actor, CallState.reported)
    assert call is not None
    return case.with_call(call.unit_id, state=CallState.handed_over, handed_over_at=now)


def complete(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return case.changed(completed_at=now, accept_due_at=case.until(now, case.term("whistle_accept")))


def take_back(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    """Not accepted: it is completed anew, or planned further."""
    return case.changed(
        completed_at=None, accept_due_at=None, planned_at=case.planned_at or now, work_since=None, work_due_at=None
    )


def accept(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return _ended(case.changed(accepted_at=now), now)


def dismiss(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return _ended(case, now)


def score(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return case.with_call(command.unit, speed=command.speed, work=command.work, result=command.result, scored_at=now)


def call_more(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return case.changed(calls=(*case.calls, _call(case, command.unit, now)))


def remember_step(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return case.changed(fired=case.fired | {(command.subject, command.step)})


def remember_end_of_ticket(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> WhistleCase:
    return case.changed(fired=case.fired | {("whistle", TICKET_ENDED)})


TICKET_ENDED = "ticket_ended"


def spoken_for(case: WhistleCase, command: Any, actor: Actor, state: CallState = CallState.called) -> CallCase | None:
    """The call for which somebody speaks: that of the unit he names, else the one of his units that is awaited."""
    units = spoken_units(actor, case)
    named = getattr(command, "unit", None)
    if named is not None:
        return case.call_of(named) if named in units or actor.rule is not None else None
    mine = sorted((call for call in case.calls if call.unit_id in units), key=lambda call: not call.is_lead)
    return next((call for call in mine if call.state is state), mine[0] if mine else None)


def _call(case: WhistleCase, unit: int, now: datetime) -> CallCase:
    return CallCase(unit_id=unit, state=CallState.called, **columns_of_a_call(case, now))


def _called_anew(case: WhistleCase, call: CallCase, now: datetime) -> CallCase:
    return replace(call, **columns_of_a_call(case, now))


def _with_a_lead(case: WhistleCase) -> WhistleCase:
    """The longest serving of the others leads when the lead was released; one that has come goes before the rest."""
    if case.lead is not None or not case.active_calls:
        return case
    next_one = min(case.active_calls, key=lambda call: (not call.has_come, call.called_at, call.id or 0))
    state = CallState.reported if next_one.state is CallState.handed_over else next_one.state
    led = case.with_call(next_one.unit_id, is_lead=True, state=state)
    return led.changed(work_since=None, work_due_at=None)


def _passed_on(case: WhistleCase, old: int, new: int | None) -> WhistleCase:
    """What the released unit had promised is promised by the one that comes instead, else by the lead."""
    heir = new or (case.lead.unit_id if case.lead else None)
    if heir is None:
        return case
    passed = (replace(each, unit_id=heir) if each.is_open and each.unit_id == old else each for each in case.milestones)
    return case.changed(milestones=tuple(passed))


def _ended(case: WhistleCase, now: datetime) -> WhistleCase:
    state = CallState.completed if case.accepted_at is not None else CallState.released
    was_blown = case.blown_at is not None
    calls = tuple(_call_ended(call, state, now, was_blown) for call in case.calls)
    dropped = tuple(
        replace(each, state=MilestoneState.dropped, done_at=now) if each.is_open else each for each in case.milestones
    )
    return case.changed(ended_at=now, calls=calls, milestones=dropped)


def _call_ended(call: CallCase, state: CallState, now: datetime, was_blown: bool) -> CallCase:
    """Who never came is released, and was absent if its term had run out; before the whistle is blown nobody is."""
    if not call.is_active:
        return call
    if call.has_come:
        return replace(call, state=state, ended_at=now)
    was_absent = True if was_blown and call.state is CallState.called and now > call.report_due_at else None
    return replace(call, state=CallState.released, ended_at=now, was_late=was_absent)
