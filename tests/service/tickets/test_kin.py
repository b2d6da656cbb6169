"""并单 keeps every author: she follows the other ticket, hears its answer, says what she thinks, and can be let go again.
拆单 keeps the parts and the whole in sight of each other."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from notifications.notices import Audience
from service.database import Database
from service.directory.reference import reference
from service.outbox.audiences import addressees
from service.outbox.scenes import Scene
from service.oversight.checks import breaches
from service.sealing import tracking_token
from service.tickets.kin import parts_of
from service.tickets.models import OutboxRow, Ticket, TicketEvent
from tests.factories import County, act, build_county, later, number_of, submit_wish, ticket_of, wish_in
from tests.support.officials import Official, Page, official, stranger
from workflows.changes import HoldRole
from workflows.commands import ApproveReply, Merge, Outcome, Rate, Reply, Satisfaction, Split, Unmerge
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import Status


@pytest.fixture
def county(database: Database) -> Iterator[County]:
    with database.writing() as session:
        built = build_county(session)
    with time_machine.travel(later(hours=1), tick=True):
        yield built


@pytest.fixture
def pair(database: Database, county: County) -> tuple[int, int]:
    """One in the bureau's hands, and one of a neighbour that was merged into it."""
    with database.writing() as session:
        main = wish_in(session, county, Status.in_progress)
        mine = wish_in(session, county, Status.assigned, text="路灯坏了，老人摔了一跤，联系13900001111")
        act(session, mine, Merge(into=number_of(session, main)), county.dispatcher)
    return main, mine


@pytest.fixture
def villager(app: FastAPI, client: TestClient, database: Database) -> Official:
    return stranger(app, database)


def answers(database: Database, county: County, ticket: int) -> None:
    with database.writing() as session:
        act(session, ticket, Reply(outcome=Outcome.resolved, words="两盏灯都换了新的。"), county.handler)
        act(session, ticket, ApproveReply(), county.reviewer)


def rates(villager: Official, ticket: int, satisfaction: str = "satisfied", **said: str) -> Page:
    version = str(villager.ticket(ticket).version)
    return villager.sends(f"/t/{tracking_token(ticket)}/rate", version=version, satisfaction=satisfaction, **said)


def her_page(villager: Official, ticket: int) -> Page:
    return villager.opens(f"/t/{tracking_token(ticket)}")


def test_the_author_of_a_merged_wish_reads_the_others_progress_and_answer(
    villager: Official, database: Database, county: County, pair: tuple[int, int]
) -> None:
    main, mine = pair
    before = her_page(villager, mine)
    assert "县交通运输局" in before.words and 'id="rate"' not in before.source
    assert rates(villager, mine).status == 422, "there is no answer yet"
    answers(database, county, main)
    after = her_page(villager, mine)
    assert "两盏灯都换了新的。" in after.words and 'id="rate"' in after.source
    assert tracking_token(main) not in after.source


def test_her_word_stands_on_her_own_ticket_and_the_follow_up_officer_hears_it(
    villager: Official, database: Database, county: County, pair: tuple[int, int]
) -> None:
    main, mine = pair
    answers(database, county, main)
    assert rates(villager, mine, "dissatisfied", words="我家门口那盏还是黑的").status == 303
    found = villager.ticket(mine)
    assert found.status is Status.merged and found.satisfaction is Satisfaction.dissatisfied
    assert villager.ticket(main).satisfaction is None and villager.ticket(main).status is Status.follow_up
    with database.reading() as session:
        event = session.exec(select(TicketEvent).where(TicketEvent.verb == "rate")).one()
        assert session.get(OutboxRow, event.id) is not None
        scene = Scene(session, session.get_one(Ticket, mine), reference(session))
        assert addressees(scene, Audience.follow_up_officers).people == {county.follow_up_officer}
    assert 'id="rate"' not in her_page(villager, mine).source, "once for each answer"
    assert rates(villager, mine).status == 422
    page = official(villager.client.app, database, county.follow_up_officer).reads(main)  # type: ignore[arg-type]
    assert villager.number(mine) in page.words and "并进来的" in page.words


def test_what_a_follower_said_for_officials_only_is_read_by_those_who_see_her_wish(
    app: FastAPI, client: TestClient, database: Database, county: County, pair: tuple[int, int]
) -> None:
    """The bureau has the main ticket, and never had hers: it is told that she follows, and no more."""
    main, _mine = pair
    with database.writing() as session:
        hers = submit_wish(session, county, text="不要让交通局晓得是我说的", is_private=True)
        act(session, hers, Merge(into=number_of(session, main)), county.dispatcher)
    for who, sees in ((county.handler, False), (county.dispatcher, True)):
        page = official(app, database, who).reads(main)
        with database.reading() as session:
            number = number_of(session, hers)
        assert number in page.words and "老人摔了一跤" in page.words
        assert ("不要让交通局晓得" in page.words, f'href="/desk/tickets/{number}"' in page.source) == (sees, sees)


