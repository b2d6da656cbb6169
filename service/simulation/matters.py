"""What the year is told from, read from the files beside this: matters in villagers' voices, shares, words, tales."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

from service.demo.wishes import Wish, wishes
from service.directory.defaults import BY_KEY
from workflows.commands import DeclineGround, Outcome, Satisfaction
from workflows.time_limits import Urgency


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Common(Row):
    """How a matter is called, planned and answered when several villages speak of it."""

    title: str
    plan: str
    answer: str


class Matter(Row):
    """`{a|b}` is a choice, `{3-9}` a number, `{who}` a slot of year.toml, `{promised}` the day that the answer names.

    `is_whole` is a wish that is told as it stands, with nothing before and nothing after it.
    """

    category: str
    say: tuple[str, ...]
    why: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    did: tuple[str, ...] = ()
    reply: tuple[str, ...] = ()
    unit: str | None = None
    urgency: Urgency | None = None
    promise: int | None = None
    outcome: Outcome | None = None
    common: Common | None = None
    is_whole: bool = False
    is_private: bool = False

    @property
    def terms(self) -> Urgency:
        return self.urgency or BY_KEY[self.category].urgency


class Decline(Row):
    ground: DeclineGround
    say: tuple[str, ...]
    words: tuple[str, ...]


class Whistle(Row):
    kind: str
    reason: str
    text: tuple[str, ...]
    step: tuple[dict[str, Any], ...]


class Months(Row):
    weights: tuple[float, ...]


class Year(Row):
    """How a year is distributed; weights of a table are parts of their sum."""

    sources: dict[str, float]
    themes: dict[str, float]
    transfers: dict[int, float]
    months: Months
    slot: dict[str, tuple[str, ...]]
    words: dict[str, str | tuple[str, ...]]
    decline: tuple[Decline, ...]
    whistle: tuple[Whistle, ...]
    calls: dict[str, tuple[str, str, str]]


@lru_cache
def year() -> Year:
    return Year.model_validate(_read("year.toml"))


@lru_cache
def matters() -> dict[str, tuple[Matter, ...]]:
    """By category: the patterns, and the wishes of the demo county that could be anybody's."""
    told: dict[str, list[Matter]] = {}
    for name in _names("voices"):
        described = _read(name)
        for table in described["matter"]:
            told.setdefault(described["category"], []).append(Matter(category=described["category"], **table))
    for wish in wishes():
        if _is_anybodys(wish):
            told[wish.category].append(_of(wish))
    return {category: tuple(found) for category, found in told.items()}


@lru_cache
def common_matters() -> tuple[Matter, ...]:
    return tuple(matter for found in matters().values() for matter in found if matter.common is not None)


def _is_anybodys(wish: Wish) -> bool:
    """Answered to somebody's content, anywhere in the county, by an office that every town has."""
    is_liked = wish.rating in {Satisfaction.satisfied, Satisfaction.basically_satisfied}
    return is_liked and not wish.town and not wish.key and wish.source is None


def _of(wish: Wish) -> Matter:
    return Matter(
        category=wish.category,
        say=(wish.text,),
        did=(wish.progress,) if wish.progress else (),
        reply=(wish.reply or "",),
        unit=wish.unit,
        urgency=wish.urgency,
        promise=wish.promise,
        outcome=wish.outcome,
        is_whole=True,
        is_private=wish.is_private,
    )


def _read(name: str) -> dict[str, Any]:
    with files(__package__).joinpath(name).open("rb") as file:
        return tomllib.load(file)


def _names(folder: str) -> list[str]:
    found = files(__package__).joinpath(folder).iterdir()
    return sorted(f"{folder}/{each.name}" for each in found if each.name.endswith(".toml"))
