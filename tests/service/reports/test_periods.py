"""Days, bulletin months and steps, as pure calendar: every day lies in exactly one of them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reports import periods
from service.reports.periods import (
    MOST_SLICES,
    Period,
    Step,
    bulletin_month,
    fitting_step,
    month_of,
    month_said,
    period_said,
    recent,
    slices_of,
)
from workflows.refusals import Refused

DAYS = st.dates(date(2001, 1, 1), date(2090, 12, 31))
BEGINNINGS = st.integers(1, 28)
TODAY = date(2026, 10, 21)


def test_a_bulletin_month_is_called_after_the_month_in_which_it_ends() -> None:
    assert bulletin_month(2026, 10) == Period(date(2026, 10, 1), date(2026, 10, 31))
    assert bulletin_month(2026, 10, 19) == Period(date(2026, 9, 19), date(2026, 10, 18))
    assert bulletin_month(2026, 1, 28) == Period(date(2025, 12, 28), date(2026, 1, 27))
    assert bulletin_month(2024, 2).days == 29
    for begins in (0, 29):
        with pytest.raises(ValueError, match="1 to 28"):
            bulletin_month(2026, 10, begins)


@given(DAYS, BEGINNINGS)
def test_every_day_lies_in_one_bulletin_month_and_the_next_follows_at_once(day: date, begins: int) -> None:
    month = month_of(day, begins)
    assert month.first <= day <= month.last and month.first.day == begins and 28 <= month.days <= 31
    assert month_of(month.last + timedelta(days=1), begins).first == month.last + timedelta(days=1)
    assert bulletin_month(month.last.year, month.last.month, begins) == month


@given(DAYS, st.integers(0, 400), st.sampled_from(Step), BEGINNINGS)
def test_steps_fill_their_period_without_a_gap(first: date, length: int, step: Step, begins: int) -> None:
    period = Period(first, first + timedelta(days=length))
    found = slices_of(period, step, period.last, begins)
    assert found[-1].last == period.last and len(found) <= MOST_SLICES
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(found))
    assert found[0].first == first or len(found) == MOST_SLICES


def test_no_step_lies_in_the_future() -> None:
    month = bulletin_month(2026, 10)
    assert slices_of(month, Step.day, TODAY)[-1] == Period(TODAY, TODAY)
    assert slices_of(month, Step.week, TODAY)[-1] == Period(date(2026, 10, 19), date(2026, 10, 25))
    assert slices_of(bulletin_month(2027, 3), Step.day, TODAY) == [Period(date(2027, 3, 1), date(2027, 3, 1))]


def test_the_latest_steps_end_with_the_running_one() -> None:
    assert recent(Step.week, TODAY) == Period(date(2026, 8, 3), date(2026, 10, 25))
    assert recent(Step.month, TODAY, 19) == Period(date(2025, 11, 19), date(2026, 11, 18))
    assert recent(Step.day, TODAY).days == 30
    assert [fitting_step(Period(date(2026, 1, 1), date(2026, *end))) for end in ((1, 31), (6, 30), (12, 31))] == [
        Step.day,
        Step.week,
        Step.month,
    ]


def test_a_day_begins_by_the_countys_clock() -> None:
    first, over = Period(TODAY, TODAY).moments
    assert first == datetime(2026, 10, 20, 16, tzinfo=UTC) and over - first == timedelta(days=1)


def test_what_was_typed_is_read_or_refused_in_words() -> None:
    assert period_said("", " ", TODAY) is None and month_said("", 1) is None
    assert period_said("2026-10-01", "", TODAY) == Period(date(2026, 10, 1), TODAY)
    assert period_said("", "2026-10-01", TODAY) == Period(periods.EARLIEST, date(2026, 10, 1))
    assert month_said(" 2026-10 ", 19) == bulletin_month(2026, 10, 19)
    for first, last in (("2026-13-01", ""), ("gestern", ""), ("2026-10-02", "2026-10-01")):
        with pytest.raises(Refused):
            period_said(first, last, TODAY)
    for words in ("2026", "2026-13", "10-2026"):
        with pytest.raises(Refused):
            month_said(words, 1)
    for words in ("0", "29", "-1", "neunzehn"):
        with pytest.raises(Refused):
            periods.beginning_said(words)
