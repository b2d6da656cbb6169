"""A report as a Word file: what a template may name, the file, and what is wrong with a template, in a sentence."""

import base64
import io
import json
import re
import zipfile
from typing import Any

import structlog

from service.local_words import LocalWords
from service.reports.documents.cells import beside_in_words, fields_of, in_words, parts_in_words, told_in_words
from service.reports.documents.codes import LINKED, TOO_MUCH, UNREADABLE, WRONG_FIELD, WRONG_SYNTAX
from service.reports.documents.content import Cell, Content, Kind, Section
from service.reports.documents.press import PressFailed, press
from workflows.formulas import Rate
from workflows.refusals import Refused
from workflows.words import _

log = structlog.get_logger()

TEMPLATE_MOST = 4 * 1024 * 1024
UNPACKED_MOST = 24 * 1024 * 1024
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
TOO_LARGE = _("这个模板太大了。请把里面的图片缩小一些，模板最大 4 MB。")
NO_WORD = _("这不是 Word 文档（.docx），或者文件坏了。")
SENTENCES = {
    WRONG_FIELD: _("模板里的字段“{words}”没有这个数，请对照字段表改一改。"),
    WRONG_SYNTAX: _("模板里有一处写法看不懂：{words}。"),
    UNREADABLE: NO_WORD,
    TOO_MUCH: _("这个模板要算的东西太多，做不出来。请写简单一些。"),
    LINKED: _("这个模板连着别处的文件（模板、图片或者别的）。请在 Word 里断开链接再传。"),
}


def word_of(content: Content, words: LocalWords, template: bytes | None = None) -> bytes:
    """By the office's template, or the service's own. Raises Refused, with the field named, for a wrong one."""
    return _pressed({"content": context_of(content, words), "template": _as_text(template)})


def word_by(content: Content, words: LocalWords, template: bytes | None) -> tuple[bytes, str]:
    """By the office's template; where that one does not do any more, by the service's own, and a sentence on why."""
    try:
        return word_of(content, words, template), ""
    except (Refused, PressFailed) as failed:
        if template is None:
            raise
        log.warning("a template was not used", report=content.report, why=words._(failed.sentence))
        return word_of(content, words), words._(failed.sentence).format(**failed.values)


def blank_of(content: Content, words: LocalWords) -> bytes:
    """The service's own template for a report like this one, to be edited and sent back."""
    return _pressed({"content": context_of(content, words), "is_blank": True})


def try_template(content: Content, words: LocalWords, template: bytes) -> None:
    """Raises Refused unless every field in it is one of the report's: tables without a row are given an empty one."""
    _refuse_bombs(template)
    context = context_of(content, words)
    for section in content.body.sections:
        if not context[section.key]:
            context[section.key] = [{column.key: "" for column in section.columns}]
        context[f"{section.key}_notes"] = context[f"{section.key}_notes"] or [""]
    context["notes"] = context["notes"] or [""]
    _pressed({"content": context, "template": _as_text(template)})


def _refuse_bombs(template: bytes) -> None:
    if len(template) > TEMPLATE_MOST:
        raise Refused(TOO_LARGE, field="template")
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise Refused(NO_WORD, field="template") from None
    if unpacked > UNPACKED_MOST:
        raise Refused(TOO_LARGE, field="template")


def _pressed(asked: dict[str, Any]) -> bytes:
    try:
        return press("press_word", json.dumps(_printable(asked)).encode())
    except PressFailed as failed:
        # A press that was ended by its limits says nothing any more.
        code = TOO_MUCH if failed.code < 0 and asked.get("template") else failed.code
        if code in SENTENCES:
            raise Refused(SENTENCES[code], words=failed.words[:80], field="template") from None
        raise


def _as_text(template: bytes | None) -> str | None:
    return base64.b64encode(template).decode() if template else None


def context_of(content: Content, words: LocalWords) -> dict[str, Any]:
    """What stands in a template: each figure by its key, each table by its key as rows whose cells have names."""
    fields = fields_of(content, words)
    return {
        **{section.key: _rows_of(section) for section in content.body.sections},
        **{f"{section.key}_notes": list(section.notes) for section in content.body.sections},
        **fields,
        "as_of_line": words._(_("截至 {moment}")).format(moment=content.as_of_words),
        "notes": list(content.body.notes),
        "prose_fields": list(content.body.prose),
        "figures": [
            {"words": told.words, "value": told_in_words(told, words), "beside": beside_in_words(told, words)}
            for told in content.body.figures
        ],
        "figure_heads": [words._(head) for head in (_("数字"), _("值"), _("说明"))],
        "sections": [_section_of(section) for section in content.body.sections],
    }


def _printable(value: Any) -> Any:
    """Signs that no Word file can hold are left out."""
    if isinstance(value, str):
        return CONTROLS.sub("", value)
    if isinstance(value, dict):
        return {name: _printable(each) for name, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list) else value


def _rows_of(section: Section) -> list[dict[str, str]]:
    keys = [column.key for column in section.columns]
    return [dict(zip(keys, map(_in_two_lines, row), strict=True)) for row in section.rows()]


def _in_two_lines(cell: Cell) -> str:
    """A rate over its parts: a column of a page has no room for both side by side."""
    if isinstance(cell, Rate) and cell.percent is not None:
        return f"{cell.percent:.2f}%\n{parts_in_words(cell)}"
    return in_words(cell)


def _section_of(section: Section) -> dict[str, Any]:
    columns = [
        {"key": each.key, "words": each.words, "width": each.width, "is_number": each.kind in (Kind.number, Kind.rate)}
        for each in section.columns
    ]
    return {"key": section.key, "words": section.words, "explained": section.explained, "columns": columns}
