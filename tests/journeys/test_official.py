"""A wish goes through officials' hands: dispatched, acknowledged, asked about, answered, judged, rated and closed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Screen
from sqlmodel import select
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Person
from service.sealing import tracking_token
from service.security import hash_password
from service.tickets.models import Attachment, Reveal, Ticket
from tests.factories import PHONE, County, build_county, number_of, submit_wish
from tests.service.tickets.photographs import phone_photo
from tests.support.browser import DESKTOP, NewPage
from tests.support.browser import PHONE as A_PHONE
from tests.support.officials import official, stranger
from workflows.statuses import Status

Browse = Callable[..., Screen]

PASSWORD = "zwei-lampen-2026"
PEOPLE = ("dispatcher", "county_dispatcher", "handler", "wrong_handler", "reviewer", "follow_up_officer")


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def county(database: Database, password_hash: str) -> County:
    with database.writing() as session:
        built = build_county(session)
        for who in PEOPLE:
            session.get_one(Person, getattr(built, who)).password_hash = password_hash
    return built


@pytest.fixture
def wish(database: Database, county: County) -> int:
    with database.writing() as session:
        return submit_wish(session, county, name="王大姐")


def status_of(database: Database, ticket_id: int) -> Status:
    with database.reading() as session:
        return session.get_one(Ticket, ticket_id).status


# Over HTTP


def test_a_wish_goes_from_the_desk_to_the_bureau_and_back_to_the_villager(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int
) -> None:
    dispatcher, handler, reviewer = (
        official(app, database, getattr(county, who)) for who in ("dispatcher", "handler", "reviewer")
    )
    assert dispatcher.presses(wish, "assign", unit=county.bureau).status == 303
    assert handler.number(wish) in handler.opens("/desk").rows
    assert handler.presses(wish, "acknowledge").status == 303
    assert handler.sends(f"{handler.address_of(wish)}/reveal").status == 200
    assert handler.presses(wish, "contact", way="phone", is_reached="true", words="她说晚上最要紧").status == 303
    assert handler.presses(wish, "report_progress", words="电工明天来", is_public="true").status == 303
    photos = [("photos", ("灯.jpg", phone_photo(), "image/jpeg"))]
    assert (
        handler.presses(wish, "reply", files=photos, outcome="resolved", words="路灯修好了，请您看看。").status == 303
    )
    assert handler.presses(wish, "approve_reply").status == 403, "nobody judges his own reply"
    assert "路灯修好了" in reviewer.reads(wish).words
    assert reviewer.presses(wish, "approve_reply").status == 303
    assert villager_rates(app, database, wish).status == 303
    assert status_of(database, wish) is Status.closed
    assert handler.verbs_of(wish)[-2:] == ["approve_reply", "rate"]


def villager_rates(app: FastAPI, database: Database, wish: int, **said: str) -> object:
    villager = stranger(app, database)
    version = str(villager.ticket(wish).version)
    opinion = {"satisfaction": "satisfied", "is_resolved": "true"} | said
    return villager.sends(f"/t/{tracking_token(wish)}/rate", version=version, verb="rate", **opinion)


def test_a_reply_that_is_sent_back_is_mended(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int
) -> None:
    dispatcher, handler, reviewer = (
        official(app, database, getattr(county, who)) for who in ("dispatcher", "handler", "reviewer")
    )
    dispatcher.presses(wish, "assign", unit=county.bureau)
    handler.presses(wish, "acknowledge")
    handler.presses(wish, "reply", outcome="explained", words="正在研究。")
    assert reviewer.presses(wish, "send_back", reason="没有说什么时候修").status == 303
    assert "没有说什么时候修" in handler.reads(wish).words
    assert handler.presses(wish, "reply", outcome="resolved", words="今天修好了，请看看。").status == 303
    assert reviewer.presses(wish, "approve_reply").status == 303
    assert status_of(database, wish) is Status.follow_up


def test_two_officials_at_once_the_second_is_told_and_loses_nothing(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int
) -> None:
    here, there = (official(app, database, getattr(county, who)) for who in ("dispatcher", "county_dispatcher"))
    seen = there.ticket(wish).version
    assert here.presses(wish, "assign", version=seen, unit=county.bureau, note="请交通局看看").status == 303
    page = there.presses(wish, "decline", version=seen, ground="nothing_new", words="这件事上个月已经答复过了。")
    assert page.status == 409
    assert page.value_of("words", "decline") == "这件事上个月已经答复过了。"
    assert status_of(database, wish) is Status.assigned


def test_the_handler_of_another_unit_finds_nothing(
    app: FastAPI, client: TestClient, database: Database, county: County, wish: int
) -> None:
    official(app, database, county.dispatcher).presses(wish, "assign", unit=county.bureau)
    somebody = official(app, database, county.wrong_handler)
    assert somebody.reads(wish).status == 404
    assert somebody.presses(wish, "acknowledge").status == 404
    assert somebody.opens(f"/desk?q={somebody.number(wish)}").rows == []


# In a browser


@pytest.fixture
def browse(new_page: NewPage, address: str) -> Browse:
    """A screen of one's own, signed in through the door."""

    def sign_in(who: str, device: dict[str, object] = DESKTOP, **options: object) -> Screen:
        screen = new_page(device, base_url=address, **options)
        screen.goto("/desk")
        through_the_door(screen, who)
        expect(screen).to_have_url(re.compile("/desk$"))
        return screen

    return sign_in


