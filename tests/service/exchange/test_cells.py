"""What people write into cells, and what it means."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.exchange import cells
from service.exchange.cells import Moment
from workflows.commands import Outcome, Satisfaction
from workflows.refusals import Refused
from workflows.statuses import Source

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)


def moment(cell: Any) -> str:
    found = cells.moment_in(cell, ZONE, NOW)
    assert found is not None
    return f"{found.at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}{' day' if found.is_day else ''}"


WRITTEN = {
    "2025-03-01 10:00": "2025-03-01 10:00:00",
    "2025-03-01 10:00:59": "2025-03-01 10:00:59",
    "2025-03-01T10:00:59.123": "2025-03-01 10:00:59",
    "2025/3/1 9:05": "2025-03-01 09:05:00",
    "2025.3.1": "2025-03-01 12:00:00 day",
    "2025-3-1": "2025-03-01 12:00:00 day",
    "2025年3月1日": "2025-03-01 12:00:00 day",
    "2025年3月1日10时": "2025-03-01 10:00:00",
    "2025年3月1日 10时30分": "2025-03-01 10:30:00",
    "2025年3月1日10时30分15秒": "2025-03-01 10:30:15",
    "2025年03月01日 下午3:20": "2025-03-01 15:20:00",
    "2025年3月1日上午10点": "2025-03-01 10:00:00",
    "2025年3月1日中午11点": "2025-03-01 11:00:00",
    "2025年3月1日中午1点": "2025-03-01 13:00:00",
    "2025年3月1日晚上11点半": None,
    "2025年3月1日晚上11点": "2025-03-01 23:00:00",
    "2025-03-01 星期六": "2025-03-01 12:00:00 day",
    "２０２５－０３－０１　１０：００": "2025-03-01 10:00:00",
    "20250301": "2025-03-01 12:00:00 day",
    "20250301 1030": "2025-03-01 10:30:00",
    "20250301103000": "2025-03-01 10:30:00",
    "2025-03-01T02:00:00Z": "2025-03-01 10:00:00",
    "2025-03-01T10:00:00+08:00": "2025-03-01 10:00:00",
    " 2025-03-01\n10:00 ": "2025-03-01 10:00:00",
    "45717.4375": "2025-03-01 10:30:00",
    "45717": "2025-03-01 12:00:00 day",
    "４５７１７": "2025-03-01 12:00:00 day",
    "4571": None,
    "457170": None,
    "45717.": None,
    "2025-13-01": None,
    "2025-02-30 10:00": None,
    "2025-03-01 25:00": None,
    "3月1日": None,
    "25-3-1": None,
    "3/1/2025": None,
    "昨天": None,
    "2025-3-1-2": None,
}


@pytest.mark.parametrize(("words", "means"), WRITTEN.items(), ids=WRITTEN.keys())
def test_times_are_read_in_every_usual_form(words: str, means: str | None) -> None:
    if means is None:
        with pytest.raises(Refused) as refused:
            moment(words)
        assert refused.value.sentence == cells.UNREADABLE_TIME
    else:
        assert moment(words) == means


COUNTED = [
    (45717.4375, "2025-03-01 10:30:00"),
    (45717, "2025-03-01 12:00:00 day"),
    (20250301, "2025-03-01 12:00:00 day"),
    (20250301.0, "2025-03-01 12:00:00 day"),
    (20250301103000, "2025-03-01 10:30:00"),
    (datetime(2025, 3, 1, 10, 30), "2025-03-01 10:30:00"),  # noqa: DTZ001
    (datetime(2025, 3, 1), "2025-03-01 12:00:00 day"),  # noqa: DTZ001
]


@pytest.mark.parametrize(("cell", "means"), COUNTED)
def test_times_are_read_from_numbers_and_dates(cell: Any, means: str) -> None:
    assert moment(cell) == means


@pytest.mark.parametrize("cell", [None, "", "  ", "无", "/", "--", "暂无"])
def test_nothing_is_no_time(cell: Any) -> None:
    assert cells.moment_in(cell, ZONE, NOW) is None


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("2026-10-12 10:01", cells.IN_THE_FUTURE),
        ("2026-10-13", cells.IN_THE_FUTURE),
        ("2062-03-01", cells.IN_THE_FUTURE),
        ("1999-12-31 10:00", cells.TOO_EARLY),
        (12.5, cells.TOO_EARLY),
        ("12345", cells.TOO_EARLY),
        ("99999", cells.IN_THE_FUTURE),
        (True, cells.UNREADABLE_TIME),
        (-3, cells.UNREADABLE_TIME),
    ],
)
def test_times_that_no_wish_can_have_are_refused(cell: Any, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        cells.moment_in(cell, ZONE, NOW)
    assert refused.value.sentence == sentence


def test_of_today_only_what_has_passed() -> None:
    assert moment("2026-10-12") == "2026-10-12 10:00:00 day"


def at(hour: int, *, is_day: bool = False, day: int = 1) -> Moment:
    return Moment(datetime(2025, 3, day, hour, tzinfo=ZONE).astimezone(UTC), is_day)


def test_a_day_without_an_hour_gives_way_on_that_day() -> None:
    assert at(12, is_day=True).not_after(at(9), ZONE).at == at(9).at
    assert at(12, is_day=True).not_after(at(15), ZONE).at == at(12).at
    assert at(12, is_day=True).not_before(at(15), ZONE).at == at(15).at
    assert at(12, is_day=True).not_after(at(9, day=2), ZONE).at == at(12).at
    assert at(12).not_after(at(9), ZONE).at == at(12).at


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, ""),
        (" 路灯 ", "路灯"),
        (13800000000.0, "13800000000"),
        (13800000000, "13800000000"),
        (12.5, "12.5"),
        (True, "是"),
        (datetime(2025, 3, 1, 10, 30), "2025-03-01 10:30"),  # noqa: DTZ001
    ],
)
def test_a_cell_is_read_as_a_person_reads_it(cell: Any, words: str) -> None:
    assert cells.words_in(cell) == words


PHONES: list[tuple[Any, str | None, bool]] = [
    (13800000000.0, "13800000000", False),
    ("138 0000 0000", "13800000000", False),
    ("+86 138-0000-0000", "13800000000", False),
    ("1３8００００００００", "13800000000", False),
    ("0915-2521001", "09152521001", False),
    ("13800000000/13900000000", "13800000000", True),
    ("张三 13800000000", "13800000000", True),
    ("13800000000转3", None, True),
    ("无", None, False),
    ("未留", None, False),
    ("不愿意说", None, True),
    (None, None, False),
]


@pytest.mark.parametrize(("cell", "number", "is_cut"), PHONES)
def test_telephone_numbers(cell: Any, number: str | None, is_cut: bool) -> None:
    assert cells.phone_in(cell) == (number, is_cut)


def test_the_villager_s_word() -> None:
    assert cells.satisfaction_in("非常满意") == (Satisfaction.satisfied, False)
    assert cells.satisfaction_in("基本满意。") == (Satisfaction.basically_satisfied, False)
    assert cells.satisfaction_in("不满意（电话回访）") == (Satisfaction.dissatisfied, False)
    assert cells.satisfaction_in("默认满意") == (None, False)
    assert cells.satisfaction_in("") == (None, False)
    assert cells.satisfaction_in("五星") == (None, True)


def test_closed_does_not_mean_resolved() -> None:
    assert cells.outcome_in("已解决") == ((Outcome.resolved, True), False)
    assert cells.outcome_in("已办结") == ((Outcome.explained, None), False)
    assert cells.outcome_in("未解决") == ((Outcome.explained, False), False)
    assert cells.outcome_in("") == ((Outcome.explained, None), False)
    assert cells.outcome_in("甲类") == ((Outcome.explained, None), True)


def test_where_a_wish_was_collected() -> None:
    words = {
        "12345热线": "hotline",
        "院坝会": "courtyard_meeting",
        "入户走访": "home_visit",
        "社区办公日": "office_day",
    }
    assert {word: cells.source_in(word) for word in words} == words
    assert cells.source_in("市长信箱") is Source.imported
    assert cells.source_in(None) is Source.imported


def test_yes_and_no() -> None:
    assert [cells.yes_or_no(cell) for cell in ("是", "Y", "√", True, "否", "n", False, "", None, "也许")] == [
        *[True] * 4,
        *[False] * 3,
        *[None] * 3,
    ]


def test_a_number_written_by_a_program_is_still_a_number() -> None:
    assert cells.words_in("13800000000.0") == "13800000000"
    assert cells.words_in("1.0") == "1.0"
    assert cells.phone_in("1.38E+10") == (None, True)
