"""Signals of gaming: each row of the table is found where it should be, and not where it should not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.signal_evidence import Evidence, Pictured, Rated, Reopened, Replied
from workflows.signals import (
    BY_NAME,
    OUTCOME_WORDS,
    SIGNALS,
    Found,
    Outcome,
    as_markdown,
    find_all,
)

NOW = datetime(2026, 10, 12, 2, tzinfo=UTC)
DUE = NOW + timedelta(days=3)
ROAD = 0x0F1E2D3C4B5A6978


def replies(count: int, unit: int = 1, first: int = 1, **more: object) -> list[Replied]:
    rows = [Replied(first + at, unit, NOW, DUE, f"words {unit} {first + at}", True) for at in range(count)]
    return [replace(row, **more) for row in rows]  # type: ignore[arg-type]


def ratings(count: int, apart: timedelta = timedelta(hours=1), first: int = 1, **more: object) -> list[Rated]:
    rows = [
        Rated(first + at, 1, NOW + at * apart, True, f"device {first + at}", f"phone {first + at}")
        for at in range(count)
    ]
    return [replace(row, **more) for row in rows]  # type: ignore[arg-type]


def reopened(count: int) -> list[Reopened]:
    return [Reopened(ticket, 1) for ticket in range(1, count + 1)]


NEARLY = DUE - timedelta(minutes=30)
ODD: dict[str, Evidence] = {
    "last_minute": Evidence(replied=[*replies(5, at=NEARLY), *replies(20, first=6)]),
    "same_words": Evidence(replied=[*replies(5, words="same"), *replies(3, first=6)]),
    "same_photo": Evidence(
        pictured=[Pictured(1, 1, ROAD), Pictured(2, 1, ROAD ^ 0b111), Pictured(3, 1, ~ROAD % 2**64)]
    ),
    "comes_back": Evidence(replied=replies(30), reopened=reopened(3)),
    "one_device": Evidence(rated=[*ratings(3, device="one"), *ratings(2, first=4)]),
    "by_officials": Evidence(rated=[*ratings(1, by_official=True), *ratings(5, first=2)]),
    "in_bursts": Evidence(rated=ratings(5, timedelta(minutes=2))),
    "without_contact": Evidence(replied=[*replies(5, was_in_touch=False), *replies(10, first=6)]),
    "two_stories": Evidence(replied=replies(30), reopened=reopened(3), rated=ratings(20)),
}
EVEN: dict[str, Evidence] = {
    "last_minute": Evidence(
        replied=[
            *replies(4, at=NEARLY),
            *replies(5, unit=2, first=10, at=NEARLY),
            *replies(21, unit=2, first=20),
            *replies(6, unit=3, first=50, at=DUE + timedelta(minutes=1)),
            *replies(6, unit=4, first=60, due_at=None),
        ]
    ),
    "same_words": Evidence(
        replied=[*replies(4, words="same"), *replies(4, unit=2, first=9, words="same"), *replies(9, unit=3, words=None)]
    ),
    "same_photo": Evidence(
        pictured=[
            *(Pictured(1, 1, ROAD) for _again in range(3)),
            Pictured(2, 1, ROAD ^ 0b1111),
            *(Pictured(ticket, 1, 0b1) for ticket in range(3, 6)),
            *(Pictured(ticket, 1, 2**64 - 1) for ticket in range(6, 9)),
        ]
    ),
    "comes_back": Evidence(replied=replies(31), reopened=reopened(3)),
    "one_device": Evidence(rated=[*ratings(5, device="one", phone="home"), *ratings(2, first=6, device="two")]),
    "by_officials": Evidence(rated=ratings(9)),
    "in_bursts": Evidence(rated=ratings(9, timedelta(minutes=3))),
    "without_contact": Evidence(replied=[*replies(5, was_in_touch=False), *replies(12, first=6)]),
    "two_stories": Evidence(
        replied=replies(30), reopened=reopened(3), rated=[*ratings(18), *ratings(2, first=19, is_satisfied=False)]
    ),
}


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_each_signal_is_found_where_it_should_be(signal: object) -> None:
    name = signal.name  # type: ignore[attr-defined]
    found = BY_NAME[name].find(BY_NAME[name], ODD[name])
    assert len(found) == 1
    assert found[0].count >= BY_NAME[name].least or name == "same_photo"
    assert len(found[0].tickets) == found[0].count <= found[0].total


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_and_not_where_it_is_one_too_few_or_another_thing(signal: object) -> None:
    name = signal.name  # type: ignore[attr-defined]
    assert BY_NAME[name].find(BY_NAME[name], EVEN[name]) == []


def test_every_row_says_in_words_what_it_looks_at_and_how_it_may_be_innocent() -> None:
    assert [row.name for row in SIGNALS] == list(ODD) == list(EVEN)
    for row in SIGNALS:
        assert row.words in as_markdown() and row.looks_at and row.innocent
    assert set(OUTCOME_WORDS) == set(Outcome)


PICTURES = st.lists(st.builds(Pictured, st.integers(1, 9), st.integers(1, 3), st.integers(0, 2**64 - 1)), max_size=12)


@given(PICTURES, st.randoms())
def test_pictures_are_alike_or_not_whatever_stands_between_them(rows: Sequence[Pictured], chance: object) -> None:
    """Every one of a group is near the first of it, and a copy is always found."""
    twin = [replace(row, ticket=100 + at) for at, row in enumerate(rows)]
    signal = BY_NAME["same_photo"]
    found = signal.find(signal, Evidence(pictured=[*rows, *twin]))
    marked = {ticket for each in found for ticket in each.tickets}
    real = [row for row in rows if 4 < row.fingerprint.bit_count() < 60]
    assert {row.ticket for row in real} <= marked


def test_nothing_is_found_in_nothing_and_the_order_is_that_of_the_table() -> None:
    assert find_all(Evidence()) == []
    together = Evidence(replied=replies(6, at=NEARLY, words="same", was_in_touch=False))
    assert [signal.name for signal, _found in find_all(together)] == ["last_minute", "same_words", "without_contact"]
    assert all(isinstance(found, Found) for _signal, found in find_all(together))
