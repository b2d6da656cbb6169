"""The washed-away field on screens: a phone without scripts, three parties of which one is no part of government, more
time asked for before expiry and granted by somebody else, the new day on his page with its reason, and his word.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page as Screen
from playwright.sync_api import expect
from sqlmodel import select

from service import clock
from service.directory.models import UnitClass
from service.directory.reference import touch
from service.tickets.models import Ticket
from tests.factories import TOKEN, number_of
from tests.support.browser import PHONE, NewPage
from tests.support.stories import Stage, is_well, new_person, new_unit, pressing, says, staged
from workflows.statuses import Role, Status

FIELD = "铁路弃渣把我家两亩水田冲了，秧子全埋了，请人来看看。"
WHY = "挡墙要重砌，砌好才能复田，雨停以后还要十天。"


@pytest.fixture
def stage(postgresql_url: str, tmp_path: Path, new_page: NewPage) -> Iterator[Stage]:
    with staged(postgresql_url, tmp_path, new_page) as ready:
        yield ready


@pytest.fixture
def people(stage: Stage) -> tuple[int, int]:
    """Who handles it in the town's office, and the engineer of the project department."""
    town = stage.county.town
    with stage.database.writing() as session:
        office = new_unit(session, "清溪镇农业综合办", UnitClass.town_office, town)
        outside = new_unit(session, "铁路三标项目部", UnitClass.outside, town)
        found = (
            new_person(session, "农业办小刘", office, Role.handler),
            new_person(session, "严工", outside, Role.handler),
        )
        touch(session)
    return found


def test_the_washed_away_field_on_screens(stage: Stage, people: tuple[int, int]) -> None:
    county, villager = stage.county, stage.villager(java_script_enabled=False)
    handler, engineer = (stage.official(person, PHONE) for person in people)
    his = says(villager, TOKEN, FIELD, "13900001234")
    with stage.database.reading() as session:
        number = number_of(session, session.exec(select(Ticket.id)).one() or 0)
    dispatcher = stage.official(county.dispatcher)
    dispatches(dispatcher, number)
    begins(handler, engineer, number)
    until = asks_for_time(handler)
    grants(dispatcher)
    villager.goto(his)
    expect(villager.locator("main")).to_contain_text(WHY)
    expect(villager.locator("main")).to_contain_text("两台挖机明天进场清淤")
    expect(villager.locator("main")).to_contain_text(f"{until.month}\N{NO-BREAK SPACE}月\N{NO-BREAK SPACE}{until.day}")
    is_well(villager, "field-05-his-page")

    answers(handler)
    judges(stage.official(county.reviewer), number)
    villager.goto(his)
    expect(villager.locator("main")).to_contain_text("两亩一都复了田")
    is_well(villager, "field-06-answer")
    villager.get_by_role("button", name="满意", exact=True).click()
    expect(villager.get_by_role("heading", level=1)).to_contain_text("办完了")
    with stage.database.reading() as session:
        assert session.exec(select(Ticket.status)).one() is Status.closed
    assert stage.breaches() == []


def dispatches(desk: Screen, number: str) -> None:
    """To the town's office, with village and project department beside it."""
    desk.goto(f"/desk/tickets/{number}")
    with pressing(desk, "assign") as form:
        form.get_by_label("主办单位").select_option(label="清溪镇农业综合办")
        form.get_by_label(re.compile("复杂疑难|疑难")).check()
        for unit in ("铁路三标项目部", "双喜村村委会"):
            form.get_by_role("group", name="协办单位").get_by_label(unit).check()
        is_well(desk, "field-01-assign", for_everybody=True)
    expect(desk.locator(".flash")).to_contain_text("已派给清溪镇农业综合办")


def begins(handler: Screen, engineer: Screen, number: str) -> None:
    handler.goto(f"/desk/tickets/{number}")
    with pressing(handler, "acknowledge"):
        pass
    expect(handler.locator(".flash")).to_contain_text("已签收")
    engineer.goto("/desk?view=open")
    engineer.locator("main").get_by_text(number).click()
    with pressing(engineer, "report_progress") as form:
        form.get_by_label("进展").fill("两台挖机明天进场清淤")
    expect(engineer.locator(".timeline")).to_contain_text("两台挖机明天进场清淤")
    is_well(engineer, "field-02-outside-party")


def asks_for_time(handler: Screen) -> date:
    handler.reload()
    until = clock.now().date() + timedelta(days=29)
    with pressing(handler, "request_extension") as form:
        form.get_by_label("延到哪一天").fill(str(until))
        form.get_by_label("为什么要延期").fill(WHY)
        is_well(handler, "field-03-extension")
    expect(handler.locator(".flash")).to_be_visible()
    return until


def grants(desk: Screen) -> None:
    """In the register of what waits for her; nobody decides of what he asked himself."""
    desk.goto("/desk/registers")
    is_well(desk, "field-04-registers", for_everybody=True)
    desk.goto("/desk/asks")
    desk.get_by_role("link", name="去决定").click()
    form = desk.locator("#grant")
    form.get_by_label("意见").fill("同意，雨停了抓紧")
    form.locator("form > button.button").click()
    expect(desk.locator(".flash")).to_be_visible()


def answers(handler: Screen) -> None:
    """He looks at the page anew: somebody has decided meanwhile."""
    handler.reload()
    with pressing(handler, "reply") as form:
        form.get_by_label("已解决", exact=True).check()
        form.get_by_label("给诉求人的答复").fill("两亩一都复了田，明年春上就能下种，请您看看。")
    expect(handler.locator(".flash")).to_contain_text("反馈已提交")


def judges(reviewer: Screen, number: str) -> None:
    reviewer.goto(f"/desk/tickets/{number}")
    with pressing(reviewer, "approve_reply"):
        pass
    expect(reviewer.locator(".flash")).to_contain_text("已答复诉求人")
