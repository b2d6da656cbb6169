"""Walks the chains of events: has anything been changed, taken out or slipped in since it was written?"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, select

from service.tickets import chain
from service.tickets.models import TicketEvent, TicketEventDetails

BATCH = 1000
NAMES = (*chain.FACTS, *chain.ABOUT)
FACTS = tuple(getattr(TicketEvent, name) for name in NAMES)


def broken_chains(session: Session) -> Iterator[str]:
    """The first event of each ticket that does not fit: later ones stand on it."""
    for ticket_id, events in groupby(_events(session), key=lambda row: row.ticket_id):
        number = _first_misfit(events)
        if number is not None:
            yield f"ticket {ticket_id} at event {number}"


def _first_misfit(events: Iterable[Row[Any]]) -> int | None:
    previous = chain.START
    for row in events:
        facts = {name: getattr(row, name) for name in NAMES}
        if row.previous_hash != previous or not chain.is_hash_of(row.hash, facts, row.at, row.digest, previous):
            return int(row.number)
        if row.salt is not None and row.digest != chain.digest_of(row.details, row.salt):
            return int(row.number)
        previous = row.hash
    return None


def _events(session: Session) -> Iterable[Row[Any]]:
    """All events in the order of their chains, a thousand at a time in memory."""
    wanted = (
        select(
            *FACTS,
            TicketEvent.at,
            TicketEvent.digest,
            TicketEvent.previous_hash,
            TicketEvent.hash,
            TicketEventDetails.salt,
            TicketEventDetails.details,
        )  # type: ignore[call-overload]
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .order_by(col(TicketEvent.ticket_id), col(TicketEvent.number))
    )
    return session.execute(wanted, execution_options={"yield_per": BATCH})
