"""Reads .csv row by row: the encodings, the separators and the quotes that Excel, WPS and old systems write."""

import codecs
import csv
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from service.exchange.sheets import CELL_MOST, NotASheet, SheetRow
from service.formulas import FORMULA_SIGNS
from workflows.words import _

BLOCK = 1 << 20
BEGINNING = 1 << 13
SEPARATORS = ",\t;"
FIRST_LINES = 20
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
GUARDED = tuple(f"'{sign}" for sign in FORMULA_SIGNS)
"""An apostrophe that keeps Excel from calculating is no part of the words."""

NO_TEXT = _("这个文件不是表格，也不是能读的文字。请给 .xlsx 或 .csv 文件。")
UNREADABLE = _("第 {row} 行读不下去：引号没有配对，或者一格里的内容太长。请用 Excel 打开检查后另存为 .xlsx 再试。")


class CsvBook:
    """A file of text is a workbook with one sheet. Raises NotASheet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoding = encoding_of(path)
        self.names = (path.stem,)
        self._sheets: list[CsvSheet] = []

    def sheet(self, name: str) -> "CsvSheet":
        self._sheets.append(CsvSheet(name, self._path, self._encoding))
        return self._sheets[-1]

    def close(self) -> None:
        for sheet in self._sheets:
            sheet.close()


class CsvSheet:
    def __init__(self, name: str, path: Path, encoding: str) -> None:
        self.name = name
        self._file: BinaryIO = path.open("rb")
        self._size = max(path.stat().st_size, 1)
        self._text = TextIOWrapper(self._file, encoding, newline="")

    @property
    def share(self) -> float:
        return min(self._file.tell() / self._size, 1.0)

    def rows(self) -> Iterator[SheetRow]:
        """Counted as Excel counts them: a cell of several lines is one row."""
        number = 0
        try:
            for number, cells in enumerate(self._reader(), 1):
                yield SheetRow(number, tuple(_cell(cell) for cell in cells))
        except (csv.Error, UnicodeError):
            raise NotASheet(UNREADABLE, row=number + 1) from None

    def _reader(self) -> Iterator[list[str]]:
        csv.field_size_limit(CELL_MOST)
        separator = separator_of(self._text.read(BEGINNING))
        self._text.seek(0)
        return csv.reader(self._text, delimiter=separator)

    def close(self) -> None:
        self._text.close()


def _cell(typed: str) -> str | None:
    return (typed[1:] if typed.startswith(GUARDED) else typed) or None


def encoding_of(path: Path) -> str:
    """By its mark; otherwise UTF-8 if all of it is, and what Chinese Windows writes if not. Raises NotASheet."""
    with path.open("rb") as file:
        first = file.read(4)
    for mark, encoding in MARKS:
        if first.startswith(mark):
            return encoding
    for encoding in ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise NotASheet(NO_TEXT)


def _decodes(path: Path, encoding: str) -> bool:
    """A zero byte is in no text of ours, but in every picture."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                if b"\0" in block:
                    return False
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def separator_of(beginning: str) -> str:
    """What most of the first lines are parted by; a comma where nothing else is."""
    lines = beginning.splitlines()[:FIRST_LINES]
    counts = {separator: sum(line.count(separator) for line in lines) for separator in SEPARATORS}
    return max(counts, key=lambda separator: (counts[separator], -SEPARATORS.index(separator)))
