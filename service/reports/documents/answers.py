"""A report as a file over HTTP: written beside the service's other temporary files, sent, and taken away."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from service.local_words import LocalWords
from service.paper import turn
from service.reports.documents.content import Content
from service.reports.documents.keeping import word_file
from service.reports.documents.models import ReportTemplate
from service.reports.documents.paper import pdf_of
from service.reports.documents.sheets import csv_lines, write_excel
from service.reports.documents.table import Format

MEDIA_TYPES: dict[Format, str] = {
    Format.csv: "text/csv; charset=utf-8",
    Format.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.pdf: "application/pdf",
}


PIECE = 256 * 1024


def file_name(content: Content, kind: Format) -> str:
    return f"{content.title} {content.period_name}.{kind}"


def sheet_answer(content: Content, words: LocalWords, kind: Format) -> Response:
    """Row by row onto the disk: a hundred thousand rows take no memory. Its transaction must still be open."""
    handle, name = mkstemp(prefix="weiyuan-", suffix=f".{kind}")
    os.close(handle)
    path = Path(name)
    try:
        WRITERS[kind](content, words, path)
        file = path.open("rb")
    finally:
        path.unlink()
    sized = {**_named(file_name(content, kind)), "Content-Length": str(os.fstat(file.fileno()).st_size)}
    return StreamingResponse(_pieces(file), media_type=MEDIA_TYPES[kind], headers=sized)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The file has no name any more: whoever goes away in the middle leaves nothing behind."""
    with file:
        while piece := file.read(PIECE):
            yield piece


def write_csv(content: Content, words: LocalWords, path: Path) -> None:
    with path.open("w", encoding="utf8", newline="") as file:
        file.writelines(csv_lines(content, words))


WRITERS: dict[Format, Callable[[Content, LocalWords, Path], None]] = {
    Format.csv: write_csv,
    Format.xlsx: write_excel,
}


def paper_bytes(content: Content, words: LocalWords, language: str, kind: Format, own: ReportTemplate | None) -> bytes:
    """By the office's own template where that one does. With no transaction open: it takes a second or two. Raises Busy
    where too many ask for papers at once."""
    with turn():
        return pdf_of(content, words, language) if kind is Format.pdf else word_file(content, words, own)[0]


def answer_with(content: bytes, kind: Format, name: str) -> Response:
    return Response(content, media_type=MEDIA_TYPES[kind], headers=_named(name))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"}
