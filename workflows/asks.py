"""What a unit asks and an officer decides (退单、延期、挂账、剔除、会商): who decides, and what each decision changes.

Nobody decides who belongs to a unit that has the ticket in its hands. A return is granted once by the desk of the area;
the second one is ruled by the county, and who was named by a ruling keeps the ticket. Until somebody else has it, the
asking unit leads on and its clock runs. Whatever ends the hold under which something was asked ends the ask as well.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from workflows import holds
from workflows.actors import Actor
from workflows.ask_words import AskKind, AskState
from workflows.cases import Case
from workflows.changes import Changes, Duty, Hold
from workflows.effects import hand_over, to_lead
from workflows.pending_asks import PendingAsk, Settled, of_kind
from workflows.statuses import Role

RETURNS_MOST = 2
EXTENSIONS_MOST = 2

OF_THE_ASKS = frozenset({"undecided", "undecided_long"})
OF_THE_PROMISE = frozenset({"due_soon", "overdue", "long_overdue"})
OF_THE_DEFERRAL = frozenset({"review_soon", "review_date"})
"""Rules of the clock that have to fire again once the moment that they count from has moved."""


# Who decides


def inside(case: Case, asking_unit: int | None = None) -> frozenset[int]:
    """The units that have the ticket in their hands, or ask: nobody of them decides."""
    return case.supporting | {unit for unit in (case.lead_unit_id, asking_unit) if unit is not None}


def decider_of(case: Case, kind: AskKind, asking_unit: int) -> tuple[Role, int | None]:
    """The nearest desk that does not ask itself; where there is none, and for exclusions, supervision."""
    if kind is AskKind.exclusion:
        return Role.supervisor, None
    desks = case.desks[-1:] if is_ruled(case, kind) else case.desks
    desk = next((desk for desk in desks if desk not in inside(case, asking_unit)), None)
    return (Role.dispatcher, desk) if desk is not None else (Role.supervisor, None)


def is_ruled(case: Case, kind: AskKind) -> bool:
    """The county decides bindingly: a consultation, and a ticket that was returned before."""
    return kind is AskKind.consultation or (kind is AskKind.giving_back and case.return_count > 0)


def may_decide(case: Case, ask: PendingAsk, actor: Actor) -> bool:
    if actor.person is None or actor.person == ask.asked_by or actor.units & inside(case, ask.unit):
        return False
    posts = [post for post in actor.posts if post.role in ask.deciders and post.covers(case.area_path)]
    return any(post.role is Role.supervisor or post.unit in _desks_for(case, ask) for post in posts)


def decidable(case: Case, actor: Actor) -> tuple[PendingAsk, ...]:
    return tuple(ask for ask in case.asks if may_decide(case, ask, actor))


def _desks_for(case: Case, ask: PendingAsk) -> tuple[int, ...]:
    """That desk and those above it; all, when an area has got another desk since."""
    return case.desks[case.desks.index(ask.decider_unit) :] if ask.decider_unit in case.desks else case.desks


# Asking


def request_return(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return _ask(case, AskKind.giving_back, actor, now, suggested_unit=command.unit)


def request_extension(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return _ask(case, AskKind.extension, actor, now, until=command.until)


def request_deferral(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return _ask(case, AskKind.deferral, actor, now, until=command.until)


def request_exclusion(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return _ask(case, AskKind.exclusion, actor, now)


def request_consultation(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return _ask(case, AskKind.consultation, actor, now)


def _ask(
    case: Case,
    kind: AskKind,
    actor: Actor,
    now: datetime,
    suggested_unit: int | None = None,
    until: date | None = None,
) -> Changes:
    unit, term = asking_unit(case, actor), case.limits.term("decide_ask")
    due = case.calendar.add(now, term)
    provisional = holds.is_provisional(case, now, due, term)
    decider = decider_of(case, kind, unit)
    asked = PendingAsk(kind, unit, *decider, now, due, provisional, actor.person, suggested_unit, until)
    return Changes(asked=asked, rearmed=OF_THE_ASKS)


def asking_unit(case: Case, actor: Actor) -> int:
    """The handler's unit has the ticket; a dispatcher asks for his desk."""
    if case.lead_unit_id is not None and case.lead_unit_id in actor.units:
        return case.lead_unit_id
    posts = (post.unit for post in actor.posts_as(Role.dispatcher) if post.covers(case.area_path))
    return next(posts, case.desk)


# Deciding


