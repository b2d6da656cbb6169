"""Counts by day, gathered into the steps of a time series."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from service.reports.periods import Period
from workflows.answer_days import Days, added

T = TypeVar("T")


def sliced(by_day: Mapping[date, T], slices: Sequence[Period]) -> list[list[T]]:
    """What belongs to each step; and last, what lies outside of all of them."""
    found: list[list[T]] = [[] for _slice in (*slices, None)]
    for day, value in by_day.items():
        place = next((number for number, days in enumerate(slices) if days.first <= day <= days.last), len(slices))
        found[place].append(value)
    return found


def together(parts: Sequence[Days]) -> Days:
    found: Days = {}
    for part in parts:
        found = added(found, part)
    return found
