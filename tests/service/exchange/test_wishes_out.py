"""Wishes written into sheets: what is shown of people, what Excel would do with it, and the way back in."""

import csv
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlmodel import col, select

from service.database import Database
from service.directory.reference import reference
from service.exchange import writing
from service.exchange.headings import find_layout
from service.exchange.names import Names
from service.exchange.opening import opened
from service.exchange.remarks import Remarks
from service.exchange.sheets import SheetRow
from service.exchange.taking import Taking, laid_out
from service.exchange.wishes import Surroundings
from service.exchange.wishes_out import COLUMNS, WishFilter, count_wishes, write_wishes
from service.exchange.writing import sheet_file
from service.formulas import guarded
from service.oversight.checks import breaches
from service.tickets.models import Ticket
from tests.factories import PHONE, TEXT, County, act, build_county, later, submit_wish, wish_in
from tests.service.exchange.sheet_files import cells_of, rows_of
from workflows.commands import Outcome, Reply
from workflows.refusals import Refused
from workflows.statuses import Status

ZONE = ZoneInfo("Asia/Shanghai")
EVERYTHING = WishFilter()
PERSON = {"name": "王建国", "place": "老槐树下第三家"}
NEXT_YEAR = datetime(2027, 3, 1, tzinfo=UTC)
HEADINGS = [column.heading for column in COLUMNS]


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        county = build_county(session)
        for status in (Status.submitted, Status.assigned, Status.in_progress, Status.follow_up, Status.closed):
            wish_in(session, county, status, text=f"{TEXT}（{status}）打我电话{PHONE}", **PERSON)
    return county


def written(
    database: Database, path: Path, wanted: WishFilter = EVERYTHING, *, in_clear: bool = False
) -> list[dict[str, Any]]:
    with database.reading() as session:
        write_wishes(session, path, wanted, ZONE, in_clear=in_clear, progress=lambda count: None)
    headings, *rows = cells_of(path)
    return [dict(zip(headings, (*row, *[None] * (len(headings) - len(row))), strict=True)) for row in rows]


def test_a_sheet_tells_what_became_of_each_wish(database: Database, county: County, tmp_path: Path) -> None:
    rows = written(database, tmp_path / "a.xlsx")
    closed = rows[-1]
    assert [row["状态"] for row in rows] == ["待派单", "待签收", "办理中", "待回访", "已办结"]
    assert (closed["编号"], closed["镇"], closed["村"]) == ("2026-000005", "清溪镇", "双喜村")
    assert (closed["事项"], closed["承办单位"], closed["来源"]) == ("路灯", "县交通运输局", "链接")
    assert (closed["提交时间"], closed["答复时间"]) == (datetime(2026, 10, 12, 10), datetime(2026, 10, 12, 10))  # noqa: DTZ001
    assert (closed["答复"], closed["办理结论"], closed["满意度"]) == ("路灯已经修好，请您看看。", "已解决", "满意")
    assert (closed["按时答复"], closed["重办次数"]) == ("是", 0)
    assert rows[2]["答复"] is None and rows[0]["期限"] is not None


def test_people_are_masked(database: Database, county: County, tmp_path: Path) -> None:
    for row in written(database, tmp_path / "a.xlsx"):
        assert (row["姓名"], row["电话"], row["具体位置"]) == ("王**", "138****5678", "***")
        assert PHONE not in str(row) and "138****5678" in row["详情"]


def test_with_a_reason_people_are_shown(database: Database, county: County, tmp_path: Path) -> None:
    row = written(database, tmp_path / "a.xlsx", in_clear=True)[0]
    assert (row["姓名"], row["电话"], row["具体位置"]) == ("王建国", PHONE, "老槐树下第三家")
    assert row["详情"].endswith(PHONE)


def test_a_second_answer_takes_the_place_of_the_first(database: Database, county: County, tmp_path: Path) -> None:
    with database.writing() as session:
        ticket_id = wish_in(session, county, Status.in_progress, category="seedlings")
        act(session, ticket_id, Reply(outcome=Outcome.explained, words="先看看地再说。"), county.handler)
        ticket = session.get_one(Ticket, ticket_id)
        assert ticket.status is Status.follow_up
    assert written(database, tmp_path / "a.xlsx")[-1]["答复"] == "先看看地再说。"


def test_a_sheet_of_some(database: Database, county: County, tmp_path: Path) -> None:
    with database.writing() as session:
        submit_wish(session, county, later(days=3), area=county.town)
        town_path = reference(session).areas[county.town].path
        village_path = reference(session).areas[county.village].path
    wanted = {
        "since": (WishFilter(since=later(days=1)), 1),
        "until": (WishFilter(until=later(days=1)), 5),
        "status": (WishFilter(status=Status.closed), 1),
        "town": (WishFilter(area_path=town_path), 6),
        "village": (WishFilter(area_path=village_path), 5),
        "nothing": (WishFilter(since=later(days=4)), 0),
    }
    for name, (asked, count) in wanted.items():
        with database.reading() as session:
            assert count_wishes(session, asked) == count, name
        assert len(written(database, tmp_path / "a.xlsx", asked)) == count, name


