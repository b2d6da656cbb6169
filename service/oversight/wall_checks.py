"""What `weiyuan check` asks of the public wall (公示墙): nothing stands there that was not approved, or that names her."""

from collections.abc import Iterable

from sqlmodel import Session, col, or_, select

from service.masking import mask_text
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from workflows.wall import SHOWABLE

VERBS = ("publish", "take_down")


def wall_tells_too_much(session: Session) -> Iterable[str]:
    """A telephone or identity number in words that anybody reads."""
    shown = select(col(Ticket.id), col(Ticket.wall_text)).where(col(Ticket.wall_text).is_not(None))
    return [f"ticket {row.id}" for row in session.execute(shown) if mask_text(row.wall_text) != row.wall_text]


def wall_against_approvals(session: Session) -> Iterable[str]:
    """What stands there was put up by an official in these very words, may be read by neighbours, and is not over."""
    stands = or_(col(Ticket.published_at).is_not(None), col(Ticket.wall_text).is_not(None))
    rows = session.exec(select(Ticket).where(stands)).all()
    approved = _approved(session, [ticket.id for ticket in rows])
    for ticket in rows:
        is_whole = ticket.published_at is not None and ticket.is_shared and ticket.status in SHOWABLE
        words = approved.get(ticket.id or 0)
        if not is_whole or words is None or (words and mask_text(words) != ticket.wall_text):
            yield f"ticket {ticket.id}"


def _approved(session: Session, tickets: list[int | None]) -> dict[int, str]:
    """The words of the last approval, where nobody took it down since; empty where they were erased by law."""
    told = (
        select(TicketEvent, TicketEventDetails)
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(col(TicketEvent.ticket_id).in_(tickets), col(TicketEvent.verb).in_(VERBS))
        .order_by(col(TicketEvent.ticket_id), col(TicketEvent.number))
    )
    found: dict[int, str] = {}
    for event, said in session.execute(told):
        if event.verb == "take_down":
            found.pop(event.ticket_id, None)
        else:
            found[event.ticket_id] = said.details.get("words", "") if said else ""
    return found
