"""The command line speaks English throughout, its help and its refusals alike; the pages speak as they are asked."""

from collections.abc import Mapping
from typing import Any

import typer

from service.errors import Failure
from service.exchange.several import Several
from service.letters import LACKING, PACKAGE, has_letters
from service.web import translations
from workflows.refusals import Refused

LANGUAGE = "en"


def told(error: Exception) -> str:
    """What went wrong, be it the rules that say so or the machine."""
    return said(error.sentence, error.values) if isinstance(error, Refused | Failure) else str(error)


def said(sentence: str, values: Mapping[str, Any]) -> str:
    """A sentence of the catalogues; the name of a field in it is a message, too."""
    words = translations(LANGUAGE)
    spoken = {name: value.in_english() if isinstance(value, Several) else value for name, value in values.items()}
    label = {"label": words.gettext(str(values["label"]))} if "label" in values else {}
    return words.gettext(sentence).format(**{**spoken, **label})


def warn_of_lacking_letters() -> None:
    """Before the first villager asks for her receipt as a picture; she is served all the same."""
    if not has_letters():
        typer.secho(said(LACKING, {"package": PACKAGE}), fg=typer.colors.YELLOW, err=True)


def counted(count: int, one: str, many: str = "") -> str:
    """1 row, 1,200 rows."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
