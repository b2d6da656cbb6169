"""Lines of a meeting: typed by hand, numbered, or pasted from a sheet with headings."""

from collections.abc import Sequence
from typing import Any

import pytest

from service.database import Database
from service.directory.models import Area, AreaLevel
from service.directory.reference import Reference, reference, touch
from service.tickets.meeting import LINES_MOST, Line, read_lines
from tests.factories import County, add, build_county
from workflows.refusals import Refused


@pytest.fixture
def county(sqlite_database: Database) -> County:
    with sqlite_database.writing() as session:
        built = build_county(session)
        path = session.get_one(Area, built.village).path
        for number, name in enumerate(("一组", "二组", "三组", "12组"), 1):
            group = Area(
                name=name, level=AreaLevel.group, parent_id=built.village, path=f"new {number}", position=number
            )
            group.path = f"{path}{add(session, group)}/"
        touch(session)
    return built


@pytest.fixture
def known(sqlite_database: Database, county: County) -> Reference:
    with sqlite_database.reading() as session:
        return reference(session)


def read(typed: str, known: Reference, area: int, **shared: Any) -> Sequence[Line]:
    return read_lines(typed, {"area": str(area), "source": "courtyard_meeting", **shared}, known)


def test_each_line_is_a_wish(known: Reference, county: County) -> None:
    lines = read("三组路灯坏了两盏\n\n  \n自来水停了两天\r\n", known, county.village, meeting="十月院落会")
    assert [(line.number, line.wish.text) for line in lines if line.wish] == [
        (1, "三组路灯坏了两盏"),
        (4, "自来水停了两天"),
    ]
    assert all(line.wish and line.wish.meeting == "十月院落会" for line in lines)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1、路灯坏了", "路灯坏了"),
        ("2. 路灯坏了", "路灯坏了"),
        ("（3）路灯坏了", "路灯坏了"),
        ("④路灯坏了", "路灯坏了"),
        ("1.5公里路烂了", "1.5公里路烂了"),
        ("3户人没水吃", "3户人没水吃"),
    ],
)
def test_the_numbers_of_a_list_are_no_part_of_what_was_said(
    known: Reference, county: County, typed: str, said: str
) -> None:
    wish = read(typed, known, county.village)[0].wish
    assert wish is not None and wish.text == said


def test_columns_of_a_sheet_are_wish_name_phone_and_group(known: Reference, county: County) -> None:
    wish = read("路灯坏了\t王大姐\t138 1234 5678\t第3组", known, county.village)[0].wish
    assert wish is not None
    assert (wish.name, wish.phone, known.areas[wish.area].name) == ("王大姐", "138 1234 5678", "三组")


def test_headings_say_which_column_is_which(known: Reference, county: County) -> None:
    lines = read("姓名\t电话\t诉求\n王大姐\t13812345678\t路灯坏了\n李大哥\t\t水管漏了", known, county.village)
    found = [(line.number, line.wish.text, line.wish.name, line.wish.phone) for line in lines if line.wish]
    assert found == [(2, "路灯坏了", "王大姐", "13812345678"), (3, "水管漏了", "李大哥", None)]


@pytest.mark.parametrize("group", ["三组", "3组", "第三组", "３组"])
def test_a_group_is_known_however_it_is_written(known: Reference, county: County, group: str) -> None:
    wish = read(f"路灯坏了\t\t\t{group}", known, county.village)[0].wish
    assert wish is not None and known.areas[wish.area].name == "三组"


def test_a_group_that_is_not_there_is_a_mistake_with_the_names_that_are(known: Reference, county: County) -> None:
    line = read("路灯坏了\t\t\t九组", known, county.village)[0]
    assert line.mistake is not None
    assert str(line.mistake) == "双喜村下面没有“九组”，可以写：一组、二组、三组、12组。"


def test_where_no_groups_are_kept_the_words_are_the_place(known: Reference, county: County) -> None:
    group = next(area.id for area in known.areas.values() if area.name == "一组")
    wish = read("路灯坏了\t\t\t老院子", known, group or 0)[0].wish
    assert wish is not None and wish.place == "老院子"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("路", "text"),
        ("路灯坏了\t\t12", "phone"),
        ("\t王大姐", "text"),
        ("长" * 5001, "text"),
        ("路灯坏了\t" + "名" * 41, "name"),
    ],
)
def test_a_line_that_cannot_be_taken_says_what_to_mend(
    known: Reference, county: County, typed: str, field: str
) -> None:
    line = read(f"水管漏了\n{typed}", known, county.village)[1]
    assert line.wish is None and line.mistake is not None and line.mistake.field == field


def test_the_same_line_twice_is_said_by_two_people(known: Reference, county: County) -> None:
    lines = read("路灯坏了\n路灯坏了", known, county.village)
    assert len({line.key for line in lines}) == 2
    assert [line.key for line in lines] == [line.key for line in read("路灯坏了\n路灯坏了", known, county.village)]


def test_too_many_lines_are_refused_before_they_are_read(known: Reference, county: County) -> None:
    with pytest.raises(Refused) as refused:
        read("路灯坏了\n" * (LINES_MOST + 1), known, county.village)
    assert refused.value.field == "lines"
