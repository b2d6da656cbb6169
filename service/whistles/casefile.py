"""Lays a whistle's rows out as the case that the rules decide on."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from service.directory.reference import Reference
from service.tickets.casefile import town_desk_of
from service.tickets.models import Assignment, Ticket
from service.whistles.models import IS_OPEN, Milestone, Whistle, WhistleCall, WhistleFiring
from workflows.actors import Actor
from workflows.cases import Case
from workflows.changes import HoldRole
from workflows.whistle_cases import ACTIVE_CALL, CallCase, MilestoneCase, WhistleCase, town_of
from workflows.whistle_commands import BlowWhistle
from workflows.whistle_roles import whistling_unit

SAME_NAMES = tuple({each.name for each in fields(WhistleCase)} & set(Whistle.model_fields))
CALL_NAMES = tuple({each.name for each in fields(CallCase)} & set(WhistleCall.model_fields))
MILESTONE_NAMES = tuple({each.name for each in fields(MilestoneCase)} & set(Milestone.model_fields))


def new_whistle(
    session: Session, case: Case, command: BlowWhistle, issue: int | None, actor: Actor, known: Reference
) -> WhistleCase:
    """A whistle that has not been blown yet, for the unit as which this actor would blow it."""
    return WhistleCase(
        area_path=case.area_path,
        ruling_unit_id=case.desks[-1],
        limits=case.limits,
        calendar=case.calendar,
        kind=command.kind,
        reason=command.reason,
        book=known.whistles,
        ticket_id=case.id,
        ticket_status=case.status,
        ticket_units=_units_of(case.lead_unit_id, case.supporting),
        own_units=own_units(case.area_path, known),
        led_already=_led_already(session, case.id, issue),
        town_unit_id=whistling_unit(case, actor, known.whistles.kinds[command.kind]),
    )


def _led_already(session: Session, ticket_id: int | None, issue: int | None) -> frozenset[tuple[int, int]]:
    """Units that lead an open whistle for this wish, or for any wish of its issue, with the whistle's number."""
    together = select(Ticket.id).where(col(Ticket.issue_id) == issue)
    same_matter = [col(Whistle.ticket_id) == ticket_id]
    same_matter += [col(Whistle.issue_id) == issue, col(Whistle.ticket_id).in_(together)] if issue else []
    wanted = (
        select(WhistleCall.unit_id, WhistleCall.whistle_id)
        .join(Whistle, col(Whistle.id) == col(WhistleCall.whistle_id))
        .where(IS_OPEN, or_(*same_matter), col(WhistleCall.is_lead), col(WhistleCall.state).in_(ACTIVE_CALL))
    )
    return frozenset((row.unit_id, row.whistle_id) for row in session.execute(wanted))


def own_units(area_path: str, known: Reference) -> frozenset[int]:
    """All units of the place's town and of what lies below it."""
    town = town_of(area_path)
    if town is None:
        return frozenset()
    areas = {area.id for area in known.areas.values() if area.path.startswith(town)}
    return frozenset(unit.id for unit in known.units.values() if unit.area_id in areas and unit.id is not None)


def whistle_case_of(session: Session, whistle: Whistle, known: Reference) -> WhistleCase:
    """Everything the rules want to know of this whistle, as this transaction sees it."""
    assert whistle.id is not None
    ticket = session.get_one(Ticket, whistle.ticket_id)
    calls = calls_of(session, whistle.id)
    town_unit = _town_unit(whistle, ticket.area_id, known)
    return WhistleCase(
        **{name: getattr(whistle, name) for name in SAME_NAMES if name != "town_unit_id"},
        town_unit_id=town_unit,
        ruling_unit_id=known.desks_of(ticket.area_id)[-1],
        limits=known.limits_in(ticket.area_id),
        book=known.whistles,
        limits_then=lambda at: known.limits_in(ticket.area_id, at),
        calendar=known.calendar,
        ticket_status=ticket.status,
        ticket_units=_units_of(ticket.lead_unit_id, supporting_of(session, whistle.ticket_id)),
        own_units=own_units(whistle.area_path, known),
        calls=tuple(CallCase(**_columns(call, CALL_NAMES)) for call in calls),
        milestones=_plan(milestones_of(session, whistle.id), {call.unit_id for call in calls}, town_unit),
        fired=_fired(session, whistle.id),
        dissolved=frozenset(call.unit_id for call in calls if not known.units[call.unit_id].is_active),
    )


def _plan(rows: Sequence[Milestone], called: set[int], town_unit: int) -> tuple[MilestoneCase, ...]:
    """What none of the called owes is the town's own part: its desk of today goes on with what the old one had."""
    owed = (MilestoneCase(**_columns(each, MILESTONE_NAMES)) for each in rows)
    return tuple(
        replace(each, unit_id=town_unit) if each.is_open and each.unit_id not in called else each for each in owed
    )


def calls_of(session: Session, whistle_id: int) -> Sequence[WhistleCall]:
    """The called units, the lead first."""
    wanted = select(WhistleCall).where(WhistleCall.whistle_id == whistle_id)
    return session.exec(wanted.order_by(col(WhistleCall.is_lead).desc(), col(WhistleCall.id))).all()


def milestones_of(session: Session, whistle_id: int) -> Sequence[Milestone]:
    """The plan in its order."""
    wanted = select(Milestone).where(Milestone.whistle_id == whistle_id)
    return session.exec(wanted.order_by(col(Milestone.position), col(Milestone.id))).all()


def supporting_of(session: Session, ticket_id: int) -> frozenset[int]:
    wanted = select(Assignment.unit_id).where(
        Assignment.ticket_id == ticket_id,
        Assignment.role == HoldRole.supporting,
        col(Assignment.ended_at).is_(None),
    )
    return frozenset(session.exec(wanted))


def _town_unit(whistle: Whistle, area_id: int, known: Reference) -> int:
    """The desk that the town has now, also where another one blew it; in other directions whoever blew it."""
    desk = town_desk_of(whistle.area_path, known)
    is_the_towns = not known.whistles.kinds[whistle.kind].is_beside_the_town and desk is not None
    if not is_the_towns and known.units[whistle.town_unit_id].is_active:
        return whistle.town_unit_id
    return desk if desk is not None else known.desks_of(area_id)[0]


def _units_of(lead: int | None, supporting: frozenset[int]) -> frozenset[int]:
    return supporting | ({lead} if lead is not None else set())


def _columns(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _fired(session: Session, whistle_id: int) -> frozenset[tuple[str, str]]:
    wanted = select(WhistleFiring.subject, WhistleFiring.step).where(WhistleFiring.whistle_id == whistle_id)
    return frozenset((row.subject, row.step) for row in session.execute(wanted))
