"""A report as CSV or Excel: types are types, headings stay in sight, charts are the sheet's own, memory stays constant.

What people have typed stays words: nothing that looks like a formula is one (CSV injection, OWASP).
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from service.formulas import guarded
from service.local_words import LocalWords
from service.reports.documents.cells import beside_in_words, in_words, prose_of
from service.reports.documents.content import Cell, Column, Content, Kind, Row, Section, Told
from workflows.formulas import Rate, rounds_to_whole
from workflows.refusals import Refused
from workflows.words import _

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
ROWS_MOST = 1_048_000
CHARTED_MOST = 40
CELL_MOST = 32_767
NAME_MOST = 31
FRACTION, NEARLY = "fraction", "nearly"
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
TOO_MANY_ROWS = _("一个工作表最多 {most} 行：请选短一点的时段，或者下载 CSV。")
PARTS = (_("{name}"), _("{name}：分子"), _("{name}：分母"), _("{name}：95% 区间从"), _("{name}：到"))


def headings(columns: tuple[Column, ...], words: LocalWords) -> list[str]:
    """A rate takes five columns."""
    found: list[str] = []
    for column in columns:
        parts = PARTS if column.kind is Kind.rate else PARTS[:1]
        found += [words._(part).format(name=column.words) for part in parts]
    return found


def spread(row: Row, columns: tuple[Column, ...]) -> list[Cell]:
    found: list[Cell] = []
    for cell, column in zip(row, columns, strict=True):
        found += _rate_cells(cell) if column.kind is Kind.rate else [cell]
    return found


def _rate_cells(cell: Cell) -> list[Cell]:
    if not isinstance(cell, Rate):
        return [None] * len(PARTS)
    return [cell.value, cell.numerator, cell.denominator, cell.low, cell.high]


FIGURE_HEADINGS = (_("数字"), _("值"), _("分子"), _("分母"), _("样本数 n"), _("说明"))


def figure_row(told: Told, words: LocalWords) -> list[Cell]:
    rate = told.rate
    parts: list[Cell] = [rate.numerator, rate.denominator] if rate else [None, None]
    return [told.words, told.value, *parts, told.n, beside_in_words(told, words)]


# CSV


def csv_lines(content: Content, words: LocalWords) -> Iterator[str]:
    """Line by line: what stands at the head, the figures, then each table below its heading. UTF-8 with its mark."""
    yield "\ufeff"
    for row in _csv_rows(content, words):
        written = io.StringIO()
        csv.writer(written).writerow([_as_text(cell) for cell in row])
        yield written.getvalue()


def _csv_rows(content: Content, words: LocalWords) -> Iterator[list[Cell]]:
    yield [content.title]
    yield [words._(_("时段")), content.period]
    yield [words._(_("截至")), content.as_of_words]
    for line in (*prose_of(content, words), *content.body.notes):
        yield [line]
    if content.body.figures:
        yield []
        yield [words._(each) for each in FIGURE_HEADINGS]
    for told in content.body.figures:
        yield figure_row(told, words)
    for section in content.body.sections:
        yield []
        yield [section.words, *(note for note in (section.explained, *section.notes) if note)]
        yield list(headings(section.columns, words))
        for row in section.rows():
            yield spread(row, section.columns)


def _as_text(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return guarded(cell) if isinstance(cell, str) else str(cell) if isinstance(cell, int) else in_words(cell)


# Excel


def write_excel(content: Content, words: LocalWords, path: Path) -> None:
    """A cover with the figures, and a sheet for each table. Raises Refused for more rows than a sheet has."""
    with Workbook(str(path), OPTIONS) as book:
        looks = _looks(book)
        _write_cover(book, looks, content, words)
        for section in content.body.sections:
            _write_section(book, looks, section, words)


def _looks(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "heading": book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E8EEF4", "bottom": 1}),
        "percent": book.add_format({"num_format": "0.00%"}),
        NEARLY: book.add_format({"num_format": "0.00######%"}),
        Kind.text: book.add_format({"text_wrap": True, "valign": "top"}),
        Kind.number: book.add_format({"num_format": "#,##0", "valign": "top"}),
        FRACTION: book.add_format({"num_format": "#,##0.0#", "valign": "top"}),
        Kind.day: book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        Kind.moment: book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"}),
    }


def _write_cover(book: Any, looks: dict[str, Any], content: Content, words: LocalWords) -> None:
    sheet = book.add_worksheet(words._(_("说明")))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 4, 12)
    sheet.set_column(5, 5, 60)
    sheet.write_string(0, 0, content.title, looks["title"])
    lines = [
        words._(_("时段：{period}")).format(period=content.period),
        words._(_("截至：{moment}")).format(moment=content.as_of_words),
        *prose_of(content, words),
        *content.body.notes,
    ]
    for number, line in enumerate(lines, 1):
        sheet.write_string(number, 0, line)
    at = len(lines) + 2
    for place, heading in enumerate(FIGURE_HEADINGS if content.body.figures else ()):
        sheet.write_string(at, place, words._(heading), looks["heading"])
    for number, told in enumerate(content.body.figures, at + 1):
        for place, cell in enumerate(figure_row(told, words)):
            look = "percent" if place == 1 and told.rate else Kind.number if 0 < place < 5 else Kind.text
            _write(sheet, number, place, cell, looks[_look_of(cell, look)])


def _write_section(book: Any, looks: dict[str, Any], section: Section, words: LocalWords) -> None:
    """Notes stand below the rows, so that the heading is the first line and stays in sight."""
    name = _sheet_name(book, section.words)
    sheet = book.add_worksheet(name)
    kinds = _kinds(section.columns)
    for place, (heading, width, look) in enumerate(zip(headings(section.columns, words), *kinds, strict=True)):
        sheet.set_column(place, place, width, looks[look])
        sheet.write_string(0, place, heading, looks["heading"])
    sheet.freeze_panes(1, 1)
    last = 0
    for last, row in enumerate(section.rows(), 1):
        if last > ROWS_MOST:
            raise Refused(TOO_MANY_ROWS, most=f"{ROWS_MOST:,}")
        for place, cell in enumerate(spread(row, section.columns)):
            _write(sheet, last, place, cell, looks[_look_of(cell, kinds[1][place])])
    for number, note in enumerate(filter(None, (section.explained, *section.notes)), last + 2):
        sheet.write_string(number, 0, note)
    if section.chart and last:
        sheet.insert_chart(1, len(kinds[0]) + 1, _chart(book, section, name, min(last, CHARTED_MOST)))


def _kinds(columns: tuple[Column, ...]) -> tuple[list[int], list[Any]]:
    """Widths and looks of the columns of the sheet."""
    widths: list[int] = []
    looks: list[Any] = []
    for column in columns:
        is_rate = column.kind is Kind.rate
        widths += [column.width] * (len(PARTS) if is_rate else 1)
        looks += ["percent", Kind.number, Kind.number, "percent", "percent"] if is_rate else [column.kind]
    return widths, looks


def _look_of(cell: Cell, look: Any) -> Any:
    """Half points are shown as such, whole numbers without a comma behind them, and nearly all is not shown as all."""
    if look == "percent":
        return NEARLY if isinstance(cell, float) and rounds_to_whole(cell) else look
    is_part = isinstance(cell, float) and not cell.is_integer()
    return FRACTION if look is Kind.number and is_part else look


def _sheet_name(book: Any, words: str) -> str:
    """Excel takes 31 characters, some signs not at all, and no name twice."""
    plain = FORBIDDEN.sub(" ", words)[:NAME_MOST]
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    numbered = (f"{plain[: NAME_MOST - 3]} {number}" for number in range(2, 99))
    return plain if plain.lower() not in taken else next(name for name in numbered if name.lower() not in taken)


def _write(sheet: Any, row: int, place: int, cell: Cell, look: Any) -> None:
    if cell is None or cell == "" or isinstance(cell, Rate):
        return
    if isinstance(cell, str):
        sheet.write_string(row, place, cell[:CELL_MOST], look)
    elif isinstance(cell, int | float):
        sheet.write_number(row, place, cell, look)
    else:
        sheet.write_datetime(row, place, cell, look)


def _chart(book: Any, section: Section, name: str, last: int) -> Any:
    assert section.chart is not None
    chart = book.add_chart({"type": "line" if section.chart.is_line else "column"})
    label = _place(section, section.chart.label)
    for key in section.chart.values:
        place = _place(section, key)
        series = {
            "name": [name, 0, place],
            "categories": [name, 1, label, last, label],
            "values": [name, 1, place, last, place],
        }
        chart.add_series(series)
    chart.set_title({"name": section.words})
    return chart


def _place(section: Section, key: str) -> int:
    before = section.columns[: section.column(key)]
    return sum(len(PARTS) if column.kind is Kind.rate else 1 for column in before)