def test_what_was_no_duplicate_goes_back_to_the_desk_with_its_history(
    database: Database, county: County, pair: tuple[int, int]
) -> None:
    main, mine = pair
    with database.writing() as session:
        with pytest.raises(NotPermitted):
            act(session, mine, Unmerge(reason="不是一盏灯"), county.handler)
        act(session, mine, Unmerge(reason="不是一盏灯"), county.dispatcher, later(hours=1))
    with database.reading() as session:
        found = ticket_of(session, mine)
        assert (found.status, found.round, found.merged_into_id) == (Status.submitted, 2, None)
        assert found.unit_id == county.town_desk and found.due_at is not None and found.due_at > later(hours=1)
        assert found.lead_unit_id is None and found.closed_at is None and found.acknowledged_at is None
        wanted = select(TicketEvent.verb).where(TicketEvent.ticket_id == mine).order_by(col(TicketEvent.number))
        assert list(session.exec(wanted)) == ["submit", "assign", "merge", "unmerge"]
        assert list(breaches(session)) == [] and HoldRole.lead
    with database.writing() as session:
        with pytest.raises(Refused):
            act(session, mine, Unmerge(reason="再来一次"), county.dispatcher)
        act(session, mine, Merge(into=number_of(session, main)), county.dispatcher)


def test_praise_of_the_others_answer_does_not_go_with_it(
    villager: Official, database: Database, county: County, pair: tuple[int, int]
) -> None:
    main, mine = pair
    answers(database, county, main)
    assert rates(villager, mine).status == 303
    with database.writing() as session:
        act(session, mine, Unmerge(reason="不是一盏灯"), county.dispatcher)
    assert villager.ticket(mine).satisfaction is None
    page = her_page(villager, mine)
    assert "不是一回事" in page.words and "两盏灯都换了新的。" not in page.words


def test_a_wish_that_follows_a_follower_hears_the_last_ones_answer(
    villager: Official, database: Database, county: County, pair: tuple[int, int]
) -> None:
    main, mine = pair
    with database.writing() as session:
        last = wish_in(session, county, Status.in_progress)
        act(session, main, Merge(into=number_of(session, last)), county.dispatcher)
    answers(database, county, last)
    assert "两盏灯都换了新的。" in her_page(villager, mine).words
    assert rates(villager, mine).status == 303


def test_the_dispatcher_finds_the_button_and_what_it_does_to_the_clock(
    villager: Official, database: Database, county: County, pair: tuple[int, int]
) -> None:
    _main, mine = pair
    dispatcher = official(villager.client.app, database, county.dispatcher)  # type: ignore[arg-type]
    page = dispatcher.reads(mine)
    assert "unmerge" in page.buttons and "从现在起重新计派单时限" in page.words
    assert dispatcher.presses(mine, "unmerge", reason="").status == 422
    assert dispatcher.presses(mine, "unmerge", reason="不是一盏灯").status == 303


def test_the_parts_of_a_split_and_the_whole_are_linked_for_officials_and_for_her(
    villager: Official, database: Database, county: County
) -> None:
    with database.writing() as session:
        whole = submit_wish(session, county)
        act(session, whole, Split(parts=("三组的路灯坏了", "水渠堵了")), county.dispatcher)
        parts = [row.id for row in parts_of(session, whole)]
    assert len(parts) == 2
    dispatcher = official(villager.client.app, database, county.dispatcher)  # type: ignore[arg-type]
    page = dispatcher.reads(whole)
    assert all(dispatcher.address_of(part) in page.source for part in parts) and "拆出来的" in page.words
    assert dispatcher.address_of(whole) in dispatcher.reads(parts[0]).source
    hers = her_page(villager, whole)
    assert "分成几件来办" in hers.words and "水渠堵了" in hers.words
    assert all(f"/t/{tracking_token(part)}" in hers.source for part in parts)
    assert f"/t/{tracking_token(whole)}" in her_page(villager, parts[0]).source


def test_a_ticket_that_is_a_child_for_another_reason_is_not_shown_to_her(
    villager: Official, database: Database, county: County
) -> None:
    with database.writing() as session:
        whole = submit_wish(session, county)
        finding = submit_wish(session, county, later(hours=1), text="回头看发现的问题")
        ticket_of(session, finding).parent_id = whole
    assert tracking_token(finding) not in her_page(villager, whole).source
    assert tracking_token(whole) not in her_page(villager, finding).source
    assert not re.search("分成几件", her_page(villager, whole).words)


def test_who_rates_a_wish_by_the_rules_needs_the_answer(
    database: Database, county: County, pair: tuple[int, int]
) -> None:
    _main, mine = pair
    with database.writing() as session, pytest.raises(Refused, match="还没有答复"):
        act(session, mine, Rate(satisfaction=Satisfaction.satisfied))
