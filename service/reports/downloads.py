"""The figures as a table that an office can go on working with: CSV and Excel, with their time and their parts."""

import csv
import io
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import xlsxwriter
from fastapi import Request, Response

from service import web
from service.formulas import guarded
from service.reports.files import CSV, EXCEL, file_of
from service.reports.windows import Seen, Windows
from workflows.answer_days import Days, percentile
from workflows.definitions import Window
from workflows.formulas import rounds_to_whole
from workflows.measures import ANSWER_TIMES
from workflows.rates import DEFAULT_WEIGHTS, MEASURES
from workflows.words import _

Cell = str | int | float | None
PERCENT_COLUMNS = range(5, 5 + 3 * len(MEASURES), 3)


def table_of(request: Request, figures: Seen) -> Iterator[list[Cell]]:
    """A heading, the place, each town of the county. Each rate has its numerator and denominator; empty without one."""

    def said(words: str) -> str:
        return web.say(request, words)

    yield [
        said(_("地方")),
        said(_("征集")),
        said(_("办结")),
        said(_("在办")),
        said(_("超期")),
        *(said(part) for measure in MEASURES for part in (measure.words, _("分子"), _("分母"))),
        *(said(row.words) for row in ANSWER_TIMES),
    ]
    yield [figures.place.name, *_cells(figures.windows, figures.days)]
    for town, windows in figures.towns:
        yield [town.name, *_cells(windows, figures.days_in(town))]


def _cells(windows: Windows, days: Days) -> list[Cell]:
    rates = [measure.of(windows[measure.window], DEFAULT_WEIGHTS) for measure in MEASURES]
    parts = [cell for rate in rates for cell in (rate.value, rate.numerator, rate.denominator)]
    collected, standing = windows[Window.creation], windows[Window.standing]
    return [
        collected.collected,
        collected.concluded,
        standing.open,
        standing.open_overdue,
        *parts,
        *(percentile(days, row.part) for row in ANSWER_TIMES),
    ]


def csv_of(request: Request, figures: Seen, chosen: Sequence[str]) -> Response:
    """With the mark that tells Excel that it is UTF-8."""
    written = io.StringIO()
    rows = csv.writer(written)
    for row in table_of(request, figures):
        rows.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    rows.writerows(_below(request, figures, chosen))
    return file_of("\ufeff" + written.getvalue(), CSV, "figures.csv")


def excel_of(request: Request, figures: Seen, chosen: Sequence[str]) -> Response:
    """Numbers are numbers, rates are per cent, and the heading stays where it is."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"strings_to_formulas": False, "in_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True, "text_wrap": True})
        percent, nearly = (book.add_format({"num_format": look}) for look in ("0.00%", "0.00######%"))
        for number, row in enumerate(table_of(request, figures)):
            sheet.write_row(number, 0, row, bold if number == 0 else None)
            for column in PERCENT_COLUMNS if number else ():
                cell = row[column]
                is_nearly = isinstance(cell, float) and rounds_to_whole(cell)
                sheet.write(number, column, cell, nearly if is_nearly else percent)
        for number, note in enumerate(_below(request, figures, chosen), len(figures.towns) + 3):
            sheet.write_row(number, 0, note)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 16)
    return file_of(written.getvalue(), EXCEL, "figures.xlsx")


def _below(request: Request, figures: Seen, chosen: Sequence[str]) -> list[list[str]]:
    as_of = f"{figures.as_of.astimezone(ZoneInfo(request.app.state.face.zone)):%Y-%m-%d %H:%M}"
    only = [[web.say(request, _("只算")), guarded(" · ".join(chosen))]] if chosen else []
    return [[web.say(request, _("截至")), as_of], *only]
