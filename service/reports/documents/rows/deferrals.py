"""挂账: what cannot be done now, with the unit that keeps it and the day on which it is looked at again."""

from sqlalchemy import func, select
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Column, Kind, table
from service.reports.documents.counts import count_of
from service.reports.documents.ticket_rows import tickets
from service.reports.documents.told import counted
from service.tickets.models import Ticket
from workflows.statuses import Status
from workflows.words import _

IN_CHARGE = func.coalesce(col(Ticket.lead_unit_id), col(Ticket.unit_id))
COLUMNS = ("number", "created_at", "place", "theme", "what", "lead", "deferred_until", "due_at")


def made(asked: Asked) -> Body:
    deferred = col(Ticket.status) == Status.deferred
    listed = tickets(asked, "deferrals", _("挂账"), COLUMNS, deferred, order=col(Ticket.deferred_until))
    past = count_of(asked, deferred, col(Ticket.deferred_until) < asked.period.first)
    told = (
        counted(asked, "deferred", _("挂账"), listed.total),
        counted(asked, "past_review", _("过了复核日期"), past),
    )
    wanted = select(IN_CHARGE, func.count()).where(asked.here, deferred).group_by(IN_CHARGE)
    found = sorted(asked.session.execute(wanted).all(), key=lambda row: (-row[1], row[0] or 0))
    columns = (
        Column("unit", asked.say(_("单位")), width=20),
        Column("deferred", asked.say(_("挂账")), Kind.number),
    )
    units = table("units", asked.say(_("各单位的挂账")), columns, [(asked.known.unit_name(key), n) for key, n in found])
    return Body(told, (units, listed))
