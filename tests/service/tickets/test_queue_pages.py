"""The workbench over HTTP: whose turn it is, in the order of time left, filters in the address; several at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from service.database import Database
from service.directory.models import DirectoryEvent
from service.rate_limits import PHONE_SEARCH
from tests.factories import County, later, number_of, submit_wish, ticket_of, wish_in
from tests.support.officials import Official, Page, official
from tests.support.queries import counted
from workflows.statuses import Status

SignIn = Callable[[str], Official]


@pytest.fixture
def as_(app: FastAPI, client: object, database: Database, county: County) -> SignIn:
    return lambda who: official(app, database, getattr(county, who))


def made(database: Database, make: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    with database.writing() as session:
        return make(session, *arguments, **more)


def numbered(database: Database, make: Callable[..., int], *arguments: Any, **more: Any) -> str:
    with database.writing() as session:
        return number_of(session, make(session, *arguments, **more))


@pytest.fixture
def all_statuses(database: Database, county: County) -> dict[Status, str]:
    return {status: numbered(database, wish_in, county, status) for status in Status}


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("dispatcher", {Status.submitted}),
        ("handler", {Status.assigned, Status.in_progress}),
        ("reviewer", {Status.replied}),
        ("follow_up_officer", {Status.follow_up}),
        ("wrong_handler", set()),
        ("village_secretary", set()),
    ],
)
def test_the_list_holds_what_waits_for_this_very_person(
    as_: SignIn, all_statuses: dict[Status, str], who: str, statuses: set[Status]
) -> None:
    waiting = set(as_(who).opens("/desk").rows)
    ours = {number for status, number in all_statuses.items() if status in statuses}
    assert ours <= waiting
    assert not waiting & (set(all_statuses.values()) - ours)


def test_a_supervisor_begins_with_all_that_is_open(as_: SignIn, all_statuses: dict[Status, str]) -> None:
    page = as_("supervisor").opens("/desk")
    assert all_statuses[Status.in_progress] in page.rows and all_statuses[Status.closed] not in page.rows
    assert "待我办" not in page.words


def test_least_time_left_stands_first(as_: SignIn, database: Database, county: County) -> None:
    late = numbered(database, submit_wish, county, later(days=-4))
    new = numbered(database, submit_wish, county)
    soon = numbered(database, submit_wish, county, later(hours=-1))
    page = as_("dispatcher").opens("/desk")
    assert page.rows == [late, soon, new]
    assert "超期 3 天" in page.words and "还剩 4 小时" in page.words and "还剩 5 小时" in page.words


def test_the_term_of_whoever_must_act_is_shown_and_not_the_promise_that_was_kept(
    as_: SignIn, database: Database, county: County
) -> None:
    made(database, wish_in, county, Status.follow_up, later(days=-8))
    page = as_("follow_up_officer").opens("/desk")
    assert "超期" not in page.words.partition("全部")[2]


def test_filters_stand_in_the_address(as_: SignIn, database: Database, county: County) -> None:
    lamp = numbered(database, submit_wish, county)
    seedling = numbered(database, submit_wish, county, category="seedlings", text="想种黄精，要一百株好苗")
    dispatcher = as_("dispatcher")
    assert dispatcher.opens("/desk?category=seedlings").rows == [seedling]
    assert dispatcher.opens("/desk?q=黄精").rows == [seedling]
    assert dispatcher.opens(f"/desk?q={lamp}").rows == [lamp]
    assert set(dispatcher.opens("/desk?q=13812345678").rows) == {lamp, seedling}
    assert set(dispatcher.opens(f"/desk?area={county.village}&status=submitted").rows) == {lamp, seedling}
    assert dispatcher.opens("/desk?view=all&status=closed").rows == []
    page = dispatcher.opens("/desk?category=seedlings&view=open")
    assert "category=seedlings" in page.source.partition('id="queue"')[2]


def test_searching_by_telephone_number_is_written_down_and_has_its_measure(
    as_: SignIn, database: Database, county: County
) -> None:
    lamp = numbered(database, submit_wish, county)
    dispatcher = as_("dispatcher")
    assert [dispatcher.opens("/desk?q=138 1234 5678").rows for _look in range(3)] == [[lamp]] * 3
    with database.reading() as session:
        looked = session.exec(select(DirectoryEvent)).one()
    assert (looked.what, looked.person_id, looked.details["about"]) == (
        "search_phone",
        county.dispatcher,
        "138****5678",
    )
    record = as_("administrator").opens("/desk/changes").words
    assert "按电话号码查工单" in record and "138****5678" in record and "13812345678" not in record
    for number in range(PHONE_SEARCH.most - 1):
        assert dispatcher.opens(f"/desk?q=139000000{number:02}").status == 200
    refused = dispatcher.opens("/desk?q=13900000099")
    assert refused.status == 429 and "按电话号码查得太多了" in refused.words
    assert dispatcher.opens("/desk/tickets/" + lamp + "?q=13900000098").status == 429
    assert dispatcher.sends("/desk/bulk?q=13900000097", verb="acknowledge").status == 429
    assert dispatcher.opens("/desk?q=13812345678").rows == [lamp], "the same search once more is no other one"
    assert dispatcher.opens(f"/desk?q={lamp}").rows == [lamp]
    assert dispatcher.opens("/desk?q=路灯").rows == [lamp]
    assert as_("supervisor").opens("/desk?q=13900000099").status == 200


def test_what_only_looks_like_a_number_is_no_look_at_one(as_: SignIn, database: Database, county: County) -> None:
    lamp = numbered(database, submit_wish, county)
    for asked in (lamp, "G316", "1234567890123456", "路灯"):
        as_("dispatcher").opens(f"/desk?q={asked}")
    as_("dispatcher").opens("/desk?q=%20")
    with database.reading() as session:
        assert session.exec(select(DirectoryEvent)).all() == []


def test_overdue_is_a_list_of_its_own(as_: SignIn, database: Database, county: County) -> None:
    overdue = numbered(database, submit_wish, county, later(days=-4))
    made(database, wish_in, county, Status.in_progress)
    assert as_("supervisor").opens("/desk?view=overdue").rows == [overdue]


@pytest.mark.parametrize(
    "query",
    ["view=nothing", "status=nothing", "area=x&category=%00", "area=99999999999999", "q=%00%EF%BF%BD", "q=' OR 1=1"],
)
def test_an_address_that_means_nothing_still_shows_a_list(as_: SignIn, query: str) -> None:
    assert as_("dispatcher").opens(f"/desk?{query}").status == 200


def test_a_broken_cursor_gets_a_sentence(as_: SignIn) -> None:
    page = as_("dispatcher").opens("/desk?cursor=x~y")
    assert page.status == 422 and "请从第一页看起" in page.words


def test_a_long_list_goes_on_where_it_ended(as_: SignIn, database: Database, county: County) -> None:
    def many(session: Session) -> None:
        for minutes in range(53):
            submit_wish(session, county, later(minutes=minutes - 60))

    made(database, many)
    dispatcher = as_("dispatcher")
    first = dispatcher.opens("/desk")
    following = re.search(r'rel="next" href="([^"]+)"', first.source)
    assert following is not None
    second = dispatcher.opens(following[1].replace("&amp;", "&"))
    assert (len(first.rows), len(second.rows)) == (50, 3)
    assert not set(first.rows) & set(second.rows)


def test_three_rows_cost_as_many_queries_as_one(as_: SignIn, database: Database, county: County) -> None:
    dispatcher = as_("dispatcher")
    dispatcher.opens("/desk")
    counts = []
    for _ in range(2):
        made(database, submit_wish, county)
        made(database, wish_in, county, Status.replied)
        with counted() as queries:
            dispatcher.opens("/desk?view=open")
        counts.append(len(queries))
        made(database, submit_wish, county)
    assert counts[0] == counts[1] < 16


def test_numbers_stay_masked_in_the_list(as_: SignIn, database: Database, county: County) -> None:
    made(database, submit_wish, county, text="请打13900001111找张三丰，路灯坏了")
    source = as_("dispatcher").opens("/desk").source
    assert "13900001111" not in source and "139****1111" in source


# Several at once


def keys_of(page: Page) -> list[str]:
    return re.findall(r'name="ticket" value="([^"]+)"', page.source)


def test_several_are_assigned_at_once(as_: SignIn, database: Database, county: County) -> None:
    tickets = [made(database, submit_wish, county) for _ in range(3)]
    dispatcher = as_("dispatcher")
    keys = keys_of(dispatcher.opens("/desk?bulk=1"))
    page = dispatcher.sends("/desk/bulk", ticket=keys, verb="assign", unit=county.bureau, note="一起修")
    assert "派单：3 件都办好了。" in dispatcher.follow(page).words
    assert {dispatcher.ticket(each).lead_unit_id for each in tickets} == {county.bureau}


def test_several_are_acknowledged_at_once(as_: SignIn, database: Database, county: County) -> None:
    tickets = [made(database, wish_in, county, Status.assigned) for _ in range(2)]
    handler = as_("handler")
    page = handler.sends("/desk/bulk", ticket=keys_of(handler.opens("/desk?bulk=1")), verb="acknowledge")
    assert page.status == 303
    assert {handler.ticket(each).status for each in tickets} == {Status.in_progress}


def test_one_that_is_refused_says_why_and_leaves_the_others_done(
    as_: SignIn, database: Database, county: County
) -> None:
    good, overtaken = made(database, submit_wish, county), made(database, submit_wish, county)
    dispatcher = as_("dispatcher")
    keys = keys_of(dispatcher.opens("/desk?bulk=1"))
    as_("county_dispatcher").presses(overtaken, "assign", unit=county.other_bureau)
    foreign = "2026-999999~1"
    page = dispatcher.sends("/desk/bulk", ticket=[*keys, foreign, "x"], verb="assign", unit=county.bureau)
    assert page.status == 200
    results = page.source.partition('class="results"')[2].partition("</ul>")[0]
    assert results.count('"is-done"') == 1 and results.count('"is-refused"') == 3
    assert "别人已经处理了这一件" in results and "没有找到" in results
    assert dispatcher.ticket(good).lead_unit_id == county.bureau
    assert dispatcher.ticket(overtaken).lead_unit_id == county.other_bureau
    assert page.chosen("unit", "bulk") == str(county.bureau), "what was chosen is still there"


def test_when_none_could_be_done_it_is_an_error(as_: SignIn, database: Database, county: County) -> None:
    made(database, submit_wish, county)
    keys = keys_of(as_("dispatcher").opens("/desk?bulk=1"))
    page = as_("handler").sends("/desk/bulk", ticket=keys, verb="acknowledge")
    assert page.status == 409


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"verb": "assign", "ticket": []}, "一件也没有选"),
        ({"verb": "assign"}, "请填写主办单位"),
        ({"verb": "decline", "ground": "unlawful", "words": "都不受理了"}, "只能一件一件地办"),
        ({}, "只能一件一件地办"),
    ],
)
def test_a_form_that_asks_for_nothing_possible_gets_a_sentence(
    as_: SignIn, database: Database, county: County, fields: dict[str, Any], sentence: str
) -> None:
    ticket = made(database, submit_wish, county)
    dispatcher = as_("dispatcher")
    ticked = {"ticket": keys_of(dispatcher.opens("/desk?bulk=1"))}
    page = dispatcher.sends("/desk/bulk", **(ticked | fields))
    assert page.status == 422 and sentence in page.words
    assert made(database, ticket_of, ticket).status is Status.submitted


def test_only_what_can_be_done_has_a_box(as_: SignIn, all_statuses: dict[Status, str]) -> None:
    assert keys_of(as_("dispatcher").opens("/desk?view=open&bulk=1"))[0].startswith("2026-")
    assert keys_of(as_("reviewer").opens("/desk?view=open&bulk=1")) == []
    numbers = {key.partition("~")[0] for key in keys_of(as_("handler").opens("/desk?view=open&bulk=1"))}
    assert numbers == {all_statuses[Status.assigned]}
