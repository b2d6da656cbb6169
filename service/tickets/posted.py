"""What a villager's page says of what she has posted and what was not taken, in her language."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from fastapi import Request

from service.errors import answer_to
from service.local_words import LocalWords
from service.tickets.forms import Mistake, Mistaken
from service.web import language_of, say, translations
from workflows.refusals import Refused
from workflows.words import _

NOT_SENT = _("还没有送出去：请改一改红字的地方，再送一次。您写的都还在。")
# The address is the key to a wish: it is told to no other page.
NO_REFERRER = {"Referrer-Policy": "no-referrer"}


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
