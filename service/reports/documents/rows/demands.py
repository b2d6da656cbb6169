"""需求清单: every wish that was handed in during the period, with where it stands now."""

from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body
from service.reports.documents.counts import windows_in
from service.reports.documents.ticket_rows import tickets
from service.reports.documents.told import figures
from service.tickets.models import Ticket
from workflows.words import _

COLUMNS = ("number", "created_at", "place", "source", "theme", "what", "status", "unit", "due_at", "closed_at", "said")


def made(asked: Asked) -> Body:
    listed = tickets(
        asked, "demands", _("需求清单"), COLUMNS, asked.within(col(Ticket.created_at)), order=col(Ticket.created_at)
    )
    return Body(figures(asked, windows_in(asked), {}, ("collected", "conclusion_rate")), (listed,))
