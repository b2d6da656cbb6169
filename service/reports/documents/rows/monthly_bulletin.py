"""月通报: the month's figures with all their parts, the towns, the units by class, the themes, the latest of the late."""

from dataclasses import replace

from sqlmodel import col

from service.directory.models import AreaLevel
from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Chart, Column, Kind, Section, Told, table
from service.reports.documents.counts import (
    collected_by,
    days_to_answer,
    ended_in,
    in_order,
    is_empty,
    rest_of,
    windows_in,
    windows_of,
)
from service.reports.documents.remarks import remarks
from service.reports.documents.ticket_rows import at_most, is_late, tickets
from service.reports.documents.told import USUAL, counted, figures
from service.tickets.models import IS_OPEN, Ticket
from workflows.statuses import SOURCE_WORDS
from workflows.words import _

PROSE = (
    _(
        "{{ period }}，{{ place }}征集群众心愿 {{ collected }} 件，本期结束 {{ ended }} 件，到 {{ as_of }} 在办 {{ open }} 件。"
    ),
    _("本期征集的心愿，办结率 {{ conclusion_rate }}。"),
    _(
        "本期办结的，加上期末以前征集、现在超期的，按时率 {{ on_time_rate }}；按原期限按时率 {{ original_on_time_rate }}。"
    ),
    _("回访中，响应率 {{ response_rate }}，解决率 {{ resolution_rate }}，满意率 {{ satisfaction_rate }}。"),
)
LATE = ("number", "place", "theme", "unit", "due_at", "days_late")
LATE_MOST = 50


def made(asked: Asked) -> Body:
    windows = windows_in(asked)
    told = (ended(asked), *figures(asked, windows, days_to_answer(asked)))
    sections = (*_places(asked), _themes(asked), _sources(asked), _late(asked))
    return Body(told, sections, remarks(asked, windows), tuple(asked.words._(line) for line in PROSE))


def ended(asked: Asked) -> Told:
    return counted(asked, "ended", _("本期结束"), ended_in(asked))


def _places(asked: Asked) -> tuple[Section, ...]:
    """The towns of the county; of a town, nothing is below that is compared here."""
    if asked.place.level is not AreaLevel.county:
        return ()
    return (towns(asked),)


def towns(asked: Asked) -> Section:
    below = [area for area in asked.known.below(asked.place.id or 0) if area.level is AreaLevel.town]
    found = windows_of(asked, below)
    rows = [(area.name, *USUAL.cells(found[area.id or 0])) for area in below]
    rest = rest_of(windows_in(asked), found.values())
    if not is_empty(rest):
        rows.append((asked.town_name(None), *USUAL.cells(rest)))
    columns = (Column("town", asked.say(_("镇")), width=14), *USUAL.columns(asked))
    chart = Chart("town", ("collected", "closed"))
    return table("towns", asked.say(_("各镇")), columns, rows, chart=chart)


def _themes(asked: Asked) -> Section:
    before = collected_by(replace(asked, period=asked.period.before), col(Ticket.category_id))
    rows = [
        (asked.known.category_name(theme) or asked.say(_("没有归类")), count, before.get(theme, 0))
        for theme, count in in_order(collected_by(asked, col(Ticket.category_id)))
    ]
    columns = (
        Column("theme", asked.say(_("事项")), width=16),
        Column("collected", asked.say(_("本期征集")), Kind.number),
        Column("before", asked.say(_("上期征集")), Kind.number),
    )
    return table("themes", asked.say(_("群众说的是什么")), columns, rows, chart=Chart("theme", ("collected", "before")))


def _sources(asked: Asked) -> Section:
    rows = [
        (asked.said(SOURCE_WORDS, source), count) for source, count in in_order(collected_by(asked, col(Ticket.source)))
    ]
    columns = (Column("source", asked.say(_("来源")), width=14), Column("collected", asked.say(_("件数")), Kind.number))
    return table("sources", asked.say(_("从哪里来")), columns, rows)


def _late(asked: Asked) -> Section:
    """The longest overdue. A bulletin about people's wishes names units, and nobody's words."""
    found = tickets(asked, "late", _("超期没答复的"), LATE, IS_OPEN, is_late(asked), order=col(Ticket.due_at))
    return at_most(asked, found, LATE_MOST)
