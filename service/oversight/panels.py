"""What oversight says beside a ticket: how it is supervised, and what was warned of."""

from service.accounts.visits import Visit
from service.local_words import LocalWords
from service.oversight.early_warning import given_to
from service.oversight.supervised import warnings_in
from service.tickets.models import Ticket
from service.tickets.panels import Panel
from workflows.ask_words import SUPERVISION_WORDS
from workflows.cases import Case
from workflows.supervision import is_unanswered


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """None for most tickets: nobody supervises them and nothing was warned of."""
    assert ticket.id is not None
    warnings = warnings_in(given_to(visit.session, [ticket.id]).get(ticket.id, ()))
    level = ticket.supervision_level
    if level is None and not warnings:
        return None
    values = {
        "warnings": warnings,
        "level": SUPERVISION_WORDS[level] if level else "",
        "since": ticket.supervised_at,
        "due_at": ticket.supervision_due_at,
        "answered_at": ticket.supervision_answered_at,
        "is_waiting": case.is_open and is_unanswered(case),
    }
    return Panel("oversight/_beside.html", values)
