"""Neighbours with the same trouble: seen while she types, endorsed in one tap; a crowd is slowed, never shut out."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service import clock
from service.database import Database
from service.tickets.models import Ticket
from tests.factories import TOKEN, County, build_county, submit_wish
from tests.support.browser import NewPage
from tests.support.server import StartServer, environment

SAID = "三组的路灯坏了两盏，晚上不敢出门。"
TYPED = "我们组的路灯坏了，晚上不敢出门"


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        built = build_county(session)
        submit_wish(session, built, clock.now(), text=SAID)
    return built


def endorsements(database: Database) -> int:
    with database.reading() as session:
        return session.get_one(Ticket, 1).endorsements


def test_she_sees_it_while_she_types_and_one_tap_is_enough(
    phone: Page, address: str, database: Database, county: County
) -> None:
    phone.goto(f"{address}/w/{TOKEN}")
    phone.get_by_label("您想说什么？").fill(TYPED)
    expect(phone.get_by_role("heading", name="乡亲们说过类似的事")).to_be_visible()
    assert Axe().run(phone, options={"resultTypes": ["violations"]}).response["violations"] == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.get_by_role("button", name="我也是").click()
    expect(phone.get_by_text("记下了：您也是这件事。")).to_be_visible()
    expect(phone.get_by_text("1 位乡亲说“我也是”")).to_be_visible()
    assert Axe().run(phone, options={"resultTypes": ["violations"]}).response["violations"] == []
    assert endorsements(database) == 1
    phone.goto(f"{address}/w/{TOKEN}")
    expect(phone.get_by_label("您想说什么？")).to_have_value("")


def test_without_scripts_a_button_looks_and_the_words_stay(
    plain_phone: Page, address: str, database: Database, county: County
) -> None:
    page = plain_phone
    page.goto(f"{address}/w/{TOKEN}")
    page.get_by_label("您想说什么？").fill(TYPED)
    page.get_by_role("button", name="先看看有没有人说过").click()
    expect(page.get_by_text(SAID)).to_be_visible()
    expect(page.get_by_label("您想说什么？")).to_have_value(TYPED)
    page.get_by_role("button", name="我也是").click()
    page.get_by_role("button", name="不是这件事，收回“我也是”").click()
    expect(page.get_by_text("您收回了“我也是”")).to_be_visible()
    assert endorsements(database) == 0


def test_in_a_crowd_the_phone_does_a_little_work_and_the_wish_goes_out(
    new_page: NewPage, start_server: StartServer, tmp_path: Path, sqlite_url: str
) -> None:
    """The script solves the task while she reads the sentence; pressing again is all that she does."""
    database = Database(sqlite_url)
    with database.writing() as session:
        build_county(session)
    database.close()
    server = start_server(environment(sqlite_url, tmp_path, WEIYUAN_WISHES_AN_HOUR="1"))
    page = new_page({"viewport": {"width": 360, "height": 740}})
    for words in ("第一户没有水", "第二户没有水"):
        page.goto(f"{server.url}/w/{TOKEN}")
        page.get_by_label("您想说什么？").fill(words)
        page.get_by_role("button", name="说出去").click()
    expect(page.get_by_text("等一分钟再按一次就行")).to_be_visible()
    expect(page.get_by_label("您想说什么？")).to_have_value("第二户没有水")
    expect(page.locator("input[data-work]")).not_to_have_value("", timeout=30_000)
    page.get_by_role("button", name="说出去").click()
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
