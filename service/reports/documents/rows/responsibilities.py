"""责任清单: who has to act on which open wish until when, and how much each unit has in its hands."""

from collections import defaultdict

from sqlalchemy import case, func, select
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Chart, Column, Kind, Section, table
from service.reports.documents.counts import count_of
from service.reports.documents.ticket_rows import PAGE, TicketColumn, Ticketed, is_late, local, tickets
from service.reports.documents.told import counted
from service.tickets.models import IS_OPEN, Assignment, Ticket
from workflows.changes import HoldRole
from workflows.statuses import UNANSWERED
from workflows.words import _

COLUMNS = ("unit", "number", "place", "theme", "what", "status", "due_at", "days_late", "lead")


def supporting(asked: Asked) -> TicketColumn:
    """Read once for all: the units that support each open ticket."""
    units: dict[int, list[str]] = defaultdict(list)
    wanted = select(col(Assignment.ticket_id), col(Assignment.unit_id)).where(
        col(Assignment.ended_at).is_(None), col(Assignment.role) == HoldRole.supporting
    )
    for ticket_id, unit_id in asked.session.execute(wanted).yield_per(PAGE):
        units[ticket_id].append(asked.known.unit_name(unit_id))

    def told(asked: Asked, row: Ticketed) -> Cell:
        return asked.say(_("、")).join(units.get(row.id, ()))

    return TicketColumn("supporting", _("协办单位"), Kind.text, 20, told)


def made(asked: Asked) -> Body:
    names = (*COLUMNS, supporting(asked))
    listed = tickets(asked, "responsibilities", _("责任清单"), names, IS_OPEN, order=col(Ticket.unit_id))
    total = counted(asked, "open", _("在办"), count_of(asked, IS_OPEN))
    note = asked.say(_("在办的每一件都有责任单位和期限；并入主单的跟着主单，不另列。"))
    return Body((total,), (_units(asked), listed), (note,))


def _units(asked: Asked) -> Section:
    late = func.sum(case((is_late(asked), 1), else_=0))
    first = func.min(case((col(Ticket.status).in_(UNANSWERED), col(Ticket.due_at))))
    wanted = select(col(Ticket.unit_id), func.count().label("held"), late, first).where(asked.here, IS_OPEN)
    found = asked.session.execute(wanted.group_by(col(Ticket.unit_id))).all()
    rows = [
        (asked.known.unit_name(unit), held, int(past or 0), local(asked, first))
        for unit, held, past, first in sorted(found, key=lambda row: (-row[1], row[0] or 0))
    ]
    columns = (
        Column("unit", asked.say(_("责任单位")), width=20),
        Column("held", asked.say(_("在手件数")), Kind.number),
        Column("late", asked.say(_("超期没答复")), Kind.number),
        Column("first_due", asked.say(_("最早的期限")), Kind.moment, 17),
    )
    return table("units", asked.say(_("各单位手里的")), columns, rows, chart=Chart("unit", ("held", "late")))
