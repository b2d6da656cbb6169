"""What a villager says through the API: the fields of her form, checked as they are there."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.tickets import api_answers
from workflows.commands import (
    PHOTOS_MOST,
    WISH_LENGTH,
    OptionalPhone,
    OptionalPosition,
    OptionalText,
    Submit,
)
from workflows.statuses import Kind

KeptAddress = Annotated[str, Field(min_length=1, max_length=60)]


def _pattern_of(name: str) -> str:
    """As the form checks it."""
    return next(str(each.pattern) for each in Submit.model_fields[name].metadata if hasattr(each, "pattern"))


class NewWish(BaseModel):
    """What a villager says. `area` is left out for the link's own area; `phone` is only for calling back.

    `photos` and `voice` are addresses that `POST /links/{token}/files` has given; a wish may be spoken only.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [api_answers.WISH, api_answers.SPOKEN]})
    kind: Kind = Kind.trouble
    text: OptionalText = Field(
        default=None,
        min_length=WISH_LENGTH[0],
        max_length=WISH_LENGTH[1],
        description="May be left out beside a `voice`: it then says that the wish is spoken, and for how long",
    )
    area: int | None = None
    category: OptionalText = None
    place: OptionalText = Field(default=None, max_length=200)
    name: OptionalText = Field(default=None, max_length=40)
    phone: OptionalPhone = Field(
        default=None,
        pattern=_pattern_of("phone"),
    )
    is_nameless: bool = True
    is_private: bool = False
    photos: tuple[KeptAddress, ...] = Field(default=(), max_length=PHOTOS_MOST)
    voice: KeptAddress | None = None
    position: OptionalPosition = Field(
        default=None,
        pattern=_pattern_of("position"),
        description="Degrees north and east, the datum, and how sure it is: `32.310000,108.900000 WGS-84 ±20 m`",
    )
    is_for_other: bool = Field(default=False, description="She speaks for somebody else, who has agreed")
    has_consent: bool = Field(default=False, description="That person's consent; `is_for_other` is refused without")