def through_the_door(screen: Screen, who: str) -> None:
    screen.get_by_label("用户名").fill(who)
    screen.get_by_label("密码").fill(PASSWORD)
    screen.get_by_role("button", name="登录").click()


@pytest.fixture
def number(database: Database, wish: int) -> str:
    with database.reading() as session:
        return number_of(session, wish)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "修好的灯.jpg"
    file.write_bytes(phone_photo())
    return file


def open_ticket(screen: Screen, number: str) -> None:
    screen.locator(".queue-row", has_text=number).locator("a").click()
    expect(screen.get_by_role("heading", name=number)).to_be_visible()


@contextmanager
def pressing(screen: Screen, verb: str) -> Iterator[Locator]:
    """Opens the form behind a button; what is filled in inside the block is then sent."""
    form = screen.locator(f"#{verb}")
    form.locator("> summary").click()
    yield form
    form.locator("form > button.button").click()


def test_the_whole_way_in_a_browser(
    browse: Browse, address: str, new_page: NewPage, number: str, wish: int, database: Database, picture: Path
) -> None:
    dispatches(browse("dispatcher"), number)
    handles(browse("handler"), number, picture)
    judges(browse("reviewer"), number)
    assert status_of(database, wish) is Status.follow_up
    rates(new_page(A_PHONE), f"{address}/t/{tracking_token(wish)}")
    assert status_of(database, wish) is Status.closed
    with database.reading() as session:
        assert [photo.ticket_id for photo in session.exec(select(Attachment))] == [wish]
        assert len(session.exec(select(Reveal)).all()) == 1


def dispatches(dispatcher: Screen, number: str) -> None:
    """By keyboard: `a` opens the first button."""
    open_ticket(dispatcher, number)
    dispatcher.keyboard.press("a")
    expect(dispatcher.locator("#assign")).to_contain_text("派单目录")
    dispatcher.locator("#assign form > button.button").click()
    expect(dispatcher.locator(".flash")).to_contain_text("已派给县交通运输局")


def handles(handler: Screen, number: str, picture: Path) -> None:
    open_ticket(handler, number)
    with pressing(handler, "acknowledge"):
        pass
    expect(handler.locator(".flash")).to_contain_text("已签收")
    handler.get_by_role("button", name="看全号").click()
    expect(handler.locator(f"a.call[href='tel:{PHONE}']")).to_be_visible()
    with pressing(handler, "contact") as form:
        expect(form.get_by_role("radio", checked=True)).to_have_count(1)  # the way; not whether she was reached
        form.get_by_role("group", name="联系上了吗").get_by_label("是", exact=True).check()
        form.locator("textarea").fill("她说晚上孩子回家看不见路")
    expect(handler.locator(".timeline")).to_contain_text("联系上了诉求人")
    with pressing(handler, "report_progress") as form:
        form.locator("textarea").fill("电工明天上午来换灯头")
    expect(handler.locator(".timeline")).to_contain_text("电工明天上午来换灯头")
    with pressing(handler, "reply") as form:
        form.get_by_label("已解决", exact=True).check()
        form.locator("textarea").fill("路灯换了新灯头，昨晚已经亮了，请您看看。")
        form.locator("input[type=file]").set_input_files(picture)
        expect(form.locator(".preview img")).to_be_visible()
    expect(handler.locator(".flash")).to_contain_text("反馈已提交")


def judges(reviewer: Screen, number: str) -> None:
    open_ticket(reviewer, number)
    expect(reviewer.locator(".answer")).to_contain_text("昨晚已经亮了")
    expect(reviewer.locator(".answer img")).to_have_count(1)
    with pressing(reviewer, "approve_reply"):
        pass
    expect(reviewer.locator(".flash")).to_contain_text("已答复诉求人")


