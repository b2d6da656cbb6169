"""A ticket as its notices see it, and who sits where: the people and units that audiences are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from service.directory.models import Appointment, Person
from service.directory.reference import Reference
from service.tickets.models import Ticket
from workflows.statuses import Role

Memory = dict[tuple[object, ...], frozenset[int]]


@dataclass(frozen=True)
class Addressees:
    """Who hears: people one by one, and the units whose group chats hear it."""

    people: frozenset[int] = frozenset()
    units: tuple[int, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A ticket and what is told of it (an event's details). `memory`: who sits where, for all scenes of a snapshot."""

    session: Session
    ticket: Ticket
    known: Reference
    memory: Memory = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


NOBODY = Addressees()


def people_of(scene: Scene, units: Iterable[int], role: Role | None = None, is_head: bool = False) -> frozenset[int]:
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


def units_of(scene: Scene, area_id: int) -> list[int]:
    return [unit.id for unit in scene.known.units.values() if unit.area_id == area_id and unit.id is not None]


def nearest(scene: Scene, role: Role) -> frozenset[int]:
    """People of a role that covers areas: those of the nearest area, from the ticket's own upwards, that has any."""
    for area in scene.known.lineage(scene.ticket.area_id):
        units = units_of(scene, area.id or 0)
        if units and (people := people_of(scene, units, role)):
            return people
    return frozenset()
