"""Moments, spans and numbers as pages say them."""

from datetime import UTC, date, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest
import time_machine

from service.local_words import LocalWords

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
WORDS = LocalWords(ZoneInfo("Asia/Shanghai"), NullTranslations())


@pytest.mark.parametrize(
    ("span", "kind", "words"),
    [
        (timedelta(hours=-30), "overdue", "超期 1 天"),
        (timedelta(minutes=-5), "overdue", "超期 5 分钟"),
        (timedelta(hours=3, minutes=40), "soon", "还剩 3 小时"),
        (timedelta(days=2, hours=23), "fine", "还剩 2 天"),
    ],
)
def test_time_left_is_said_in_the_largest_whole_unit(span: timedelta, kind: str, words: str) -> None:
    left = WORDS.left(NOW + span, NOW)
    assert left is not None
    assert (left.kind, left.words) == (kind, words)


@time_machine.travel(NOW, tick=False)
def test_a_date_is_the_countys_and_never_torn_and_has_a_year_only_when_it_is_another() -> None:
    late_in_the_evening = datetime(2026, 10, 11, 16, 30, tzinfo=UTC)
    assert WORDS.day(late_in_the_evening) == "10\u00a0月\u00a012\u00a0日"
    assert WORDS.weekday(late_in_the_evening) == "10\u00a0月\u00a012\u00a0日（周一）"
    assert WORDS.time(late_in_the_evening) == "10\u00a0月\u00a012\u00a0日 00:30"
    assert WORDS.day(date(2027, 2, 1)).startswith("2027")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(hours=-2), "2 小时前"),
        (timedelta(days=3), "3 天后"),
    ],
)
def test_how_long_ago_or_ahead(span: timedelta, words: str) -> None:
    assert WORDS.when(NOW + span, NOW) == words


def test_nothing_to_say_is_a_dash() -> None:
    assert {WORDS.day(None), WORDS.time(None), WORDS.when(None), WORDS.number(None), WORDS.percent(None)} == {"–"}


@pytest.mark.parametrize(
    ("value", "words"), [(3891, "3,891"), (402.3, "402.3"), (3771.0, "3,771"), (1234567890, "1,234,567,890")]
)
def test_numbers_are_grouped_and_show_no_empty_decimals(value: float, words: str) -> None:
    assert WORDS.number(value) == words


def test_a_rate_is_said_in_percent() -> None:
    assert WORDS.percent(3771 / 3825) == "98.59%"
