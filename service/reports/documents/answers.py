"""A report as a file over HTTP: written beside the service's other temporary files, sent, and taken away."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import mkstemp
from threading import BoundedSemaphore
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from service.errors import Busy
from service.local_words import LocalWords
from service.reports.documents.content import Content
from service.reports.documents.paper import pdf_of
from service.reports.documents.sheets import csv_lines, write_excel
from service.reports.documents.table import Format
from service.reports.documents.word import word_of

MEDIA_TYPES: dict[Format, str] = {
    Format.csv: "text/csv; charset=utf-8",
    Format.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.pdf: "application/pdf",
}


AT_ONCE, PATIENCE = 3, 5
_presses = BoundedSemaphore(AT_ONCE)
"""Each press is a process of a hundred megabytes; and whoever asks for a page must not wait for those who print."""


def file_name(content: Content, kind: Format) -> str:
    return f"{content.title} {content.period_name}.{kind}"


def sheet_answer(content: Content, words: LocalWords, kind: Format) -> Response:
    """Row by row onto the disk: a hundred thousand rows take no memory. Its transaction must still be open."""
    writers: dict[Format, Callable[[Path], None]] = {
        Format.csv: lambda path: write_csv(content, words, path),
        Format.xlsx: lambda path: write_excel(content, words, path),
    }
    handle, name = mkstemp(prefix="weiyuan-", suffix=f".{kind}")
    os.close(handle)
    path = Path(name)
    try:
        writers[kind](path)
    except BaseException:
        path.unlink()
        raise
    gone = BackgroundTask(path.unlink)
    return FileResponse(path, media_type=MEDIA_TYPES[kind], filename=file_name(content, kind), background=gone)


def write_csv(content: Content, words: LocalWords, path: Path) -> None:
    with path.open("w", encoding="utf8", newline="") as file:
        file.writelines(csv_lines(content, words))


def paper_bytes(content: Content, words: LocalWords, language: str, kind: Format, template: bytes | None) -> bytes:
    """With no transaction open: it takes a second or two. Raises Busy where too many ask for papers at once."""
    if not _presses.acquire(timeout=PATIENCE):
        raise Busy()
    try:
        return pdf_of(content, words, language) if kind is Format.pdf else word_of(content, words, template)
    finally:
        _presses.release()


def answer_with(content: bytes, kind: Format, name: str) -> Response:
    named = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"}
    return Response(content, media_type=MEDIA_TYPES[kind], headers=named)
