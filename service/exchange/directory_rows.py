"""The rows of a directory workbook, and what is wrong with them: sheet, row, column, reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from service.administration.commands import AdminCommand
from service.exchange.cells import words_in
from service.exchange.directory_sheets import EXAMPLE, SHEETS, DirectorySheet
from service.exchange.headings import plain
from service.exchange.several import Several
from service.exchange.sheets import NotASheet, SheetRow, Workbook
from service.tickets.forms import Mistaken, parsed
from workflows.refusals import Refused
from workflows.words import _

T = TypeVar("T", bound=AdminCommand)

HEADINGS_WITHIN = 20
MASK = "*"

NO_SHEETS = _("这个工作簿里没有认识的工作表。要有这些中的一个：{names}。用 weiyuan export directory 可以得到一份样表。")
NO_COLUMN = _("没有“{heading}”这一列。")
BLANK = _("请填写{heading}。")


@dataclass(frozen=True)
class Problem:
    """`sentence` is a message with {placeholders}."""

    sheet: str
    row: int
    column: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence.format(**self.values)


@dataclass(frozen=True)
class DirectoryRow:
    """`cells` holds what is written, by the names of the fields; blank and masked cells are left out."""

    sheet: DirectorySheet
    number: int
    cells: Mapping[str, str]

    def get(self, field: str) -> str:
        return self.cells.get(field, "")

    def problem(self, field: str, sentence: str, **values: Any) -> Problem:
        return Problem(self.sheet.name, self.number, self.sheet.heading(field), sentence, values)


class Problems(list[Problem]):
    """What was found so far; while there is any, nothing is taken."""

    def checked(self, row: DirectoryRow, command: type[T], values: Mapping[str, Any]) -> T | None:
        """The values as an administrator's form would take them; None with a problem for each that it would not."""
        try:
            found = parsed(command, {name: value for name, value in values.items() if value not in (None, "")})
        except Mistaken as mistaken:
            self += [row.problem(each.field, each.sentence, **each.values) for each in mistaken.mistakes]
            return None
        assert isinstance(found, command)
        return found


def directory_rows(workbook: Workbook, problems: Problems) -> dict[str, list[DirectoryRow]]:
    """The rows of each sheet that is there. Raises NotASheet when none is."""
    there = [sheet for sheet in SHEETS if sheet.name in workbook.names]
    if not there:
        raise NotASheet(NO_SHEETS, names=Several(sheet.name for sheet in SHEETS))
    found = {sheet.name: list(_rows(workbook, sheet, problems)) for sheet in there}
    return {sheet.name: found.get(sheet.name, []) for sheet in SHEETS}


def _rows(workbook: Workbook, sheet: DirectorySheet, problems: Problems) -> Iterator[DirectoryRow]:
    places: dict[str, int] = {}
    for row in workbook.sheet(sheet.name).rows():
        if places:
            yield from _row(row, sheet, places, problems)
        elif row.number > HEADINGS_WITHIN:
            break
        else:
            places = _places(row, sheet)
    missing = [column for column in sheet.columns if column.is_needed and column.field not in places]
    problems += [Problem(sheet.name, 1, column.heading, NO_COLUMN, {"heading": column.heading}) for column in missing]


def _places(row: SheetRow, sheet: DirectorySheet) -> dict[str, int]:
    """Where each column stands, if this is the row of headings: its first needed column is in it."""
    words = {plain(word): column.field for column in sheet.columns for word in (column.heading, *column.words)}
    found: dict[str, int] = {}
    for place, cell in enumerate(row.cells):
        name = words.get(plain(words_in(cell)))
        if name:
            found.setdefault(name, place)
    needed = next(column.field for column in sheet.columns if column.is_needed)
    return found if needed in found and len(found) > 1 else {}


def _row(row: SheetRow, sheet: DirectorySheet, places: Mapping[str, int], problems: Problems) -> Iterator[DirectoryRow]:
    if row.is_empty or any(words_in(cell).startswith((EXAMPLE, "例:")) for cell in row.cells[:1]):
        return
    typed = {name: words_in(row.cells[place]) for name, place in places.items() if place < len(row.cells)}
    cells = {name: words for name, words in typed.items() if words and MASK not in words}
    found = DirectoryRow(sheet, row.number, cells)
    blank = [column for column in sheet.columns if column.is_needed and not typed.get(column.field)]
    problems += [
        found.problem(column.field, BLANK, heading=column.heading) for column in blank if column.field in places
    ]
    if not blank:
        yield found


def refused(row: DirectoryRow, problem: Refused, field: str) -> Problem:
    return row.problem(problem.field or field, problem.sentence, **problem.values)
