"""Who can write the database but has not got the county's key cannot make a chain anew."""

import hashlib

from sqlalchemy import text
from sqlmodel import Session, col, select

from service import keys
from service.database import Database
from service.keys import Keyring, new_key
from service.oversight.chains import broken_chains
from service.tickets import chain
from service.tickets.models import TicketEvent
from tests.factories import build_county, wish_in
from tests.service.oversight.test_checks import FREE_EVENTS
from tests.support.keys import KEYRING
from workflows.statuses import Status


def forged(event: TicketEvent, previous: bytes, *, with_key: bool) -> bytes:
    facts = {name: getattr(event, name) for name in chain.FACTS}
    if with_key:
        return chain.hash_of(facts, event.at, event.digest, previous)
    return hashlib.sha256(previous + repr(facts).encode() + event.digest).digest()


def rewrite_without_the_key(session: Session, ticket_id: int) -> None:
    previous = chain.START
    for event in session.exec(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(col(TicketEvent.number))
    ):
        event.person_id = None
        event.previous_hash, event.hash = previous, forged(event, previous, with_key=False)
        previous = event.hash
        session.add(event)


def test_a_whole_chain_made_anew_without_the_key_is_found(database: Database) -> None:
    with database.writing() as session:
        wish = wish_in(session, build_county(session), Status.closed)
        for step in FREE_EVENTS[database.dialect]:
            session.execute(text(step))
        rewrite_without_the_key(session, wish)
    with database.reading() as session:
        assert list(broken_chains(session)) == [f"ticket {wish} at event 1"]


def test_chains_hold_after_the_key_was_changed_as_long_as_the_old_one_is_in_the_file(database: Database) -> None:
    with database.writing() as session:
        wish_in(session, build_county(session), Status.closed)
    newer = Keyring((*Keyring.parse(new_key()).keys, *KEYRING.keys))
    keys.use(newer)
    with database.reading() as session:
        assert list(broken_chains(session)) == []
