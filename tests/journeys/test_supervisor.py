"""A supervisor looks at the board, at her desk and on a telephone: every number leads to its tickets, or to a sheet."""

import csv
import io
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook
from sqlmodel import select

from service import clock
from service.database import Database
from service.directory.models import Area, AreaLevel, Person
from tests.factories import County, add, build_county, later, submit_wish, wish_in
from tests.support.browser import DESKTOP, PHONE, NewPage
from tests.support.programs import quick_hash
from workflows.statuses import Status

PASSWORD = "zwei-lampen-2026"
SOME = {Status.submitted: 2, Status.in_progress: 3, Status.follow_up: 1, Status.closed: 4, Status.withdrawn: 1}


@pytest.fixture
def county(database: Database) -> County:
    """Long ago, so that what is open is overdue; one wish is new, and the next town has none."""
    with database.writing() as session:
        built = build_county(session)
        next_town = Area(name="白河镇", level=AreaLevel.town, parent_id=built.county, path="new")
        next_town.path = f"/{built.county}/{add(session, next_town)}/"
        session.add(next_town)
        for status, number in SOME.items():
            for _wish in range(number):
                wish_in(session, built, status, later(days=-30))
        submit_wish(session, built, clock.now())
        for who in ("supervisor", "dispatcher"):
            session.get_one(Person, getattr(built, who)).password_hash = quick_hash(PASSWORD)
    return built


def signs_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/board")
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(f"{address}/board")


def number_in(place: Locator) -> int:
    found = re.search(r"[\d,]+", place.inner_text())
    assert found is not None
    return int(found[0].replace(",", ""))


def tickets_behind(page: Page, number: Locator) -> int:
    """Follows a number to its list and comes back; how many tickets stand there."""
    number.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("件")
    rows = page.locator("table.listed tbody tr").count()
    assert number_in(page.locator("h1 .total")) == rows
    page.get_by_role("link", name="看板").first.click()
    expect(page.locator("section.figures")).to_be_visible()
    return rows


def is_within_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["at a desk", "on a telephone"])
def test_every_number_of_the_board_leads_to_exactly_its_tickets(
    address: str, county: County, new_page: NewPage, device: dict[str, object], tmp_path: Path
) -> None:
    page = new_page(device)
    signs_in(page, address, "supervisor")
    expect(page.get_by_role("heading", level=1)).to_have_text("青岭县")
    expect(page.locator("header.head")).to_contain_text(re.compile(r"截至 \d+.月.\d+.日 \d\d:\d\d"))
    figures = page.locator(".figure")
    expect(figures).to_have_count(4)
    expect(figures.nth(0)).to_contain_text("办结 5 + 在办 7")
    expect(figures.nth(1)).to_contain_text("5 / 12")
    expect(figures.nth(2)).to_contain_text("超期 5 + 没超期 2")
    expect(figures.nth(3)).to_contain_text("4 / 4")
    assert [number_in(figures.nth(place).locator(".figure-value")) for place in range(3)] == [12, 5, 7]
    assert [tickets_behind(page, figures.nth(place).locator(".figure-value a")) for place in range(4)] == [12, 5, 7, 4]
    assert tickets_behind(page, figures.nth(2).locator(".figure-part a").first) == 5
    late = page.locator(".attention a").first
    assert number_in(late) == tickets_behind(page, late) == 5
    assert is_within_its_window(page)
    if device is DESKTOP:
        assert Axe().run(page).violations_count == 0


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["at a desk", "on a telephone"])
def test_from_the_overdue_to_the_ticket_and_from_a_town_to_its_own_board(
    address: str, county: County, new_page: NewPage, device: dict[str, object]
) -> None:
    page = new_page(device)
    signs_in(page, address, "supervisor")
    page.goto(f"{address}/board/overdue")
    expect(page.locator("table.listed tbody tr")).to_have_count(5)
    expect(page.locator("table.listed tbody tr").first).to_contain_text("县交通运输局")
    assert is_within_its_window(page)
    page.locator("table.listed td.wide a").first.click()
    expect(page).to_have_url(re.compile(r"/desk/tickets/\d{4}-\d{6}$"))

    page.goto(f"{address}/board")
    compared = page.locator("section.comparison")
    compared.get_by_role("link", name="白河镇").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("白河镇")
    expect(page.locator(".figure").first).to_contain_text("0")
    expect(page.locator(".figure").nth(3)).to_contain_text("还没有可算的件")
    page.goto(f"{address}/board")
    compared.get_by_role("link", name="清溪镇").click()
    expect(page.locator(".figure").first).to_contain_text("12")
    assert is_within_its_window(page)


def test_the_figures_can_be_taken_away_as_a_sheet(address: str, county: County, desktop: Page, tmp_path: Path) -> None:
    signs_in(desktop, address, "supervisor")
    with desktop.expect_download() as sent:
        desktop.get_by_role("link", name="CSV").click()
    sent.value.save_as(tmp_path / sent.value.suggested_filename)
    rows = list(csv.reader(io.StringIO((tmp_path / "figures.csv").read_text(encoding="utf-8-sig"))))
    assert [row[:5] for row in rows[1:4]] == [
        ["青岭县", "12", "5", "7", "5"],
        ["清溪镇", "12", "5", "7", "5"],
        ["白河镇", "0", "0", "0", "0"],
    ]
    with desktop.expect_download() as sent:
        desktop.get_by_role("link", name="Excel").click()
    sent.value.save_as(tmp_path / sent.value.suggested_filename)
    sheet = CalamineWorkbook.from_path(tmp_path / "figures.xlsx").get_sheet_by_index(0).to_python()
    assert sheet[0][0] == "地方" and sheet[1][:5] == ["青岭县", 12, 5, 7, 5]
    assert sheet[1][5] == pytest.approx(5 / 12)


def test_who_works_for_one_town_meets_its_board_and_a_closed_door_to_the_next(
    address: str, database: Database, county: County, desktop: Page
) -> None:
    signs_in(desktop, address, "dispatcher")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("清溪镇")
    expect(desktop.locator("section.comparison").get_by_role("heading", name="镇", exact=True)).to_have_count(0)
    with database.reading() as session:
        next_town = session.exec(select(Area.id).where(Area.name == "白河镇")).one()
    for path in (f"/board?area={next_town}", f"/board/figures.csv?area={county.county}"):
        answer = desktop.goto(f"{address}{path}")
        assert answer is not None and answer.status == 403
        expect(desktop.locator("main")).to_contain_text("您看不到这个地方的数字")
