"""进度清单: every open wish, the step at which it is, and how long it still has."""

from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Chart, Column, Kind, table
from service.reports.documents.counts import count_of
from service.reports.documents.ticket_rows import tickets
from service.reports.documents.told import counted
from service.tickets.models import IS_OPEN, Ticket
from workflows.statuses import STAGE_OF, STAGE_WORDS, STATUS_WORDS, Status
from workflows.words import _

COLUMNS = ("number", "place", "theme", "what", "stage", "status", "unit", "due_at", "days_late", "created_at")
STEPS = (Status.submitted, Status.assigned, Status.in_progress, Status.deferred, Status.replied, Status.follow_up)


def made(asked: Asked) -> Body:
    listed = tickets(asked, "progress", _("进度清单"), COLUMNS, IS_OPEN, order=col(Ticket.due_at))
    counts = {status: count_of(asked, IS_OPEN, col(Ticket.status) == status) for status in STEPS}
    columns = (
        Column("stage", asked.say(_("到了哪一步"))),
        Column("status", asked.say(_("状态"))),
        Column("count", asked.say(_("件数")), Kind.number),
    )
    steps = table(
        "steps",
        asked.say(_("各步的件数")),
        columns,
        [
            (asked.say(STAGE_WORDS[STAGE_OF[status]]), asked.say(STATUS_WORDS[status]), count)
            for status, count in counts.items()
        ],
        chart=Chart("status", ("count",)),
    )
    return Body((counted(asked, "open", _("在办"), sum(counts.values())),), (steps, listed))
