"""The only door through which an endorsement moves: the row, the ticket's count, and an event in the ticket's chain."""

from datetime import datetime

from sqlmodel import Session, select

from service.endorsements.models import Endorsement
from service.errors import NotFound
from service.sealing import blind_index
from service.tickets import lifecycle as tickets
from service.tickets.models import Ticket
from service.tickets.records import About
from workflows.actors import NOBODY
from workflows.changes import Changes
from workflows.command_fields import CommandBase
from workflows.endorsements import (
    Endorse,
    EndorsementState,
    TakeBackEndorsement,
    check_endorse,
    check_taking_back,
)
from workflows.statuses import Role


def endorse(session: Session, ticket_id: int, browser: str, now: datetime) -> Endorsement:
    """Once for each browser; who has taken it back may say it again. Raises NotFound, Refused, WrongStatus."""
    ticket = tickets.locked(session, ticket_id)
    mark = blind_index(browser)
    wanted = select(Endorsement).where(Endorsement.ticket_id == ticket_id, Endorsement.browser == mark)
    before = session.exec(wanted).one_or_none()
    check_endorse(ticket.status, ticket.is_shared, before is not None and before.state is EndorsementState.given)
    given = before or Endorsement(ticket_id=ticket_id, browser=mark, state=EndorsementState.given, at=now)
    given.state, given.at, given.taken_back_at = EndorsementState.given, now, None
    _write(session, ticket, given, Endorse(), 1, now)
    return given


def take_back(session: Session, endorsement_id: int, now: datetime) -> Endorsement:
    """Raises NotFound, Refused, WrongStatus."""
    found = session.get(Endorsement, endorsement_id)
    if found is None:
        raise NotFound()
    ticket = tickets.locked(session, found.ticket_id)
    session.refresh(found)
    check_taking_back(ticket.status, found.state)
    found.state, found.taken_back_at = EndorsementState.taken_back, now
    _write(session, ticket, found, TakeBackEndorsement(), -1, now)
    return found


def _write(session: Session, ticket: Ticket, row: Endorsement, command: CommandBase, step: int, now: datetime) -> None:
    session.add(row)
    session.flush()
    counted = Changes({"endorsements": ticket.endorsements + step})
    about = About(f"endorsement:{row.id}", row.state)
    tickets.record(session, row.ticket_id, command, NOBODY, Role.neighbour, now, about, counted)
