"""Anybody at the public wall: on a phone and on a wide screen, in large type, without scripts, and light to load."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from service import clock
from service.database import Database
from tests.factories import TOKEN, County, act, build_county, sign_in, wish_in
from tests.support.browser import DESKTOP, PHONE, NewPage
from workflows.statuses import Status
from workflows.wall_commands import Publish

FIRST_LOAD = 60 * 1024
SAID = {
    Status.submitted: "村口的水渠垮了一段，地里浇不上水。",
    Status.in_progress: "上学的路一下雨就是泥，想铺一层石子。",
    Status.closed: "村里的路灯坏了两盏，晚上老人不敢出门。",
}


@pytest.fixture
def county(database: Database) -> County:
    now = clock.now()
    with database.writing() as session:
        built = build_county(session)
        for status, words in SAID.items():
            for _again in range(6):
                wish = wish_in(session, built, status, now, text=words)
                act(session, wish, Publish(words=words), built.dispatcher, now)
        wish_in(session, built, Status.submitted, now, text="三组的桥栏杆松了，走着害怕。")
    return built


def is_clean(page: Page, width: int) -> bool:
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("size", ["", "?type=large"], ids=["normal", "large"])
def test_the_wall_reads_well_in_both_sizes(
    new_page: NewPage, address: str, county: County, device: dict[str, object], size: str, tmp_path: Path
) -> None:
    page = new_page(device)
    width = device["viewport"]["width"]  # type: ignore[index]
    page.goto(f"{address}/wall{size}")
    for words in SAID.values():
        expect(page.get_by_text(words).first).to_be_visible()
    assert is_clean(page, width)
    page.screenshot(path=tmp_path / "wall.png", full_page=True)
    page.get_by_role("navigation").get_by_role("link", name="有结果了").click()
    expect(page.get_by_text(SAID[Status.submitted])).to_have_count(0)
    expect(page.get_by_text("路灯已经修好，请您看看。").first).to_be_visible()
    assert is_clean(page, width)


def test_an_official_puts_it_up_and_a_phone_without_scripts_finds_it(
    new_page: NewPage, plain_phone: Page, address: str, database: Database, county: County
) -> None:
    with database.writing() as session:
        secret = sign_in(session, county.dispatcher)
    desk = new_page(DESKTOP)
    desk.context.add_cookies([{"name": "weiyuan_session", "value": secret, "url": address}])
    desk.goto(f"{address}/desk?q=桥栏杆")
    desk.get_by_role("link", name="桥栏杆松了").first.click()
    desk.locator("#publish > summary").click()
    form = desk.locator("#publish")
    expect(form.get_by_label("写上公示墙的话")).to_have_value("三组的桥栏杆松了，走着害怕。")
    form.get_by_role("button").click()
    expect(desk.get_by_text("比村更细的地方").first).to_be_visible()
    form.get_by_label("写上公示墙的话").fill("桥栏杆松了，走着害怕。")
    form.get_by_role("button").click()
    plain_phone.goto(f"{address}/wall")
    plain_phone.get_by_label("找什么事").fill("桥栏杆")
    plain_phone.get_by_role("button", name="找").click()
    expect(plain_phone.get_by_text("桥栏杆松了，走着害怕。")).to_be_visible()
    expect(plain_phone.get_by_text("三组")).to_have_count(0)


def test_the_first_load_is_light(phone: Page, address: str, county: County) -> None:
    came: list[int] = []

    def weigh(request: Request) -> None:
        sizes = request.sizes()
        came.append(sizes["responseBodySize"] + sizes["responseHeadersSize"])

    phone.on("requestfinished", weigh)
    phone.goto(f"{address}/wall", wait_until="networkidle")
    assert 0 < sum(came) <= FIRST_LOAD, came


def test_her_form_says_when_her_words_come_to_the_wall(phone: Page, address: str, county: County) -> None:
    phone.goto(f"{address}/w/{TOKEN}")
    phone.locator("summary").first.click()
    expect(phone.get_by_text("干部看过同意了，才会不带姓名写上谁都看得到的公示墙")).to_be_visible()
