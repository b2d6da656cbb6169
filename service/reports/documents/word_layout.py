"""The template that a document has until an office puts its own in its place: made from the sections of the report."""

import io
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

COLUMNS_UPRIGHT = 8
"""What has more is laid across the page."""
BODY, HEAD = "仿宋", "黑体"
"""The faces of official papers; every Chinese Word has them."""


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
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _line(document: Any, words: str) -> Any:
    return document.add_paragraph(words)


def _repeated(document: Any, loop: str, words: str) -> None:
    for line in (f"{{%p for {loop} %}}", words, "{%p endfor %}"):
        document.add_paragraph(line)


def _figures(document: Any, content: dict[str, Any]) -> None:
    if not content["figures"]:
        return
    heads = content["figure_heads"]
    _table(document, heads, "figure in figures", ["{{ figure.words }}", "{{ figure.value }}", "{{ figure.beside }}"])


def _section(document: Any, section: dict[str, Any]) -> None:
    key = section["key"]
    document.add_heading(section["words"], 1)
    if section["explained"]:
        _line(document, section["explained"])
    cells = [f"{{{{ row.{column['key']} }}}}" for column in section["columns"]]
    _table(document, [column["words"] for column in section["columns"]], f"row in {key}", cells)
    _repeated(document, f"note in {key}_notes", "{{ note }}")


def _table(document: Any, heads: list[str], loop: str, cells: list[str]) -> None:
    table = document.add_table(rows=4, cols=len(heads))
    table.style = "Table Grid"
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        cell.text = ""
        run = cell.paragraphs[0].add_run(words)
        run.bold = True
        run.font.size = Pt(10)
    table.rows[1].cells[0].text = f"{{%tr for {loop} %}}"
    for cell, words in zip(table.rows[2].cells, cells, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(words).font.size = Pt(10)
    table.rows[3].cells[0].text = "{%tr endfor %}"
    document.add_paragraph()
