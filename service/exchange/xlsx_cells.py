"""What a cell of a workbook means: numbers, words, and numbers that are dates because their format says so."""

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service.exchange.sheets import CELL_MOST, COLUMNS_MOST, Cell, SheetRow

FIRST_DAY, FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
SERIALS = range(1, 2_958_466)
"""From the first day that Excel knows to the last of the year 9999."""
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Formats that need no code; 27 to 36 and 50 to 58 are those of Chinese Excel (ECMA-376, 18.8.30)."""
NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
DIGITS = "0123456789"


def _column_letters(most: int) -> list[str]:
    letters = [chr(ord("A") + place) for place in range(26)]
    return [*letters, *(first + second for first in letters for second in letters)][:most]


COLUMN_OF = {letters: place for place, letters in enumerate(_column_letters(COLUMNS_MOST))}


class Words(Protocol):
    """The workbook's list of texts, to which cells point."""

    def __getitem__(self, position: int) -> str: ...


@dataclass(frozen=True)
class Formats:
    """`dates` are the places of the cell formats that show a date."""

    dates: frozenset[str] = frozenset()
    first_day: datetime = FIRST_DAY


def date_formats(starts: Sequence[tuple[str, dict[str, str]]]) -> frozenset[str]:
    """`starts` are numFmt, cellXfs, cellStyleXfs and xf as they come in styles.xml."""
    codes = {each.get("numFmtId", ""): each.get("formatCode", "") for name, each in starts if name == "numFmt"}
    dated = {number for number, code in codes.items() if shows_date(code)}
    usual = {str(number) for number in DATE_FORMATS} - codes.keys()
    within, formats = "", []
    for name, attributes in starts:
        if name == "xf" and within == "cellXfs":
            formats.append(attributes.get("numFmtId", ""))
        elif name != "numFmt":
            within = name
    return frozenset(str(place) for place, number in enumerate(formats) if number in dated | usual)


def shows_date(code: str) -> bool:
    """`yyyy"年"m"月"d"日"` does, `0.00"元"` and `[Red]#,##0` do not; a span of hours `[h]:mm` is no moment."""
    if re.search(r"\[(h+|m+|s+)\]", code, re.IGNORECASE):
        return False
    plain = NOT_LETTERS.sub("", code.split(";")[0]).lower()
    return plain != "general" and any(letter in plain for letter in "ymdhs")


class Cells:
    """Hears of the elements of one sheet and puts its rows into `rows`."""

    def __init__(self, words: Words, formats: Formats) -> None:
        self.rows: deque[SheetRow] = deque()
        self._words, self._formats = words, formats
        self._number = 0
        self._row: list[Cell] = []
        self._place = -1
        self._kind = self._style = ""
        self._said: list[str] = []
        self._length = 0
        self._listens = False
        self._aside = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            place = attributes.get("r")
            self._place = COLUMN_OF.get(place.rstrip(DIGITS), COLUMNS_MOST) if place else self._place + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._said, self._length = [], 0
        elif name in {"v", "t"}:
            self._listens = not self._aside
        elif name == "row":
            self._number = int(attributes.get("r") or self._number + 1)
            self._row, self._place = [], -1
        elif name == "rPh":
            self._aside += 1

    def text(self, words: str) -> None:
        if self._listens and self._length < CELL_MOST:
            self._said.append(words)
            self._length += len(words)

    def end(self, name: str) -> None:
        if name == "c":
            self._end_of_cell()
        elif name in {"v", "t"}:
            self._listens = False
        elif name == "row":
            self._end_of_row()
        elif name == "rPh":
            self._aside -= 1

    def _end_of_cell(self) -> None:
        if not self._said or self._place >= COLUMNS_MOST:
            return
        row, said = self._row, "".join(self._said)
        if self._place >= len(row):
            row.extend([None] * (self._place + 1 - len(row)))
        row[self._place] = self._value(said)

    def _end_of_row(self) -> None:
        if self._row:
            self.rows.append(SheetRow(self._number, tuple(self._row)))

    def _value(self, said: str) -> Cell:
        if self._kind == "s":
            return self._words[int(said)]
        if self._kind == "n":
            return self._number_or_date(said)
        if self._kind == "b":
            return said.strip() == "1"
        if self._kind == "d":
            return datetime.fromisoformat(said)
        return unescaped(said)

    def _number_or_date(self, said: str) -> Cell:
        """Words where a program has left out that they are no number."""
        try:
            number = float(said)
        except ValueError:
            return unescaped(said)
        if self._style in self._formats.dates and SERIALS.start <= number < SERIALS.stop:
            return from_serial(number, self._formats.first_day)
        return int(number) if number.is_integer() else number


def from_serial(days: float, first_day: datetime = FIRST_DAY) -> datetime:
    """Whole seconds: what looks like 10:00 in Excel is often 09:59:59.999997 inside."""
    return first_day + timedelta(seconds=round(days * 86400))


def unescaped(words: str) -> str:
    """A control character is written `_x000D_`."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), words) if "_x" in words else words


class SharedWords:
    """Hears of the workbook's list of texts and gives each to `keep`; readings beside the characters are left out."""

    def __init__(self, keep: Callable[[str], None]) -> None:
        self._keep = keep
        self._said: list[str] = []
        self._length = 0
        self._listens = False
        self._aside = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._said, self._length = [], 0
        elif name == "t":
            self._listens = not self._aside
        elif name == "rPh":
            self._aside += 1

    def text(self, words: str) -> None:
        if self._listens and self._length < CELL_MOST:
            self._said.append(words)
            self._length += len(words)

    def end(self, name: str) -> None:
        if name == "si":
            self._keep(unescaped("".join(self._said)))
        elif name == "t":
            self._listens = False
        elif name == "rPh":
            self._aside -= 1
