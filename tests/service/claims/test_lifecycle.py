"""A claim is help besides: the wish keeps its unit and its day, and every step stands in its own chain."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from service.claims.models import Claim
from service.database import Database
from service.errors import Conflict, NotFound
from service.oversight.checks import breaches
from service.tickets.models import Assignment, TicketEvent, TicketEventDetails
from tests.factories import NOW, County, act, add, later, ticket_of, wish_in
from tests.service.at_once import at_once
from tests.service.claims.conftest import (
    A_COMPANY_JOINS,
    FOR_A_COMPANY,
    FOR_US,
    MARK,
    WORDS,
    claim,
    does,
    pooled,
    state_of,
)
from workflows import claim_commands as c
from workflows.claim_words import ClaimantKind, PoolRank
from workflows.commands import Rate, Satisfaction, Withdraw
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import Status

TODAY = NOW.date()
RATED = Rate(satisfaction=Satisfaction.satisfied)


def events_of(session: Session, claim_id: int) -> list[tuple[str, str | None]]:
    wanted = select(TicketEvent.verb, TicketEvent.subject_to).where(TicketEvent.subject == f"claim:{claim_id}")
    return [(verb, to) for verb, to in session.exec(wanted.order_by(col(TicketEvent.number)))]


def test_from_the_pool_to_the_gift_while_unit_and_day_stay(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        before = ticket_of(session, wish)
        kept = (before.unit_id, before.lead_unit_id, before.due_at, before.status)
        assert (before.is_claimable, before.pool_words, before.pool_rank) == (True, WORDS, PoolRank.free)
        mine = claim(session, wish, county.wrong_handler)
        assert ticket_of(session, wish).pool_rank == PoolRank.claimed
        does(session, mine, county.wrong_handler, c.ContactClaimed(deliver_by=TODAY + timedelta(days=9), words="说好"))
        given_on = later(days=9).date()
        does(session, mine, county.wrong_handler, c.DeliverClaim(words="书一百本", given_on=given_on), later(days=9))
        after = ticket_of(session, wish)
        assert (after.unit_id, after.lead_unit_id, after.due_at, after.status) == kept
        assert after.pool_rank == PoolRank.delivered
        row = session.get_one(Claim, mine)
        assert (row.unit_id, row.claimant, row.phone) == (county.other_bureau, "县农业农村局", None)
        assert (row.contact_due_at, row.contacted_at) == (later(days=7), later(hours=1))
        assert (row.deliver_by, row.delivered_on, row.ended_at) == (given_on, given_on, later(days=9))
        assert events_of(session, mine) == [
            ("claim", "claimed"),
            ("contact_claimed", "contacted"),
            ("deliver_claim", "delivered"),
        ]
        assert session.exec(select(Assignment).where(Assignment.unit_id == county.other_bureau)).all() == []
    with database.reading() as session:
        assert list(map(str, breaches(session))) == []


def test_a_company_is_sealed_and_stands_in_no_event(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        theirs = claim(session, wish, county.village_secretary, FOR_A_COMPANY)
        row = session.get_one(Claim, theirs)
        assert (row.kind, row.claimant, row.phone, row.unit_id) == ("company", "青岭药业", "0915-2512345", None)
        told = str([words.details for words in session.exec(select(TicketEventDetails))])
        assert "青岭药业" not in told and "2512345" not in told
    with database.reading() as session:
        stored = session.execute(text("SELECT claimant, phone FROM claim")).one()
        assert all("青岭".encode() not in bytes(part) and b"2512345" not in bytes(part) for part in stored)


def test_several_may_join_and_each_only_once(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        with pytest.raises(Refused, match="还没有别人认领"):
            claim(session, wish, county.handler, c.JoinClaim(kind=ClaimantKind.organisation))
        claim(session, wish, county.wrong_handler)
        claim(session, wish, county.village_secretary, A_COMPANY_JOINS)
        with pytest.raises(Refused, match="一起认领"):
            claim(session, wish, county.handler)
        claim(session, wish, county.handler, c.JoinClaim(kind=ClaimantKind.organisation))
        again = [(county.wrong_handler, c.JoinClaim(kind=ClaimantKind.organisation)), (county.handler, A_COMPANY_JOINS)]
        for who, command in again:
            with pytest.raises(Refused, match="不用再认领"):
                claim(session, wish, who, command)
        other_name = c.JoinClaim(kind=ClaimantKind.company, name="青岭药业公司", phone="09152512345")
        with pytest.raises(Refused, match="不用再认领"):
            claim(session, wish, county.handler, other_name)
        assert len(session.exec(select(Claim)).all()) == 3


def test_who_gives_up_makes_room_and_may_come_back(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        mine = claim(session, wish, county.wrong_handler)
        does(session, mine, county.wrong_handler, c.WithdrawClaim(reason="书卖完了"))
        assert (state_of(session, mine), ticket_of(session, wish).pool_rank) == ("withdrawn", PoolRank.returned)
        assert state_of(session, claim(session, wish, county.wrong_handler)) == "claimed"


def test_what_is_not_in_the_pool_cannot_be_claimed(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress)
        with pytest.raises(Refused, match="已经不在认领池"):
            claim(session, wish, county.wrong_handler)
        act(session, wish, MARK, county.dispatcher)
        act(session, wish, c.UnmarkClaimable(reason="书够了"), county.dispatcher)
        assert ticket_of(session, wish).pool_rank is None
        with pytest.raises(Refused, match="已经不在认领池"):
            claim(session, wish, county.wrong_handler)


def test_a_wish_that_was_withdrawn_meanwhile_cannot_be_claimed(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        seen = ticket_of(session, wish).version
        act(session, wish, Withdraw(reason="自己买了"))
        with pytest.raises(Conflict):
            claim(session, wish, county.wrong_handler, version=seen)
        with pytest.raises(Refused, match="已经不在认领池"):
            claim(session, wish, county.wrong_handler)
        assert session.exec(select(Claim)).all() == []


def test_of_two_units_at_once_one_has_it_and_the_other_is_told(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
    people = iter([county.handler, county.wrong_handler])

    def claims() -> str:
        who = next(people)
        try:
            with database.writing() as session:
                claim(session, wish, who)
            return "claimed"
        except Refused as refused:
            return "一起认领" if "一起认领" in refused.sentence else refused.sentence

    assert sorted(at_once(claims)) == ["claimed", "一起认领"]
    with database.reading() as session:
        assert len(session.exec(select(Claim)).all()) == 1


def test_the_database_itself_refuses_a_second_running_claim_of_one_unit(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        mine = claim(session, wish, county.wrong_handler)
    with database.reading() as session:
        copied = Claim(**session.get_one(Claim, mine).model_dump(exclude={"id"}))
    with pytest.raises(IntegrityError), database.writing() as session:
        add(session, copied)


WRONG_UNIT: list[tuple[dict[str, Any], str]] = [({"unit": 1}, "自己的单位"), ({"unit": 10**6}, "自己的单位")]


@pytest.mark.parametrize(("fields", "said"), WRONG_UNIT)
def test_nobody_claims_for_a_unit_that_is_not_his(
    database: Database, county: County, fields: dict[str, Any], said: str
) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        with pytest.raises(Refused, match=said) as refused:
            claim(session, wish, county.wrong_handler, c.Claim(kind=ClaimantKind.organisation, **fields))
        assert refused.value.field == "unit"


def test_who_is_neither_handler_nor_dispatcher_claims_nothing(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        for who in (county.reviewer, county.supervisor, county.administrator, county.follow_up_officer):
            with pytest.raises(NotPermitted):
                claim(session, wish, who)


def test_a_stranger_does_nothing_to_a_claim_and_the_dispatcher_of_the_place_may_help(
    database: Database, county: County
) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        mine = claim(session, wish, county.wrong_handler)
        contact = c.ContactClaimed(deliver_by=TODAY)
        with pytest.raises(NotPermitted):
            does(session, mine, county.handler, contact)
        does(session, mine, county.dispatcher, contact)
        with pytest.raises(WrongStatus):
            does(session, mine, county.wrong_handler, contact)
        with pytest.raises(NotFound):
            does(session, mine + 1, county.dispatcher, contact)
        with pytest.raises(Conflict):
            does(session, mine, county.dispatcher, c.WithdrawClaim(reason="算了"), version=1)
        assert state_of(session, mine) == "contacted"


def test_a_claim_goes_on_when_the_wish_is_closed_and_is_told_in_its_chain(database: Database, county: County) -> None:
    with database.writing() as session:
        wish = pooled(session, county, Status.follow_up)
        mine = claim(session, wish, county.wrong_handler, FOR_US)
        act(session, wish, RATED, None, later(hours=2))
        assert ticket_of(session, wish).status is Status.closed and not ticket_of(session, wish).is_claimable
        does(session, mine, county.wrong_handler, c.DeliverClaim(words="书一百本", given_on=TODAY), later(hours=3))
        assert (state_of(session, mine), ticket_of(session, wish).pool_rank) == ("delivered", None)
    with database.reading() as session:
        assert list(map(str, breaches(session))) == []
