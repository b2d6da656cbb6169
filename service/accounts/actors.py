"""Turns a person into the actor that the rules know: his posts, with the areas that they cover."""

from sqlmodel import Session, select

from service.directory.models import Appointment
from service.directory.reference import Reference
from workflows.actors import Actor, Post


def actor_of(session: Session, person_id: int, known: Reference) -> Actor:
    rows = session.exec(select(Appointment).where(Appointment.person_id == person_id).order_by(Appointment.id))  # type: ignore[arg-type]
    posts = [Post(row.role, row.unit_id, _path(row.unit_id, known), row.is_head) for row in rows]
    return Actor(person=person_id, posts=tuple(posts))


def _path(unit_id: int, known: Reference) -> str:
    return known.areas[known.units[unit_id].area_id].path
