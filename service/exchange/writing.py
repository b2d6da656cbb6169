"""Writes sheets that Excel and WPS open as they are: .xlsx row by row in constant memory, or .csv.

What people have typed stays words: nothing that looks like a formula is one (CSV injection, OWASP).
"""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from xlsxwriter import Workbook

from service.exchange.sheets import Cell
from service.formulas import guarded
from workflows.refusals import Refused
from workflows.words import _

ROWS_MOST = 1_048_575
"""Excel's own limit, the headings left out."""
CELL_MOST = 32_767
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

UNKNOWN_ENDING = _("文件名请以 .xlsx 或 .csv 结尾：{path}。")
TOO_MANY_ROWS = _("一个工作表最多 {most} 行。请改用 .csv，或者用 --since、--until 分几次导出。")
CANNOT_WRITE = _("写不了这个文件：{path}。请检查文件夹是否存在、是否有权限、文件是否正开着。")

Row = Sequence[Cell]


class Writer(Protocol):
    def write(self, row: Row) -> None: ...


@contextmanager
def sheet_file(
    path: Path, headings: Sequence[str], widths: Sequence[int] = (), name: str = "Sheet1"
) -> Iterator[Writer]:
    """One sheet with these headings, readable by its owner only. Raises Refused for another ending than ours."""
    kinds = {".xlsx": xlsx_file, ".csv": csv_file}
    if path.suffix.lower() not in kinds:
        raise Refused(UNKNOWN_ENDING, path=path)
    make_private(path)
    with kinds[path.suffix.lower()](path, headings, widths, name) as writer:
        yield writer


def make_private(path: Path) -> None:
    """An empty file that others cannot read. Raises Refused."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        os.fchmod(descriptor, 0o600)
        os.close(descriptor)
    except OSError:
        raise Refused(CANNOT_WRITE, path=path) from None


class XlsxWriter:
    """One sheet of a workbook, written from top to bottom."""

    def __init__(self, book: Workbook, name: str, headings: Sequence[str], widths: Sequence[int]) -> None:
        self._sheet = book.add_worksheet(name)
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        for place, width in enumerate(widths):
            self._sheet.set_column(place, place, width)
        self._sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
        for place, heading in enumerate(headings):
            self._sheet.write_string(0, place, heading, bold)
        self._next = 1

    def write(self, row: Row) -> None:
        if self._next > ROWS_MOST:
            raise Refused(TOO_MANY_ROWS, most=f"{ROWS_MOST:,}")
        for place, cell in enumerate(row):
            self._write(place, cell)
        self._next += 1

    def _write(self, place: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, datetime):
            self._sheet.write_datetime(self._next, place, cell, self._moment)
        elif isinstance(cell, int | float) and not isinstance(cell, bool):
            self._sheet.write_number(self._next, place, cell)
        else:
            self._sheet.write_string(self._next, place, str(cell)[:CELL_MOST], self._text)


@contextmanager
def xlsx_file(path: Path, headings: Sequence[str], widths: Sequence[int], name: str) -> Iterator[Writer]:
    with Workbook(str(path), OPTIONS) as book:
        yield XlsxWriter(book, name, headings, widths)


class CsvWriter:
    """For Excel in Chinese: UTF-8 with its mark, lines that end as on Windows."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self.write(headings)

    def write(self, row: Row) -> None:
        self._csv.writerow([_as_text(cell) for cell in row])

    def close(self) -> None:
        self._file.close()


@contextmanager
def csv_file(path: Path, headings: Sequence[str], widths: Sequence[int], name: str) -> Iterator[Writer]:
    writer = CsvWriter(path, headings)
    try:
        yield writer
    finally:
        writer.close()


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d %H:%M}"
    return guarded(cell) if isinstance(cell, str) else str(cell)
