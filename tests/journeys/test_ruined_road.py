"""The ruined trunk road, as it happened: forty wishes in three towns, one issue, one whistle, two bureaus of which one
comes late, a survey, a meeting on the road, work in segments, answers "for now" with a date, scores, and follow-ups.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from service.directory.models import Area, AreaLevel, Link, Unit, UnitClass
from service.directory.reference import touch
from service.outbox.models import Delivery
from service.tickets.models import Ticket
from service.whistles.models import Whistle, WhistleCall
from tests.factories import NOW, TOKEN, County, add
from tests.support.programs import Program
from tests.support.stories import Story, new_area, new_person, ok, told
from workflows.ask_words import PromiseState
from workflows.commands import Outcome
from workflows.statuses import Role, Status
from workflows.whistle_words import CallState, WhistleStatus

ROAD = "国道被工程车压坏了，坑里全是泥，{}户的人出不了门"
PROMISED = date(2027, 6, 30)
FOR_EVERYBODY = "{place}这一段今年先保通，铁路完工后恢复路面。您提的日子是 {date}，编号 {number}。"


@dataclass
class Town:
    """A town of the story: its village's link, the office that has the road in its hands, and its principal."""

    name: str
    token: str
    village: int
    desk: int
    office: int
    dispatcher: int
    handler: int
    principal: int
    reviewer: int


