"""A ticket's story as officials read it: every verb in plain words, what the villager cannot see, what was erased."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.reference import reference
from service.local_words import LocalWords
from service.masking import mask_text
from service.tickets.models import TicketEvent, TicketEventDetails
from service.tickets.queries import story_of
from service.tickets.timeline import Entry, Picture, Teller, names_of
from service.web import translations
from tests.factories import County, act, build_county, later, number_of, submit_wish, wish_in
from workflows import commands as c
from workflows.actors import system
from workflows.commands import COMMANDS
from workflows.statuses import Status


@pytest.fixture
def session(sqlite_database: Database) -> Any:
    with sqlite_database.writing() as opened:
        yield opened


@pytest.fixture
def county(session: Session) -> County:
    return build_county(session)


def told(session: Session, ticket_id: int) -> Sequence[Entry]:
    story = story_of(session, ticket_id)
    local = LocalWords(ZoneInfo("Asia/Shanghai"), translations("zh"))
    names = names_of(session, story)
    teller = Teller(reference(session), names, local, mask_text, lambda photo: Picture(str(photo.id), ""))
    return teller.entries(story)


def labels(session: Session, ticket_id: int) -> list[str]:
    return [entry.label for entry in told(session, ticket_id)]


def test_what_came_of_a_verb_is_in_its_name(session: Session, county: County) -> None:
    ticket = wish_in(session, county, Status.in_progress)
    act(session, ticket, c.Contact(is_reached=False), county.handler)
    act(session, ticket, c.Contact(way=c.ContactWay.visit, is_reached=True, words="她在家"), county.handler)
    act(session, ticket, c.Reply(outcome=c.Outcome.resolved, words="已经修好了。"), county.handler)
    act(session, ticket, c.SendBack(reason="没有照片"), county.reviewer)
    act(session, ticket, c.Reply(outcome=c.Outcome.resolved, words="修好了，有照片。"), county.handler)
    act(session, ticket, c.ApproveReply(), county.reviewer)
    act(session, ticket, c.Rate(satisfaction=c.Satisfaction.dissatisfied, words="又黑了"))
    assert labels(session, ticket) == [
        "评价不满意，重新办理",
        "审核通过，答复了诉求人",
        "写好反馈，送审核",
        "退回修改",
        "写好反馈，送审核",
        "联系上了诉求人",
        "没有联系上诉求人",
        "签收",
        "派给县交通运输局",
        "提交心愿",
    ]


def test_facts_are_said_by_their_names(session: Session, county: County) -> None:
    ticket = wish_in(session, county, Status.in_progress)
    reply = c.Reply(outcome=c.Outcome.for_now, words="明年二月给一百株苗。", promised_for=later(days=100).date())
    act(session, ticket, reply, county.handler)
    facts = dict(told(session, ticket)[0].facts)
    assert facts["办理结果"] == "暂时不能解决，有时间表"
    assert facts["承诺日期"].startswith("2027")


def test_who_acted_is_named_with_his_unit_and_the_villager_is_not(session: Session, county: County) -> None:
    ticket = submit_wish(session, county, name="王大姐")
    act(session, ticket, c.Expedite(note="派单时限已到，请尽快派单。"), system("undispatched"), later(days=1))
    act(session, ticket, c.Note(words="记一下"), county.dispatcher, later(days=1))
    assert [entry.who for entry in told(session, ticket)] == ["张玉梅 · 镇受理台", "系统", "诉求人"]


def test_an_official_who_enters_for_another_is_named(session: Session, county: County) -> None:
    ticket = wish_in(session, county, Status.submitted)
    into = number_of(session, submit_wish(session, county))
    act(session, ticket, c.Split(parts=("路灯坏了", "水管漏了")), county.dispatcher)
    act(session, ticket, c.Merge(into=into), county.dispatcher)
    child = session.exec(select(TicketEvent.ticket_id).order_by(col(TicketEvent.ticket_id).desc())).first()
    assert labels(session, ticket)[:2] == [f"并入 {into}", "拆成 2 件"]
    assert labels(session, child or 0) == ["代群众录入"]


def test_what_the_villager_cannot_see_is_marked_and_an_approved_reply_is_not(session: Session, county: County) -> None:
    ticket = wish_in(session, county, Status.follow_up)
    act(session, ticket, c.Note(words="内部的话"), county.follow_up_officer)
    unseen = [entry.verb for entry in told(session, ticket) if not entry.is_public]
    assert unseen == ["note"]
    waiting = wish_in(session, county, Status.replied)
    assert not told(session, waiting)[0].is_public


def test_numbers_in_words_are_masked(session: Session, county: County) -> None:
    ticket = wish_in(session, county, Status.in_progress)
    act(session, ticket, c.Note(words="电工电话13900001111"), county.handler)
    assert told(session, ticket)[0].words == "电工电话139****1111"


def test_words_that_were_erased_leave_the_verb_and_a_sentence(session: Session, county: County) -> None:
    ticket = wish_in(session, county, Status.in_progress)
    act(session, ticket, c.Contact(is_reached=True, words="她说家里有病人"), county.handler)
    act(session, ticket, c.Reassign(unit=county.other_bureau, reason="不归它"), county.dispatcher)
    session.execute(delete(TicketEventDetails))
    session.expire_all()
    reassigned, contacted, *_rest = told(session, ticket)
    assert (reassigned.label, contacted.label) == ("转派", "联系诉求人")
    assert contacted.words == "这里的话已依法删除。" and contacted.facts == []


def test_every_verb_that_there_is_can_be_told(session: Session, county: County) -> None:
    ticket = wish_in(session, county, Status.closed)
    rows = session.exec(select(TicketEvent).where(TicketEvent.ticket_id == ticket)).all()
    story = story_of(session, ticket)
    local = LocalWords(ZoneInfo("Asia/Shanghai"), translations("zh"))
    teller = Teller(reference(session), {}, local, str, lambda photo: Picture("", ""))
    for verb in COMMANDS:
        event = rows[0].model_copy(update={"verb": verb})
        entry = teller.entries([type(story[0])(event, {})])[0]
        assert entry.label and "{" not in entry.label
