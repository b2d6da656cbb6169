"""A follow-up officer with a telephone in her hand: a queue, a call-back, a complaint without cause, a new need."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Screen
from playwright.sync_api import expect

from service import clock
from service.database import Database
from service.security import SESSION_COOKIE
from service.tickets.models import Ticket
from tests.factories import County, build_county, number_of, sign_in, submit_wish, wish_in
from tests.support.browser import DESKTOP, PHONE, NewPage
from workflows.commands import CallResult, Satisfaction
from workflows.statuses import Status

Browse = Callable[..., Screen]


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def browse(address: str, new_page: NewPage, database: Database, county: County) -> Browse:
    """A browser in which somebody has signed in already."""

    def open_one(device: dict[str, object] = PHONE, who: str = "follow_up_officer", **options: Any) -> Screen:
        with database.writing() as session:
            secret = sign_in(session, getattr(county, who))
        screen = new_page(device, base_url=address, **options)
        screen.context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
        return screen

    return open_one


def answered(database: Database, county: County, **fields: Any) -> int:
    """Answered eight days ago: the villager's own week is over."""
    with database.writing() as session:
        return wish_in(session, county, Status.follow_up, clock.now() - timedelta(days=8), **fields)


def of(database: Database, ticket_id: int) -> tuple[str, Ticket]:
    with database.reading() as session:
        return number_of(session, ticket_id), session.get_one(Ticket, ticket_id)


def fits(screen: Screen) -> bool:
    return bool(screen.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_call_on_a_telephone_from_the_queue_to_what_was_heard(
    browse: Browse, database: Database, county: County, tmp_path: Path
) -> None:
    wish, other = answered(database, county, name="王大姐"), answered(database, county, text="水渠堵了，浇不上水")
    number, _ticket = of(database, wish)
    screen = browse()
    screen.goto("/desk/follow-ups")
    expect(screen.locator("#queue li")).to_have_count(2)
    assert fits(screen)
    screen.screenshot(path=tmp_path / "queue.png", full_page=True)
    screen.get_by_text(number).click()
    expect(screen.get_by_text("联系过您吗")).to_be_visible()
    screen.get_by_role("button", name="看全号，打电话").click()
    expect(screen.locator('a[href^="tel:"]')).to_be_visible()
    assert fits(screen)
    screen.screenshot(path=tmp_path / "call.png", full_page=True)
    assert Axe().run(screen).response["violations"] == []
    screen.get_by_label("接通并答复").check()
    for question, said in (
        ("承办单位联系过诉求人吗", "是"),
        ("事情解决了吗", "是"),
        ("诉求人满意吗", "不满意"),
        ("承办单位的态度", "好"),
    ):
        screen.get_by_role("group", name=question).get_by_label(said, exact=True).check()
    screen.get_by_label("诉求人的原话").fill("隔壁村的灯更亮")
    screen.get_by_label("诉求人的新需要").fill("院坝外面想修一条排水沟")
    screen.get_by_label("不满意没有道理").check()
    screen.get_by_label("怎么解释的").fill("路灯是全县统一的，已经说清楚")
    screen.get_by_role("button", name="记下这次回访").click()
    expect(screen.locator("#queue li")).to_have_count(1)
    _number, ticket = of(database, wish)
    assert (ticket.status, ticket.satisfaction, ticket.is_groundless) == (
        Status.closed,
        Satisfaction.dissatisfied,
        True,
    )
    assert of(database, other)[1].status is Status.follow_up


def test_a_later_call_is_agreed_without_scripts(
    browse: Browse, database: Database, county: County, tmp_path: Path
) -> None:
    wish = answered(database, county)
    number, _ticket = of(database, wish)
    screen = browse(DESKTOP, java_script_enabled=False)
    screen.goto(f"/desk/follow-ups/{number}")
    screen.get_by_label("约好以后再打").check()
    screen.get_by_role("button", name="记下这次回访").click()
    expect(screen.get_by_text("请写上约好的日期和时间")).to_be_visible()
    expect(screen.get_by_label("约好以后再打")).to_be_checked()
    screen.get_by_label("约到什么时候再打").fill((clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT10:00"))
    screen.get_by_role("button", name="记下这次回访").click()
    expect(screen.get_by_text("这里没有要打的电话")).to_be_visible()
    screen.get_by_role("link", name="以后再打的").click()
    expect(screen.locator("#queue li").get_by_text("约好", exact=False).first).to_be_visible()
    screen.screenshot(path=tmp_path / "coming.png", full_page=True)
    _number, ticket = of(database, wish)
    assert ticket.attempt_result is CallResult.call_later and ticket.call_back_at == ticket.call_at


def test_the_county_publishes_how_it_draws(browse: Browse, database: Database, county: County, tmp_path: Path) -> None:
    with database.writing() as session:
        number = number_of(session, submit_wish(session, county))
    screen = browse(PHONE, "administrator")
    screen.goto("/desk/follow-ups/sampling")
    screen.get_by_label("哪个地方的").select_option(str(county.county))
    screen.get_by_label("抽百分之几").fill("30")
    screen.get_by_label("抽样的种子").fill("2026 年 11 月")
    screen.get_by_label("为什么抽样").fill("人手不够，先抽三成")
    screen.get_by_role("button", name="定一条规则").click()
    expect(screen.get_by_text("种子已经公布")).to_be_visible()
    screen.get_by_label("工单编号").fill(number)
    screen.get_by_role("button", name="再抽一遍").click()
    expect(screen.get_by_text("签 0.")).to_be_visible()
    assert fits(screen)
    screen.screenshot(path=tmp_path / "sampling.png", full_page=True)
    assert Axe().run(screen).response["violations"] == []
