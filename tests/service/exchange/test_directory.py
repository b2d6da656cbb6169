"""A county starts from one workbook: all of it or nothing, and the same again changes nothing."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session, col, select

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.models import (
    Appointment,
    Area,
    CatalogueRow,
    DirectoryEvent,
    Person,
    ReferenceVersion,
    Unit,
    UnitClass,
)
from service.directory.reference import reference
from service.directory.seeding import seed
from service.exchange.directory_in import Taken, read_directory, take, try_directory
from service.exchange.directory_out import write_directory
from service.exchange.directory_sheets import CLASSES, LEVELS, ROLES, SHEETS
from service.exchange.sheets import NotASheet
from service.oversight.checks import breaches
from tests.service.exchange.sheet_files import cells_of, write_book
from workflows.statuses import POSTS, Role

NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
Sheets = dict[str, list[list[Any]]]

AREAS = [
    ["上级", "名称", "级别"],
    [None, "青岭县", "县"],
    ["青岭县", "清溪镇", "镇"],
    ["青岭县", "白河镇", None],
    ["清溪镇", "双喜村", "村"],
    ["白河镇", "双喜村", "村"],
    ["清溪镇/双喜村", "一组", "组"],
]
UNITS = [
    ["单位名称", "简称", "类别", "区划", "电话", "受理台"],
    ["县受理中心", "县受理", "县级受理", "青岭县", "0915-2521001", "是"],
    ["清溪镇受理台", "清溪受理", "镇受理台", "清溪镇", None, "是"],
    ["白河镇政府", None, "镇办所", "白河镇", 25210023.0, "白河镇、白河镇/双喜村"],
    ["县交通运输局", "交通局", "县直部门", "青岭县", None, None],
]
PEOPLE = [
    ["登录名", "姓名", "单位", "岗位", "职务", "负责人", "手机", "邮箱"],
    ["zhang-yumei", "张玉梅", "清溪受理", "派单员、审核员", "主任", "是", 13812345678.0, "zym@example.com"],
    ["wu-haitao", "吴海涛", "县交通运输局", "承办人", None, "否", None, None],
    ["wu-haitao", "吴海涛", "县受理中心", "回访员", None, None, None, None],
    ["zhou-lei", "周磊", "县受理中心", "管理员", None, None, None, None],
]
CATALOGUE = [["事项", "区划", "单位"], ["道路交通", "青岭县", "交通局"], ["道路交通", "清溪镇", "清溪镇受理台"]]
COUNTY: Sheets = {"区划": AREAS, "单位": UNITS, "人员": PEOPLE, "派单目录": CATALOGUE}


@pytest.fixture
def database(database: Database) -> Database:
    with database.writing() as session:
        seed(session, NOW)
    return database


def book(tmp_path: Path, **changed: list[list[Any]]) -> Path:
    return write_book(tmp_path / "directory.xlsx", {**COUNTY, **changed})


def with_row(name: str, row: list[Any]) -> Sheets:
    return {name: [*COUNTY[name], row]}


def take_in(database: Database, path: Path) -> Taken:
    rows, problems = read_directory(path)
    assert problems == []
    with database.writing() as session:
        taken = take(session, rows, {"zhang-yumei": "hash"}, NOW)
        if taken.problems:
            session.rollback()
    return taken


def problems_of(database: Database, path: Path) -> list[str]:
    rows, problems = read_directory(path)
    found = problems or try_directory(database, rows, NOW).problems
    return [f"{each.sheet} {each.row} {each.column}: {each}" for each in found]


def snapshot(session: Session) -> list[Any]:
    tables: tuple[Any, ...] = (Area, Unit, Person, Appointment, CatalogueRow)
    return [[row.model_dump() for row in session.exec(select(table).order_by(table.id))] for table in tables]


def test_a_county_starts_from_one_workbook(database: Database, tmp_path: Path) -> None:
    taken = take_in(database, book(tmp_path))
    assert taken.problems == []
    assert taken.new_logins == ["zhang-yumei", "wu-haitao", "zhou-lei"] and taken.has_administrator
    assert {name: taken.counts[name, "added"] for name, _what in taken.counts} | {"受理台": 0} == {
        "区划": 6,
        "单位": 4,
        "人员": 3,
        "岗位": 5,
        "派单目录": 2,
        "受理台": 0,
    }
    with database.reading() as session:
        known = reference(session)
        assert known.county.name == "青岭县"
        assert {known.place_name(area) for area in known.areas} == {
            *("青岭县", "清溪镇", "白河镇", "清溪镇双喜村", "白河镇双喜村", "清溪镇双喜村一组")
        }
        assert list(breaches(session)) == []


def test_wishes_arrive_at_the_desks_that_the_workbook_names(database: Database, tmp_path: Path) -> None:
    take_in(database, book(tmp_path))
    with database.reading() as session:
        known = reference(session)
        desks = {
            known.place_name(area): [known.unit_name(desk) for desk in known.desks_of(area)] for area in known.areas
        }
    assert desks["清溪镇双喜村一组"] == ["清溪镇受理台", "县受理中心"]
    assert desks["白河镇双喜村"] == ["白河镇政府", "白河镇政府", "县受理中心"]
    assert desks["青岭县"] == ["县受理中心"]


def test_people_get_their_posts(database: Database, tmp_path: Path) -> None:
    take_in(database, book(tmp_path))
    with database.reading() as session:
        known = reference(session)
        people = {person.login: person for person in session.exec(select(Person))}
        zhang = people["zhang-yumei"]
        assert (zhang.name, zhang.phone, zhang.email) == ("张玉梅", "13812345678", "zym@example.com")
        assert zhang.password_hash == "hash"
        posts = actor_of(session, people["wu-haitao"].id or 0, known).posts
        assert {(post.role, known.unit_name(post.unit)) for post in posts} == {
            (Role.handler, "县交通运输局"),
            (Role.follow_up_officer, "县受理中心"),
        }
        rows = session.exec(select(Appointment).where(Appointment.person_id == zhang.id)).all()
        assert {(row.role, row.title, row.is_head) for row in rows} == {
            (Role.dispatcher, "主任", True),
            (Role.reviewer, "主任", True),
        }


def test_the_same_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    path = book(tmp_path)
    take_in(database, path)
    with database.reading() as session:
        before = snapshot(session), session.exec(select(ReferenceVersion.version)).one()
        events = len(session.exec(select(DirectoryEvent.id)).all())
    again = take_in(database, path)
    assert {what for (_name, what), count in again.counts.items() if count} == {"unchanged"}
    assert again.new_logins == []
    with database.reading() as session:
        assert (snapshot(session), session.exec(select(ReferenceVersion.version)).one()) == before
        assert len(session.exec(select(DirectoryEvent.id)).all()) == events


def test_what_differs_is_changed_and_what_is_missing_stays(database: Database, tmp_path: Path) -> None:
    take_in(database, book(tmp_path))
    path = book(
        tmp_path,
        区划=AREAS[:1],
        单位=[UNITS[0], ["县交通运输局", "县交通局", "外单位", "清溪镇", "0915-1234567", None]],
        人员=[PEOPLE[0], ["zhang-yumei", "张玉梅", "清溪镇受理台", "派单员", "副主任", None, None, "new@example.com"]],
        派单目录=[*CATALOGUE[:1], ["rubbish", "白河镇/双喜村", "县受理中心"]],
    )
    taken = take_in(database, path)
    assert taken.problems == []
    assert {key: count for key, count in taken.counts.items() if key[1] != "unchanged"} == {
        ("单位", "changed"): 1,
        ("人员", "changed"): 1,
        ("岗位", "changed"): 1,
        ("派单目录", "added"): 1,
    }
    with database.reading() as session:
        unit = session.exec(select(Unit).where(Unit.name == "县交通运输局")).one()
        assert (unit.short_name, unit.unit_class, unit.phone) == ("县交通局", UnitClass.outside, "0915-1234567")
        person = session.exec(select(Person).where(Person.login == "zhang-yumei")).one()
        assert (person.email, person.phone) == ("new@example.com", "13812345678")
        posts = session.exec(select(Appointment).where(Appointment.person_id == person.id)).all()
        assert {(post.role, post.title, post.is_head) for post in posts} == {
            (Role.dispatcher, "副主任", True),
            (Role.reviewer, "主任", True),
        }
        assert len(session.exec(select(Area)).all()) == 6 and len(session.exec(select(CatalogueRow)).all()) == 3


def test_every_process_learns_of_it(database: Database, tmp_path: Path) -> None:
    take_in(database, book(tmp_path))
    with database.reading() as session:
        first = reference(session)
    take_in(database, book(tmp_path, **with_row("区划", ["青岭县", "石门镇", "镇"])))
    with database.reading() as session:
        assert reference(session).version > first.version
        assert "石门镇" in {area.name for area in reference(session).areas.values()}


def test_changes_are_written_down_without_private_numbers(database: Database, tmp_path: Path) -> None:
    take_in(database, book(tmp_path))
    with database.reading() as session:
        events = session.exec(select(DirectoryEvent).order_by(col(DirectoryEvent.id))).all()
    assert {event.what for event in events} == {
        *("add_area", "add_unit", "change_area", "add_person", "appoint", "add_catalogue_row")
    }
    assert all(event.person_id is None and event.at == NOW for event in events)
    zhang = next(event for event in events if event.what == "add_person")
    assert zhang.details["about"] == "张玉梅" and "13812345678" not in str(zhang.details)
    assert zhang.area_path.count("/") == 3


# fmt: off
WRONG: dict[str, tuple[Sheets, list[str]]] = {
    "a second county": (with_row("区划", [None, "白山县", "县"]), ["区划 8 上级: 县只能有一个，已经有“青岭县”了"]),
    "an unknown parent": (with_row("区划", ["石门镇", "石桥村", "村"]), ["区划 8 上级: 没有“石门镇”这个地方"]),
    "a parent that is not the only one": (with_row("区划", ["双喜村", "二组", "组"]), ["区划 8 上级: 叫“双喜村”的地方有好几个"]),
    "an unknown level": (with_row("区划", ["青岭县", "石门", "寨"]), ["区划 8 级别: 不认识“寨”，可以写：县、区、市、镇"]),
    "a level above its parent": (with_row("区划", ["清溪镇", "石门镇", "镇"]), ["区划 8 级别: “清溪镇”下面不能再分这一级"]),
    "a long name": (with_row("区划", ["青岭县", "长" * 61, "镇"]), ["区划 8 名称: 名称最多写 60 个字"]),
    "no name": (with_row("区划", ["青岭县", None, "镇"]), ["区划 8 名称: 请填写名称。"]),
    "an unknown class": (with_row("单位", ["县气象局", "气象局", "站", "青岭县", None, None]), ["单位 6 类别: 不认识“站”"]),
    "an unknown place": (with_row("单位", ["县气象局", "气象局", "部门", "桃花镇", None, None]), ["单位 6 区划: 没有“桃花镇”"]),
    "a telephone that is none": (with_row("单位", ["县气象局", "气象局", "部门", "青岭县", "打不通", None]), ["单位 6 电话: 办公电话看起来不对"]),
    "a second desk": (with_row("单位", ["县信访局", "信访局", "部门", "青岭县", None, "是"]), ["单位 6 受理台: “青岭县”的受理台已经写了“县受理中心”"]),
    "no desk for the county": ({"单位": [UNITS[0], *UNITS[2:]]}, ["单位 2 受理台: 县里一定要有一个受理台"]),
    "an unknown unit": (with_row("人员", ["li-si", "李四", "县气象局", "承办人"]), ["人员 6 单位: 没有叫“县气象局”的单位"]),
    "an unknown role": (with_row("人员", ["li-si", "李四", "交通局", "承办人、局长"]), ["人员 6 岗位: 不认识“局长”，可以写：派单员、承办人"]),
    "a login with blanks": (with_row("人员", ["李 四", "李四", "交通局", "承办人"]), ["人员 6 登录名: 登录名只用字母、数字"]),
    "a login of somebody else": (with_row("人员", ["wu-haitao", "吴海", "交通局", "承办人"]), ["人员 6 登录名: “wu-haitao”在前面的行里是另一个人"]),
    "neither yes nor no": (with_row("人员", ["li-si", "李四", "交通局", "承办人", None, "副"]), ["人员 6 负责人: 请写“是”或者“否”。"]),
    "a mail address that is none": (with_row("人员", ["li-si", "李四", "交通局", "承办人", None, None, None, "x"]), ["人员 6 邮箱: 邮箱看起来不对"]),
    "an unknown category": (with_row("派单目录", ["天气", "青岭县", "交通局"]), ["派单目录 4 事项: 没有“天气”这个事项"]),
    "several at once": (
        with_row("人员", ["li-si", None, None, None]) | with_row("派单目录", [None, "青岭县", "交通局"]),
        ["人员 6 姓名: 请填写姓名。", "人员 6 单位: 请填写单位。", "人员 6 岗位: 请填写岗位。", "派单目录 4 事项: 请填写事项。"],
    ),
    "a missing column": ({"单位": [["名称", "简称"], ["县受理中心", "县受理"]]}, ["单位 1 类别: 没有“类别”这一列", "单位 1 区划: "]),
}
# fmt: on


@pytest.mark.parametrize(("changed", "sentences"), WRONG.values(), ids=WRONG.keys())
def test_when_anything_is_wrong_it_is_named_and_nothing_is_taken(
    database: Database, tmp_path: Path, changed: Sheets, sentences: list[str]
) -> None:
    found = problems_of(database, book(tmp_path, **changed))
    assert len(found) == len(sentences)
    assert all(got.startswith(wanted) for got, wanted in zip(found, sentences, strict=True)), found
    with database.reading() as session:
        assert snapshot(session) == [[], [], [], [], []]


def test_a_trial_leaves_nothing(database: Database, tmp_path: Path) -> None:
    rows, _problems = read_directory(book(tmp_path))
    tried = try_directory(database, rows, NOW)
    assert tried.problems == [] and len(tried.new_logins) == 3
    with database.reading() as session:
        assert snapshot(session) == [[], [], [], [], []]
        assert session.exec(select(DirectoryEvent)).all() == []


def test_a_workbook_of_something_else_is_explained(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotASheet, match="export directory"):
        read_directory(write_book(tmp_path / "a.xlsx", {"工单": [["编号"]]}))


# And out again.


def written(database: Database, path: Path, *, in_clear: bool = True) -> int:
    with database.reading() as session:
        return write_directory(session, path, with_personal_data=in_clear)


def test_what_is_written_can_be_taken_in_elsewhere(
    sqlite_database: Database, postgresql_database: Database, tmp_path: Path
) -> None:
    for each in (sqlite_database, postgresql_database):
        with each.writing() as session:
            seed(session, NOW)
    take_in(sqlite_database, book(tmp_path))
    assert written(sqlite_database, tmp_path / "out.xlsx") == 6 + 4 + 4 + 2
    assert take_in(postgresql_database, tmp_path / "out.xlsx").problems == []
    assert {what for (_sheet, what) in take_in(sqlite_database, tmp_path / "out.xlsx").counts} == {"unchanged"}
    with sqlite_database.reading() as there, postgresql_database.reading() as here:
        assert names_of(here) == names_of(there)


def names_of(session: Session) -> Any:
    known = reference(session)
    return (
        sorted((known.place_name(area.id or 0), area.level) for area in known.areas.values()),
        sorted((unit.name, unit.short_name, unit.phone, unit.unit_class) for unit in known.units.values()),
    )


def test_an_empty_county_gets_a_sample_that_explains_itself(database: Database, tmp_path: Path) -> None:
    assert written(database, tmp_path / "sample.xlsx") == 0
    for sheet in SHEETS:
        headings, example = cells_of(tmp_path / "sample.xlsx", sheet.name)
        assert headings == tuple(column.heading for column in sheet.columns)
        assert str(example[0]).startswith("例：") and len(example) == len(headings)
    assert any("从不删除" in str(cells) for cells in cells_of(tmp_path / "sample.xlsx", "说明"))
    rows, problems = read_directory(tmp_path / "sample.xlsx")
    assert problems == [] and not any(rows.values())
    assert take_in(database, tmp_path / "sample.xlsx").counts == {}


def test_the_examples_of_the_sample_would_be_taken(database: Database, tmp_path: Path) -> None:
    rows = {sheet.name: [[column.heading for column in sheet.columns]] for sheet in SHEETS}
    rows["区划"] += [["", "青岭县", "县"], ["青岭县", "清溪镇", "镇"]]
    rows["单位"] += [["县交通运输局", "交通局", "县直部门", "青岭县", "", "是"]]
    for sheet in SHEETS:
        rows[sheet.name] += [[cell.removeprefix("例：") for cell in sheet.example]]
    assert take_in(database, write_book(tmp_path / "a.xlsx", rows)).problems == []


def test_people_are_masked_and_masked_cells_change_nothing(database: Database, tmp_path: Path) -> None:
    take_in(database, book(tmp_path))
    written(database, tmp_path / "out.xlsx", in_clear=False)
    rows = cells_of(tmp_path / "out.xlsx", "人员")
    assert rows[-2] == ("zhang-yumei", "张**", "清溪镇受理台", "派单员、审核员", "主任", "是", "138****5678", "***")
    assert take_in(database, tmp_path / "out.xlsx").problems == []
    with database.reading() as session:
        person = session.exec(select(Person).where(Person.login == "zhang-yumei")).one()
        assert (person.name, person.phone) == ("张玉梅", "13812345678")


def test_somebody_new_needs_a_name_that_is_no_mask(database: Database, tmp_path: Path) -> None:
    found = problems_of(database, book(tmp_path, **with_row("人员", ["li-si", "李**", "交通局", "承办人"])))
    assert found == ["人员 6 姓名: 请填写姓名。"]


def test_only_the_owner_can_read_the_workbook(database: Database, tmp_path: Path) -> None:
    written(database, tmp_path / "out.xlsx")
    assert stat.S_IMODE((tmp_path / "out.xlsx").stat().st_mode) == 0o600
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == ["说明", "区划", "单位", "人员", "派单目录"]


def test_every_word_of_the_rules_has_one_in_the_workbook() -> None:
    assert set(LEVELS.values()) == set(type(next(iter(LEVELS.values()))))
    assert set(CLASSES.values()) == set(UnitClass)
    assert set(ROLES.values()) == set(POSTS)
