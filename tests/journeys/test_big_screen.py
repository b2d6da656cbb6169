"""The board's charts at a desk, and the big screen in the hall: nobody touches it, and it never passes old for new."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service import clock
from service.database import Database
from service.directory.models import Person
from tests.factories import TEXT, County, build_county, later, submit_wish, wish_in
from tests.support.browser import DESKTOP, PHONE, NewPage
from tests.support.programs import quick_hash
from workflows.statuses import Status

# Browsers see the page and not the database, on which the tests of the board are run twice.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PASSWORD = "zwei-lampen-2026"
HALL: dict[str, object] = {"viewport": {"width": 1920, "height": 1080}}
LEGIBLE = 32
"""Letters of so many of 1080 lines are 20 mm high on a screen of 1.2 m: to be read from four metres."""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('main *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length)
  .filter(e => e.getBoundingClientRect().width > 2 && !e.closest('.chart-table, .unseen'))
  .map(e => parseFloat(getComputedStyle(e).fontSize)))"""


@pytest.fixture
def county(database: Database) -> County:
    """Collected weeks ago and closed, answered or left lying; and two new ones."""
    with database.writing() as session:
        built = build_county(session)
        ago = (clock.now() - later()).days
        for days in (3, 10, 20, 40):
            for status in (Status.closed, Status.closed, Status.in_progress):
                wish_in(session, built, status, later(days=ago - days))
        for _wish in range(2):
            submit_wish(session, built, clock.now())
        session.get_one(Person, built.supervisor).password_hash = quick_hash(PASSWORD)
    return built


def signs_in(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}{path}")
    page.get_by_label("用户名").fill("supervisor")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(f"{address}{path}")


def is_within_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_each_chart_stands_beside_the_table_that_it_is_drawn_from(
    address: str, county: County, new_page: NewPage
) -> None:
    page = new_page(DESKTOP, color_scheme="dark")
    signs_in(page, address, "/board")
    expect(page.locator(".chart canvas")).to_have_count(5)
    assert page.locator(".chart[role=img][aria-label]").count() == page.locator(".chart-table table").count() == 5
    assert Axe().run(page).violations_count == 0, "with charts, in the dark"
    inked = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(part => part > 0)"
    assert page.locator(".chart canvas").first.evaluate(inked), "something is drawn"

    page.locator(".choosing summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="从哪里来").select_option(label="入户走访")
    page.get_by_role("combobox", name="月份").select_option(index=1)
    page.get_by_role("button", name="看这些").press("Enter")
    expect(page).to_have_url(re.compile(r"source=home_visit&.*month=20\d\d-\d\d"))
    expect(page.locator("main")).to_contain_text("这些天没有征集到心愿，也没有办结的")
    expect(page.locator(".head")).to_contain_text("入户走访")
    page.emulate_media(color_scheme="light")
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
    assert Axe().run(page).violations_count == 0, "chosen, in the light"


def test_without_scripts_the_tables_are_the_page(address: str, county: County, new_page: NewPage) -> None:
    page = new_page(PHONE, java_script_enabled=False)
    signs_in(page, address, "/board")
    expect(page.locator(".chart")).to_have_count(0)
    steps = page.get_by_role("region", name="征集、办结和期末在办").locator("tbody tr")
    expect(steps).to_have_count(12)
    number = steps.last.get_by_role("link").first
    collected = int(number.inner_text())
    number.click()
    expect(page.locator("table.listed tbody tr")).to_have_count(collected)
    page.goto(f"{address}/board/screen")
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(1)
    expect(page.locator(".chart-table tbody tr").last).to_be_visible()


def test_the_big_screen_needs_no_hand_and_says_when_it_hears_nothing_new(
    address: str, county: County, database: Database, new_page: NewPage
) -> None:
    page = new_page(HALL)
    page.clock.install()
    signs_in(page, address, "/board/screen")
    expect(page.locator(".head-figure .value").first).to_have_text("14件")
    expect(page.locator(".time canvas")).to_have_count(1)
    assert page.evaluate("[innerWidth, innerHeight, document.documentElement.scrollHeight]") == [1920, 1080, 1080]
    assert page.evaluate(SMALLEST) >= LEGIBLE
    assert Axe().run(page).violations_count == 0
    assert TEXT[:6] not in page.content() and "13812345678" not in page.content()

    with database.writing() as session:
        submit_wish(session, county, clock.now())
    page.clock.fast_forward(61_000)
    expect(page.locator(".head-figure .value").first).to_have_text("15件")
    expect(page.locator(".time canvas")).to_have_count(1)
    expect(page.locator("#stale")).to_be_hidden()

    page.context.set_offline(True)
    page.clock.fast_forward(61_000)
    expect(page.locator("#stale")).to_contain_text("连不上服务，屏上是")
    page.context.set_offline(False)
    page.clock.fast_forward(61_000)
    expect(page.locator("#stale")).to_be_hidden()
    page.context.clear_cookies()
    page.clock.fast_forward(61_000)
    expect(page.locator("#stale")).to_contain_text("登录到期了")
    expect(page.locator(".head-figure .value").first).to_have_text("15件")


def test_the_big_screen_on_a_telephone_is_a_list(address: str, county: County, new_page: NewPage) -> None:
    page = new_page(PHONE)
    signs_in(page, address, "/board/screen")
    expect(page.locator(".head-figure")).to_have_count(4)
    assert is_within_its_window(page) and page.evaluate(SMALLEST) >= 16
    assert Axe().run(page).violations_count == 0
