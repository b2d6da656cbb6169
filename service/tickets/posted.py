"""A villager's form, read to its end before any transaction begins, whatever she chose as a photograph."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from service.errors import answer_to
from service.local_words import LocalWords
from service.tickets.forms import Mistake, Mistaken
from service.tickets.picture_kinds import LARGEST_FILE
from service.web import language_of, say, translations
from workflows.refusals import Refused
from workflows.words import _

NOT_SENT = _("还没有送出去：请改一改红字的地方，再送一次。您写的都还在。")
# The address is the key to a wish: it is told to no other page.
NO_REFERRER = {"Referrer-Policy": "no-referrer"}
FILES_MOST = 100
FIELDS_MOST = 100


class PatientParser(MultiPartParser):
    """Of files that are too large, or too many, only so much is kept as shows it: the words around must not be lost."""

    keeps_most = 0
    _kept = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is not None:
            if (file.size or 0) > LARGEST_FILE or self._kept > self.keeps_most:
                file.size = LARGEST_FILE + 1
                return
            self._kept += end - start
        super().on_part_data(data, start, end)


async def _posted(request: Request) -> AsyncIterator[FormData]:
    form = await _read(request)
    try:
        yield form
    finally:
        await form.close()


async def _read(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.form()
    parser = PatientParser(request.headers, request.stream(), max_files=FILES_MOST, max_fields=FIELDS_MOST)
    parser.keeps_most = request.app.state.settings.max_body_mb * 1024 * 1024
    try:
        return await parser.parse()
    except MultiPartException as broken:
        too_much = "maximum" in broken.message.lower()
        raise HTTPException(413 if too_much else 400) from None


Posted = Annotated[FormData, Depends(_posted, scope="function")]


def said(form: FormData, name: str) -> str:
    """The last value of a field as it was typed; empty when it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def sentences(request: Request, refused: Exception) -> tuple[int, str, dict[str, str]]:
    """The status, a sentence for the page, and one for each field that needs mending; all in the reader's language."""
    told = answer_to(refused)
    by_field = {each.field: _said(request, each.sentence, each.values) for each in _mistakes(refused)}
    if by_field:
        return told.http_status, say(request, NOT_SENT), by_field
    return told.http_status, _said(request, told.sentence, told.values), {}


def _mistakes(refused: Exception) -> list[Mistake]:
    if isinstance(refused, Mistaken):
        return refused.mistakes
    if isinstance(refused, Refused) and refused.field:
        return [Mistake(refused.field, refused.sentence, refused.values)]
    return []


def _said(request: Request, sentence: str, values: Mapping[str, object]) -> str:
    """The name of a field is a message, too."""
    label = values.get("label")
    return say(request, sentence, **{**values, **({"label": say(request, label)} if isinstance(label, str) else {})})


def local_words(request: Request) -> LocalWords:
    """The reader's language and the county's time, for words that are put together outside of a template."""
    return LocalWords(ZoneInfo(request.app.state.face.zone), translations(language_of(request)))