@pytest.fixture(params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    with told(str(request.getfixturevalue(f"{request.param}_url")), tmp_path) as begun:
        yield begun


@pytest.fixture
def towns(story: Story) -> list[Town]:
    with story.database.writing() as session:
        return [_town(session, story.county, number) for number in range(3)]


def _town(session: Session, county: County, number: int) -> Town:
    """The first is the county's own town; the others lie beside it."""
    if number == 0:
        town, village, desk = county.town, county.village, county.town_desk
        names = {"dispatcher": county.dispatcher, "reviewer": county.reviewer}
        token, name = TOKEN, "清溪镇"
    else:
        name, token = f"{'甲乙'[number - 1]}河镇", f"town{number}link"
        town = new_area(session, name, AreaLevel.town, county.county)
        village = new_area(session, f"{name[0]}河村", AreaLevel.village, town)
        desk = add(
            session, Unit(name=f"{name}受理台", short_name="受理台", unit_class=UnitClass.town_desk, area_id=town)
        )
        session.get_one(Area, town).desk_unit_id = desk
        add(session, Link(token=token, area_id=village, label=f"{name}群", created_at=NOW - timedelta(days=9)))
        names = {who: new_person(session, f"{who}{number}", desk, Role(who)) for who in ("dispatcher", "reviewer")}
    office = Unit(name=f"{name}村镇建设办", short_name="建设办", unit_class=UnitClass.town_office, area_id=town)
    office_id = add(session, office)
    handler = new_person(session, f"builder{number}", office_id, Role.handler)
    principal = new_person(session, f"mayor{number}", desk, Role.dispatcher, is_head=True)
    touch(session)
    return Town(name, token, village, desk, office_id, handler=handler, principal=principal, **names)


def forty_wishes(story: Story, towns: list[Town]) -> dict[str, tuple[str, Town]]:
    """Number → secret token and town; a dozen or so in each."""
    villager = Program(story.client)
    wishes = {}
    for number in range(40):
        town = towns[number % 3]
        receipt = ok(villager.sends(f"/links/{town.token}/wishes", {"text": ROAD.format(number + 1)}), 201)
        wishes[receipt["number"]] = (receipt["tracking_token"], town)
    return wishes


def in_the_hands_of_the_towns(story: Story, towns: list[Town], wishes: dict[str, tuple[str, Town]]) -> None:
    for town in towns:
        dispatcher, handler = story.as_(town.dispatcher), story.as_(town.handler)
        for number in (number for number, (_token, whose) in wishes.items() if whose is town):
            ok(dispatcher.says(number, "assign", unit=town.office, urgency="complex"))
            ok(handler.says(number, "acknowledge"))
            ok(handler.says(number, "contact", way="phone", is_reached=True))


def test_the_ruined_road(story: Story, towns: list[Town]) -> None:
    wishes = forty_wishes(story, towns)
    in_the_hands_of_the_towns(story, towns, wishes)
    county, first = story.county, towns[0]
    numbers = list(wishes)

    # Forty wishes, one matter: the county's dispatcher, who sees all three towns, puts them together.
    desk = story.as_(county.county_dispatcher)
    issue = ok(desk.sends("/issues", {"verb": "create_issue", "title": "国道被工程车压坏", "tickets": numbers}), 201)
    shown = ok(desk.gets(f"/issues/{issue['id']}"))
    assert (shown["wishes"], shown["open"], shown["main"]) == (40, 40, numbers[0])
    public = story.client.get(shown["public_url"]).text
    assert "国道被工程车压坏" in public and "40" in public

    # The town blows the whistle; nothing sounds before its principal has approved.
    main = numbers[0]
    asked = {
        "verb": "blow_whistle",
        "kind": "public_concern",
        "reason": "beyond_power",
        "text": "请交通局勘查全线，请农业局看路边的田",
        "lead": county.bureau,
        "supporting": [county.other_bureau],
        "issue": issue["id"],
    }
    raised = ok(story.as_(first.handler).sends(f"/tickets/{main}/whistles", asked), 201)
    whistle = raised["id"]
    assert raised["status"] == WhistleStatus.raised
    too_soon = story.as_(first.handler).sends(f"/whistles/{whistle}/commands", {"verb": "approve_whistle"})
    assert too_soon.status_code == 403
    bureau, other, builder = county.handler, county.wrong_handler, first.handler
    assert story.as_(bureau).gets(f"/whistles/{whistle}").status_code == 404
    blown = ok(story.as_(first.principal).sends(f"/whistles/{whistle}/commands", {"verb": "approve_whistle"}))
    assert blown["status"] == WhistleStatus.blown and blown["due_at"]
    with story.database.reading() as session:
        assert session.exec(select(Ticket.status).where(Ticket.id == 1)).one() is Status.in_progress
    assert "县交通运输局" in story.client.get(f"/t/{wishes[main][0]}").text

    # One bureau comes the next morning; the other one lets the two working days pass, and the ladder climbs.
    story.goes_on(hours=22)
    says(story, bureau, whistle, "report_in", is_on_site=True, place="K12+300 路口", words="三个人到了")
    story.goes_on(days=5)
    steps = [
        event
        for event in ok(story.as_(bureau).gets(f"/whistles/{whistle}"))["events"]
        if event["verb"] == "escalate_whistle"
    ]
    assert steps, "somebody above has heard of the one who did not come"
    with story.database.reading() as session:
        told = select(func.count()).select_from(Delivery).where(Delivery.verb == "escalate_whistle")
        assert session.exec(told).one() > 0
    says(story, other, whistle, "report_in", is_on_site=True, place="K12+300 路口")
    calls = {call.unit_id: call for call in calls_of(story, whistle)}
    assert (calls[county.bureau].was_late, calls[county.other_bureau].was_late) == (False, True)

    # Survey, a meeting on the road, and work in segments that keeps the road passable.
    says(story, bureau, whistle, "survey", words="沿线三个镇都一样，共坏了 11 公里")
    says(
        story,
        bureau,
        whistle,
        "hold_site_meeting",
        held_on=str(date(2026, 10, 16)),
        place="K12+300 路口",
        attendance="三个镇、两个局、项目部",
        decisions="分段施工，同步保通",
    )
    plan = [
        {"title": "填坑保通", "unit": county.bureau, "due": "2026-10-30", "is_public": True},
        {"title": "清溪镇段恢复", "unit": county.bureau, "due": "2026-12-20", "is_public": True},
        {"title": "和铁路项目部谈恢复的钱", "unit": county.bureau, "due": "2026-11-20", "is_public": False},
    ]
    says(story, bureau, whistle, "plan_work", milestones=plan)
    page = story.client.get(f"/t/{wishes[main][0]}").text
    assert "填坑保通" in page and "谈恢复的钱" not in page
    says(story, other, whistle, "hand_over_part", words="田里的淤泥清了，其余交给交通局")

    # Everybody is answered with one act of each town, "for now", with a date; each by the real way, reviewed and asked.
    for town in towns:
        answered = story.presses(
            town.handler,
            f"/desk/issues/{issue['id']}/answer_issue",
            outcome="for_now",
            words=FOR_EVERYBODY,
            promised_for=str(PROMISED),
            version=ok(story.as_(county.county_dispatcher).gets(f"/issues/{issue['id']}"))["version"],
        )
        assert answered.status_code in {200, 303}, answered.text
        reviewer = story.as_(town.reviewer)
        for number in (number for number, (_token, whose) in wishes.items() if whose is town):
            ok(reviewer.says(number, "approve_reply"))
    with story.database.reading() as session:
        tickets = session.exec(select(Ticket).order_by(col(Ticket.id))).all()
    assert {(each.status, each.outcome, each.promised_for, each.promise_state) for each in tickets} == {
        (Status.follow_up, Outcome.for_now, PROMISED, PromiseState.open)
    }
    assert main in story.client.get(f"/t/{wishes[main][0]}").text

    # The first segment is done; the rest is planned anew, done, completed, accepted, and scored by the town.
    milestones = ok(story.as_(bureau).gets(f"/whistles/{whistle}"))["milestones"]
    for milestone in milestones:
        says(story, bureau, whistle, "report_milestone", milestone=milestone["id"], words="做完了")
    says(story, bureau, whistle, "complete_whistle", words="能通车了，铁路完工后再恢复路面")
    says(story, builder, whistle, "accept_whistle", words="走了一遍，能过")
    says(story, builder, whistle, "score_call", unit=county.bureau, speed=5, work=5, result=4)
    says(story, builder, whistle, "score_call", unit=county.other_bureau, speed=1, work=3, result=3, words="来得太晚")
    ended = story.one(Whistle, whistle)
    assert (ended.status, ended.unit_id, ended.alarm_at) == (WhistleStatus.accepted, None, None)
    assert {call.state for call in calls_of(story, whistle)} <= {
        CallState.completed,
        CallState.handed_over,
        CallState.released,
    }

    # Each villager is asked for herself: one is not content, and hers alone begins again.
    villager = Program(story.client)
    ok(villager.answers(wishes[numbers[5]][0], "rate", satisfaction="dissatisfied", words="我家门口那段还是坑"))
    for number in numbers[6:10]:
        ok(villager.answers(wishes[number][0], "rate", satisfaction="basically_satisfied"))
    officer = story.as_(county.follow_up_officer)
    called = {"result": "answered", "was_contacted": True, "is_resolved": True, "satisfaction": "satisfied"}
    ok(officer.says(numbers[10], "follow_up", **called))
    assert story.as_(bureau).says(numbers[11], "follow_up", **called).status_code in {403, 404}
    with story.database.reading() as session:
        states = dict(session.exec(select(Ticket.status, func.count()).group_by(col(Ticket.status))).all())
    assert states == {Status.in_progress: 1, Status.closed: 5, Status.follow_up: 34}
    assert story.breaches() == []


def says(story: Story, person: int, whistle: int, verb: str, **fields: Any) -> dict[str, Any]:
    return dict(ok(story.as_(person).sends(f"/whistles/{whistle}/commands", {"verb": verb, **fields})))


def calls_of(story: Story, whistle: int) -> list[WhistleCall]:
    with story.database.reading() as session:
        return list(session.exec(select(WhistleCall).where(WhistleCall.whistle_id == whistle)))
