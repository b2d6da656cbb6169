"""Opens a file as a workbook: its first bytes say what it is, whatever its name says."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.exchange.csv_file import CsvBook
from service.exchange.several import Several
from service.exchange.sheets import NotASheet, Sheet, Workbook
from service.exchange.xlsx import XlsxBook
from workflows.words import _

ZIP, OLE = b"PK", bytes.fromhex("d0cf11e0a1b11ae1")

NOT_THERE = _("没有这个文件：{path}。")
EMPTY = _("这个文件是空的：{path}。")
OLD_OR_LOCKED = _("这是旧版的 .xls，或者设了密码的表格。请用 Excel 或 WPS 打开，另存为 .xlsx（不设密码）再试。")
NO_SHEET = _("没有叫“{name}”的工作表，这个文件里只有：{names}。")


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """Raises NotASheet with a sentence that says what to do."""
    workbook = _open(path)
    try:
        yield workbook
    finally:
        workbook.close()


def _open(path: Path) -> Workbook:
    try:
        with path.open("rb") as file:
            first = file.read(len(OLE))
    except OSError:
        raise NotASheet(NOT_THERE, path=path) from None
    if not first:
        raise NotASheet(EMPTY, path=path)
    if first == OLE:
        raise NotASheet(OLD_OR_LOCKED)
    return XlsxBook(path) if first.startswith(ZIP) else CsvBook(path)


def chosen(workbook: Workbook, name: str | None = None) -> Sheet:
    """The sheet of that name; the first one where none is asked for. Raises NotASheet."""
    if name is not None and name not in workbook.names:
        raise NotASheet(NO_SHEET, name=name, names=Several(workbook.names))
    return workbook.sheet(name or workbook.names[0])
