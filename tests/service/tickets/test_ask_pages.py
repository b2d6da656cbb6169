"""Asking and deciding over HTTP: the rule before the press, the registers, the villager's page, and what is refused."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from service.database import Database
from service.tickets.models import Ticket
from tests.factories import County, act, later, wish_in
from tests.service.tickets.conftest import Villager, page_of
from tests.support.officials import Official, official
from workflows import commands as c
from workflows.ask_words import PromiseState
from workflows.commands import Outcome
from workflows.statuses import Status

SignIn = Callable[[str], Official]
REASON = "灯杆要从外地调来，下周才到"


@pytest.fixture
def as_(app: FastAPI, client: object, database: Database, county: County) -> SignIn:
    return lambda who: official(app, database, getattr(county, who))


def made(database: Database, make: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    with database.writing() as session:
        return make(session, *arguments, **more)


@pytest.fixture
def wish(database: Database, county: County) -> int:
    return int(made(database, wish_in, county, Status.in_progress))


def test_the_rule_and_what_it_does_to_the_clock_stand_before_the_button(as_: SignIn, wish: int) -> None:
    words = as_("handler").reads(wish).words
    assert "一次最长 10 个工作日，最多两次。清溪镇受理台要在 10 月 13 日 18:00 前决定" in words.replace("\u00a0", " ")
    assert "第二次由县里裁定，裁定了不能再退" in words


def test_an_extension_is_asked_decided_and_told_to_the_villager(
    as_: SignIn, database: Database, villager: Villager, wish: int
) -> None:
    asked = as_("handler").presses(wish, "request_extension", until="2026-10-23", reason=REASON)
    assert asked.status == 303
    page = as_("handler").follow(asked)
    assert "没有准以前期限不变" in page.words and "grant" not in page.buttons
    assert REASON not in villager.opens(page_of(wish)).words, "what is only asked is no news to her"

    dispatcher = as_("dispatcher")
    register = dispatcher.opens("/desk/asks")
    assert "延期" in register.words and "县交通运输局" in register.words
    form = dispatcher.reads(wish, "?open=grant")
    assert form.open_form == "grant"
    granting = form.source.split('id="grant"')[1].split("</form>")[0]
    assert "改派给" not in granting, "only who grants a return says where it goes"
    assert form.value_of("until", "grant") == "2026-10-23"
    assert dispatcher.presses(wish, "grant", ask="extension", until="2026-10-23").status == 303
    words = villager.opens(page_of(wish)).words
    assert REASON in words and "经批准往后延了" in words and "经批准延到" in words
    assert "一件也没有" in dispatcher.opens("/desk/asks").words
    assert "已准" in dispatcher.opens("/desk/asks?show=settled").words


def test_who_belongs_to_the_unit_or_comes_second_decides_nothing(as_: SignIn, database: Database, wish: int) -> None:
    as_("handler").presses(wish, "request_extension", until="2026-10-23", reason=REASON)
    refused = as_("handler").presses(wish, "grant", ask="extension")
    assert refused.status == 403
    seen = as_("dispatcher").ticket(wish).version
    assert as_("dispatcher").presses(wish, "refuse", ask="extension", note="本地就有").status == 303
    late = as_("county_dispatcher").presses(wish, "grant", version=seen, ask="extension")
    assert late.status == 409
    again = as_("county_dispatcher").presses(wish, "grant", ask="extension")
    assert again.status == 422 and "没有等着决定的申请" in again.words


@pytest.mark.parametrize("ask", ["no_such_kind", "", "exclusion' OR 1=1"])
def test_an_unknown_kind_of_ask_is_refused(as_: SignIn, wish: int, ask: str) -> None:
    as_("handler").presses(wish, "request_extension", until="2026-10-23", reason=REASON)
    assert as_("dispatcher").presses(wish, "grant", ask=ask).status == 422


def test_what_is_put_off_stands_in_its_register_and_is_told_with_its_reason(
    as_: SignIn, database: Database, villager: Villager, wish: int
) -> None:
    fields = {"until": "2026-12-01", "reason": "要等铁路完工以后改线", "evidence": "铁路项目部 10 月 8 日的函"}
    as_("handler").presses(wish, "request_deferral", **fields)
    as_("dispatcher").presses(wish, "grant", ask="deferral")
    assert "12 月 1 日" in as_("supervisor").opens("/desk/deferrals").words.replace("\u00a0", " ")
    words = villager.opens(page_of(wish)).words
    assert "要等铁路完工以后改线" in words and "铁路项目部" not in words
    review = as_("supervisor").presses(wish, "review_deferral", until="2027-01-04", reason="铁路还没有完工")
    assert review.status == 303
    assert as_("dispatcher").presses(wish, "resume").status == 303
    assert as_("handler").ticket(wish).status is Status.in_progress


def test_an_exclusion_needs_a_second_person_of_supervision(as_: SignIn, wish: int) -> None:
    as_("handler").presses(wish, "request_exclusion", evidence="同一人一天里报了三次")
    assert as_("dispatcher").presses(wish, "grant", ask="exclusion").status == 403
    assert as_("supervisor").presses(wish, "grant", ask="exclusion").status == 303
    assert as_("supervisor").ticket(wish).is_excluded


def test_a_promise_is_listed_kept_and_judged_by_the_villager(
    as_: SignIn, database: Database, county: County, villager: Villager, wish: int
) -> None:
    answer = c.Reply(outcome=Outcome.for_now, words="下个月送一百株好苗", promised_for=later(days=30).date())
    made(database, act, wish, answer, county.handler)
    made(database, act, wish, c.ApproveReply(), county.reviewer)
    assert "没到期" in as_("supervisor").opens("/desk/promises").words
    assert "2026-11-11" in as_("supervisor").opens("/desk/promises/promises.csv").source
    assert as_("handler").presses(wish, "keep_promise", words="一百株苗子已经送到家里").status == 303
    page = villager.opens(page_of(wish))
    assert "一百株苗子已经送到家里" in page.words and "答应的事办到了吗" in page.words
    assert villager.presses(wish, "confirm_promise", is_kept="false", words="只来了六十株").status == 303
    ticket = as_("handler").ticket(wish)
    assert (ticket.promise_state, ticket.promise_confirmed) == (PromiseState.kept, False)
    assert "诉求人说没有办到" in as_("supervisor").opens("/desk/promises?show=judged").words


def test_a_promise_that_is_owed_is_no_matter_that_is_done(
    database: Database, county: County, villager: Villager, wish: int
) -> None:
    """Her page never thanks her for a matter that is done while its answer is a day that is to come, or has passed."""
    answer = c.Reply(outcome=Outcome.for_now, words="下个月送一百株好苗", promised_for=later(days=30).date())
    for command, who in ((answer, county.handler), (c.ApproveReply(), county.reviewer)):
        made(database, act, wish, command, who)
    with database.writing() as session:
        session.get_one(Ticket, wish).status = Status.closed
    seen = [headline_of(villager, wish)]
    for state, settled, confirmed in (
        ("broken", None, None),
        ("broken", None, False),
        ("broken", later(days=33), None),
        ("kept", later(days=29), False),
        ("kept", later(days=29), True),
    ):
        with database.writing() as session:
            ticket = session.get_one(Ticket, wish)
            ticket.promise_state, ticket.promise_settled_at = PromiseState(state), settled
            ticket.promise_confirmed = confirmed
        seen.append(headline_of(villager, wish))
    assert [any(word in each for word in ("办完了", "谢谢")) for each in seen] == [False] * 5 + [True], seen
    assert "答应您 11 月 11 日前办到" in seen[0]
    assert "过了日子还没有办到" in seen[1] and seen[1] == seen[2]
    assert "说答应您的事办到了" in seen[3] and "说办到了，您说没有办到" in seen[4]


def headline_of(villager: Villager, wish: int) -> str:
    found = re.search(r"<h1>(.*?)</h1>", villager.opens(page_of(wish)).answer.text)
    assert found
    return found[1].replace("\u00a0", " ")


@pytest.mark.parametrize("path", ["/desk/asks?show=nonsense", "/desk/deferrals", "/desk/promises?show=broken"])
def test_a_register_shows_what_its_reader_may_see(
    as_: SignIn, database: Database, county: County, wish: int, path: str
) -> None:
    made(database, act, wish, c.RequestExclusion(evidence="同一人报了三次"), county.handler)
    page = as_("wrong_handler").opens(path)
    assert page.status == 200 and "一件也没有" in page.words


def test_an_ask_waits_for_those_who_may_decide_and_for_nobody_else(
    as_: SignIn, database: Database, county: County, wish: int
) -> None:
    made(database, act, wish, c.RequestExclusion(evidence="同一人报了三次"), county.handler)
    waiting = {who: "去决定" in as_(who).opens("/desk/asks").words for who in ("supervisor", "dispatcher", "handler")}
    assert waiting == {"supervisor": True, "dispatcher": False, "handler": False}
    assert as_("handler").opens("/desk/asks?show=asked").words.count("剔除") > 1