def rates(villager: Screen, address: str) -> None:
    villager.goto(address)
    expect(villager.locator("body")).to_contain_text("昨晚已经亮了")
    villager.get_by_role("button", name="满意", exact=True).click()
    expect(villager.get_by_role("heading", level=1)).to_contain_text("办完了")


def test_words_survive_a_lost_session_in_a_browser(browse: Browse, number: str) -> None:
    screen = browse("dispatcher")
    open_ticket(screen, number)
    screen.locator("#note > summary").click()
    screen.locator("#note textarea").fill("和村上说好了，\n周五一起去看")
    screen.context.clear_cookies()
    screen.locator("#note form button.button").click()
    expect(screen.locator(".flash")).to_contain_text("刚才写的都还在")
    through_the_door(screen, "dispatcher")
    expect(screen.locator("#note textarea")).to_have_value("和村上说好了，\n周五一起去看")
    screen.locator("#note form button.button").click()
    expect(screen.locator(".timeline")).to_contain_text("周五一起去看")


@pytest.mark.parametrize("device", [DESKTOP, A_PHONE], ids=["county PC", "phone"])
def test_an_official_gives_himself_a_new_password(browse: Browse, device: dict[str, object], county: County) -> None:
    screen = browse("handler", device)
    screen.locator("details.who > summary").click()
    screen.get_by_role("link", name="我的账号").click()
    for label, words in (
        ("现在的密码", PASSWORD),
        ("新密码", "drei-lampen-2027"),
        ("再写一遍新密码", "drei-lampen-2027"),
    ):
        screen.get_by_label(label, exact=True).fill(words)
    screen.get_by_role("button", name="改密码").click()
    expect(screen.locator(".flash")).to_contain_text("密码改好了")
    screen.locator("details.who > summary").click()
    screen.get_by_role("button", name="退出").click()
    screen.get_by_label("用户名").fill("handler")
    screen.get_by_label("密码").fill("drei-lampen-2027")
    screen.get_by_role("button", name="登录", exact=True).click()
    expect(screen).to_have_url(re.compile("/desk$"))


@pytest.fixture
def two_wishes(database: Database, county: County) -> None:
    with database.writing() as session:
        for text in ("自来水停了两天", "垃圾池满了没人拉"):
            submit_wish(session, county, text=text)


def test_several_are_ticked_and_assigned_on_a_phone_without_scripts(
    browse: Browse, two_wishes: None, database: Database, county: County
) -> None:
    screen = browse("dispatcher", A_PHONE, java_script_enabled=False)
    screen.get_by_role("link", name="选几件一起办").click()
    for box in screen.locator(".pick input").all():
        box.check()
    screen.locator("#bulk select[name=unit]").select_option(str(county.bureau))
    screen.get_by_role("button", name="选中的都派单").click()
    expect(screen.locator(".flash")).to_contain_text("2 件都办好了")
    with database.reading() as session:
        assert {each.lead_unit_id for each in session.exec(select(Ticket))} == {county.bureau}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("device", [DESKTOP, A_PHONE], ids=["county PC", "phone"])
def test_every_page_of_the_workbench_can_be_read_by_everybody(
    browse: Browse, device: dict[str, object], number: str, two_wishes: None
) -> None:
    screen = browse("dispatcher", device, bypass_csp=True)
    ticket = f"/desk/tickets/{number}?open=assign"
    for path in (
        "/desk",
        "/desk?bulk=1&view=open",
        ticket,
        "/desk/new",
        "/desk/meeting",
        "/desk/account",
        "/desk/sessions",
    ):
        screen.goto(path)
        breaches = Axe().run(screen, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in breaches] == [], path
        assert screen.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_a_meeting_is_pasted_from_a_sheet(browse: Browse, database: Database, county: County) -> None:
    screen = browse("dispatcher")
    screen.get_by_role("link", name="代群众录入").click()
    screen.get_by_role("link", name="一次会，很多件").click()
    screen.get_by_label("所在地").select_option(str(county.village))
    screen.get_by_label("哪次会议或走访").fill("十月院落会")
    screen.get_by_label("大家说了什么").fill(
        "诉求\t姓名\t电话\n路灯坏了\t王大姐\t13812345678\n水\t李大哥\t\n学拍视频卖土鸡\t\t"
    )
    screen.get_by_role("button", name="先看看有没有写错").click()
    expect(screen.locator(".mistakes")).to_contain_text("第 3 行")
    screen.get_by_role("button", name="全部记下来").click()
    expect(screen.locator(".flash")).to_contain_text("记下了 2 件")
    expect(screen.get_by_label("大家说了什么")).to_have_value("水\t李大哥\t")
    with database.reading() as session:
        assert len(session.exec(select(Ticket)).all()) == 2