def give_back(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """准退: another unit starts its own term; what the villager was promised stays."""
    hold = holds.begin(case, Duty.handle, command.unit, now, case.limits.reply(case.urgency))
    columns = {**to_lead(hold), "return_count": case.return_count + 1}
    released = case.supporting & {hold.unit}
    return _granted(AskKind.giving_back, Changes(columns, ended="returned", hold=hold, released=released))


def extend(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """准延期: promise and hold move to that evening; what was promised first stays in `original_due_at`."""
    until = _until(case, command)
    due = holds.evening_of(case, until)
    columns = {
        "due_at": due,
        "due_is_provisional": False,
        "extension_count": case.extension_count + 1,
        **({"overdue_at": None} if due > now else {}),
    }
    changes = Changes(columns, revised=_until_then(case, due), rearmed=OF_THE_PROMISE)
    return _granted(AskKind.extension, changes, until)


def defer(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """准挂账: the unit keeps it, and nothing is counted until the morning of the review date."""
    until = _until(case, command)
    changes = _put_off(case, until)
    seen = {"acknowledged_at": case.acknowledged_at or now}
    return _granted(AskKind.deferral, replace(changes, columns={**changes.columns, **seen}), until)


def exclude(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """剔除: it leaves the adjusted rates and stays in the raw ones; the work on it goes on."""
    return _granted(AskKind.exclusion, Changes({"is_excluded": True}))


def refuse(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes(settled=(Settled(command.ask, AskState.refused),), rearmed=OF_THE_ASKS)


def rule(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """裁定: this unit leads, those support it, and it cannot be returned; one that was not dispatched yet is now."""
    changes = hand_over(case, command.unit, command.supporting, case.urgency, now, ended="ruled")
    promise = (
        {} if case.lead_unit_id is None else {"due_at": case.due_at, "due_is_provisional": case.due_is_provisional}
    )
    returned = int(of_kind(case.asks, AskKind.giving_back) is not None)
    columns = {
        **changes.columns,
        **promise,
        "ruled_unit_id": command.unit,
        "return_count": case.return_count + returned,
    }
    return _ruled(case, replace(changes, columns=columns), AskState.granted)


def rule_that_it_stays(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """The unit that has it is the right one: its term runs on, with those units to support it."""
    supporting = tuple(holds.support(case, unit, now, case.limits.reply(case.urgency)) for unit in command.supporting)
    return _ruled(case, Changes({"ruled_unit_id": command.unit}, supporting=supporting), AskState.refused)


def _ruled(case: Case, changes: Changes, about_the_return: AskState) -> Changes:
    states = {AskKind.consultation: AskState.granted, AskKind.giving_back: about_the_return}
    settled = tuple(Settled(kind, state) for kind, state in states.items() if of_kind(case.asks, kind) is not None)
    return replace(changes, settled=settled, rearmed=OF_THE_ASKS)


def _granted(kind: AskKind, changes: Changes, until: date | None = None) -> Changes:
    settled = (Settled(kind, AskState.granted, until),)
    return replace(changes, settled=settled, rearmed=changes.rearmed | OF_THE_ASKS)


def _until(case: Case, command: Any) -> date:
    """What the officer names, else what was asked for."""
    ask = of_kind(case.asks, command.ask)
    until = command.until or (ask.until if ask else None)
    assert until is not None
    return until


# Put off, looked at again, taken up again


def review(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return _put_off(case, command.until)


def _put_off(case: Case, until: date) -> Changes:
    due = holds.morning_of(case, until)
    columns = {"due_at": due, "due_is_provisional": False, "deferred_until": until, "overdue_at": None}
    return Changes(columns, revised=_until_then(case, due), rearmed=OF_THE_DEFERRAL)


def resume(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """The promise is counted anew from the limits; what was promised first stays in `original_due_at`."""
    assert case.unit_id is not None
    hold = holds.begin(case, Duty.handle, case.unit_id, now, case.limits.reply(case.urgency))
    columns = {
        "round_started_at": now,
        "due_at": hold.due_at,
        "due_is_provisional": hold.is_provisional,
        "deferred_until": None,
        "overdue_at": None,
    }
    return Changes(columns, revised=hold, rearmed=OF_THE_PROMISE)


def return_to_desk(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """The unit is no more: the desk leads until somebody else has it, and what was promised stays."""
    hold = holds.begin(case, Duty.dispatch, case.desk, now, case.limits.dispatch(case.urgency))
    columns = {"unit_id": hold.unit, "lead_unit_id": None, "acknowledged_at": None, "deferred_until": None}
    rearmed = frozenset({"undispatched", "undispatched_long"})
    return Changes(columns, ended="dissolved", hold=hold, supporting=(), rearmed=rearmed)


def _until_then(case: Case, due: datetime) -> Hold:
    assert case.unit_id is not None
    return Hold(case.unit_id, due, Duty.handle)
