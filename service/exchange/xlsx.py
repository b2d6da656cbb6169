"""Reads .xlsx row by row in constant memory: only the cells, whatever else the program that wrote it has put in.

A workbook from outside is not trusted: nothing is unpacked that would be larger than any real sheet.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from posixpath import join, normpath
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from service.exchange.sheets import NotASheet, SheetRow
from service.exchange.spool import Spool
from service.exchange.xlsx_cells import FIRST_DAY, FIRST_DAY_1904, Cells, Formats, SharedWords, date_formats
from service.exchange.xlsx_xml import BROKEN, Reader, Starts, feed
from workflows.words import _

UNPACKED_MOST = 2 << 30
"""2 GiB: many times what 100,000 wishes with their answers take."""
SMALL, SHRINKS_MOST = 64 << 20, 400
"""Nobody's large sheet shrinks to a four-hundredth: that is a bomb."""

BOOK, RELATIONS, STYLES, WORDS = (
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
)
NO_WORKBOOK = _("这个压缩文件不是 Excel 表格。请给 .xlsx 或 .csv 文件。")
TOO_LARGE = _("这个表格解开后太大（{size} MB），不像正常的表格。请分成几个文件再导入。")


class XlsxBook:
    """An open workbook. Raises NotASheet wherever the file turns out to be broken."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = ZipFile(path)
        except (BadZipFile, NotImplementedError, OSError, ValueError):
            raise NotASheet(BROKEN) from None
        self._words = Spool()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        check_sizes(self._zip.infolist())
        self._sheets = self._visible_sheets()
        self.names = tuple(self._sheets)
        if not self.names:
            raise NotASheet(NO_WORKBOOK)
        self._formats = Formats(self._date_formats(), self._first_day())
        if self._has(WORDS):
            self._read(WORDS, SharedWords(self._words.append))
        self._words.seal()

    def sheet(self, name: str) -> "XlsxSheet":
        return XlsxSheet(name, self._zip, self._sheets[name], Cells(self._words, self._formats))

    def close(self) -> None:
        self._words.close()
        self._zip.close()

    def _visible_sheets(self) -> dict[str, str]:
        """Where each sheet's part lies, by its name."""
        if not self._has(BOOK) or not self._has(RELATIONS):
            raise NotASheet(NO_WORKBOOK)
        targets = {
            each.get("Id", ""): _part(each.get("Target", "")) for each in self._starts(RELATIONS, "Relationship")
        }
        found = {
            each.get("name", ""): targets.get(each.get("id", ""), "")
            for each in self._starts(BOOK, "sheet")
            if each.get("state", "visible") == "visible"
        }
        return {name: part for name, part in found.items() if self._has(part)}

    def _first_day(self) -> datetime:
        is_1904 = any(each.get("date1904") in {"1", "true"} for each in self._starts(BOOK, "workbookPr"))
        return FIRST_DAY_1904 if is_1904 else FIRST_DAY

    def _date_formats(self) -> frozenset[str]:
        if not self._has(STYLES):
            return frozenset()
        starts = Starts("numFmt", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "xf")
        self._read(STYLES, starts)
        return date_formats(starts.found)

    def _starts(self, part: str, name: str) -> list[dict[str, str]]:
        starts = Starts(name)
        self._read(part, starts)
        return [attributes for _name, attributes in starts.found]

    def _read(self, part: str, reader: Reader) -> None:
        with open_part(self._zip, part) as stream:
            for _size in feed(stream, reader):
                pass

    def _has(self, part: str) -> bool:
        return part in self._zip.NameToInfo


class XlsxSheet:
    """One sheet of an open workbook; its rows can be read once."""

    def __init__(self, name: str, book: ZipFile, part: str, cells: Cells) -> None:
        self.name = name
        self._book, self._part, self._cells = book, part, cells
        self._size = max(book.getinfo(part).file_size, 1)
        self._read = 0

    @property
    def share(self) -> float:
        return min(self._read / self._size, 1.0)

    def rows(self) -> Iterator[SheetRow]:
        waiting = self._cells.rows
        with open_part(self._book, self._part) as stream:
            for size in feed(stream, self._cells):
                self._read += size
                while waiting:
                    yield waiting.popleft()


@contextmanager
def open_part(book: ZipFile, part: str) -> Iterator[IO[bytes]]:
    """Raises NotASheet for a part that is locked, or packed in a way that Excel does not use."""
    try:
        stream = book.open(part)
    except (BadZipFile, NotImplementedError, RuntimeError, OSError):
        raise NotASheet(BROKEN) from None
    with stream:
        yield stream


def check_sizes(parts: Iterable[ZipInfo]) -> None:
    """Before anything is unpacked. A part that is larger than it says is cut off there, and so found broken."""
    whole = 0
    for part in parts:
        whole += part.file_size
        is_bomb = part.file_size > SMALL and part.file_size > SHRINKS_MOST * max(part.compress_size, 1)
        if whole > UNPACKED_MOST or is_bomb:
            raise NotASheet(TOO_LARGE, size=f"{whole >> 20:,}")


def _part(target: str) -> str:
    """Where a relation of the workbook leads: relative to it, or from the root."""
    return normpath(target.lstrip("/") if target.startswith("/") else join("xl", target))
