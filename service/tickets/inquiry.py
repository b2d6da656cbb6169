"""问诉求人, as pages show it: what the unit asked her, since when its clock stands, and what she is shown first."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.accounts.visits import Visit
from service.directory.reference import Reference
from service.local_words import LocalWords
from service.masking import mask_text
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.panels import Panel
from workflows.cases import Case


@dataclass(frozen=True)
class Question:
    """`words` are empty when they were erased by law; `lapses_at` is when the unit goes on without an answer."""

    words: str
    unit: str
    asked_at: datetime
    lapses_at: datetime


def is_waiting(ticket: Ticket) -> bool:
    return ticket.inquired_at is not None and ticket.inquiry_ended_at is None


def question_to_her(session: Session, ticket: Ticket, known: Reference) -> Question | None:
    """What waits for her word now."""
    if not is_waiting(ticket) or ticket.inquired_at is None:
        return None
    asked = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket.id, TicketEvent.verb == "inquire")
    last = session.exec(asked.order_by(col(TicketEvent.number).desc()).limit(1)).first()
    said = session.get(TicketEventDetails, last) if last is not None else None
    term = known.limits_in(ticket.area_id, ticket.inquired_at).term("inquiry")
    return Question(
        words=mask_text(said.details.get("words", "")) if said else "",
        unit=known.unit_name(ticket.lead_unit_id),
        asked_at=ticket.inquired_at,
        lapses_at=known.calendar.add(ticket.inquired_at, term),
    )


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """In the workbench: the clock that stands still, and until when."""
    question = question_to_her(visit.session, ticket, visit.known)
    return Panel("tickets/_inquiry_beside.html", {"question": question}) if question else None
