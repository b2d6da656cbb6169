"""Turns an audience of the notice table into people and units, as seen from one ticket."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from notifications.notices import Audience
from service.directory.models import Appointment, Person
from service.directory.reference import Reference
from service.tickets.models import Assignment, Ticket
from workflows.changes import HoldRole
from workflows.statuses import Role, Status

Memory = dict[tuple[object, ...], frozenset[int]]


@dataclass(frozen=True)
class Addressees:
    """Who hears: people one by one, and the units whose group chats hear it."""

    people: frozenset[int] = frozenset()
    units: tuple[int, ...] = ()


@dataclass(frozen=True)
class Scene:
    """One ticket as this transaction sees it. `memory` holds who sits where, for all scenes of one snapshot."""

    session: Session
    ticket: Ticket
    known: Reference
    memory: Memory = field(default_factory=dict)


NOBODY = Addressees()

DUTY_ROLE = {Status.submitted: Role.dispatcher, Status.replied: Role.reviewer, Status.follow_up: Role.follow_up_officer}
"""Who in the unit that must act now has to act; everywhere else it is the handler."""


def addressees(scene: Scene, audience: Audience) -> Addressees:
    return RESOLVERS[audience](scene)


def holder(scene: Scene) -> Addressees:
    """Whoever must act now, or had to when the ticket ended: nobody is left waiting for a unit without such people."""
    unit, role = scene.ticket.unit_id, _role_of_holder(scene.ticket)
    if unit is None:
        return NOBODY
    people = _people(scene, [unit], role)
    return Addressees(people or (_nearest(scene, role) if role is not Role.handler else people), (unit,))


def _role_of_holder(ticket: Ticket) -> Role:
    if ticket.closed_at is not None and ticket.unit_id != ticket.lead_unit_id:
        return Role.dispatcher
    return DUTY_ROLE.get(ticket.status, Role.handler)


def unit_head(scene: Scene) -> Addressees:
    unit = scene.ticket.unit_id
    if unit is None:
        return NOBODY
    return Addressees(_people(scene, [unit], is_head=True), (unit,))


def dispatchers(scene: Scene) -> Addressees:
    """Of the nearest desk that has any."""
    desks = scene.known.desks_of(scene.ticket.area_id)
    manned = next((people for desk in desks if (people := _people(scene, [desk], Role.dispatcher))), frozenset())
    return Addressees(manned, desks[:1])


def reviewers(scene: Scene) -> Addressees:
    return Addressees(_nearest(scene, Role.reviewer))


def follow_up_officers(scene: Scene) -> Addressees:
    return Addressees(_nearest(scene, Role.follow_up_officer))


def supervisors(scene: Scene) -> Addressees:
    return Addressees(_nearest(scene, Role.supervisor))


def handling_unit(scene: Scene) -> Addressees:
    unit = scene.ticket.lead_unit_id
    return NOBODY if unit is None else Addressees(_people(scene, [unit], Role.handler), (unit,))


def supporting_units(scene: Scene) -> Addressees:
    wanted = select(Assignment.unit_id).where(
        Assignment.ticket_id == scene.ticket.id,
        Assignment.role == HoldRole.supporting,
        col(Assignment.ended_at).is_(None),
    )
    units = tuple(sorted(set(scene.session.exec(wanted))))
    return Addressees(_people(scene, units, Role.handler), units)


def nobody(scene: Scene) -> Addressees:
    return NOBODY


RESOLVERS: dict[Audience, Callable[[Scene], Addressees]] = {
    Audience.holder: holder,
    Audience.unit_head: unit_head,
    Audience.dispatchers: dispatchers,
    Audience.reviewers: reviewers,
    Audience.follow_up_officers: follow_up_officers,
    Audience.supervisors: supervisors,
    Audience.handling_unit: handling_unit,
    Audience.supporting_units: supporting_units,
    Audience.resident: nobody,
}


def _people(scene: Scene, units: Iterable[int], role: Role | None = None, is_head: bool = False) -> frozenset[int]:
    """People in service with a post in one of these units."""
    asked = (tuple(units), role, is_head)
    if asked not in scene.memory:
        scene.memory[asked] = _found(scene.session, *asked)
    return scene.memory[asked]


def _found(session: Session, units: Iterable[int], role: Role | None, is_head: bool) -> frozenset[int]:
    wanted = (
        select(Appointment.person_id)
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .where(col(Appointment.unit_id).in_(units), col(Person.is_active))
    )
    if role is not None:
        wanted = wanted.where(Appointment.role == role)
    if is_head:
        wanted = wanted.where(col(Appointment.is_head))
    return frozenset(session.exec(wanted))


def _nearest(scene: Scene, role: Role) -> frozenset[int]:
    """People of a role that covers areas: those of the nearest area, from the ticket's own upwards, that has any."""
    for area in scene.known.lineage(scene.ticket.area_id):
        units = [unit.id for unit in scene.known.units.values() if unit.area_id == area.id and unit.id is not None]
        if units and (people := _people(scene, units, role)):
            return people
    return frozenset()
