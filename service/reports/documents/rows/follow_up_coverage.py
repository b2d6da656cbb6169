"""回访覆盖: of what was closed, whose villager was heard; who could not be reached, and what became of each call."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Column, Kind, Section, table
from service.reports.documents.counts import in_order, rest_of, windows_by, windows_in, windows_of
from service.reports.documents.remarks import remarks
from service.reports.documents.ticket_rows import tickets
from service.reports.documents.told import figures
from service.reports.rollups import Dimension
from service.tickets.models import Ticket
from workflows.commands import CHOICE_WORDS
from workflows.definitions import Window
from workflows.formulas import follow_up_coverage
from workflows.statuses import Status
from workflows.tallies import Tally
from workflows.words import _

SILENT = ("number", "place", "theme", "lead", "closed_at", "attempts", "result")


def made(asked: Asked) -> Body:
    windows = windows_in(asked)
    silent = tickets(
        asked,
        "silent",
        _("办结了、没有听到诉求人说话的"),
        SILENT,
        asked.within(col(Ticket.closed_at)),
        col(Ticket.status) == Status.closed,
        col(Ticket.satisfaction).is_(None),
        order=col(Ticket.closed_at),
    )
    told = figures(asked, windows, {}, ("follow_up_coverage", "satisfaction_rate"))
    places = (
        _coverage(asked, "towns", _("各地"), _by_place(asked)),
        _coverage(asked, "themes", _("各事项"), _by_theme(asked)),
    )
    return Body(told, (*places, _results(asked), silent), remarks(asked, windows))


def _by_place(asked: Asked) -> dict[str, Tally]:
    below = asked.known.below(asked.place.id or 0)
    found = windows_of(asked, below)
    rest = rest_of(windows_in(asked), found.values())
    every = {**{area.name: found[area.id or 0] for area in below}, asked.place.name: rest}
    return {name: windows[Window.conclusion] for name, windows in every.items()}


def _by_theme(asked: Asked) -> dict[str, Tally]:
    return {
        asked.known.category_name(key) or asked.say(_("没有归类")): windows[Window.conclusion]
        for key, windows in windows_by(asked, Dimension.category).items()
    }


def _coverage(asked: Asked, key: str, words: str, found: Mapping[str, Tally]) -> Section:
    ordered = sorted(found.items(), key=lambda each: (-each[1].closed, each[0]))
    rows = [(name, *_cells(tally)) for name, tally in ordered if tally.closed]
    columns = (
        Column("name", asked.say(_("名称")), width=16),
        Column("closed", asked.say(_("办结")), Kind.number, 8),
        Column("coverage", asked.say(_("回访覆盖率")), Kind.rate, 10),
        Column("unreachable", asked.say(_("联系不上")), Kind.number, 9),
        Column("unrated", asked.say(_("没有评价")), Kind.number, 9),
        Column("excluded", asked.say(_("剔除")), Kind.number, 8),
    )
    return table(key, asked.say(words), columns, rows)


def _cells(tally: Tally) -> tuple[Cell, ...]:
    return (tally.closed, follow_up_coverage(tally), tally.unreachable, tally.unrated, tally.excluded)


def _results(asked: Asked) -> Section:
    """The last attempt at each of the wishes that were closed."""
    result = col(Ticket.attempt_result)
    wanted = select(result, func.count()).where(asked.here, asked.within(col(Ticket.closed_at)), result.is_not(None))
    counts = {row[0]: row[1] for row in asked.session.execute(wanted.group_by(result))}
    rows = [(asked.said(CHOICE_WORDS, key), count) for key, count in in_order(counts)]
    columns = (
        Column("result", asked.say(_("最近一次回访")), width=16),
        Column("count", asked.say(_("件数")), Kind.number),
    )
    return table("results", asked.say(_("电话打得怎么样")), columns, rows)
