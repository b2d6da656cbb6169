"""Two towns say the same: the dispatcher groups what they say, the bureau answers once, each reads her own words."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Page as Screen
from playwright.sync_api import expect
from sqlmodel import select
from starlette.testclient import TestClient

from service import clock
from service.database import Database
from service.issues.models import Issue
from service.oversight.checks import breaches
from service.sealing import tracking_token
from service.security import SESSION_COOKIE
from service.tickets.models import Ticket
from tests.factories import County, build_county, number_of, sign_in, submit_wish, wish_in
from tests.support.browser import DESKTOP, PHONE, NewPage
from tests.support.officials import official, stranger
from workflows.statuses import Status

ROADS = ("大车把公路压坏了，校车不敢走", "公路被大车压坏了，摩托车摔了好几回", "大车把公路压坏了，下雨全是泥水")
Browse = Callable[..., Screen]


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def roads(database: Database, county: County) -> list[int]:
    """Two in the bureau's hands, and one that nobody has dispatched."""
    with database.writing() as session:
        now = clock.now()
        handled = [wish_in(session, county, Status.in_progress, now, text=words) for words in ROADS[:2]]
        return [*handled, submit_wish(session, county, now, text=ROADS[2])]


def test_one_road_one_issue_one_act_and_an_answer_for_each(
    app: FastAPI, client: TestClient, database: Database, county: County, roads: list[int]
) -> None:
    dispatcher, handler, reviewer = (
        official(app, database, getattr(county, who)) for who in ("dispatcher", "handler", "reviewer")
    )
    numbers = [dispatcher.number(road) for road in roads]
    assert all(number in dispatcher.opens("/desk/issues").words for number in numbers)
    made = dispatcher.sends("/desk/issues", title="公路被大车压坏了", tickets=numbers)
    issue = made.goes_to
    said = {"title": "公路被大车压坏了", "public_text": "先填坑保通，年底前修好。", "expected_on": "2030-12-31"}
    assert dispatcher.sends(f"{issue}/describe_issue", version="1", **said).status == 303
    answer = {"outcome": "resolved", "words": "您说的{place}那段路填好了（{number}）。"}
    page = handler.follow(handler.sends(f"{issue}/answer_issue", version="2", **answer))
    assert "答复了 2 件" in page.words and "还没有派单" in page.words and numbers[2] in page.words
    for road in roads[:2]:
        assert reviewer.presses(road, "approve_reply").status == 303
    villager = stranger(app, database)
    hers = villager.opens(f"/t/{tracking_token(roads[0])}")
    assert f"那段路填好了（{numbers[0]}）" in hers.words and "3 件心愿放在一起办" in hers.words
    public = re.search(r'href="(/i/\w+)"', hers.source)
    assert public is not None and "先填坑保通，年底前修好。" in villager.opens(public[1]).words
    version = str(villager.ticket(roads[0]).version)
    villager.sends(f"/t/{tracking_token(roads[0])}/rate", version=version, satisfaction="satisfied")
    assert [villager.ticket(road).status for road in roads] == [Status.closed, Status.follow_up, Status.submitted]
    with database.reading() as session:
        assert list(breaches(session)) == []


def test_grouping_and_answering_at_a_county_pc_and_reading_on_a_phone(
    database: Database, county: County, roads: list[int], address: str, new_page: NewPage
) -> None:
    screen = signed_in(database, county.dispatcher, address, new_page)
    screen.goto("/desk/registers")
    screen.get_by_role("link", name="共性问题").click()
    screen.locator(".suggestion summary").first.click()
    form = screen.locator(".suggestion form").first
    form.get_by_label("这是什么事").fill("公路被大车压坏了")
    form.get_by_role("button", name="立为共性问题").click()
    expect(screen.get_by_role("heading", level=1, name="公路被大车压坏了")).to_be_visible()
    looks_right(screen)
    screen.locator("#describe_issue summary").click()
    screen.locator("#describe_issue").get_by_label("给群众看的说明").fill("先填坑保通，年底前修好。")
    screen.locator("#describe_issue").get_by_role("button").click()
    expect(screen.get_by_text("说明改好了")).to_be_visible()
    with database.reading() as session:
        issue = session.exec(select(Issue.id)).one()
    desk = signed_in(database, county.handler, address, new_page, PHONE)
    desk.goto(f"/desk/issues/{issue}")
    looks_right(desk)
    desk.locator("#answer_issue summary").click()
    desk.locator("#answer_issue").get_by_label("已解决", exact=True).check()
    desk.locator("#answer_issue").get_by_label("给每位诉求人的答复").fill("您说的{place}那段路填好了。")
    desk.locator("#answer_issue").get_by_role("button").click()
    expect(desk.get_by_role("heading", name="答复了 2 件")).to_be_visible()
    looks_right(desk)
    phone = new_page(PHONE, base_url=address)
    phone.goto(f"/t/{tracking_token(roads[0])}")
    phone.get_by_role("link", name="看看整件事打算怎么办").click()
    expect(phone.get_by_text("先填坑保通，年底前修好。")).to_be_visible()
    looks_right(phone)
    with database.reading() as session:
        assert session.get_one(Ticket, roads[0]).status is Status.replied
        assert number_of(session, roads[0])


def signed_in(
    database: Database, person: int, address: str, new_page: NewPage, device: dict[str, object] = DESKTOP
) -> Screen:
    with database.writing() as session:
        secret = sign_in(session, person)
    screen = new_page(device, base_url=address)
    screen.context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
    return screen


def looks_right(screen: Screen) -> None:
    """Nothing sticks out at the side, and axe finds nothing."""
    assert screen.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert Axe().run(screen).response["violations"] == []
