"""The queue and the page from which an officer calls, over HTTP and on both databases."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from service.database import Database
from service.oversight.checks import breaches
from service.tickets.models import Reveal, Ticket
from tests.factories import PHONE, County, later
from tests.service.follow_ups.conftest import SignIn
from tests.support.officials import Official, Page
from tests.support.queries import counted
from workflows.commands import CallResult, Satisfaction
from workflows.statuses import Source, Status

Answered = Callable[..., int]

QUEUE = "/desk/follow-ups"
CONTENT = {"result": "answered", "was_contacted": "true", "is_resolved": "true", "satisfaction": "satisfied"}
CROSS = {**CONTENT, "is_resolved": "false", "satisfaction": "dissatisfied", "words": "灯亮了两天又灭了"}


def listed(page: Page) -> list[str]:
    return re.findall(rf'href="{QUEUE}/(\d{{4}}-\d{{6}})"', page.source)


def records(somebody: Official, ticket_id: int, verb: str = "follow_up", **fields: Any) -> Page:
    seen = fields.pop("version", somebody.ticket(ticket_id).version)
    return somebody.sends(f"{QUEUE}/{somebody.number(ticket_id)}/{verb}", version=str(seen), **fields)


def is_sound(database: Database) -> bool:
    with database.reading() as session:
        return list(breaches(session)) == []


def test_whose_own_week_is_over_stands_in_the_queue_the_earliest_deadline_first(
    as_: SignIn, answered: Answered
) -> None:
    later_one, sooner, not_yet = answered(days=0, text="水渠堵了"), answered(days=-3), answered(days=2)
    officer = as_("follow_up_officer")
    page = officer.opens(QUEUE)
    assert listed(page) == [officer.number(sooner), officer.number(later_one)]
    for words in ("清溪镇双喜村", "水渠堵了", "还没打过", "县交通运输局"):
        assert words in page.words
    assert listed(officer.opens(f"{QUEUE}?view=coming")) == [officer.number(not_yet)]
    assert "2 件" in officer.opens("/desk/registers").words


def test_a_call_back_whose_time_has_come_stands_first(
    as_: SignIn, answered: Answered, clock: time_machine.Traveller, database: Database
) -> None:
    urgent, promised = answered(days=-9), answered()
    officer = as_("follow_up_officer")
    noted = records(officer, promised, result="call_later", call_back_at="2026-10-20T09:30")
    assert "10 月 20 日 09:30 再打" in officer.follow(noted).words
    assert listed(officer.opens(QUEUE)) == [officer.number(urgent)]
    assert "约好 10 月 20 日 09:30" in officer.opens(f"{QUEUE}?view=coming").words
    clock.move_to(datetime(2026, 10, 20, 1, 31, tzinfo=UTC))
    officer = as_("follow_up_officer")
    assert listed(officer.opens(QUEUE)) == [officer.number(promised), officer.number(urgent)]
    assert is_sound(database)


def test_the_list_goes_on_where_a_page_ends_without_a_gap(
    as_: SignIn, answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [answered(days=-7 * week) for week in range(5)]
    monkeypatch.setattr("service.follow_ups.queries.PAGE", 2)
    officer, found, address = as_("follow_up_officer"), [], QUEUE
    while address:
        page = officer.opens(address)
        found += listed(page)
        onward = re.search(r'rel="next" href="([^"]+)"|href="([^"]+)" rel="next"', page.source)
        address = (onward[1] or onward[2]).replace("&amp;", "&") if onward else ""
    assert found == [officer.number(each) for each in reversed(tickets)]
    for wrong in ("x", "0~x~1", "2~2026-10-19T00:00:00+00:00~1", "0~2026-10-19T00:00:00+00:00~99999999999"):
        assert officer.opens(f"{QUEUE}?cursor={wrong}").status == 422


def test_the_address_filters_the_list(as_: SignIn, answered: Answered, county: County) -> None:
    lamp, tried = answered(), answered(days=-1)
    officer = as_("follow_up_officer")
    records(officer, tried, result="wrong_number")
    coming = f"{QUEUE}?view=coming"
    assert listed(officer.opens(f"{coming}&result=wrong_number")) == [officer.number(tried)]
    assert listed(officer.opens(f"{coming}&result=refused")) == []
    assert listed(officer.opens(f"{QUEUE}?category=lamps&area={county.village}")) == [officer.number(lamp)]
    assert listed(officer.opens(f"{QUEUE}?category=seedlings")) == []
    assert listed(officer.opens(f"{QUEUE}?area=nonsense&result=nonsense")) == [officer.number(lamp)]


def test_the_cost_is_the_same_for_one_and_for_many(as_: SignIn, answered: Answered) -> None:
    officer = as_("follow_up_officer")
    answered()
    officer.opens(QUEUE)
    with counted() as one:
        officer.opens(QUEUE)
    for day in range(4):
        answered(days=-day)
    with counted() as many:
        officer.opens(QUEUE)
    assert len(many) == len(one)


def test_who_handled_the_matter_sees_why_he_may_not_call(as_: SignIn, answered: Answered) -> None:
    wish, why = answered(), "这件事的回访要由承办单位以外的人来做。"
    insider = as_("head")
    assert why in insider.opens(QUEUE).words and why not in as_("follow_up_officer").opens(QUEUE).words
    page = insider.opens(f"{QUEUE}/{insider.number(wish)}")
    assert why in page.words and "记下这次回访" not in page.words
    refused = records(insider, wish, **CONTENT)
    assert refused.status == 422 and why in refused.words
    assert insider.ticket(wish).status is Status.follow_up


@pytest.mark.parametrize(("who", "status"), [("handler", 403), ("dispatcher", 403), ("supervisor", 200)])
def test_the_queue_is_for_those_who_call_and_those_who_look_on(
    as_: SignIn, answered: Answered, who: str, status: int
) -> None:
    wish = answered()
    somebody = as_(who)
    assert somebody.opens(QUEUE).status == status
    page = somebody.opens(f"{QUEUE}/{somebody.number(wish)}")
    assert page.status == status and "记下这次回访" not in page.words
    assert records(somebody, wish, **CONTENT).status == 403


def test_a_number_that_is_none_is_not_found(as_: SignIn) -> None:
    officer = as_("follow_up_officer")
    assert [officer.opens(f"{QUEUE}/{number}").status for number in ("2026-999999", "x", "%00")] == [404] * 3


def test_the_script_asks_in_order_and_the_number_is_masked_until_somebody_looks(
    as_: SignIn, answered: Answered, database: Database, county: County
) -> None:
    wish = answered(name="王大姐")
    officer = as_("follow_up_officer")
    address = f"{QUEUE}/{officer.number(wish)}"
    page = officer.opens(address)
    asked = (
        "县受理中心的回访员",
        "联系过您吗",
        "解决了吗",
        "基本满意，还是不满意",
        "态度",
        "快不快",
        "哪里办得好",
        "别的难处",
    )
    places = [page.words.index(words) for words in asked]
    assert places == sorted(places)
    assert "路灯已经修好" in page.words and "138****5678" in page.words and PHONE not in page.source
    assert PHONE in officer.sends(f"{address}/reveal").source
    with database.reading() as session:
        assert [look.person_id for look in session.exec(select(Reveal))] == [county.follow_up_officer]


def test_an_answer_closes_and_keeps_first_and_last_word_apart(as_: SignIn, answered: Answered) -> None:
    wish, officer = answered(), as_("follow_up_officer")
    page = officer.follow(records(officer, wish, **CONTENT, attitude="good", speed="fair", words="谢谢他们"))
    assert "办结了" in page.words and listed(page) == []
    ticket = officer.ticket(wish)
    assert (ticket.status, ticket.satisfaction, ticket.call_at) == (Status.closed, Satisfaction.satisfied, None)
    told = as_("supervisor").opens(f"{QUEUE}/{officer.number(wish)}").words
    for words in ("第一次", "最后", "满意", "谢谢他们", "回访后办结", "承办单位的态度 好", "办得快不快 一般"):
        assert words in told


def test_a_complaint_with_cause_starts_a_round_and_one_without_is_marked(
    as_: SignIn, answered: Answered, database: Database
) -> None:
    with_cause, without = answered(), answered()
    officer = as_("follow_up_officer")
    assert "开始新的一轮" in officer.follow(records(officer, with_cause, **CROSS)).words
    records(officer, without, **CROSS, is_groundless="true", explained="灯是好的，是村里定时关灯，已经说清楚")
    redone, marked = officer.ticket(with_cause), officer.ticket(without)
    assert (redone.status, redone.round) == (Status.in_progress, 2)
    assert (marked.status, marked.round, marked.is_groundless) == (Status.closed, 1, True)
    assert marked.satisfaction is Satisfaction.dissatisfied
    page = officer.opens(f"{QUEUE}/{officer.number(without)}").words
    assert "没有道理，已解释" in page and "统计里仍然算不满意" in page and "村里定时关灯" in page
    assert is_sound(database)


def test_a_form_that_does_not_add_up_comes_back_with_everything_typed(as_: SignIn, answered: Answered) -> None:
    wish, officer = answered(), as_("follow_up_officer")
    page = records(officer, wish, **{**CROSS, "words": ""}, attitude="poor", new_need="还想修一条排水沟")
    assert page.status == 422 and "请记下诉求人说的原因" in page.words
    assert "还想修一条排水沟" in page.source and re.search(r'value="poor" checked', page.source)
    late = records(officer, wish, result="call_later", call_back_at="2026-10-18T09:00")
    assert late.status == 422 and "约好的时间要在现在以后" in late.words and "2026-10-18T09:00" in late.source
    for wrong in ("soon", "2026-13-20T09:00", "0001-01-01T00:00", "99999"):
        assert records(officer, wish, result="call_later", call_back_at=wrong).status == 422
    assert records(officer, wish, "close_it", reason="x").status == 422
    assert officer.ticket(wish).follow_up_attempts == 0


def test_whoever_is_slower_keeps_his_words(as_: SignIn, answered: Answered) -> None:
    wish, officer = answered(), as_("follow_up_officer")
    seen = officer.ticket(wish).version
    records(officer, wish, result="unreachable")
    second = records(officer, wish, version=seen, result="answered", words="他说还行")
    assert second.status in {409, 422} and "他说还行" in second.source
    assert records(officer, wish, version="x", **CONTENT).status == 422


def test_a_new_need_heard_in_the_yard_becomes_a_wish_of_hers(
    as_: SignIn, answered: Answered, database: Database
) -> None:
    wish, officer = answered(name="王大姐"), as_("follow_up_officer")
    records(
        officer, wish, **CONTENT, way="visit", new_need="院坝外面想修一条排水沟", done_on_the_spot="带去补办了医保卡"
    )
    with database.reading() as session:
        child = session.exec(select(Ticket).where(Ticket.parent_id == wish)).one()
    assert (child.source, child.status, child.name, child.phone) == (
        Source.home_visit,
        Status.submitted,
        "王大姐",
        PHONE,
    )
    assert "带去补办了医保卡" in officer.opens(f"{QUEUE}/{officer.number(wish)}").words


def test_three_half_days_in_vain_may_be_closed_and_never_count_as_satisfied(
    as_: SignIn, answered: Answered, clock: time_machine.Traveller, database: Database
) -> None:
    wish, officer = answered(), as_("follow_up_officer")
    address = f"{QUEUE}/{officer.number(wish)}"
    for moment in ("2026-10-19 10:05", "2026-10-19 10:20", "2026-10-19 15:00", "2026-10-20 09:10"):
        clock.move_to(datetime.fromisoformat(f"{moment}+08:00"))
        officer = as_("follow_up_officer")
        assert "按联系不上办结" not in officer.opens(address).source
        records(officer, wish, result="unreachable")
    page = officer.opens(address)
    assert "现在算 3 个半天，要 3 个" in page.words and "按联系不上办结" in page.source
    assert officer.ticket(wish).follow_up_attempts == 4
    records(officer, wish, "close", reason="三个半天都没人接")
    ticket = officer.ticket(wish)
    assert (ticket.status, ticket.satisfaction, ticket.attempt_result) == (
        Status.closed,
        None,
        CallResult.unreachable,
    )
    assert is_sound(database)


def test_the_ticket_s_own_page_shows_the_follow_up(as_: SignIn, answered: Answered) -> None:
    wish, officer = answered(), as_("follow_up_officer")
    records(officer, wish, result="refused")
    page = officer.reads(wish)
    assert "试过 1 次" in page.words and "拒绝回访" in page.words
    assert f'href="{QUEUE}/{officer.number(wish)}"' in page.source


def test_a_week_s_silence_is_waited_for_before_anybody_calls(
    as_: SignIn, answered: Answered, clock: time_machine.Traveller
) -> None:
    wish, officer = answered(), as_("follow_up_officer")
    clock.move_to(later(days=6, hours=23))
    assert listed(officer.opens(QUEUE)) == [] and listed(officer.opens(f"{QUEUE}?view=coming")) != []
    assert officer.opens(f"{QUEUE}/{officer.number(wish)}").status == 200
