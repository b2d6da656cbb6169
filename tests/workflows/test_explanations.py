"""Deadlines in words."""

from datetime import date, timedelta

import pytest

from tests.workflows.china import CHINA, SHANGHAI, at, official_days
from tests.workflows.test_workdays import calendar_with
from workflows.explanations import LEFT, Explanation, SkippedSpan, in_words, time_left_in_words
from workflows.terms import TERM_WORDS, Term, days, hours, working_days, working_hours
from workflows.workdays import DayKind, WorkCalendar

ENGLISH = {
    "，": ", ",
    "、": ", ",
    "{amount} 个工作日": "{amount} working days",
    "从 {day}的次日起算": "from the day after {day}",
    "跳过{name}（{days}）": "without {name} ({days})",
    "国庆节": "National Day",
    "9 月": "September",
    "10 月": "October",
    "{month} {day} 日": "{month} {day}",
    "{first}至 {last} 日": "{first} to {last}",
    "计入补班 {days}": "counting the make-up day {days}",
    "到 {moment}": "until {moment}",
    "还剩 {amount} 小时": "{amount} hours left",
}


def english(sentence: str, n: int | None = None) -> str:
    return ENGLISH.get(sentence, sentence)


@pytest.mark.parametrize(
    ("start", "term", "words"),
    [
        (
            "2026-09-28 10:00",
            working_days(5),
            "5 个工作日，从 9 月 28 日的次日起算，跳过国庆节（10 月 1 日至 7 日），计入补班 10 月 10 日，到 10 月 10 日 18:00",
        ),
        ("2026-03-02 10:00", working_days(5), "5 个工作日，从 3 月 2 日的次日起算，到 3 月 9 日 18:00"),
        ("2026-03-02 16:00", working_hours(4), "4 个工作小时，从 3 月 2 日 16:00 起算，到 3 月 3 日 11:00"),
        ("2026-10-01 16:00", hours(2), "2 小时，从 10 月 1 日 16:00 起算，到 10 月 1 日 18:00"),
        ("2026-12-20 16:00", days(30), "30 天，从 12 月 20 日 16:00 起算，到 2027 年 1 月 19 日 16:00"),
        (
            "2025-12-31 10:00",
            working_days(1),
            "1 个工作日，从 12 月 31 日的次日起算，跳过元旦（2026 年 1 月 1 日至 3 日），计入补班 2026 年 1 月 4 日，到 2026 年 1 月 4 日 18:00",
        ),
        (
            "2026-12-29 10:00",
            working_days(3),
            "3 个工作日，从 12 月 29 日的次日起算，到 2027 年 1 月 1 日 18:00，2027 年的放假安排还没有公布，公布后可能调整",
        ),
        (
            "2026-09-24 17:30",
            working_hours(1),
            "1 个工作小时，从 9 月 24 日 17:30 起算，跳过中秋（9 月 25 日至 27 日），到 9 月 28 日 09:30",
        ),
    ],
)
def test_a_deadline_says_why(start: str, term: Term, words: str) -> None:
    assert in_words(CHINA.explain(at(start), term)) == words


def test_an_explanation_keeps_the_days_behind_the_words() -> None:
    assert CHINA.explain(at("2026-09-28 10:00"), working_days(5)) == Explanation(
        start=at("2026-09-28 10:00"),
        due=at("2026-10-10 18:00"),
        term=working_days(5),
        zone=SHANGHAI,
        counted=tuple(date(2026, *day) for day in ((9, 29), (9, 30), (10, 8), (10, 9), (10, 10))),
        skipped=(SkippedSpan("国庆节", date(2026, 10, 1), date(2026, 10, 7)),),
        made_up=(date(2026, 10, 10),),
    )


def test_two_holidays_that_meet_are_one_span() -> None:
    span = SkippedSpan("国庆节、中秋", date(2025, 10, 1), date(2025, 10, 8))
    assert CHINA.explain(at("2025-09-29 10:00"), working_days(5)).skipped == (span,)


def test_a_holiday_that_crosses_months_names_both() -> None:
    assert "跳过春节（1 月 28 日至 2 月 4 日）" in in_words(CHINA.explain(at("2025-01-27 10:00"), working_days(3)))


def test_a_single_day_off_is_no_span() -> None:
    calendar = calendar_with(d_2026_03_03=DayKind.off)
    assert "，跳过三月三（3 月 3 日），" in in_words(calendar.explain(at("2026-03-02 10:00"), working_days(1)))


def test_a_half_day_is_mentioned() -> None:
    calendar = calendar_with(d_2026_03_03=DayKind.morning)
    words = in_words(calendar.explain(at("2026-03-02 10:00"), working_days(1)))
    assert words == "1 个工作日，从 3 月 2 日的次日起算，3 月 3 日只上半天班，到 3 月 3 日 12:00"


def test_an_evening_does_not_count_the_day_that_is_over() -> None:
    assert CHINA.explain(at("2026-03-02 19:00"), working_hours(3)).counted == (date(2026, 3, 3),)


def test_natural_terms_depend_on_no_announcement() -> None:
    assert not CHINA.explain(at("2026-12-31 10:00"), days(30)).is_provisional
    assert CHINA.explain(at("2026-12-31 10:00"), working_days(30)).is_provisional


def test_the_calendar_decides_the_local_time() -> None:
    words = in_words(WorkCalendar(official_days(), CHINA.official_years).explain(at("2026-03-02 00:30"), hours(1)))
    assert words == "1 小时，从 3 月 2 日 00:30 起算，到 3 月 2 日 01:30"


def test_every_part_can_be_translated() -> None:
    words = in_words(CHINA.explain(at("2026-09-28 10:00"), working_days(5)), english)
    assert words == (
        "5 working days, from the day after September 28, without National Day (October 1 to 7), "
        "counting the make-up day October 10, until October 10 18:00"
    )


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2), "还剩 2 天"),
        (timedelta(days=1, hours=23), "还剩 1 天"),
        (timedelta(hours=3, minutes=59), "还剩 3 小时"),
        (timedelta(minutes=59, seconds=59), "还剩 59 分钟"),
        (timedelta(seconds=59), "还剩不到 1 分钟"),
        (timedelta(0), "还剩不到 1 分钟"),
        (timedelta(seconds=-1), "刚刚超期"),
        (timedelta(minutes=-1), "超期 1 分钟"),
        (timedelta(hours=-5, minutes=-30), "超期 5 小时"),
        (timedelta(days=-1), "超期 1 天"),
    ],
)
def test_time_left_is_said_as_a_person_would(left: timedelta, words: str) -> None:
    now = at("2026-03-02 10:00")
    assert time_left_in_words(now, now + left) == words


def test_time_left_can_be_translated() -> None:
    now = at("2026-03-02 10:00")
    assert time_left_in_words(now, now + timedelta(hours=3), english) == "3 hours left"


def test_every_unit_has_words() -> None:
    assert [words.format(amount=3) for words in TERM_WORDS.values()] == [
        "3 分钟",
        "3 小时",
        "3 天",
        "3 个工作小时",
        "3 个工作日",
    ]
    assert [unit for unit, *_ in LEFT] == sorted((unit for unit, *_ in LEFT), reverse=True)
