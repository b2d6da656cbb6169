"""What the ticket's page says of dates is what the rules then do, and each date has its reason."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.models import CatalogueRow, Category
from service.directory.reference import reference, touch
from service.local_words import LocalWords
from service.tickets.casefile import case_of
from service.tickets.consequences import CONSEQUENCES, consequence
from service.tickets.desk_choices import area_choices, unit_choices
from service.tickets.desk_words import clocks, hold_lines
from service.tickets.models import Ticket
from service.tickets.queries import holds_of
from service.tickets.suggestions import Like, suggestions
from service.web import translations
from tests.factories import County, act, add, build_county, later, submit_wish, ticket_of, wish_in
from workflows import commands as c
from workflows.commands import COMMANDS, CommandBase
from workflows.statuses import Status

LOCAL = LocalWords(ZoneInfo("Asia/Shanghai"), translations("zh"))
FRIDAY = later(days=4)


@pytest.fixture
def session(sqlite_database: Database) -> Any:
    with sqlite_database.writing() as opened:
        yield opened


@pytest.fixture
def county(session: Session) -> County:
    return build_county(session)


def said(session: Session, ticket_id: int, verb: str, who: int, now: datetime) -> str:
    known = reference(session)
    case = case_of(session, ticket_of(session, ticket_id), known)
    return consequence(verb, case, actor_of(session, who, known), now, known, LOCAL)


# Each verb, from which status, by whom, and the command that is then really pressed.
PRESSED: list[tuple[Status, str, str, CommandBase]] = [
    (Status.submitted, "assign", "dispatcher", c.Assign(unit=4)),
    (Status.assigned, "reassign", "dispatcher", c.Reassign(unit=5, reason="不归它管")),
    (Status.assigned, "acknowledge", "handler", c.Acknowledge()),
    (Status.in_progress, "reply", "handler", c.Reply(outcome=c.Outcome.resolved, words="已经修好了。")),
    (Status.replied, "approve_reply", "reviewer", c.ApproveReply()),
    (Status.replied, "send_back", "reviewer", c.SendBack(reason="没有写结果")),
    (
        Status.follow_up,
        "follow_up",
        "follow_up_officer",
        c.FollowUp(
            result=c.CallResult.answered,
            was_contacted=True,
            is_resolved=False,
            satisfaction=c.Satisfaction.dissatisfied,
            words="又坏了",
        ),
    ),
    (Status.closed, "reopen", "supervisor", c.Reopen(reason="回头看发现没修")),
    (Status.declined, "reopen", "supervisor", c.Reopen(reason="应当受理")),
]


@pytest.mark.parametrize(("status", "verb", "who", "command"), PRESSED, ids=lambda value: str(value)[:30])
def test_a_button_says_beforehand_what_it_then_does_to_the_dates(
    session: Session, county: County, status: Status, verb: str, who: str, command: CommandBase
) -> None:
    ticket_id = wish_in(session, county, status)
    sentence = said(session, ticket_id, verb, getattr(county, who), FRIDAY)
    act(session, ticket_id, command, getattr(county, who), FRIDAY)
    after = ticket_of(session, ticket_id)
    held = holds_of(session, ticket_id)[-1]
    dates = {LOCAL.time(after.due_at), LOCAL.time(held.due_at)}
    assert any(day in sentence for day in dates)
    assert not [word for word in sentence.split() if "{" in word]


def test_a_reply_that_nobody_reviews_is_said_to_reach_her_at_once(session: Session, county: County) -> None:
    ticket_id = submit_wish(session, county, category="seedlings")
    act(session, ticket_id, c.Assign(unit=county.other_bureau), county.dispatcher)
    act(session, ticket_id, c.Acknowledge(), county.wrong_handler)
    assert "不用审核" in said(session, ticket_id, "reply", county.wrong_handler, FRIDAY)


def test_what_changes_no_date_says_nothing_or_that_it_changes_none(session: Session, county: County) -> None:
    ticket_id = wish_in(session, county, Status.in_progress)
    for verb in ("note", "contact", "verify", "report_progress", "supplement"):
        assert said(session, ticket_id, verb, county.handler, FRIDAY) == ""
    for verb in ("expedite", "supervise", "split"):
        assert "不改变期限" in said(session, ticket_id, verb, county.supervisor, FRIDAY) or verb == "split"
    assert said(session, ticket_id, "decline", county.dispatcher, FRIDAY).startswith("不予受理后")


def test_consequences_are_told_of_verbs_that_exist() -> None:
    assert set(CONSEQUENCES) <= set(COMMANDS)


def clocks_of(session: Session, ticket_id: int) -> list[tuple[str, datetime, str]]:
    known, ticket = reference(session), ticket_of(session, ticket_id)
    found = clocks(case_of(session, ticket, known), known.unit_name(ticket.unit_id), LOCAL)
    return [(clock.name, clock.due, "；".join(clock.reasons)) for clock in found]


@pytest.mark.parametrize(
    ("status", "names"),
    [
        (Status.submitted, ["派单期限"]),
        (Status.assigned, ["答应诉求人的日子", "签收期限"]),
        (Status.in_progress, ["答应诉求人的日子"]),
        (Status.replied, ["答应诉求人的日子", "审核期限"]),
        (Status.follow_up, ["回访期限"]),
        (Status.closed, []),
        (Status.declined, []),
        (Status.merged, []),
    ],
)
def test_the_terms_that_run_are_named_and_explained(
    session: Session, county: County, status: Status, names: list[str]
) -> None:
    ticket_id = wish_in(session, county, status)
    found = clocks_of(session, ticket_id)
    assert [name for name, _due, _reasons in found] == names
    assert all(LOCAL.time(due).replace("\xa0", " ") in reasons for _name, due, reasons in found)


def test_after_a_reassignment_the_new_unit_has_a_term_of_its_own(session: Session, county: County) -> None:
    ticket_id = wish_in(session, county, Status.assigned)
    act(session, ticket_id, c.Reassign(unit=county.other_bureau, reason="不归它管"), county.dispatcher, FRIDAY)
    promise, acknowledge, own = clocks_of(session, ticket_id)
    assert (promise[0], acknowledge[0], own[0]) == ("答应诉求人的日子", "签收期限", "县农业农村局自己的期限")
    assert own[1] > promise[1]


def test_a_date_that_todays_limits_do_not_give_is_not_explained_away(session: Session, county: County) -> None:
    ticket_id = wish_in(session, county, Status.in_progress)
    ticket = session.get_one(Ticket, ticket_id)
    ticket.due_at = (ticket.due_at or later()) + timedelta(days=3)
    session.flush()
    assert clocks_of(session, ticket_id)[0][2] == "按当时的规定定下"


def test_everyone_who_had_it_is_listed_with_how_it_ended(session: Session, county: County) -> None:
    ticket_id = wish_in(session, county, Status.replied)
    lines = hold_lines(holds_of(session, ticket_id), reference(session), later(days=30), LOCAL)
    assert [(line.unit, line.duty, line.how, line.is_late) for line in lines] == [
        ("清溪镇受理台", "审核", "", True),
        ("县交通运输局", "办理", "写好反馈", False),
        ("清溪镇受理台", "派单", "派出", False),
    ]


def test_every_way_in_which_a_hold_ends_has_words(session: Session, county: County) -> None:
    ticket_id = wish_in(session, county, Status.closed)
    act(session, ticket_id, c.Reopen(reason="又坏了"), county.supervisor)
    act(session, ticket_id, c.Reassign(unit=county.other_bureau, reason="不归它管"), county.dispatcher)
    other = submit_wish(session, county)
    act(session, other, c.Withdraw())
    lines = hold_lines([*holds_of(session, ticket_id), *holds_of(session, other)], reference(session), later(), LOCAL)
    assert all(line.how for line in lines if line.until)


# Suggestions


def test_the_catalogue_speaks_before_experience_and_nobody_is_named_twice(session: Session, county: County) -> None:
    add(session, CatalogueRow(category_id=county.lamps, area_id=county.town, unit_id=county.village_unit))
    touch(session)
    known = reference(session)
    path = known.areas[county.village].path
    leads = [county.other_bureau, county.bureau, county.other_bureau, None]
    found = suggestions(county.lamps, path, [Like(None, lead) for lead in leads], known, LOCAL)
    assert [each.unit_id for each in found] == [county.village_unit, county.bureau, county.other_bureau]
    assert [each.why for each in found] == [
        "派单目录：清溪镇的“路灯”由它办",
        "派单目录：青岭县的“路灯”由它办",
        "相似的件里有 2 件由它主办",
    ]


def test_what_nobody_has_classed_is_looked_up_as_its_like_were(session: Session, county: County) -> None:
    known = reference(session)
    alike = [Like(county.lamps, None), Like(county.lamps, None), Like(county.seedlings, None)]
    found = suggestions(None, known.areas[county.village].path, alike, known, LOCAL)
    assert [(each.unit_id, each.why, each.is_firm) for each in found] == [
        (county.bureau, "像是“路灯”，派单目录：青岭县由它办", False)
    ]


def test_in_a_countys_first_weeks_the_words_of_a_wish_say_where_to_look(session: Session, county: County) -> None:
    lamps = reference(session).categories[county.lamps]
    session.merge(Category.model_validate(lamps.model_dump() | {"key": "power"}))
    touch(session)
    known, text = reference(session), "村口的路灯不亮了"
    path = known.areas[county.village].path
    [found] = suggestions(None, path, [], known, LOCAL, text)
    assert (found.unit_id, found.is_firm) == (county.bureau, False)
    assert found.why == "写到“路灯”，像是“路灯”，派单目录：青岭县由它办"
    alike = [Like(None, county.other_bureau)]
    assert next(each.unit_id for each in suggestions(None, path, alike, known, LOCAL, text)) == county.other_bureau
    assert suggestions(county.seedlings, path, [], known, LOCAL, text) == suggestions(
        county.seedlings, path, [], known, LOCAL
    )


def test_a_unit_of_another_place_is_not_suggested(session: Session, county: County) -> None:
    known = reference(session)
    alike = [Like(None, county.village_unit)]
    assert suggestions(None, known.areas[county.town].path, alike, known, LOCAL) == []
    assert suggestions(None, known.areas[county.village].path, alike, known, LOCAL) != []


def test_nothing_is_suggested_where_nobody_knows(session: Session, county: County) -> None:
    assert suggestions(None, "/1/2/3/", [], reference(session), LOCAL) == []


def test_units_of_the_town_stand_before_the_countys(session: Session, county: County) -> None:
    known = reference(session)
    choices = unit_choices(known, known.areas[county.village].path, [], LOCAL)
    assert [choice.label for choice in choices] == [
        "清溪镇受理台",
        "双喜村村委会",
        "县交通运输局",
        "县农业农村局",
        "县受理中心",
    ]
    assert {choice.group for choice in choices} == {"清溪镇", "县直部门", "县受理中心"}


def test_an_official_takes_in_wishes_from_where_he_has_a_post(session: Session, county: County) -> None:
    known = reference(session)
    village = area_choices(known, actor_of(session, county.village_secretary, known))
    town = area_choices(known, actor_of(session, county.dispatcher, known))
    assert [choice.value for choice in village] == [str(county.village)]
    assert [choice.value for choice in town] == [str(county.town), str(county.village)]
