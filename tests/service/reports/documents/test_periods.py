"""Every period has a name, the name says which days it means, and what says nothing is refused with a sentence."""

from datetime import UTC, date, datetime, timedelta

import pytest

from service.reports.documents.asked import county_words, period_in_words
from service.reports.documents.periods import Cadence, containing, current, last_over, named
from service.settings import settings
from workflows.refusals import Refused

NAMES = {
    "2026-10-12": (date(2026, 10, 12), date(2026, 10, 12), "2026 年 10 月 12 日"),
    "2026-W42": (date(2026, 10, 12), date(2026, 10, 18), "2026 年第 42 周（10 月 12 日 至 10 月 18 日）"),
    "2026-W53": (date(2026, 12, 28), date(2027, 1, 3), "2026 年第 53 周（12 月 28 日 至 1 月 3 日）"),
    "2024-02": (date(2024, 2, 1), date(2024, 2, 29), "2024 年 2 月"),
    "2026-Q4": (date(2026, 10, 1), date(2026, 12, 31), "2026 年第 4 季度"),
    "2026": (date(2026, 1, 1), date(2026, 12, 31), "2026 年"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_says_which_days_are_meant(name: str) -> None:
    first, last, words = NAMES[name]
    period = named(name)
    assert (period.name, period.first, period.last) == (name, first, last)
    assert period_in_words(period, county_words("zh")) == words
    assert period.until - period.since == timedelta(days=(last - first).days + 1)
    assert period.before.last == first - timedelta(days=1) and period.before.after == period
    assert containing(period.cadence, last) == period


@pytest.mark.parametrize(
    "nonsense", ["", "2026-13", "2026-W54", "2026-Q5", "2026-02-30", "1999", "2100-01", "october", "２０２６", "2026-1"]
)
def test_what_says_nothing_is_refused_with_how_to_write_it(nonsense: str) -> None:
    with pytest.raises(Refused, match="2026-10、2026-W42"):
        named(nonsense)


def test_a_bulletin_month_may_begin_on_any_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIYUAN_BULLETIN_DAY", "19")
    settings.cache_clear()
    try:
        october = named("2026-10")
        assert (october.first, october.last) == (date(2026, 9, 19), date(2026, 10, 18))
        assert containing(Cadence.monthly, date(2026, 10, 19)).name == "2026-11"
        assert containing(Cadence.monthly, date(2026, 12, 19)).name == "2027-01"
        assert period_in_words(october, county_words("zh")) == "2026 年 10 月（9 月 19 日 至 10 月 18 日）"
        assert last_over(Cadence.monthly, datetime(2026, 10, 18, 15, tzinfo=UTC)).name == "2026-09"
        assert last_over(Cadence.monthly, datetime(2026, 10, 18, 17, tzinfo=UTC)).name == "2026-10"
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_days_are_those_of_the_countys_clock() -> None:
    just_before_midnight_in_china = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)
    assert current(Cadence.monthly, just_before_midnight_in_china).name == "2026-10"
    assert current(Cadence.monthly, just_before_midnight_in_china + timedelta(minutes=1)).name == "2026-11"
    assert current(Cadence.standing, just_before_midnight_in_china).name == "2026-10-31"
