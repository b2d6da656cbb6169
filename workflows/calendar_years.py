"""The yearly holiday announcement as an uploaded sheet: 日期, 类型, 名称, one row a day."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from workflows.refusals import Refused
from workflows.terms import DayKind, SpecialDay, Translate, as_is
from workflows.words import _
from workflows.workdays import YEAR_END, WorkCalendar

ROWS_MOST = 400
NAME_LENGTH = 40

KIND_NAMES: dict[str, DayKind] = {
    "工作日": DayKind.working,
    "上班": DayKind.working,
    "补班": DayKind.working,
    "working": DayKind.working,
    "上午": DayKind.morning,
    "morning": DayKind.morning,
    "下午": DayKind.afternoon,
    "afternoon": DayKind.afternoon,
    "休息": DayKind.off,
    "放假": DayKind.off,
    "off": DayKind.off,
}
"""The half that is named is the half that is worked."""

HEADINGS = {"日期", "date"}

_DATE = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?)(?:[ T]0?0:00(?::00)?)?")


@dataclass(frozen=True)
class CalendarYearData:
    """What one announcement says: the days on which the year (and the last days before it) differs from the week."""

    year: int
    days: Mapping[date, SpecialDay]


@dataclass(frozen=True)
class RowError:
    """`row` counts from 1 as in the file; 0 is the sheet as a whole. `values` fill the Chinese `sentence`."""

    row: int
    sentence: str
    values: Mapping[str, object]

    def in_words(self, translate: Translate = as_is) -> str:
        words = translate(self.sentence).format(**self.values)
        return translate(_("第 {row} 行：{words}")).format(row=self.row, words=words) if self.row else words


class CalendarErrors(ValueError):
    """The sheet cannot be taken over; all its faults at once, so that it is mended once."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__("\n".join(error.in_words() for error in errors))
        self.errors = tuple(errors)


def calendar_of(years: Iterable[CalendarYearData], **settings: Any) -> WorkCalendar:
    """One calendar of several announcements; where two speak of one December day, the later year's holds."""
    ordered = sorted(years, key=lambda data: data.year)
    days = {day: special for data in ordered for day, special in data.days.items()}
    return WorkCalendar(days, frozenset(data.year for data in ordered), **settings)


def parse_year(year: int, rows: Iterable[Sequence[Any]]) -> CalendarYearData:
    """Reads a CSV or Excel sheet: cells are text or dates, a heading is allowed. CalendarErrors if any row is wrong."""
    days: dict[date, SpecialDay] = {}
    errors: list[RowError] = []
    for number, cells in _numbered(rows):
        try:
            day, special = _read(year, cells)
            _refuse_doubles(day, days)
            days[day] = special
        except Refused as fault:
            errors.append(RowError(number, fault.sentence, fault.values))
    if errors or not days:
        raise CalendarErrors(errors or [RowError(0, _("表里没有一行放假安排。"), {})])
    return CalendarYearData(year, days)


def _numbered(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, list[Any]]]:
    """The rows that say something, with their number in the file; a sheet that is far too long is refused at once."""
    for number, row in enumerate(rows, start=1):
        cells = [_trimmed(cell) for cell in row]
        if number > ROWS_MOST:
            raise CalendarErrors([RowError(0, _("表里超过 {most} 行，请检查是不是传错了。"), {"most": ROWS_MOST})])
        if any(cells) and not (number == 1 and str(cells[0]).lower() in HEADINGS):
            yield number, cells


def _trimmed(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # Excel keeps 20261001 as 20261001.0
    return cell.replace("\ufeff", "").replace("\u3000", " ").strip() if isinstance(cell, str) else cell


def _read(year: int, cells: list[Any]) -> tuple[date, SpecialDay]:
    day = _date(cells[0])
    if not _belongs(day, year):
        raise Refused(_("{day} 不属于 {year} 年的放假安排。"), day=day.isoformat(), year=year)
    kind = _kind(str(cells[1]) if len(cells) > 1 else "")
    name = str(cells[2]) if len(cells) > 2 else ""
    if len(name) > NAME_LENGTH:
        raise Refused(_("名称太长，最多 {most} 个字。"), most=NAME_LENGTH)
    return day, SpecialDay(kind, name)


def _belongs(day: date, year: int) -> bool:
    """The announcement for a year may reach back into the last days of the December before it."""
    return day.year == year or (day.year == year - 1 and (day.month, day.day) >= YEAR_END)


def _date(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date(*_parts(str(cell)))
    except ValueError as error:
        raise Refused(_("看不懂日期“{cell}”，请写成 2026-10-01 这样。"), cell=str(cell)[:NAME_LENGTH]) from error


def _parts(words: str) -> tuple[int, int, int]:
    match = _DATE.fullmatch(words)
    if match is None:
        raise ValueError(words)
    year, month, day = (int(part) for part in match.groups() if part is not None)
    return year, month, day


def _kind(cell: str) -> DayKind:
    kind = KIND_NAMES.get(cell.lower())
    if kind is None:
        raise Refused(_("看不懂类型“{cell}”，请写工作日、上午、下午或休息。"), cell=cell[:NAME_LENGTH])
    return kind


def _refuse_doubles(day: date, days: Mapping[date, SpecialDay]) -> None:
    if day in days:
        raise Refused(_("{day} 出现了两次。"), day=day.isoformat())
