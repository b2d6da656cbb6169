"""A year's holiday sheet as it comes: CSV in any of the usual encodings, Excel, or pasted text, read into rows."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from starlette.datastructures import FormData, UploadFile

from workflows.refusals import Refused
from workflows.words import _

FILE_MOST = 1024 * 1024
UNPACKED_MOST = 8 * 1024 * 1024
ROWS_READ_MOST = 1000
"""More than any year has; who reads the rows says what is wrong with a sheet that is far too long."""

ZIP, OLD_EXCEL, UTF_16 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", (b"\xff\xfe", b"\xfe\xff")
# The reader makes room for every cell up to the last one: a single cell in the far corner would cost gigabytes.
PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]*)(\d+)["']""")
COLUMN_LETTERS_MOST, ROW_MOST = 2, 2000
UNREADABLE = _("这个文件打不开，请另存为 Excel（.xlsx）或 CSV 再传，或者直接粘贴。")
FIELD = "sheet"

Rows = Sequence[Sequence[Any]]


def uploaded(typed: FormData) -> bytes:
    """Empty when no file was chosen. Raises Refused for one that is too large to be a calendar."""
    file = typed.get(FIELD)
    if not isinstance(file, UploadFile) or not file.size:
        return b""
    if file.size > FILE_MOST:
        raise Refused(_("这个文件太大了，一年的放假安排只有几十行。请检查是不是传错了。"), field=FIELD)
    return file.file.read()


def rows_of_file(content: bytes) -> Rows:
    """Told by what the file begins with, not by its name. Raises Refused for one that is none of them."""
    if content.startswith(OLD_EXCEL):
        raise Refused(UNREADABLE, field=FIELD)
    return _rows_of_excel(content) if content.startswith(ZIP) else rows_of_text(_decoded(content))


def _rows_of_excel(content: bytes) -> Rows:
    try:
        _refuse_bombs(content)
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=ROWS_READ_MOST)
    except (CalamineError, zipfile.BadZipFile, IndexError) as broken:
        raise Refused(UNREADABLE, field=FIELD) from broken


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if sum(part.file_size for part in parts) > UNPACKED_MOST:
            raise Refused(UNREADABLE, field=FIELD)
        sheets = [packed.read(part) for part in parts if "worksheets/" in part.filename]
    places = (place.groups() for sheet in sheets for place in PLACE.finditer(sheet))
    if any(len(column) > COLUMN_LETTERS_MOST or int(row[:8]) > ROW_MOST for column, row in places):
        raise Refused(UNREADABLE, field=FIELD)


def _decoded(content: bytes) -> str:
    """Excel in China saves CSV as GB 18030, other programs as UTF-8, "Unicode text" as UTF-16."""
    encodings = ("utf-16",) if content.startswith(UTF_16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(UNREADABLE, field=FIELD)


def rows_of_text(text: str) -> Rows:
    """Cells parted by tabs, as pasted from a sheet, or by commas, Chinese ones too. Empty lines keep their number."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:ROWS_READ_MOST]
    if any("\t" in line for line in lines):
        return [line.split("\t") for line in lines]
    plain = (line.replace("，", ",") for line in lines)
    try:
        return [next(csv.reader([line]), []) for line in plain]
    except csv.Error as broken:
        raise Refused(UNREADABLE, field=FIELD) from broken


def text_of(rows: Iterable[Sequence[Any]]) -> str:
    """The sheet as text, to be mended by hand: line by line as it was numbered."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerows([[_cell(cell) for cell in row] for row in rows])
    return written.getvalue().rstrip("\n")


def _cell(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell if cell is not None else "")
