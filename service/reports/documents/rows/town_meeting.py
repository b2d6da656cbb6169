"""镇一页: what a town lays on the table of its meeting: its figures, its villages, what is late, promised and whistled."""

from sqlalchemy import select
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Chart, Column, Kind, Section, table
from service.reports.documents.counts import days_to_answer, is_empty, rest_of, windows_in, windows_of
from service.reports.documents.remarks import remarks
from service.reports.documents.rows.monthly_bulletin import ended
from service.reports.documents.ticket_rows import at_most, is_late, local, tickets
from service.reports.documents.told import USUAL, figures
from service.tickets.models import IS_OPEN, Ticket
from service.whistles.models import IS_OPEN as WHISTLE_IS_OPEN
from service.whistles.models import Whistle
from workflows.ask_words import PromiseState
from workflows.definitions import Window
from workflows.whistle_words import WHISTLE_STATUS_WORDS
from workflows.words import _

TOLD = ("collected", "open", "conclusion_rate", "on_time_rate", "satisfaction_rate", "answer_days_median")
LATE = ("number", "place", "theme", "unit", "due_at", "days_late")
PROMISED = ("number", "place", "theme", "lead", "promised_for")
PROSE = (
    _(
        "{{ period }}，{{ place }}征集心愿 {{ collected }} 件，结束 {{ ended }} 件，在办 {{ open }} 件；"
        "按时率 {{ on_time_rate }}，满意率 {{ satisfaction_rate }}。"
    ),
)


def made(asked: Asked) -> Body:
    windows = windows_in(asked)
    promised = (col(Ticket.promise_state) == PromiseState.open, col(Ticket.promised_for).is_not(None))
    sections = (
        _villages(asked),
        at_most(
            asked, tickets(asked, "late", _("超期没答复的"), LATE, IS_OPEN, is_late(asked), order=col(Ticket.due_at))
        ),
        at_most(
            asked,
            tickets(asked, "promises", _("答应了、还没到日子的"), PROMISED, *promised, order=col(Ticket.promised_for)),
        ),
        _whistles(asked),
    )
    told = (ended(asked), *figures(asked, windows, days_to_answer(asked), TOLD))
    return Body(told, sections, remarks(asked, windows), tuple(asked.words._(line) for line in PROSE))


def _villages(asked: Asked) -> Section:
    """What was handed in for no village stands under the town's own name."""
    below = asked.known.below(asked.place.id or 0)
    found = windows_of(asked, below)
    ordered = sorted(
        below, key=lambda area: (-found[area.id or 0][Window.creation].collected, area.position, area.id or 0)
    )
    rows = [(area.name, *USUAL.cells(found[area.id or 0])) for area in ordered]
    rest = rest_of(windows_in(asked), found.values())
    if not is_empty(rest):
        rows.append((asked.place.name, *USUAL.cells(rest)))
    columns = (Column("village", asked.say(_("村")), width=14), *USUAL.columns(asked))
    return table("villages", asked.say(_("各村")), columns, rows, chart=Chart("village", ("collected", "open")))


def _whistles(asked: Asked) -> Section:
    wanted = select(Whistle).join(Ticket, col(Ticket.id) == col(Whistle.ticket_id)).where(asked.here, WHISTLE_IS_OPEN)
    rows = [
        (
            each.id,
            asked.named(asked.known.whistles.kinds, each.kind),
            asked.said(WHISTLE_STATUS_WORDS, each.status),
            asked.known.unit_name(each.unit_id),
            local(asked, each.due_at),
        )
        for each in asked.session.scalars(wanted.order_by(col(Whistle.due_at)))
    ]
    columns = (
        Column("whistle", asked.say(_("哨")), Kind.number, 8),
        Column("kind", asked.say(_("种类")), width=16),
        Column("status", asked.say(_("状态")), width=10),
        Column("unit", asked.say(_("等着谁")), width=20),
        Column("due_at", asked.say(_("期限")), Kind.moment, 17),
    )
    return table("whistles", asked.say(_("没有了结的哨")), columns, rows)
