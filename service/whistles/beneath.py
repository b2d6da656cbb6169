"""What changed beneath a whistle: its ticket ended or was merged, or the desk that holds it is no desk any more.

Both are looked for where the change was made, in the events since the last look and among desks that were replaced:
it costs what has happened, and not what is open.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.models import UnitClass
from service.directory.reference import Reference, reference
from service.jobs import Surroundings
from service.tickets.models import Ticket, TicketEvent
from service.whistles import lifecycle
from service.whistles.casefile import whistle_case_of
from service.whistles.models import IS_OPEN, Whistle, WhistleFiring
from service.whistles.moving import taken_apart
from service.whistles.records import write_milestones
from workflows.actors import system
from workflows.statuses import ENDED, Status
from workflows.whistle_commands import TellTicketEnded
from workflows.whistle_duties import held
from workflows.whistle_effects import TICKET_ENDED
from workflows.whistle_ladder import next_alarm
from workflows.words import _

OVERLAP = timedelta(hours=1)
"""Events older than the last look are read again: one may have been written late, or failed the first time."""

DESKS = frozenset({UnitClass.town_desk, UnitClass.county_desk})
TICKET_HAS_ENDED = _("心愿已经结束，这次吹哨还在走；不需要了请撤哨。")


def of_ended_tickets(around: Surroundings) -> list[int]:
    """What was told already is left out. Where nobody knows of a last look, every open whistle is looked at."""
    was_told = exists().where(col(WhistleFiring.whistle_id) == col(Whistle.id), col(WhistleFiring.step) == TICKET_ENDED)
    wanted = (
        select(Whistle.id)
        .join(Ticket, col(Ticket.id) == col(Whistle.ticket_id))
        .where(IS_OPEN, col(Ticket.status).in_(ENDED), (col(Ticket.status) == Status.merged) | ~was_told)
    )
    if around.since is not None:
        lately = (col(TicketEvent.at) >= around.since - OVERLAP, col(TicketEvent.status_to).in_(ENDED))
        wanted = wanted.where(col(Whistle.ticket_id).in_(select(TicketEvent.ticket_id).where(*lately)))
    return ids(around.database, wanted)


def of_wishes_taken_apart(around: Surroundings) -> list[int]:
    """A wish has left its issue, or a merger was undone: its whistle may belong elsewhere now."""
    since = around.since - OVERLAP if around.since is not None else None
    return ids(around.database, select(Whistle.id).where(IS_OPEN, col(Whistle.id).in_(taken_apart(since))))


def follow_ticket(session: Session, whistle_id: int, now: datetime) -> bool | None:
    """A whistle goes on with another wish where there is one for it; else it stays, and the town is told."""
    whistle = lifecycle.locked_whistle(session, whistle_id)
    known = reference(session)
    if lifecycle.follow(session, whistle, now, known):
        return True
    case = whistle_case_of(session, whistle, known)
    if not case.is_open or case.ticket_is_open or ("whistle", TICKET_ENDED) in case.fired:
        return None
    command = TellTicketEnded(note=TICKET_HAS_ENDED)
    lifecycle.perform(session, whistle_id, command, system("whistle_ticket_ended"), now)
    return False


def held_by_no_desk(around: Surroundings) -> list[int]:
    """Desks that were replaced or dissolved are few, and mostly none: then nothing is asked of the whistles."""
    with around.database.reading() as session:
        gone = _desks_that_were(reference(session))
    return ids(around.database, select(Whistle.id).where(IS_OPEN, col(Whistle.unit_id).in_(gone))) if gone else []


def hold_anew(session: Session, whistle_id: int, now: datetime) -> bool | None:
    """Whoever is the desk now holds what the old one held, until the same moment: nothing has happened to it."""
    whistle = lifecycle.locked_whistle(session, whistle_id)
    case = whistle_case_of(session, whistle, reference(session))
    right = held(case)
    if not case.is_open or right.unit_id == whistle.unit_id:
        return None
    write_milestones(session, whistle_id, right)
    whistle.unit_id, whistle.due_at = right.unit_id, right.due_at
    whistle.alarm_at = next_alarm(right)
    session.add(whistle)
    return False


def _desks_that_were(known: Reference) -> list[int]:
    now = {area.desk_unit_id for area in known.areas.values()}
    units = known.units.values()
    return [
        unit.id
        for unit in units
        if unit.id is not None and (not unit.is_active or (unit.unit_class in DESKS and unit.id not in now))
    ]


def ids(database: Database, wanted: Any) -> list[int]:
    with database.reading() as session:
        return sorted({each for each in session.execute(wanted).scalars() if each is not None})
