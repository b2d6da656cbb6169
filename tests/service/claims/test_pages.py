"""The claim pool as people see it: its sentences for the whole county, the wish only for those who may see it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from service import clock
from service.accounts.actors import actor_of
from service.claims import queries
from service.claims.models import Claim
from service.database import Database
from service.directory.reference import reference
from service.sealing import tracking_token
from service.tickets.models import Ticket
from tests.factories import County, act, number_of, submit_wish
from tests.service.claims.conftest import A_COMPANY_JOINS, MARK, WORDS, claim, does, pooled
from tests.support.officials import Official, Page, official
from workflows import claim_commands as c
from workflows.commands import Merge

SECRET = "金银花要一百株，家住大槐树下"
Person = Callable[[str], Official]


@pytest.fixture
def person(app: FastAPI, client: TestClient, database: Database, county: County) -> Person:
    return lambda who: official(app, database, getattr(county, who))


def mine(database: Database, county: County, **fields: Any) -> tuple[int, str]:
    with database.writing() as session:
        now = clock.now()
        wish = submit_wish(session, county, now, text=SECRET, name="李秀英", place="大槐树下", **fields)
        act(session, wish, MARK, county.dispatcher, now)
        return wish, number_of(session, wish)


def claim_of(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(Claim.id)).one() or 0


def test_everybody_in_the_county_reads_the_sentence_and_nobody_else_the_wish(
    database: Database, county: County, person: Person
) -> None:
    _wish, number = mine(database, county)
    for who in ("wrong_handler", "village_secretary", "dispatcher"):
        page = person(who).opens("/desk/claims")
        assert page.status == 200 and WORDS in page.words and "清溪镇双喜村" in page.words
        for address in ("/desk/claims", f"/desk/claims/pool/{number}"):
            told = person(who).opens(address).words
            assert not any(secret in told for secret in (SECRET, "李秀英", "大槐树", "138")), (who, address)
    assert person("wrong_handler").opens(f"/desk/tickets/{number}").status == 404
    assert f"/desk/tickets/{number}" in person("dispatcher").opens(f"/desk/claims/pool/{number}").source


def test_who_may_not_claim_sees_the_pool_of_his_area_and_no_button(
    database: Database, county: County, person: Person
) -> None:
    _wish, number = mine(database, county)
    page = person("supervisor").opens(f"/desk/claims/pool/{number}")
    assert WORDS in page.words and page.buttons == []
    assert person("administrator").opens(f"/desk/claims/pool/{number}").status == 404
    assert WORDS not in person("administrator").opens("/desk/claims").words


def test_from_the_button_on_the_ticket_to_the_gift(database: Database, county: County, person: Person) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county, clock.now())
        number = number_of(session, wish)
    dispatcher, helper = person("dispatcher"), person("wrong_handler")
    fields = {"words": WORDS, "is_agreed": "true", "consent": "今天问过，愿意"}
    dispatcher.follow(dispatcher.presses(wish, "mark_claimable", **fields))
    assert "等人认领" in dispatcher.reads(wish).words

    page = helper.opens(f"/desk/claims/pool/{number}")
    assert page.buttons == ["claim"]
    form = {"verb": "claim", "version": page.value_of("version"), "kind": "organisation"}
    done = helper.follow(helper.sends(f"/desk/claims/pool/{number}/claim", **form, unit=str(county.other_bureau)))
    assert "认领好了" in done.words and "清溪镇受理台" in done.words
    assert done.buttons == ["contact_claimed", "deliver_claim", "withdraw_claim"]
    assert "县农业农村局" in dispatcher.reads(wish).words and "已认领，待联系" in dispatcher.reads(wish).words

    mine_ = claim_of(database)
    done = press(helper, mine_, done, "contact_claimed", deliver_by=done.value_of("deliver_by"), words="约好了")
    assert "说好" in done.words and done.buttons == ["deliver_claim", "withdraw_claim"]
    done = press(helper, mine_, done, "deliver_claim", words="农技书一百本", given_on=done.value_of("given_on"))
    assert "已兑现" in done.words and "农技书一百本" in done.words and done.buttons == []
    assert "农技书一百本" in helper.opens(f"/t/{tracking_token(wish)}").words
    assert "1 / 1" in helper.opens("/desk/claims?show=delivered").words


def press(who: Official, claim_id: int, seen: Page, verb: str, **fields: Any) -> Page:
    version = seen.value_of("version")
    return who.follow(who.sends(f"/desk/claims/{claim_id}/{verb}", version=version, verb=verb, **fields))


def test_what_is_refused_comes_back_with_what_was_typed(database: Database, county: County, person: Person) -> None:
    wish, number = mine(database, county)
    helper, address = person("wrong_handler"), f"/desk/claims/pool/{number}/claim"
    version = helper.opens(f"/desk/claims/pool/{number}").value_of("version")
    nobody = helper.sends(address, version=version, kind="company", words="送二十袋肥")
    assert nobody.status == 422 and "请写上名称" in nobody.words and "送二十袋肥" in nobody.source
    unknown = helper.sends(address, version=version, kind="everybody")
    assert unknown.status == 422 and "请从列表里选一个" in unknown.words
    assert helper.sends(address, kind="organisation").status == 422
    assert helper.sends(f"/desk/claims/pool/{number}/lapse_claim", version=version).status == 422
    with database.writing() as session:
        claim(session, wish, county.handler, now=clock.now())
    late = helper.sends(address, version=version, kind="organisation", words="月底送书")
    assert late.status == 409 and "别人已经处理了" in late.words and "月底送书" in late.source
    assert "join_claim" in late.buttons


def test_signed_out_while_writing_loses_no_word(database: Database, county: County, person: Person) -> None:
    _wish, number = mine(database, county)
    helper = person("wrong_handler")
    again = helper.sends(f"/desk/claims/pool/{number}/claim?again=1", version="2", kind="company", words="送肥")
    assert again.status == 200 and "重新登录" in again.words and "送肥" in again.source
    assert helper.opens(f"/desk/claims/pool/{number}/claim").goes_to == f"/desk/claims/pool/{number}"


def test_a_claim_is_seen_by_who_made_it_and_by_the_area_and_by_nobody_else(
    database: Database, county: County, person: Person
) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        theirs = claim(session, wish, county.wrong_handler)
        joined = claim(session, wish, county.village_secretary, A_COMPANY_JOINS)
    seen = {
        who: [person(who).opens(f"/desk/claims/{each}").status for each in (theirs, joined)]
        for who in ("wrong_handler", "village_secretary", "dispatcher", "supervisor", "handler", "administrator")
    }
    assert seen == {
        "wrong_handler": [200, 404],
        "village_secretary": [404, 200],
        "dispatcher": [200, 200],
        "supervisor": [200, 200],
        "handler": [200, 200],
        "administrator": [404, 404],
    }
    assert person("dispatcher").opens("/desk/claims/999999999999").status == 404
    told = person("dispatcher").opens(f"/desk/claims/{joined}").words
    assert "青岭药业" in told and "0915-2512345" in told
    assert "2512345" not in person("supervisor").opens(f"/desk/claims/{joined}").words
    pool = person("wrong_handler").opens("/desk/claims?show=joinable").words
    assert "一家企业" in pool and "青岭药业" not in pool


def test_the_lists_hold_what_their_names_say_and_the_filters_stand_in_the_address(
    database: Database, county: County, person: Person
) -> None:
    with database.writing() as session:
        first = pooled(session, county)
        second = pooled(session, county)
        given_up = claim(session, second, county.wrong_handler)
        does(session, given_up, county.wrong_handler, c.WithdrawClaim(reason="没书了"))
        third = pooled(session, county)
        claim(session, third, county.wrong_handler)
        numbers = [number_of(session, each) for each in (first, second, third)]
    helper = person("wrong_handler")
    waiting = helper.opens("/desk/claims").source
    assert waiting.index(numbers[1]) < waiting.index(numbers[0]) and numbers[2] not in waiting
    assert "退回来的，请优先" in waiting
    assert numbers[2] in helper.opens("/desk/claims?show=joinable").source
    assert "县农业农村局" in helper.opens("/desk/claims?show=running").words
    assert "已放弃" in helper.opens("/desk/claims?show=ended").words
    assert numbers[0] in helper.opens(f"/desk/claims?area={county.town}").source
    for odd in ("?show=odd", "?area=x", "?area=99999999999999"):
        assert helper.opens(f"/desk/claims{odd}").status == 200
    assert helper.opens("/desk/claims?cursor=odd").status == 422
    assert helper.opens("/desk/claims?show=running&cursor=odd").status == 422


def test_a_long_pool_goes_on_page_by_page_and_no_wish_is_lost(database: Database, county: County) -> None:
    with database.writing() as session:
        wishes = [pooled(session, county) for _ in range(5)]
        actor = session_actor(session, county.wrong_handler)
        seen: list[int] = []
        cursor = None
        for _page in range(3):
            found = queries.find_pool(session, actor, cursor=cursor, most=2)
            seen += [ticket.id or 0 for ticket in found.tickets]
            cursor = found.cursor
        assert (seen, cursor) == (wishes, None)


def test_the_register_counts_what_waits(database: Database, county: County, person: Person) -> None:
    mine(database, county)
    assert "认领池 1 件" in " ".join(person("wrong_handler").opens("/desk/registers").words.split())


def test_she_is_told_in_plain_words_and_her_neighbour_is_not(
    database: Database, county: County, person: Person
) -> None:
    wish, number = mine(database, county)
    anybody = person("wrong_handler")
    assert "还没有人认领" in anybody.opens(f"/t/{tracking_token(wish)}").words
    with database.writing() as session:
        now = clock.now()
        neighbour = submit_wish(session, county, now)
        act(session, neighbour, Merge(into=number), county.dispatcher, now)
        claim(session, wish, county.village_secretary, c.Claim(**A_COMPANY_JOINS.model_dump(exclude={"verb"})), now)
    hers = anybody.opens(f"/t/{tracking_token(wish)}").words
    assert "一家企业认领了这件事" in hers and "青岭药业" not in hers
    assert "有人认领了这件事，会来联系您（企业）" in hers
    theirs = anybody.opens(f"/t/{tracking_token(neighbour)}").words
    assert "认领" not in theirs and WORDS not in theirs


def test_a_wish_that_has_left_the_pool_is_gone_from_it(database: Database, county: County, person: Person) -> None:
    wish, number = mine(database, county)
    with database.writing() as session:
        act(session, wish, c.UnmarkClaimable(reason="书够了"), county.dispatcher, clock.now())
    helper = person("wrong_handler")
    assert helper.opens(f"/desk/claims/pool/{number}").status == 404
    assert helper.sends(f"/desk/claims/pool/{number}/claim", version="3", kind="organisation").status == 404
    with database.reading() as session:
        assert session.get_one(Ticket, wish).is_claimable is False


def session_actor(session: Session, who: int) -> Any:
    return actor_of(session, who, reference(session))
