"""What every command is made of: its base, its kinds of field, and how what was typed is cleaned."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from workflows.positions import position_from
from workflows.words import _

WISH_LENGTH = (2, 5000)
WORDS_LENGTH = 2000
PHOTOS_MOST = 9
PARTS = (2, 10)
LARGEST_ID = 2**31 - 1

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def clean(value: Any) -> Any:
    """Drop what no screen can show (NUL, control characters, half surrogates); keep the rest as typed.

    Words of nothing but spaces and joiners are no words: whoever reads them sees an empty page.
    """
    if not isinstance(value, str):
        return value
    typed = _UNPRINTABLE.sub("", value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return typed if any(unicodedata.category(sign) not in _INVISIBLE for sign in typed) else ""


def none_if_blank(value: Any) -> Any:
    value = clean(value)
    return None if value == "" else value


def position_as_written(value: Any) -> Any:
    """Six decimals are a hand's breadth; what is no position stays as it is and is refused by its pattern."""
    value = none_if_blank(value)
    found = position_from(value) if isinstance(value, str) else None
    return found.written() if found else value


def plain_digits(value: Any) -> Any:
    """A telephone number typed in full-width digits means the same number."""
    value = none_if_blank(value)
    return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


def field(label: str, *, widget: str = "line", hint: str = "", default: Any = ..., **limits: Any) -> Any:
    """A form field.

    `widget` is line, words, choice, yes_no, yes_or_no, yes_no_unsaid, date, moment, area, category, unit, units,
    ticket, photos, voice, position or parts. A yes_no is a box to tick, with a default; a yes_or_no must be said.
    """
    return Field(default, title=label, description=hint, json_schema_extra={"widget": widget}, **limits)


def words(label: str, *, hint: str = "", least: int = 1) -> Any:
    return field(label, widget="words", hint=hint, min_length=least, max_length=WORDS_LENGTH)


def optional_words(label: str, *, hint: str = "") -> Any:
    return field(label, widget="words", hint=hint, default=None, max_length=WORDS_LENGTH)


def photos() -> Any:
    return field(_("照片"), widget="photos", default=(), max_length=PHOTOS_MOST)


Text = Annotated[str, BeforeValidator(clean)]
OptionalText = Annotated[str | None, BeforeValidator(none_if_blank)]
OptionalPhone = Annotated[str | None, BeforeValidator(plain_digits)]
OptionalId = Annotated[Annotated[int, Field(ge=1, le=LARGEST_ID)] | None, BeforeValidator(none_if_blank)]
OptionalPosition = Annotated[str | None, BeforeValidator(position_as_written)]
RequiredDate = Annotated[date, BeforeValidator(none_if_blank)]
OptionalDate = Annotated[date | None, BeforeValidator(none_if_blank)]
OptionalMoment = Annotated[datetime | None, BeforeValidator(none_if_blank)]
OptionalChoice = Annotated[bool | None, BeforeValidator(none_if_blank)]
Photos = tuple[Annotated[int, Field(ge=1, le=LARGEST_ID)], ...]
Part = Annotated[str, Field(min_length=WISH_LENGTH[0], max_length=WISH_LENGTH[1]), BeforeValidator(clean)]
"""One of the wishes that another is split into: as long as any wish may be."""

PERSONAL = frozenset({"name", "phone", "place", "position"})
"""Fields that are sealed on the ticket and never repeated in an event."""


class CommandBase(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    verb: str

    def details(self) -> dict[str, Any]:
        """What the event keeps: everything but the verb (it is the event's own) and personal fields."""
        return self.model_dump(mode="json", exclude={"verb", *PERSONAL}, exclude_none=True, exclude_defaults=True)
