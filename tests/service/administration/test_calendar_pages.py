"""The working calendar: everybody reads it, an administrator uploads a year, provisional deadlines become certain."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from service.database import Database
from service.directory.models import CalendarYear
from service.directory.reference import reference
from service.jobs import Surroundings
from service.oversight.recalculation import recalculate_provisional
from service.settings import Settings
from tests.factories import County, act, sign_in, submit_wish, ticket_of
from tests.service.administration.conftest import As, changes, last_change
from tests.service.administration.test_year_sheets import as_csv, as_excel
from tests.support.officials import Official, Page
from workflows.commands import Assign
from workflows.statuses import Status

CALENDAR = "/desk/calendar"
SOURCE = "国务院办公厅关于 2027 年部分节假日安排的通知"
FORM = {"year": "2027", "source": SOURCE, "rows": "2027-01-01,休息,元旦\n2027-01-09,工作日,元旦"}
YEAR_END = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)


def cell(page: Page, month: int, day: int) -> str:
    """The markup of one day."""
    part = page.source.split('<section class="month">')[month]
    found = re.search(rf'<td class="([^"]*)"[^>]*>{day}(?:<span>(.)</span>)?</td>', part)
    assert found
    return f"{found[1]} {found[2] or ''}".strip()


def test_everybody_sees_holidays_make_up_days_and_whether_the_year_is_certain(as_: As, administrator: Official) -> None:
    secretary = as_("village_secretary")
    provisional = secretary.opens(f"{CALENDAR}?year=2027")
    assert (
        "暂定" in provisional.words
        and "共 261 个工作日" in provisional.words
        and "上传放假安排" not in provisional.words
    )
    assert administrator.sends(CALENDAR, **FORM).status == 303
    page = secretary.opens(f"{CALENDAR}?year=2027")
    assert "正式" in page.words and SOURCE in page.words and "共 261 个工作日" in page.words
    assert (cell(page, 1, 1), cell(page, 1, 9), cell(page, 1, 2), cell(page, 1, 4)) == (
        *("holiday 休", "make-up 班", "rest", ""),
    )
    assert cell(secretary.opens(CALENDAR), 10, 12) == "today"


@pytest.mark.parametrize("year", ["1999", "2201", "next", "99999999999"])
def test_a_year_that_no_calendar_has_is_told_in_a_sentence(administrator: Official, year: str) -> None:
    assert administrator.opens(f"{CALENDAR}?year={year}").status == 422


@pytest.mark.parametrize("content", [as_csv().encode("gb18030"), as_excel()], ids=["csv", "excel"])
def test_a_file_is_taken_over(administrator: Official, database: Database, county: County, content: bytes) -> None:
    files = {"sheet": ("放假.xlsx", content, "application/octet-stream")}
    page = administrator.follow(administrator.sends(CALENDAR, files, **FORM | {"rows": ""}))
    assert "2027 年的放假安排启用了" in page.words and "没有工单的期限要重新计算" in page.words
    with database.reading() as session:
        calendar = reference(session).calendar
        assert 2027 in calendar.official_years and calendar.days[date(2027, 2, 6)].name == "春节"
        assert session.get_one(CalendarYear, 2027).uploaded_by_id == county.administrator
    what, who, details = last_change(database)
    assert (what, who, details["about"], details["new"]["days"]) == ("publish_year", county.administrator, "2027", 3)


def test_all_that_is_wrong_is_said_with_its_row_and_the_text_comes_back(
    administrator: Official, database: Database
) -> None:
    rows = "日期,类型,名称\n2027-01-01,休息,元旦\n2027-02-30,休息,春节\n\n2025-05-01,放假,劳动节\n2027-10-09,上般,国庆"
    files = {"sheet": ("放假.csv", rows.encode("gb18030"), "text/csv")}
    page = administrator.sends(CALENDAR, files, **FORM | {"rows": ""})
    assert page.status == 422 and "有 3 处不对，一天也没有记下" in page.words
    for sentence in (
        "第 3 行：看不懂日期“2027-02-30”",
        "第 5 行：2025-05-01 不属于 2027 年",
        "第 6 行：看不懂类型“上般”",
    ):
        assert sentence in page.words
    assert page.value_of("rows") == rows and page.value_of("source") == SOURCE and page.chosen("year") == "2027"
    assert changes(database) == []
    with database.reading() as session:
        assert session.get(CalendarYear, 2027) is None and 2027 not in reference(session).calendar.official_years


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"rows": "  \n "}, "请选一个文件，或者把放假安排粘贴在下面"),
        ({"rows": "日期,类型,名称"}, "表里没有一行放假安排"),
        ({"rows": "2027-01-01,休息,元旦\n" * 2}, "第 2 行：2027-01-01 出现了两次"),
        ({"source": ""}, "依据请至少写 4 个字"),
        ({"year": "1066"}, "哪一年填得不对"),
        ({"rows": "2027-01-01,休息,元旦\n" * 900}, "表里超过 400 行"),
    ],
)
def test_a_form_that_says_too_little_or_too_much_comes_back(
    administrator: Official, database: Database, typed: dict[str, str], sentence: str
) -> None:
    page = administrator.sends(CALENDAR, **FORM | typed)
    assert page.status == 422 and sentence in page.words and 'sheet-form" open' in page.source
    assert changes(database) == []


def test_a_file_that_is_none_is_refused_beside_its_field(administrator: Official) -> None:
    for content in (b"PK\x03\x04 nothing", b"x" * 1_100_000):
        page = administrator.sends(CALENDAR, {"sheet": ("放假.xlsx", content, "text/csv")}, **FORM)
        assert page.status == 422 and 'id="publish_year-sheet-error"' in page.source
        assert page.value_of("rows") == FORM["rows"]


def test_deadlines_that_were_provisional_are_counted_again(
    administrator: Official, database: Database, county: County, monday: time_machine.Traveller
) -> None:
    monday.move_to(YEAR_END)
    with database.writing() as session:
        wish = submit_wish(session, county, YEAR_END)
        act(session, wish, Assign(unit=county.bureau), county.dispatcher, YEAR_END)
        before = ticket_of(session, wish)
        assert before.due_is_provisional and before.status is Status.assigned
        administrator.client.cookies["weiyuan_session"] = sign_in(session, county.administrator)
    page = administrator.follow(administrator.sends(CALENDAR, **FORM))
    assert "1 件工单的期限原来是暂定的，一小时内自动重新计算" in page.words
    assert recalculate_provisional(Surroundings(database, Settings(), YEAR_END)).done == 1
    with database.reading() as session:
        after = ticket_of(session, wish)
    assert not after.due_is_provisional and after.due_at != before.due_at


@pytest.mark.parametrize("year", ["0", "-1", "1999", "2201", "99999"])
def test_a_year_that_no_calendar_has_has_no_sheet(administrator: Official, year: str) -> None:
    assert administrator.opens(f"{CALENDAR}/{year}.csv").status == 422


def test_the_sheet_of_a_year_can_be_uploaded_as_it_was_downloaded(administrator: Official, database: Database) -> None:
    administrator.sends(CALENDAR, **FORM)
    sheet = administrator.opens(f"{CALENDAR}/2027.csv").answer
    assert sheet.content.startswith(b"\xef\xbb\xbf") and "attachment" in sheet.headers["content-disposition"]
    again = administrator.sends(CALENDAR, {"sheet": ("a.csv", sheet.content, "text/csv")}, **FORM | {"rows": ""})
    assert again.status == 303
    with database.reading() as session:
        days = {day for day in reference(session).calendar.days if day.year == 2027}
    assert days == {date(2027, 1, 1), date(2027, 1, 9)}
