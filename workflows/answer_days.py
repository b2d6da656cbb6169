"""How many days it took until the villager had her first answer: a count for each number of days, which adds up."""

from collections.abc import Mapping
from math import ceil

SECONDS = 24 * 60 * 60
MEDIAN, NINETY = 0.5, 0.9

Days = Mapping[int, int]
"""So many wishes were answered after so many days; begun days count whole, and the first day is 1."""


def days_between(seconds: int) -> int:
    return max(1, ceil(seconds / SECONDS))


def answers_in(days: Days) -> int:
    return sum(days.values())


def percentile(days: Days, part: float) -> int | None:
    """The least number of days within which that part of all was answered (nearest rank); None without an answer."""
    wanted, reached = ceil(round(part * answers_in(days), 9)), 0
    for day, count in sorted(days.items()):
        reached += count
        if reached >= wanted > 0:
            return day
    return None


def added(one: Days, other: Days) -> dict[int, int]:
    return {day: one.get(day, 0) + other.get(day, 0) for day in sorted({*one, *other})}
