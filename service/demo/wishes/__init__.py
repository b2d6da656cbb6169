"""What villagers of the demo county wish for, and what became of it: read from the data files in this folder."""

import re
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from service.demo.data import names, read
from service.directory.defaults import BY_KEY
from workflows.commands import DeclineGround, Outcome, Satisfaction
from workflows.statuses import Kind, Source
from workflows.time_limits import Urgency

CHOICE = re.compile(r"\{([^{}]*)\}")


class Wish(BaseModel):
    """One table `[[wish]]`. `again` more people say the same in other words: the choices `{this|that}` in its text.

    `promise` counts days from the reply, and `{promised}` in the reply becomes that day. `second_…` is what happened
    after a villager was not content. `unit` is `bureau.water`, `outside.power` or `town.social`; without it the
    catalogue decides.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: str
    text: str
    key: str | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    town: str | None = None
    village: str | None = None
    place: str | None = None
    source: Source | None = None
    is_private: bool = False
    again: int = 0
    photo: str | None = None
    unit: str | None = None
    progress: str | None = None
    outcome: Outcome | None = None
    promise: int | None = None
    reply: str | None = None
    rating: Satisfaction | None = None
    words: str | None = None
    visit: str | None = None
    second_progress: str | None = None
    second_reply: str | None = None
    second_rating: Satisfaction | None = None
    second_words: str | None = None
    merge_into: str | None = None
    decline: DeclineGround | None = None
    decline_words: str | None = None
    withdraw: str | None = None

    @model_validator(mode="after")
    def tells_a_whole_story(self) -> "Wish":
        if (self.reply is None) != (self.outcome is None) or (self.reply is None) != (self.rating is None):
            raise ValueError("a reply comes with an outcome and a rating")
        if (self.outcome is Outcome.for_now) != (self.promise is not None):
            raise ValueError("for now means a promise, and the other way round")
        if self.rating is Satisfaction.dissatisfied and self.words is None:
            raise ValueError("who is not content says why")
        if (self.decline is None) != (self.decline_words is None):
            raise ValueError("who declines says why")
        if self.category not in BY_KEY:
            raise ValueError(f"no category is called {self.category}")
        return self

    @property
    def is_answered(self) -> bool:
        return self.reply is not None

    def terms(self) -> Urgency:
        return self.urgency or BY_KEY[self.category].urgency

    def kind_of_wish(self) -> Kind:
        return self.kind or BY_KEY[self.category].kind

    def said(self, time: int) -> str:
        """The text as the first (0), second (1) … person says it."""
        return CHOICE.sub(lambda found: _pick(found[1].split("|"), time), self.text)


def _pick(words: list[str], time: int) -> str:
    return words[time % len(words)]


@lru_cache
def wishes() -> tuple[Wish, ...]:
    return tuple(wish for name in names("wishes") for wish in _read(name))


def _read(name: str) -> list[Wish]:
    described = read(name)
    return [_wish(name, {"category": described["category"], **table}) for table in described["wish"]]


def _wish(name: str, table: dict[str, Any]) -> Wish:
    try:
        return Wish.model_validate(table)
    except ValidationError as error:
        raise ValueError(f"{name}: {table.get('text')}: {error}") from error
