"""承诺: every dated promise, whether it was kept, and what the villager says to that."""

from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Kind
from service.reports.documents.counts import windows_in
from service.reports.documents.ticket_rows import TicketColumn, Ticketed, tickets
from service.reports.documents.told import figures
from service.tickets.models import Ticket
from workflows.ask_words import PROMISE_WORDS
from workflows.words import _


def state(asked: Asked, row: Ticketed) -> Cell:
    return asked.said(PROMISE_WORDS, row.promise_state)


def confirmed(asked: Asked, row: Ticketed) -> Cell:
    said = {True: _("办到了"), False: _("没办到")}
    return asked.said(said, row.promise_confirmed)


COLUMNS = (
    *("number", "place", "theme", "what", "lead", "promised_for"),
    TicketColumn("state", _("兑现情况"), Kind.text, 12, state),
    TicketColumn("confirmed", _("诉求人说办到了吗"), Kind.text, 14, confirmed),
)


def made(asked: Asked) -> Body:
    promised = (col(Ticket.promise_state).is_not(None), col(Ticket.promised_for).is_not(None))
    listed = tickets(asked, "promises", _("承诺"), COLUMNS, *promised, order=col(Ticket.promised_for))
    return Body(figures(asked, windows_in(asked), {}, ("promises_kept",)), (listed,))
