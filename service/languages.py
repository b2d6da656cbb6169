"""In which language, type and contrast a page is read: as its reader has chosen, by a link and for good."""

import gettext
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request

from service.local_words import Catalogue, accepted_of

HERE = Path(__file__).parent
PROGRAMS = "/api/"
LANGUAGES = {"zh": "zh-CN", "en": "en", "ug": "ug"}
LANGUAGE_NAMES = {"zh": "中文", "en": "English", "ug": "ئۇيغۇرچە"}
FROM_RIGHT_TO_LEFT = frozenset({"ug"})
FOR_VILLAGERS = frozenset({"ug"})
"""Translated for villagers' pages only: an official reads the county's own language there."""
TYPES = {"normal", "large"}
CONTRASTS = {"normal", "high"}

INSIDE = ("/desk", "/board", "/directory", "/inbox", "/deliveries")
"""Where officials work: an error there keeps their bar on the page."""


def language_of(request: Request) -> str:
    """Programs are answered in the language that they accept; a page is Chinese until somebody chooses otherwise."""
    is_program = request.url.path.startswith(PROGRAMS)
    spoken = offered(request)
    accepted = accepted_of(request.headers.get("accept-language", ""), spoken) if is_program else None
    return _chosen(request, "lang", spoken, accepted or request.app.state.face.language)


def offered(request: Request) -> tuple[str, ...]:
    """The languages of this page, the county's own first."""
    languages: tuple[str, ...] = request.app.state.face.languages
    is_villagers = not request.url.path.startswith((*INSIDE, PROGRAMS))
    return tuple(each for each in languages if is_villagers or each not in FOR_VILLAGERS)


def contrast_of(request: Request) -> str:
    return _chosen(request, "contrast", CONTRASTS, "normal")


def type_of(request: Request) -> str:
    return _chosen(request, "type", TYPES, "normal")


def _chosen(request: Request, name: str, allowed: Any, default: str) -> str:
    asked = request.query_params.get(name), request.cookies.get(name)
    return next((value for value in asked if value is not None and value in allowed), default)


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The compiled catalogue, as set-up made it; Chinese is the source text and needs none."""
    return gettext.translation("messages", HERE / "locale", [language], Catalogue, fallback=True)
