"""Who looked at her number, heard her voice or saw the exact place: looking is allowed, and it is written down."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from service import clock
from service.inserts import insert_into
from service.rate_limits import LOOK, spend_within
from service.settings import settings
from service.tickets.models import Assignment, Looked, Reveal
from workflows.actors import Actor


def write_down(session: Session, actor: Actor, ticket_id: int, what: Looked, now: datetime) -> None:
    """Of the number each time; of a voice or a place the first time of the day. Raises TooMany: who gets hold of one
    official's session does not carry the county's numbers away in a minute."""
    if what is Looked.number:
        spend_within(session, LOOK, str(actor.person), now)
    day = None if what is Looked.number else _day(now)
    row = {"ticket_id": ticket_id, "person_id": actor.person, "what": what, "at": now, "day": day}
    row["was_holding"] = is_with(session, actor, ticket_id)
    session.execute(insert_into(session, Reveal).values(row).on_conflict_do_nothing())


def has_looked(session: Session, actor: Actor, ticket_id: int, what: Looked, now: datetime) -> bool:
    """Today: what somebody opened stays open to him for the day."""
    his = (Reveal.ticket_id == ticket_id, Reveal.person_id == actor.person)
    wanted = select(Reveal.id).where(*his, Reveal.what == what, Reveal.day == _day(now))
    return session.exec(wanted).first() is not None


def is_with(session: Session, actor: Actor, ticket_id: int) -> bool:
    """Whether a unit of his has the ticket now, as the one that leads or as one that helps."""
    open_holds = (Assignment.ticket_id == ticket_id, col(Assignment.ended_at).is_(None))
    wanted = select(Assignment.id).where(*open_holds, col(Assignment.unit_id).in_(actor.units))
    return session.exec(wanted.limit(1)).first() is not None


def may_hear(session: Session, actor: Actor, ticket_id: int, now: datetime) -> bool:
    """Who has the ticket plays a recording at once; others say first that they want to hear it."""
    return is_with(session, actor, ticket_id) or has_looked(session, actor, ticket_id, Looked.voice, now)


def _day(now: datetime) -> date:
    return clock.local(now, settings().time_zone).date()
