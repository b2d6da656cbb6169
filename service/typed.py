"""What was typed into a form: read to its end before any transaction begins, and kept for whoever has to ask again."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

FILES_MOST = 1000
"""More than anybody chooses: nobody who has tapped on a whole album loses her words for it."""
FIELDS_MOST = 500
FILE_KEPT_MOST = 32 * 1024 * 1024
"""More than any page takes: who checks a file sees that it is too large, and says so beside the words."""


class PatientParser(MultiPartParser):
    """Of files that are too large, or too many, only so much is kept as shows it: the words around must not be lost."""

    keeps_most = 0
    _kept = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is not None:
            if (file.size or 0) > FILE_KEPT_MOST or self._kept > self.keeps_most:
                file.size = FILE_KEPT_MOST + 1
                return
            self._kept += end - start
        super().on_part_data(data, start, end)


async def _typed(request: Request) -> AsyncIterator[FormData]:
    form = request.state.typed = await _read(request)
    try:
        yield form
    finally:
        await form.close()


async def _read(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _read_plain(request)
    parser = PatientParser(request.headers, request.stream(), max_files=FILES_MOST, max_fields=FIELDS_MOST)
    parser.keeps_most = request.app.state.settings.max_body_mb * 1024 * 1024
    try:
        return await parser.parse()
    except MultiPartException as broken:
        raise HTTPException(413 if "maximum" in broken.message.lower() else 400) from None


async def _read_plain(request: Request) -> FormData:
    """The limits of Starlette speak English: the status alone gets our own sentence."""
    try:
        return await request.form()
    except HTTPException as broken:
        is_large = broken.status_code == 413 or any(word in broken.detail.lower() for word in ("exceed", "maximum"))
        raise HTTPException(413 if is_large else broken.status_code) from None


Typed = Annotated[FormData, Depends(_typed, scope="function")]
"""Ask for it before `Acting`: dependencies come in the order of the parameters, and a slow upload must hold no lock."""


def said(form: FormData, name: str) -> str:
    """The last value of a field as it was typed; empty when it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def words_of(form: FormData) -> list[tuple[str, str]]:
    """Every field but the files, in the order of the form."""
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
