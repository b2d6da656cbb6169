"""Every public page for everybody: axe finds nothing in any mode, nothing is cut, a voice reads it, in any script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import Session

from service import web
from service.database import Database
from service.sealing import tracking_token
from service.settings import Settings
from tests.factories import NOW, PHONE, TOKEN, County, act, build_county, submit_wish, wish_in
from tests.support.app import app_on, serving
from tests.support.browser import PHONE as PHONE_SCREEN
from tests.support.browser import NewPage
from workflows.commands import Inquire
from workflows.statuses import Status

SMS = "aliyun://k:s@127.0.0.1?sign=a&template=b"


@pytest.fixture
def everywhere(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """The address, and the paths of every public page of a county that offers all that there is. What is looked at here
    does not depend on the database."""
    app, database = app_on(sqlite_url, tmp_path), Database(sqlite_url)
    app.state.settings = Settings(**{**app.state.settings.model_dump(), "sms_url": SMS})
    app.state.face = web.Face(**{**vars(app.state.face), "languages": ("zh", "en", "ug")})
    with time_machine.travel(NOW, tick=True):
        with database.writing() as session:
            tokens = wishes(session, build_county(session))
        tracked = [f"/t/{token}" for token in tokens]
        with serving(app) as address:
            database.close()
            yield address, [f"/w/{TOKEN}", f"/r/{tokens[0]}", *tracked, f"{tracked[0]}/stop", *OPEN_TO_ALL]


OPEN_TO_ALL = ("/track", "/mine", "/wall", "/w/nosuch", "/nowhere")


def wishes(session: Session, county: County) -> list[str]:
    """One that waits at the desk, one whose unit asks her something, and one that has an answer."""
    new = submit_wish(session, county, phone=PHONE)
    asked = wish_in(session, county, Status.in_progress, phone=PHONE)
    act(session, asked, Inquire(words="坏的是哪几盏，灯杆上写着几号？"), county.handler)
    answered = wish_in(session, county, Status.follow_up, phone=None)
    return [tracking_token(each) for each in (new, asked, answered)]


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found.response["violations"]]


def show(page: Page, address: str, mode: str) -> None:
    """A mode is chosen by a link and stays: the cookies are those that the link leaves."""
    page.context.clear_cookies()
    for choice in mode.split():
        page.goto(f"{address}/track?{choice}")


@pytest.mark.parametrize(
    ("mode", "theme", "most"), [("", "light", 99), ("type=large", "dark", 99), ("contrast=high", "dark", 4)], ids=str
)
def test_axe_finds_nothing_on_any_public_page(
    new_page: NewPage, everywhere: tuple[str, list[str]], mode: str, theme: str, most: int
) -> None:
    address, paths = everywhere
    page = new_page(PHONE_SCREEN, color_scheme=theme)
    show(page, address, mode)
    for path in paths[:most]:
        page.goto(address + path)
        assert faults(page) == [], path


CUT = """() => [...document.querySelectorAll('main *')]
  .filter((node) => node.offsetParent !== null && !node.closest('.unseen, select, textarea, input'))
  .filter((node) => getComputedStyle(node).overflowX !== 'visible' && node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.outerHTML.slice(0, 100))"""
WIDER = "document.documentElement.scrollWidth"
ONE_AND_A_HALF = "document.documentElement.style.fontSize = '150%'"


def test_at_one_and_a_half_times_the_type_nothing_is_cut_in_any_language(
    new_page: NewPage, everywhere: tuple[str, list[str]]
) -> None:
    address, paths = everywhere
    page = new_page(PHONE_SCREEN)
    for mode in ("", "type=large", "lang=ug", "lang=ug type=large"):
        show(page, address, mode)
        for path in paths:
            page.goto(address + path)
            page.evaluate(ONE_AND_A_HALF)
            assert page.evaluate(WIDER) <= 360, (mode, path)
            assert page.evaluate(CUT) == [], (mode, path)


def test_a_script_that_runs_from_right_to_left_is_hard_wired_nowhere(
    new_page: NewPage, everywhere: tuple[str, list[str]]
) -> None:
    address, paths = everywhere
    page = new_page(PHONE_SCREEN)
    page.goto(address + paths[2])
    page.get_by_role("link", name="ئۇيغۇرچە").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("heading", level=1)).to_contain_text("تاپشۇرۇۋالدى")
    first, last = (page.locator(".stages .dot").nth(each).bounding_box() for each in (0, 4))
    assert first is not None and last is not None and first["x"] > last["x"]
    assert faults(page) == []
    page.goto(f"{address}/desk/sign-in")
    expect(page.locator("html")).not_to_have_attribute("dir", "rtl")


A_VOICE = """
  const spoken = window.spoken = [];
  const voice = {lang: 'zh-CN', name: 'a voice'};
  const speak = (said) => spoken.push(said.text);
  const stand_in = {getVoices: () => [voice], speak, cancel: () => {}, onvoiceschanged: null};
  Object.defineProperty(window, 'speechSynthesis', {value: stand_in});
"""


def test_a_telephone_with_a_voice_reads_the_page_and_one_without_shows_no_button(
    new_page: NewPage, everywhere: tuple[str, list[str]]
) -> None:
    address, paths = everywhere
    mute = new_page(PHONE_SCREEN)
    mute.add_init_script("Object.defineProperty(window, 'speechSynthesis', {value: undefined});")
    mute.goto(address + paths[2])
    expect(mute.get_by_role("button", name="念给我听")).to_be_hidden()
    page = new_page(PHONE_SCREEN)
    page.add_init_script(A_VOICE)
    page.goto(address + paths[2])
    page.get_by_role("button", name="念给我听").click()
    expect(page.get_by_role("button", name="不念了")).to_have_attribute("aria-pressed", "true")
    spoken = page.evaluate("window.spoken")
    assert spoken[0].startswith("清溪镇受理台收到了") and len(spoken) > 8
    assert [each for each in spoken if spoken.count(each) > 2] == []


def test_by_keyboard_alone_she_rates_the_answer(new_page: NewPage, everywhere: tuple[str, list[str]]) -> None:
    address, paths = everywhere
    page = new_page(PHONE_SCREEN)
    page.goto(address + paths[4])
    for _press in range(20):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText.trim()")
        outlined = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outlined != "none", focused
        if focused == "满意":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("您的评价记下了，谢谢。")).to_be_visible()
