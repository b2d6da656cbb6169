"""What `weiyuan check` asks of sealed columns: a seal opens wherever it is put in its column, so rows are compared."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.records import phone_index

BATCH = 1000


def seals_in_another_row(session: Session) -> Iterable[str]:
    """A wish is what the chain says was handed in, unless that was erased by law; a number is the one it is found by.
    Name and place stand in no event, by design: of those, nothing is noticed."""
    wanted = (
        select(Ticket.id, Ticket.wish, Ticket.phone, Ticket.phone_index, TicketEventDetails.details)  # type: ignore[call-overload]
        .join(TicketEvent, (col(TicketEvent.ticket_id) == col(Ticket.id)) & (col(TicketEvent.number) == 1))
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
    )
    for row in session.execute(wanted, execution_options={"yield_per": BATCH}):
        was_said = row.details is None or row.details.get("text") == row.wish
        if not was_said or row.phone_index != phone_index(row.phone):
            yield f"ticket {row.id}"
