"""Real files for the tests: sheets as people make them, and workbooks put together by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from service.exchange.opening import chosen, opened
from service.exchange.sheets import SheetRow

CellValue = Any
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def write_xlsx(path: Path, rows: Sequence[Sequence[CellValue]], name: str = "工单", **options: Any) -> Path:
    """As Excel would save it; moments get the format of a moment, and words stay words."""
    return write_book(path, {name: rows}, **options)


def write_book(path: Path, sheets: Mapping[str, Sequence[Sequence[CellValue]]], **options: Any) -> Path:
    with Workbook(str(path), {"strings_to_formulas": False, **options}) as book:
        moment = book.add_format({"num_format": 'yyyy"年"m"月"d"日" h:mm'})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(place, column, cell, moment)
                    elif cell is not None:
                        sheet.write(place, column, cell)
    return path


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig", separator: str = ",") -> Path:
    lines = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def write_parts(path: Path, sheet: str, **more: str) -> Path:
    """A workbook of one sheet, whose XML is given; `strings`, `styles` and `book` replace the usual parts."""
    sheets = '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets>'
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{sheets}</workbook>'
    links = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'
    parts = {
        "xl/workbook.xml": more.get("book", book),
        "xl/_rels/workbook.xml.rels": links,
        "xl/worksheets/sheet1.xml": sheet,
        **({"xl/sharedStrings.xml": more["strings"]} if "strings" in more else {}),
        **({"xl/styles.xml": more["styles"]} if "styles" in more else {}),
    }
    with ZipFile(path, "w", ZIP_DEFLATED) as zipped:
        for name, words in parts.items():
            zipped.writestr(name, words)
    return path


def sheet_xml(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def rows_of(path: Path, name: str | None = None) -> list[SheetRow]:
    with opened(path) as workbook:
        return list(chosen(workbook, name).rows())


def cells_of(path: Path, name: str | None = None) -> list[tuple[CellValue, ...]]:
    return [row.cells for row in rows_of(path, name)]
