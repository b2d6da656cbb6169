"""问题清单: open wishes with which something is wrong: late, supervised, given back, to be done again."""

from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Kind
from service.reports.documents.counts import count_of
from service.reports.documents.ticket_rows import TicketColumn, Ticketed, days_late, is_late, tickets
from service.reports.documents.told import counted
from service.tickets.models import IS_OPEN, Ticket
from workflows.words import _


def troubles(asked: Asked) -> tuple[tuple[str, str, ColumnElement[bool]], ...]:
    """What counts as a problem, each with its words."""
    return (
        ("late", _("超期没答复"), is_late(asked)),
        ("supervised", _("在督办"), col(Ticket.supervision_level).is_not(None)),
        ("returned", _("退过单"), col(Ticket.return_count) > 0),
        ("redone", _("在重办"), col(Ticket.reopen_count) > 0),
    )


def troubles_of(asked: Asked, row: Ticketed) -> Cell:
    facts = (
        (days_late(asked, row) is not None, _("超期没答复")),
        (row.supervision_level is not None, _("在督办")),
        (row.return_count > 0, _("退过单")),
        (row.reopen_count > 0, _("在重办")),
    )
    return asked.say(_("、")).join(asked.say(words) for holds, words in facts if holds)


COLUMNS = (
    *("number", "place", "theme", "what"),
    TicketColumn("trouble", _("问题"), Kind.text, 22, troubles_of),
    *("unit", "due_at", "days_late", "returned", "redone", "status"),
)


def made(asked: Asked) -> Body:
    found = troubles(asked)
    any_of_them = or_(*(condition for _key, _words, condition in found))
    listed = tickets(asked, "problems", _("问题清单"), COLUMNS, IS_OPEN, any_of_them, order=col(Ticket.due_at))
    counts = (counted(asked, key, words, count_of(asked, IS_OPEN, condition)) for key, words, condition in found)
    note = asked.say(_("一件可以有几个问题，所以各项加起来会比清单长。最早到期的排在前面。"))
    return Body(tuple(counts), (listed,), (note,))
