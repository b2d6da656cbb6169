"""Pages: Jinja in the reader's language, messages that survive a redirect, addresses of pages."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from markupsafe import Markup, escape

from service import clock
from service.errors import Answer
from service.fields import in_groups
from service.languages import FROM_RIGHT_TO_LEFT, INSIDE, LANGUAGE_NAMES, contrast_of, offered, type_of
from service.languages import LANGUAGES as LANGUAGES
from service.languages import language_of as language_of
from service.languages import translations as translations
from service.local_words import LocalWords
from service.static_files import VILLAGER_STYLES, static_files, static_url
from workflows.commands import CHOICE_WORDS, VERB_WORDS
from workflows.statuses import ROLE_WORDS, STAGE_WORDS, STATUS_WORDS
from workflows.words import _

HERE = Path(__file__).parent
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Face:
    """What every page knows of this county; `key` signs the messages, `bell` counts what the reader has not read."""

    county: str
    zone: str
    key: bytes
    language: str = "zh"
    secure_cookies: bool = False
    bell: Callable[[Request], int] = lambda request: 0
    languages: tuple[str, ...] = ("zh", "en")


@dataclass(frozen=True)
class Reader:
    """The official whose page it is, as the bar shows her."""

    name: str
    unit: str
    roles: frozenset[str]
    unread: int = 0


def set_up(app: FastAPI, face: Face) -> None:
    app.state.face = face
    app.mount("/static", static_files(), name="static")


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page. `person` (a Reader) and `csrf_token` come from `request.state` unless they are given."""
    language, size = language_of(request), type_of(request)
    page = environment(language, request.app.state.face.zone).get_template(template)
    response = HTMLResponse(page.render(_shared(request, language, size) | values), status)
    _remember(request, response, "lang", language)
    _remember(request, response, "type", size)
    _remember(request, response, "contrast", contrast_of(request))
    if FLASH in request.cookies:
        response.delete_cookie(FLASH)
    return response


def _shared(request: Request, language: str, size: str) -> dict[str, Any]:
    return {
        "request": request,
        "county": request.app.state.face.county,
        "language": language,
        "html_lang": LANGUAGES[language],
        "is_from_right": language in FROM_RIGHT_TO_LEFT,
        "other_languages": [each for each in offered(request) if each != language],
        "language_names": LANGUAGE_NAMES,
        "language_tags": LANGUAGES,
        "is_large": size == "large",
        "is_contrast": contrast_of(request) == "high",
        "csrf_token": getattr(request.state, "csrf_token", ""),
        "person": reader_of(request),
        "flashes": flashes_of(request),
        "now": clock.now(),
        "here": lambda **changes: here(request, **changes),
    }


def reader_of(request: Request) -> Reader | None:
    """From the visit that the accounts slice leaves on the request; none for villagers."""
    visit = getattr(request.state, "visit", None)
    if visit is None:
        return None
    posts = visit.actor.posts
    units = dict.fromkeys(visit.known.unit_name(post.unit) for post in posts)
    roles = frozenset(str(post.role) for post in posts)
    return Reader(visit.person.name, say(request, _("、")).join(units), roles, request.app.state.face.bell(request))


def _remember(request: Request, response: Response, name: str, value: str) -> None:
    """A choice made by a link (`?type=large`) stays: no script and no account needed."""
    if request.query_params.get(name) == value:
        _set_cookie(request, response, name, value, A_YEAR)


def _set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    secure = request.app.state.face.secure_cookies
    response.set_cookie(name, value, max_age=seconds, secure=secure, httponly=True, samesite="lax")


@cache
def environment(language: str, zone: str) -> Environment:
    made = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(folder) for folder in (HERE / "templates", *sorted(HERE.glob("*/templates")))]
        ),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = translations(language)
    made.install_gettext_callables(_as_text(words.gettext), _as_text(words.ngettext))  # type: ignore[attr-defined]
    made.filters.update(LocalWords(ZoneInfo(zone), words).filters(), in_groups=in_groups)
    made.globals.update(static_url=static_url, villager_styles=VILLAGER_STYLES, **WORDS)
    return made


def _as_text(translate: Callable[..., str]) -> Callable[..., Markup]:
    """What `_()` says in a page. Names that somebody has typed pass through it, too (units, areas, categories).

    Jinja's own would take them for markup, and a per cent sign in them for the beginning of a placeholder.
    """

    def said(*sentence: Any, **values: Any) -> Markup:
        found = escape(translate(*sentence))
        return found % values if values else found

    return said


WORDS = {
    "status_words": STATUS_WORDS,
    "stage_words": STAGE_WORDS,
    "role_words": ROLE_WORDS,
    "verb_words": VERB_WORDS,
    "choice_words": CHOICE_WORDS,
}
"""The one set of labels, as the rules have them; a page writes `_(status_words[ticket.status])`."""


def error_page(request: Request, answer: Answer, sentence: str) -> Response:
    """The `page` that `errors.install` asks for: the sentence, and what to do next."""
    is_inside = request.url.path.startswith(INSIDE) and getattr(request.state, "visit", None) is not None
    layout = "layout_desk.html" if is_inside else "layout_villager.html"
    return render(request, "error.html", answer.http_status, layout=layout, sentence=sentence, code=answer.http_status)


def say(request: Request, sentence: str, **values: object) -> str:
    """A sentence with {placeholders}, as refusals carry it, in the reader's language. Without values it is said as it
    stands: a name that somebody has typed may hold any sign."""
    found = translations(language_of(request)).gettext(sentence)
    return found.format(**values) if values else found


# Messages that survive one redirect

FLASH = "flash"


def outside(request: Request) -> str:
    """How the outside reaches the service: as it is set, or else as this request came in."""
    return request.app.state.settings.base_url or f"{request.url.scheme}://{request.url.netloc}"


def redirect(url: str) -> RedirectResponse:
    return RedirectResponse(url, 303)


def flash(request: Request, response: Response, sentence: str, kind: str = "done", **values: object) -> None:
    """Shown once, on the next page. `kind` is done, note or refused."""
    messages = [*flashes_of(request), {"kind": kind, "sentence": say(request, sentence, **values)}]
    _set_cookie(request, response, FLASH, _sign(request, json.dumps(messages)), 60)


def flashes_of(request: Request) -> list[dict[str, str]]:
    """An unsigned or broken cookie says nothing: nobody else may put words on our pages."""
    payload, dot, mark = request.cookies.get(FLASH, "").partition(".")
    if not dot or not hmac.compare_digest(mark.encode(), _mark(request, payload).encode()):
        return []
    messages: list[dict[str, str]] = json.loads(base64.urlsafe_b64decode(payload))
    return messages


def _sign(request: Request, text: str) -> str:
    payload = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{payload}.{_mark(request, payload)}"


def _mark(request: Request, payload: str) -> str:
    return hmac.new(request.app.state.face.key, b"flash " + payload.encode(), hashlib.sha256).hexdigest()


# Addresses


def here(request: Request, **changes: object) -> str:
    """This very page with some of the query changed; None takes a value out. Paging restarts with every change."""
    query = {
        name: value
        for name, value in request.query_params.multi_items()
        if name not in {"lang", "type", "contrast", "cursor"}
    }
    query |= {name: str(value) for name, value in changes.items()}
    kept = {name: value for name, value in query.items() if value not in {"None", ""}}
    path = _path_of(request)
    return f"{path}?{urlencode(kept)}" if kept else path


def _path_of(request: Request) -> str:
    """Of ours, whatever was asked for: to a browser //evil.example/ and /<tab>/evil.example/ name another site."""
    return "/" + quote(request.scope["path"].lstrip("/"))
