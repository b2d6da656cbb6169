"""The uploaded yearly calendar."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.china import CHINA, at, official_days
from workflows.calendar_years import KIND_NAMES, CalendarErrors, CalendarYearData, calendar_of, parse_year
from workflows.terms import DayKind, SpecialDay, working_days

HEADING = ("日期", "类型", "名称")


def errors_of(rows: list[tuple[object, ...]], year: int = 2027) -> list[str]:
    with pytest.raises(CalendarErrors) as caught:
        parse_year(year, rows)
    return [error.in_words() for error in caught.value.errors]


@pytest.mark.parametrize(
    "cell",
    [
        "2027-10-01", "2027/10/1", "2027.10.1", "2027年10月1日", "2027 年 10 月 1 日", "20271001", 20271001.0, 20271001,
        date(2027, 10, 1), at("2027-10-01 00:00"), "2027-10-01 00:00:00", "\ufeff2027-10-01", "\u30002027-10-01 ",
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(cell: object) -> None:
    assert parse_year(2027, [(cell, "休息", "国庆节")]).days == {date(2027, 10, 1): SpecialDay(DayKind.off, "国庆节")}


@pytest.mark.parametrize(("words", "kind"), KIND_NAMES.items())
def test_kinds_are_read_in_both_languages(words: str, kind: DayKind) -> None:
    assert parse_year(2027, [("2027-10-01", words.upper(), "")]).days[date(2027, 10, 1)].kind is kind


def test_headings_and_empty_rows_are_passed_over() -> None:
    rows = [HEADING, (), ("", "", ""), (None, None, None), ("2027-10-01", "休息", "国庆节", "")]
    assert parse_year(2027, rows) == CalendarYearData(2027, {date(2027, 10, 1): SpecialDay(DayKind.off, "国庆节")})


def test_a_name_may_be_missing() -> None:
    assert parse_year(2027, [("2027-10-09", "工作日")]).days == {date(2027, 10, 9): SpecialDay(DayKind.working, "")}


def test_all_faults_are_told_at_once_with_their_rows() -> None:
    rows = [
        HEADING,
        ("2027-02-30", "休息", "春节"),
        ("2027-10-01", "放羊", "国庆节"),
        ("2027-10-01",),
        ("2027-10-02", "休息", "国庆节"),
        ("2027-10-02", "工作日", "国庆节"),
        ("2028-01-01", "休息", "元旦"),
        ("2026-12-24", "休息", "元旦"),
        ("十月一日", "休息", "国庆节"),
        ("2027111", "休息", ""),
        ("2027-10-03", "休息", "国" * 41),
    ]
    assert errors_of(rows) == [
        "第 2 行：看不懂日期“2027-02-30”，请写成 2026-10-01 这样。",
        "第 3 行：看不懂类型“放羊”，请写工作日、上午、下午或休息。",
        "第 4 行：看不懂类型“”，请写工作日、上午、下午或休息。",
        "第 6 行：2027-10-02 出现了两次。",
        "第 7 行：2028-01-01 不属于 2027 年的放假安排。",
        "第 8 行：2026-12-24 不属于 2027 年的放假安排。",
        "第 9 行：看不懂日期“十月一日”，请写成 2026-10-01 这样。",
        "第 10 行：看不懂日期“2027111”，请写成 2026-10-01 这样。",
        "第 11 行：名称太长，最多 40 个字。",
    ]


def test_an_empty_sheet_and_a_wrong_one_are_refused() -> None:
    assert errors_of([HEADING]) == ["表里没有一行放假安排。"]
    assert errors_of([("wish", "text", "")] * 401) == ["表里超过 400 行，请检查是不是传错了。"]


def test_faults_can_be_translated() -> None:
    with pytest.raises(CalendarErrors) as caught:
        parse_year(2027, [("2027-10-01", "休息"), ("2027-10-01", "休息")])
    english = {"第 {row} 行：{words}": "row {row}: {words}", "{day} 出现了两次。": "{day} is there twice."}
    assert caught.value.errors[0].in_words(english.__getitem__) == "row 2: 2027-10-01 is there twice."


def test_a_later_announcement_changes_the_december_before_it() -> None:
    december, new_year = date(2026, 12, 31), ("2027-01-01", "休息", "元旦")
    years = [
        parse_year(2027, [("2026-12-31", "休息", "元旦"), new_year]),
        parse_year(2026, [("2026-12-31", "上午", "")]),
    ]
    calendar = calendar_of(years)
    assert calendar.days[december] == SpecialDay(DayKind.off, "元旦")
    assert calendar.official_years == {2026, 2027}
    assert not calendar.is_provisional(at("2026-12-30"), at("2027-01-05"))


def test_an_announcement_reaches_back_to_the_25th_of_december() -> None:
    assert list(parse_year(2027, [("2026-12-25", "休息", "元旦")]).days) == [date(2026, 12, 25)]


def test_the_years_of_the_seed_come_back_as_they_went() -> None:
    words = {DayKind.off: "休息", DayKind.working: "工作日"}
    sheet = [(day.isoformat(), words[kind], name) for day, (kind, name) in official_days().items() if day.year == 2026]
    calendar = calendar_of([parse_year(2026, [HEADING, *sheet])])
    assert calendar.working_days_of(2026) == 248
    assert calendar.add(at("2026-09-28 10:00"), working_days(5)) == CHINA.add(at("2026-09-28 10:00"), working_days(5))


cells = st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.dates(), st.datetimes())


@given(st.lists(st.lists(cells, max_size=4), max_size=5))
def test_no_sheet_makes_it_stumble(rows: list[list[object]]) -> None:
    with suppress(CalendarErrors):
        assert parse_year(2027, rows).days
