"""The hundred seedlings on screens: a development wish, an answer with a day next February, a visit that finds one need
more, the register of promises, the promise kept, and his own word on it.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page as Screen
from playwright.sync_api import expect
from sqlmodel import select

from service import clock
from service.tickets.models import Ticket
from tests.factories import PHONE as HIS_PHONE
from tests.factories import TOKEN, number_of
from tests.support.browser import PHONE, NewPage
from tests.support.stories import Stage, is_well, pressing, staged
from workflows.ask_words import PromiseState
from workflows.statuses import Status

WISH = "想种药材，镇上买不到好苗，能不能帮忙找一百株。"
ANSWER = "苗圃的苗开春才能起，到时候把一百株壮苗送到您家。"
CAPTIONS = "想学给卖药材的短视频加字幕。"
NEXT_SPRING = (clock.now() + timedelta(days=95)).date()


@pytest.fixture
def stage(sqlite_url: str, tmp_path: Path, new_page: NewPage) -> Iterator[Stage]:
    with staged(sqlite_url, tmp_path, new_page) as ready:
        yield ready


def test_the_hundred_seedlings_on_screens(stage: Stage) -> None:
    county, villager = stage.county, stage.villager()
    his = wishes(villager)
    with stage.database.reading() as session:
        number = number_of(session, session.exec(select(Ticket.id)).one() or 0)
    dispatcher, secretary = stage.official(county.dispatcher), stage.official(county.village_secretary, PHONE)
    dispatches(dispatcher, number)
    promises(secretary, number)
    villager.goto(his)
    expect(villager.locator("main")).to_contain_text(ANSWER)
    expect(villager.locator("main")).to_contain_text(
        f"{NEXT_SPRING.month}\N{NO-BREAK SPACE}月\N{NO-BREAK SPACE}{NEXT_SPRING.day}"
    )
    is_well(villager, "seedlings-03-promise", for_everybody=True)

    visits(stage.official(county.follow_up_officer, PHONE), number)
    with stage.database.reading() as session:
        child = session.exec(select(Ticket).where(Ticket.parent_id == 1)).one()
        assert (child.wish, child.unit_id, child.status) == (CAPTIONS, county.town_desk, Status.submitted)
    dispatcher.goto("/desk/promises")
    expect(dispatcher.locator("main")).to_contain_text("一百株")
    is_well(dispatcher, "seedlings-05-register", for_everybody=True)

    secretary.goto(f"/desk/tickets/{number}")
    with pressing(secretary, "keep_promise") as form:
        form.get_by_label("承诺的事办成了什么样").fill("一百株壮苗送到家，教了怎么栽。")
    expect(secretary.locator(".timeline")).to_contain_text("一百株壮苗送到家")
    villager.goto(his)
    is_well(villager, "seedlings-06-kept")
    confirms(villager)
    with stage.database.reading() as session:
        told = session.get_one(Ticket, 1)
        assert (told.status, told.promise_state, told.promise_confirmed) == (Status.closed, PromiseState.kept, True)
    assert stage.breaches() == []


def wishes(villager: Screen) -> str:
    villager.goto(f"/w/{TOKEN}")
    villager.locator("label[for=kind-development]").click()
    villager.get_by_label("您想说什么？").fill(WISH)
    villager.get_by_label("电话", exact=True).fill(HIS_PHONE)
    is_well(villager, "seedlings-01-form")
    villager.get_by_role("button", name="说出去").click()
    expect(villager.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    return str(villager.get_by_role("link", name="看看办到哪一步").get_attribute("href"))


def dispatches(desk: Screen, number: str) -> None:
    desk.goto(f"/desk/tickets/{number}")
    with pressing(desk, "assign") as form:
        form.get_by_label("主办单位").select_option(label="双喜村村委会")
        form.get_by_label("事项").select_option(label="种苗")
    expect(desk.locator(".flash")).to_contain_text("已派给双喜村村委会")


def promises(secretary: Screen, number: str) -> None:
    """He brings the answer to the door, and writes it down there."""
    secretary.goto(f"/desk/tickets/{number}")
    with pressing(secretary, "acknowledge"):
        pass
    with pressing(secretary, "contact") as form:
        form.get_by_label("上门").check()
        form.get_by_role("group", name="联系上了吗").get_by_label("是", exact=True).check()
        form.locator("textarea").fill("到家里问了要什么苗")
    with pressing(secretary, "reply") as form:
        form.get_by_label("暂时不能解决，有时间表").check()
        form.get_by_label("给诉求人的答复").fill(ANSWER)
        form.get_by_label("承诺日期").fill(str(NEXT_SPRING))
        is_well(secretary, "seedlings-02-reply")
    expect(secretary.locator(".flash")).to_be_visible()


def visits(officer: Screen, number: str) -> None:
    officer.goto(f"/desk/follow-ups/{number}")
    officer.get_by_label("接通并答复").check()
    for question, said in (
        ("怎么回访的", "上门"),
        ("承办单位联系过诉求人吗", "是"),
        ("事情解决了吗", "是"),
        ("诉求人满意吗", "满意"),
    ):
        officer.get_by_role("group", name=question).get_by_label(said, exact=True).check()
    officer.get_by_label("诉求人的原话").fill("明年开春有苗就行")
    officer.get_by_label("诉求人的新需要").fill(CAPTIONS)
    is_well(officer, "seedlings-04-visit")
    officer.get_by_role("button", name="记下这次回访").click()
    expect(officer.get_by_text("这里没有要打的电话")).to_be_visible()


def confirms(villager: Screen) -> None:
    form = villager.locator("#confirm_promise")
    form.get_by_text("想多说两句？").click()
    form.get_by_label("想说的话").fill("苗子壮，都栽上了。")
    form.get_by_role("button", name="办到了", exact=True).click()
    expect(villager.locator("main")).to_contain_text("苗子壮")
