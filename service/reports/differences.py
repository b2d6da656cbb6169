"""What a ticket adds to the rollups, and what changes when it is counted anew: the new facts less the old ones."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from service.reports.facts import NAMES, OPEN_BIT, Fact
from workflows.definitions import Window

EVER = date(1970, 1, 1)
"""The day of what has none: of everything that stands."""
STILL_OPEN = "open"
"""Beside the windows: what has not ended, by the day on which it was collected."""
ANSWERS_BY = frozenset({Window.standing, Window.creation})
DEEPEST = 2
"""Of the county and its towns there are counts by unit, category and source; of other areas only whole ones."""


class Dimension(StrEnum):
    """By what the tickets of an area are counted; members are ids or words as text, "0" where there is none."""

    whole = "whole"
    unit = "unit"
    category = "category"
    source = "source"


class Key(NamedTuple):
    """A row of the rollups; of `whole` the member is empty."""

    window: str
    area_id: int
    dimension: str
    day: date
    member: str


Counts = list[int]


@dataclass
class Differences:
    """`counts`: by row, how often each pattern of bits came (or went, below 0). `answers`: by row and days."""

    counts: dict[Key, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    answers: Counter[tuple[Key, int]] = field(default_factory=Counter)

    def add(self, fact: Fact, sign: int) -> None:
        for key in keys_of(fact):
            self.counts[key][fact.bits] += sign
        for key in answer_keys_of(fact):
            self.answers[key, fact.answer_days or 0] += sign

    def rows(self) -> Iterator[tuple[Key, Counts]]:
        """What each row gains or loses, without those that stay as they are."""
        for key, patterns in sorted(self.counts.items()):
            sums = [0] * len(NAMES)
            for bits, many in patterns.items():
                for place in places_of(bits) if many else ():
                    sums[place] += many
            if any(sums):
                yield key, sums

    def answer_rows(self) -> Iterator[tuple[Key, int, int]]:
        yield from ((key, days, many) for (key, days), many in sorted(self.answers.items()) if many)


def differences_between(old: Mapping[int, Fact], new: Iterable[Fact]) -> Differences:
    """What has to be added so that the rollups hold the new facts in place of the old ones."""
    found = Differences()
    for fact in new:
        before = old.get(fact.ticket_id)
        if before is not None:
            found.add(before, -1)
        found.add(fact, 1)
    return found


@cache
def places_of(bits: int) -> tuple[int, ...]:
    return tuple(place for place in range(len(NAMES)) if bits >> place & 1)


def keys_of(fact: Fact) -> Iterator[Key]:
    members = (
        (Dimension.whole, ""),
        (Dimension.unit, str(fact.unit_id)),
        (Dimension.category, str(fact.category_id)),
        (Dimension.source, fact.source),
    )
    for window, day in days_of(fact):
        for depth, area_id in enumerate(areas_of(fact.area_path)):
            for dimension, member in members if depth < DEEPEST else members[:1]:
                yield Key(window, area_id, dimension, day, member)


def answer_keys_of(fact: Fact) -> Iterator[Key]:
    """Days to answer are told by creation; a county's also for each unit, category and source."""
    if fact.answer_days is None:
        return
    county = areas_of(fact.area_path)[0]
    for key in keys_of(fact):
        if key.window in ANSWERS_BY and (key.dimension == Dimension.whole or key.area_id == county):
            yield key


def days_of(fact: Fact) -> tuple[tuple[str, date], ...]:
    """What is still open has no day by conclusion, and is kept apart: it belongs to many counts by conclusion."""
    ended = (Window.conclusion, fact.concluded_on or EVER)
    last = (STILL_OPEN, fact.created_on) if fact.bits & OPEN_BIT else ended
    return (Window.standing, EVER), (Window.creation, fact.created_on), last


def areas_of(area_path: str) -> tuple[int, ...]:
    """The county, the town, the village …: `/1/4/17/` lies in all three."""
    return tuple(int(part) for part in area_path.strip("/").split("/"))