def test_many_pages_make_one_sheet(
    database: Database, county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.exchange.wishes_out.PAGE", 2)
    assert [row["编号"] for row in written(database, tmp_path / "a.xlsx")] == [
        f"2026-{number:06d}" for number in range(1, 6)
    ]


def test_excel_opens_it_with_a_fixed_heading_and_real_types(database: Database, county: County, tmp_path: Path) -> None:
    written(database, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    assert sheet.title == "心愿"
    cell = sheet.cell(2, HEADINGS.index("提交时间") + 1)
    assert cell.is_date and cell.number_format == "yyyy-mm-dd hh:mm"


def test_only_the_owner_can_read_the_file(database: Database, county: County, tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.csv"):
        (tmp_path / name).write_text("what was there")
        (tmp_path / name).chmod(0o644)
        written(database, tmp_path / name)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


FORMULAS = ["=1+1", "+86 138", "-1", "@SUM(A1)", "＝1＋1", "\n=1", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def test_nothing_that_people_wrote_is_calculated(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.csv"):
        with sheet_file(tmp_path / name, ["内容"]) as writer:
            for words in (*FORMULAS, "普通的话", "http://x", "007"):
                writer.write([words])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert {sheet.cell(row, 1).data_type for row in range(2, 14)} <= {"s", "inlineStr"}
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert cells == [guarded(words) for words in FORMULAS] + ["普通的话", "http://x", "007"]
    assert all(cell.startswith("'") for cell in cells[: len(FORMULAS)])
    assert [row.cells[0] for row in rows_of(tmp_path / "a.csv")[1:6]] == FORMULAS[:5]


def test_a_csv_is_what_excel_in_chinese_expects(database: Database, county: County, tmp_path: Path) -> None:
    rows = written(database, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows[-1]["提交时间"] == "2026-10-12 10:00"
    assert rows[-1]["重办次数"] == "0"


def test_a_file_that_cannot_be_written_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "a.pdf", tmp_path / "no folder" / "a.csv"):
        with pytest.raises(Refused, match=path.name), sheet_file(path, ["内容"]):
            pass
    monkeypatch.setattr(writing, "ROWS_MOST", 2)
    with sheet_file(tmp_path / "a.xlsx", ["内容"]) as writer:
        writer.write(["x"])
        writer.write(["x"])
        with pytest.raises(Refused, match="--since"):
            writer.write(["x"])


# The way back.


def test_every_heading_that_matters_is_understood() -> None:
    with_meaning = {column.heading for column in COLUMNS} - {"期限", "按时答复", "群众说解决了", "重办次数", "结束时间"}
    layout = find_layout([SheetRow(1, tuple(HEADINGS))], {})
    assert set(layout.headings.values()) == with_meaning


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@pytest.mark.parametrize("in_clear", [True, False], ids=["in clear", "masked"])
def test_an_empty_county_takes_in_what_another_has_written(
    sqlite_database: Database, postgresql_database: Database, tmp_path: Path, name: str, in_clear: bool
) -> None:
    with sqlite_database.writing() as session:
        there = build_county(session)
        for status in (Status.submitted, Status.assigned, Status.closed, Status.follow_up, Status.withdrawn):
            wish_in(session, there, status, text=f"{TEXT}（{status}）", **PERSON)
    before = written(sqlite_database, tmp_path / name, in_clear=in_clear)
    with postgresql_database.writing() as session:
        here = build_county(session)
    remarks = Remarks()
    with opened(tmp_path / name) as workbook:
        found = laid_out(workbook, None, {})
        with postgresql_database.reading() as session:
            known = reference(session)
        around = Surroundings(known, Names(known), found.layout, here.link, "", ZONE, NEXT_YEAR)
        tally = Taking(postgresql_database, around, remarks, True).run(found, lambda share, rows: None)
    assert (tally.taken, remarks.rejected_rows) == (4, 1)
    after = written(postgresql_database, tmp_path / f"again-{name}", in_clear=in_clear)
    with postgresql_database.reading() as session:
        assert list(breaches(session)) == []
        statuses = session.exec(select(Ticket.status).order_by(col(Ticket.id))).all()
    assert statuses == [Status.submitted, Status.assigned, Status.closed, Status.closed]
    same = ("事项", "详情", "镇", "村", "提交时间", "承办单位", "答复", "答复时间", "满意度")
    assert [[row[each] for each in same] for row in after] == [[row[each] for each in same] for row in before[:4]]
    if in_clear:
        assert [row["电话"] for row in after] == [PHONE] * 4
