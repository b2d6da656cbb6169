"""The template that a document has until an office puts its own in its place: made from the sections of the report."""

import io
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

COLUMNS_UPRIGHT = 8
"""What has more is laid across the page."""
FIGURE_WIDTHS = (21, 29, 50)
RED = RGBColor(0xB3, 0x20, 0x1A)
BODY, HEAD = "仿宋", "黑体"
"""The faces of official papers; every Chinese Word has them."""


@dataclass(frozen=True)
class Place:
    """A column: its heading, the field in its cells, and its share of the width."""

    words: str
    field: str
    width: int
    is_number: bool = False


def laid_out(content: dict[str, Any]) -> bytes:
    """Fields stand in {{ }}; the rows of a table repeat between {%tr for %} and {%tr endfor %}."""
    document = Document()
    _set_up(document, is_wide=any(len(section["columns"]) > COLUMNS_UPRIGHT for section in content["sections"]))
    title = document.add_heading("{{ title }}", 0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _line(document, "{{ period }}　　{{ as_of_line }}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in content["prose_fields"]:
        _line(document, line).paragraph_format.first_line_indent = Pt(32)
    _repeated(document, "note in notes", "{{ note }}")
    _figures(document, content)
    for section in content["sections"]:
        _section(document, section)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _set_up(document: Any, *, is_wide: bool) -> None:
    for section in document.sections:
        section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Cm(29.7), Cm(21)) if is_wide else (Cm(21), Cm(29.7))
        section.left_margin = section.right_margin = Cm(2.4)
        section.top_margin = section.bottom_margin = Cm(2.2)
    for name, face, size in (("Normal", BODY, 12), ("Title", HEAD, 22), ("Heading 1", HEAD, 15)):
        style = document.styles[name]
        style.font.name, style.font.size = face, Pt(size)
        style.font.color.rgb = RED if name == "Title" else None
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _line(document: Any, words: str) -> Any:
    return document.add_paragraph(words)


def _repeated(document: Any, loop: str, words: str) -> None:
    for line in (f"{{%p for {loop} %}}", words, "{%p endfor %}"):
        document.add_paragraph(line)


def _figures(document: Any, content: dict[str, Any]) -> None:
    if not content["figures"]:
        return
    fields = ["{{ figure.words }}", "{{ figure.value }}", "{{ figure.beside }}"]
    heads = zip(content["figure_heads"], fields, FIGURE_WIDTHS, strict=True)
    _table(document, "figure in figures", [Place(*each) for each in heads])


def _section(document: Any, section: dict[str, Any]) -> None:
    key = section["key"]
    document.add_heading(section["words"], 1)
    if section["explained"]:
        _line(document, section["explained"])
    places = [
        Place(column["words"], f"{{{{ row.{column['key']} }}}}", column["width"], column["is_number"])
        for column in section["columns"]
    ]
    _table(document, f"row in {key}", places)
    _repeated(document, f"note in {key}_notes", "{{ note }}")


def _table(document: Any, loop: str, places: list[Place]) -> None:
    """A heading that is repeated on each page and never stands alone, and one row that is repeated for each row."""
    table = document.add_table(rows=4, cols=len(places))
    table.style, table.autofit = "Table Grid", False
    _share_width(document, table, [place.width for place in places])
    for cell, place in zip(table.rows[0].cells, places, strict=True):
        _fill(cell, place.words, place.is_number, is_head=True)
    table.rows[1].cells[0].text = f"{{%tr for {loop} %}}"
    for cell, place in zip(table.rows[2].cells, places, strict=True):
        _fill(cell, place.field, place.is_number)
    table.rows[3].cells[0].text = "{%tr endfor %}"
    for row, mark in ((table.rows[0], "w:tblHeader"), (table.rows[0], "w:cantSplit"), (table.rows[2], "w:cantSplit")):
        row._tr.get_or_add_trPr().append(OxmlElement(mark))
    document.add_paragraph()


def _share_width(document: Any, table: Any, widths: list[int]) -> None:
    page = document.sections[0]
    room = page.page_width - page.left_margin - page.right_margin
    for column, width in zip(table.columns, widths, strict=True):
        column.width = room * width // sum(widths)
        for cell in column.cells:
            cell.width = column.width


def _fill(cell: Any, words: str, is_number: bool, *, is_head: bool = False) -> None:
    cell.text = ""
    line = cell.paragraphs[0]
    line.paragraph_format.space_after, line.paragraph_format.keep_with_next = Pt(0), is_head
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT if is_number else WD_ALIGN_PARAGRAPH.LEFT
    run = line.add_run(words)
    run.bold, run.font.size = is_head, Pt(10)
