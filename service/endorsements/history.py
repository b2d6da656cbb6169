"""Endorsements that come with the past of their wish: what `lifecycle.endorse` would have written, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert
from sqlmodel import Session, select

from service.endorsements.models import Endorsement
from service.sealing import blind_index
from service.tickets import history
from service.tickets.history import Past
from service.tickets.records import About
from workflows.actors import NOBODY
from workflows.changes import Changes
from workflows.endorsements import Endorse, EndorsementState, check_endorse
from workflows.statuses import Role


@dataclass(frozen=True)
class Given:
    """A row that is still to be written, with the id that was taken for it."""

    id: int
    ticket_id: int
    browser: str
    at: datetime


def take_ids(session: Session, count: int) -> Sequence[int]:
    """For rows that are written in this transaction. SQLite's table keeps no account of the ids that it has given."""
    if session.get_bind().dialect.name == "postgresql":
        return history.next_ids(session, Endorsement, count)
    last = session.exec(select(func.max(Endorsement.id))).one() or 0
    return range(last + 1, last + count + 1)


def endorse(past: Past, endorsement_id: int, browser: str, at: datetime, before: int) -> Given:
    """A neighbour who has not said so yet says "me too", as `before` others have. Raises Refused, WrongStatus."""
    assert past.ticket_id is not None
    check_endorse(past.case.status or past.status, past.is_shared, has_endorsed=False)
    about = About(f"endorsement:{endorsement_id}", EndorsementState.given)
    past.note(Endorse(), at, NOBODY, Role.neighbour, about, Changes({"endorsements": before + 1}))
    return Given(endorsement_id, past.ticket_id, browser, at)


def write(session: Session, given: Sequence[Given]) -> None:
    """After the wishes themselves."""
    rows = [
        {
            "id": each.id,
            "ticket_id": each.ticket_id,
            "browser": blind_index(each.browser),
            "state": EndorsementState.given,
            "at": each.at,
            "taken_back_at": None,
        }
        for each in given
    ]
    if rows:
        session.connection().execute(insert(Endorsement.__table__), rows)  # type: ignore[attr-defined]
