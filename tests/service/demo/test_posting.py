"""The demo's wall: a handful in every column, by the same command and the same rules as in a real county."""

from datetime import UTC, datetime

from sqlmodel import select

from service.database import Database
from service.demo.fill import fill
from service.tickets.models import Ticket, TicketEvent
from workflows.claimable import FINER_THAN_A_VILLAGE
from workflows.wall import COLUMNS

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def test_every_column_of_the_wall_has_something_and_nothing_finer_than_a_village(sqlite_database: Database) -> None:
    fill(sqlite_database, NOW)
    with sqlite_database.reading() as session:
        shown = [ticket for ticket in session.exec(select(Ticket)) if ticket.published_at]
        said = session.exec(select(TicketEvent.ticket_id).where(TicketEvent.verb == "publish")).all()
    counts = [sum(ticket.status in column.statuses for ticket in shown) for column in COLUMNS]
    assert all(3 <= count <= 6 for count in counts), counts
    assert {ticket.id for ticket in shown} == set(said) and all(ticket.is_shared for ticket in shown)
    assert not any(FINER_THAN_A_VILLAGE.search(ticket.wall_text or "") for ticket in shown)
