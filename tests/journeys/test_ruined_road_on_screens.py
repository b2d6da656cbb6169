"""The ruined trunk road on screens: a villager writes, the desk groups and whistles, the principal approves, the head
of the bureau reports in on his telephone and plans, everybody is answered "for now", and she reads who was called until
when.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page as Screen
from playwright.sync_api import expect
from sqlmodel import Session, select

from service import clock
from service.directory.models import UnitClass
from service.directory.reference import touch
from service.issues.models import Issue
from service.tickets.models import Ticket
from service.whistles.models import Whistle
from tests.factories import TOKEN, act, number_of, submit_wish
from tests.support.browser import PHONE, NewPage
from tests.support.stories import Stage, is_well, new_person, new_unit, pressing, says, staged
from workflows.ask_words import PromiseState
from workflows.commands import Acknowledge, Assign
from workflows.statuses import Role, Status
from workflows.whistle_words import WhistleStatus

HERS = "运石料的大车把国道压坏了，坑坑洼洼，校车都不敢走。"
OTHERS = ("运石料的大车把国道压坏了，坑坑洼洼，摩托车摔了好几回。", "运石料的大车把国道压坏了，坑坑洼洼，下雨全是泥。")
TITLE = "国道被运石料的大车压坏"
ASKED = "请交通局勘查全线，和铁路项目部定怎么保通；请农业局看路边的田。"
ANSWER = "您说的{place}那段，本月填坑保通，能走车；路面要等铁路完工再恢复。"
IN_SUMMER = (clock.now() + timedelta(days=200)).date()


@pytest.fixture
def stage(sqlite_url: str, tmp_path: Path, new_page: NewPage) -> Iterator[Stage]:
    with staged(sqlite_url, tmp_path, new_page) as ready:
        yield ready


@pytest.fixture
def principal(stage: Stage) -> int:
    """何镇长; and the desk of the next town over, which may be called as well."""
    with stage.database.writing() as session:
        principal = new_person(session, "何镇长", stage.county.town_desk, Role.reviewer, is_head=True)
        for name in ("县水利局", "县林业局", "县财政局", "县公安局", "县应急局", "县住建局", "县民政局", "县教体局"):
            new_unit(session, name, UnitClass.bureau, stage.county.county)
        new_unit(session, "铁路三标项目部", UnitClass.outside, stage.county.county)
        touch(session)
    return principal


def in_village_hands(session: Session, stage: Stage, wish: int) -> None:
    county, now = stage.county, clock.now()
    act(session, wish, Assign(unit=county.village_unit), county.dispatcher, now)
    act(session, wish, Acknowledge(), county.village_secretary, now)


def test_the_ruined_road_on_screens(stage: Stage, principal: int) -> None:
    county, villager = stage.county, stage.villager()
    hers = says(villager, TOKEN, HERS, "13812345678")
    is_well(villager, "road-01-receipt")
    with stage.database.writing() as session:
        others = [submit_wish(session, county, clock.now(), text=words, phone=None) for words in OTHERS]
        for wish in (1, *others):
            in_village_hands(session, stage, wish)

    dispatcher = stage.official(county.dispatcher)
    whistles_for_all(dispatcher, groups(dispatcher))
    approves(stage.official(principal, PHONE))
    head = stage.official(county.head, PHONE)
    reports_in(head)
    plans(head)
    villager.goto(hers)
    expect(villager.locator("main")).to_contain_text("县交通运输局")
    expect(villager.locator("main")).to_contain_text("填坑保通，能走车")
    expect(villager.locator("main")).not_to_contain_text("谈恢复的钱")
    is_well(villager, "road-08-her-page", for_everybody=True)

    answers_everybody(stage)
    villager.goto(hers)
    expect(villager.locator("main")).to_contain_text("您说的清溪镇双喜村那段，本月填坑保通")
    expect(villager.locator("main")).to_contain_text(
        f"{IN_SUMMER.month}\N{NO-BREAK SPACE}月\N{NO-BREAK SPACE}{IN_SUMMER.day}"
    )
    is_well(villager, "road-11-answer")

    finishes(head)
    accepts_and_scores(dispatcher)
    asks_her(stage)
    with stage.database.reading() as session:
        assert session.exec(select(Whistle.status)).all() == [WhistleStatus.accepted]
        rows = session.exec(select(Ticket.status, Ticket.promise_state).order_by(Ticket.id)).all()  # type: ignore[arg-type]
        assert rows == [(Status.closed, PromiseState.open), *[(Status.replied, None)] * 2]
    assert stage.breaches() == []


def groups(desk: Screen) -> str:
    """Three say the same: the page suggests it, the dispatcher gives it its name. The address of the issue."""
    desk.goto("/desk/issues")
    is_well(desk, "road-02-issues")
    desk.locator(".suggestion summary").first.click()
    form = desk.locator(".suggestion form").first
    form.get_by_label("这是什么事").fill(TITLE)
    form.get_by_role("button", name="立为共性问题").click()
    expect(desk.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    expect(desk.locator(".head")).to_contain_text("3 人说这件事，3 件心愿")
    is_well(desk, "road-03-issue")
    return desk.url


def whistles_for_all(desk: Screen, issue: str) -> None:
    desk.goto(issue)
    desk.get_by_role("link", name="为这个共性问题吹哨").click()
    form = desk.locator("form.action-form")
    form.get_by_label("群众诉求").check()
    form.get_by_label("超出镇里的职权").check()
    form.get_by_label("请各单位来做什么").fill(ASKED)
    form.get_by_label("牵头单位").select_option(label="县交通运输局")
    form.get_by_role("group", name="一起报到的单位").get_by_label("县农业农村局").check()
    is_well(desk, "road-04-whistle-form", for_everybody=True)
    form.get_by_role("button", name="吹哨").click()
    expect(desk.locator(".flash")).to_contain_text("等镇主要负责人批准")


def approves(principal: Screen) -> None:
    principal.goto("/desk/whistles")
    principal.locator("main").get_by_role("link", name=re.compile("请交通局勘查")).click()
    with pressing(principal, "approve_whistle") as form:
        form.get_by_label("批准意见").fill("情况属实，请两家尽快来")
    expect(principal.locator(".whistle-head")).to_contain_text("待报到")
    is_well(principal, "road-05-approved")


def reports_in(head: Screen) -> None:
    """Ten seconds on a telephone: what, where, how many, by when, and the one button."""
    head.goto("/desk/whistles")
    head.locator("main").get_by_role("link", name=re.compile("请交通局勘查")).click()
    top = head.locator(".whistle-head")
    expect(top).to_contain_text("清溪镇双喜村")
    expect(top).to_contain_text("3 人说这件事")
    expect(top).to_contain_text(re.compile("前报到"))
    button = head.locator("#report_in > summary")
    box = button.bounding_box()
    assert box is not None and box["y"] + box["height"] < 740, "the button stands on the first screen"
    is_well(head, "road-06-whistle-of-the-bureau", for_everybody=True)
    with pressing(head, "report_in") as form:
        form.get_by_role("group", name="人到了现场吗").get_by_label("是", exact=True).check()
        form.get_by_label("在哪里").fill("K12+300 路口")
        form.get_by_label("谁来了，准备怎么办").fill("公路股三个人，带了测量的")
    expect(head.locator("#calls")).to_contain_text("按时到了")


def plans(head: Screen) -> None:
    today = clock.now().date()
    with pressing(head, "hold_site_meeting") as form:
        form.get_by_label("哪天开的").fill(str(today))
        form.get_by_label("在哪里开的").fill("K12+300 路口")
        form.get_by_label("谁到会了").fill("镇里、交通局、铁路项目部")
        form.get_by_label("定了什么").fill("分段施工，同步保通")
    with pressing(head, "plan_work") as form:
        for number, (title, days, is_public) in enumerate(
            (("填坑保通，能走车", 9, True), ("和铁路项目部谈恢复的钱", 40, False)), 1
        ):
            row = form.get_by_role("group", name=f"第 {number} 段")
            row.get_by_label("做什么").fill(title)
            row.get_by_label("谁来做").select_option(label="县交通运输局")
            row.get_by_label("到哪天").fill(str(today + timedelta(days=days)))
            row.get_by_label("让诉求人看到这一段").set_checked(is_public)
    expect(head.locator("#plan")).to_contain_text("完成 0 / 2")
    is_well(head, "road-07-plan", for_everybody=True)


def answers_everybody(stage: Stage) -> None:
    """One act in the words of each; it is reviewed before she reads it."""
    secretary = stage.official(stage.county.village_secretary)
    with stage.database.reading() as session:
        issue, number = session.exec(select(Issue.id)).one(), number_of(session, 1)
    secretary.goto(f"/desk/issues/{issue}")
    with pressing(secretary, "answer_issue") as form:
        form.get_by_label("暂时不能解决，有时间表").check()
        form.get_by_label("给每位诉求人的答复").fill(ANSWER)
        form.get_by_label("承诺日期").fill(str(IN_SUMMER))
    expect(secretary.get_by_role("heading", name="答复了 3 件")).to_be_visible()
    is_well(secretary, "road-09-answered")
    reviewer = stage.official(stage.county.reviewer)
    reviewer.goto(f"/desk/tickets/{number}")
    is_well(reviewer, "road-10-review")
    with pressing(reviewer, "approve_reply"):
        pass
    expect(reviewer.locator(".flash")).to_contain_text("已答复诉求人")


def finishes(head: Screen) -> None:
    for _milestone in range(2):
        with pressing(head, "report_milestone") as form:
            form.get_by_label("哪一步").select_option(form.locator("option").last.get_attribute("value"))
            form.get_by_label("做得怎样").fill("做完了")
    expect(head.locator("#plan")).to_contain_text("完成 2 / 2")
    with pressing(head, "complete_whistle") as form:
        form.get_by_label("做成了什么").fill("坑填平了，能走车；恢复的钱谈好了")
    expect(head.locator(".whistle-head")).to_contain_text("待验收")


def accepts_and_scores(desk: Screen) -> None:
    desk.goto("/desk/whistles?view=completed")
    desk.locator("main").get_by_role("link", name=re.compile("请交通局勘查")).click()
    with pressing(desk, "accept_whistle") as form:
        form.get_by_label("验收意见").fill("走了一遍，能过")
    with pressing(desk, "score_call") as form:
        for question, points in (("来得快不快", "5 分"), ("做得好不好", "5 分"), ("办成没有", "4 分")):
            form.get_by_role("group", name=question).get_by_label(points, exact=True).check()
    expect(desk.locator("#scores")).to_contain_text("县交通运输局")
    is_well(desk, "road-12-scored", for_everybody=True)


def asks_her(stage: Stage) -> None:
    """By somebody who is neither the handler nor of his unit."""
    officer = stage.official(stage.county.follow_up_officer, PHONE)
    with stage.database.reading() as session:
        number = number_of(session, 1)
    officer.goto(f"/desk/follow-ups/{number}")
    is_well(officer, "road-13-follow-up")
    officer.get_by_label("接通并答复").check()
    for question, said in (
        ("承办单位联系过诉求人吗", "是"),
        ("事情解决了吗", "是"),
        ("诉求人满意吗", "基本满意"),
    ):
        officer.get_by_role("group", name=question).get_by_label(said, exact=True).check()
    officer.get_by_label("诉求人的原话").fill("车能走了，等铁路修完再看")
    officer.get_by_role("button", name="记下这次回访").click()
    expect(officer.get_by_text("这里没有要打的电话")).to_be_visible()
