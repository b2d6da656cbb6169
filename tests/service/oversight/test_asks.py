"""Asks as they are written down: rows that begin, are decided or lapse, with the ticket, its holds and the clock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.reference import reference
from service.errors import Conflict
from service.oversight.checks import breaches
from service.oversight.sweep import rearm, sweep_escalations
from service.tickets import lifecycle
from service.tickets.casefile import case_of
from service.tickets.models import Ask, Assignment, Ticket
from tests.factories import NOW, County, act, actor, later, number_of, submit_wish, ticket_of, wish_in
from tests.service.at_once import at_once
from tests.service.oversight.conftest import Around
from tests.support.queries import counted
from workflows import commands as c
from workflows.ask_words import AskKind, AskState, PromiseState
from workflows.commands import Outcome, Satisfaction
from workflows.refusals import Refused
from workflows.statuses import Status

EXTENSION = c.RequestExtension(until=(NOW + timedelta(days=11)).date(), reason="灯杆要从外地调来")
GRANTED = c.Grant(ask=AskKind.extension)


def asks_of(session: Session, ticket_id: int) -> list[Ask]:
    return list(session.exec(select(Ask).where(Ask.ticket_id == ticket_id).order_by(col(Ask.id))))


def states_of(session: Session, ticket_id: int) -> list[tuple[AskKind, AskState]]:
    return [(ask.kind, ask.state) for ask in asks_of(session, ticket_id)]


@pytest.fixture
def session(database: Database, county: County) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def at_work(session: Session, county: County) -> int:
    return wish_in(session, county, Status.in_progress)


def test_what_is_asked_waits_with_decider_and_term(session: Session, county: County, at_work: int) -> None:
    act(session, at_work, EXTENSION, county.handler, later(hours=1))
    [ask] = asks_of(session, at_work)
    assert (ask.kind, ask.state, ask.unit_id, ask.asked_by_id) == (
        AskKind.extension,
        AskState.pending,
        county.bureau,
        county.handler,
    )
    assert ask.decider_unit_id == county.town_desk and ask.due_at > later(hours=1)
    assert ticket_of(session, at_work).pending_asks == 1
    case = case_of(session, ticket_of(session, at_work), reference(session))
    assert [pending.kind for pending in case.asks] == [AskKind.extension]
    assert list(breaches(session)) == []


def test_an_extension_moves_promise_and_hold_and_the_original_stays(
    session: Session, county: County, at_work: int
) -> None:
    before = ticket_of(session, at_work).due_at
    act(session, at_work, EXTENSION, county.handler)
    act(session, at_work, GRANTED, county.dispatcher, later(hours=2))
    ticket = ticket_of(session, at_work)
    assert ticket.original_due_at == before and ticket.due_at is not None and before is not None
    assert ticket.due_at > before and (ticket.extension_count, ticket.pending_asks) == (1, 0)
    lead = session.exec(select(Assignment).where(Assignment.ticket_id == at_work, col(Assignment.ended_at).is_(None)))
    assert lead.one().due_at == ticket.due_at
    [ask] = asks_of(session, at_work)
    assert (ask.state, ask.decided_by_id, ask.granted_until) == (AskState.granted, county.dispatcher, EXTENSION.until)
    assert list(breaches(session)) == []


def test_what_was_asked_lapses_when_the_ticket_goes_on_in_another_way(session: Session, county: County) -> None:
    reply = c.Reply(outcome=Outcome.resolved, words="路灯已经修好")
    main = submit_wish(session, county)
    for command, who in (
        (reply, county.handler),
        (c.Withdraw(), None),
        (c.Reassign(unit=county.other_bureau, reason="换一家"), county.dispatcher),
        (c.Merge(into=number_of(session, main)), county.dispatcher),
    ):
        ticket_id = wish_in(session, county, Status.in_progress)
        act(session, ticket_id, EXTENSION, county.handler)
        act(session, ticket_id, command, who)
        assert states_of(session, ticket_id) == [(AskKind.extension, AskState.lapsed)], command.verb
        assert ticket_of(session, ticket_id).pending_asks == 0
    assert list(breaches(session)) == []


def test_a_lapsed_or_refused_ask_may_be_asked_again(session: Session, county: County, at_work: int) -> None:
    act(session, at_work, EXTENSION, county.handler)
    act(session, at_work, c.Refuse(ask=AskKind.extension, note="本地就有"), county.dispatcher)
    act(session, at_work, EXTENSION, county.handler)
    states = [state for _kind, state in states_of(session, at_work)]
    assert states == [AskState.refused, AskState.pending]


def test_of_two_deciders_at_once_one_decides_and_the_other_is_told(database: Database, county: County) -> None:
    with database.writing() as session:
        ticket_id = wish_in(session, county, Status.in_progress)
        act(session, ticket_id, EXTENSION, county.handler)
        seen = ticket_of(session, ticket_id).version
        deciders = iter([actor(session, ticket_id, who) for who in (county.dispatcher, county.county_dispatcher)])

    def decide() -> str:
        who = next(deciders)
        try:
            with database.writing() as session:
                lifecycle.perform(session, ticket_id, GRANTED, who, NOW, seen)
        except Conflict:
            return "too late"
        return "decided"

    assert sorted(at_once(decide)) == ["decided", "too late"]
    with database.reading() as session:
        assert states_of(session, ticket_id) == [(AskKind.extension, AskState.granted)]
        assert ticket_of(session, ticket_id).extension_count == 1


def test_units_that_are_asked_for_have_to_exist(session: Session, county: County, at_work: int) -> None:
    for command in (
        c.RequestReturn(unit=4711, reason="不归我们管"),
        c.RequestConsultation(units=(county.other_bureau, 4711), reason="说不清归谁"),
    ):
        with pytest.raises(Refused, match="没有这个单位"):
            act(session, at_work, command, county.handler)


def test_a_return_goes_round_once_and_is_ruled_the_second_time(session: Session, county: County) -> None:
    ticket_id = wish_in(session, county, Status.assigned)
    due = ticket_of(session, ticket_id).due_at
    act(session, ticket_id, c.RequestReturn(unit=county.other_bureau, reason="不归我们管"), county.handler)
    assert ticket_of(session, ticket_id).unit_id == county.bureau, "until somebody else has it, it leads"
    granted = c.Grant(ask=AskKind.giving_back, unit=county.other_bureau)
    act(session, ticket_id, granted, county.dispatcher)
    act(session, ticket_id, c.RequestReturn(unit=county.bureau, reason="也不归我们管"), county.wrong_handler)
    ruling = c.Rule(unit=county.bureau, supporting=(county.other_bureau,), words="由交通局主办")
    act(session, ticket_id, ruling, county.county_dispatcher)
    ticket = ticket_of(session, ticket_id)
    assert (ticket.lead_unit_id, ticket.ruled_unit_id, ticket.return_count) == (county.bureau, county.bureau, 2)
    assert ticket.due_at == due, "what she was promised stays"
    with pytest.raises(Refused):
        act(session, ticket_id, c.RequestReturn(unit=county.other_bureau, reason="还是不归"), county.handler)
    assert list(breaches(session)) == []


def test_what_is_put_off_comes_back_by_itself_whoever_sweeps(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        ticket_id = wish_in(session, county, Status.deferred)
        ticket = ticket_of(session, ticket_id)
        day, original = ticket.deferred_until, ticket.original_due_at
        assert (ticket.unit_id, ticket.status) == (county.bureau, Status.deferred)
        assert list(breaches(session)) == []
    assert day is not None
    morning = ticket.due_at
    assert morning is not None
    assert sweep_escalations(around(morning - timedelta(hours=1))).done == 1, "it is reminded of"
    at_once(lambda: sweep_escalations(around(morning)))
    with database.reading() as session:
        back = ticket_of(session, ticket_id)
        assert (back.status, back.deferred_until) == (Status.in_progress, None)
        assert back.original_due_at == original and back.due_at is not None and back.due_at > morning
        assert list(breaches(session)) == []


def test_a_ticket_may_be_put_off_and_extended_again_and_every_rule_fires_again(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        ticket_id = wish_in(session, county, Status.in_progress)
    assert sweep_escalations(around(later(days=4, hours=4))).done == 1
    with database.writing() as session:
        act(session, ticket_id, EXTENSION, county.handler, later(days=4, hours=5))
        act(session, ticket_id, GRANTED, county.dispatcher, later(days=4, hours=6))
    assert sweep_escalations(around(later(days=13))).done == 2, "due soon once more, and overdue"


def test_nobody_decides_and_the_clock_says_so_once(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        ticket_id = wish_in(session, county, Status.in_progress)
        act(session, ticket_id, EXTENSION, county.handler)
        due = asks_of(session, ticket_id)[0].due_at
    assert sweep_escalations(around(due)).done == 1
    assert sweep_escalations(around(due)).done == 0
    assert sweep_escalations(around(due + timedelta(days=1))).done == 1


def test_a_case_without_asks_costs_no_query_more(database: Database, county: County) -> None:
    with database.writing() as session:
        plain = wish_in(session, county, Status.in_progress)
        asked = wish_in(session, county, Status.in_progress)
        act(session, asked, EXTENSION, county.handler)
    counts = []
    for ticket_id in (plain, asked):
        with database.reading() as session:
            ticket = session.get_one(Ticket, ticket_id)
            known = reference(session)
            with counted() as queries:
                case_of(session, ticket, known)
            counts.append(len(queries))
    assert counts == [3, 4]


def promised_wish(session: Session, county: County, day: date) -> int:
    ticket_id = wish_in(session, county, Status.in_progress)
    answer = c.Reply(outcome=Outcome.for_now, words="明年二月送一百株好苗", promised_for=day)
    act(session, ticket_id, answer, county.handler)
    act(session, ticket_id, c.ApproveReply(), county.reviewer)
    act(session, ticket_id, c.Rate(satisfaction=Satisfaction.satisfied))
    return ticket_id


def test_a_promise_is_watched_on_a_closed_ticket_too(database: Database, county: County, around: Around) -> None:
    day = later(days=40).date()
    with database.writing() as session:
        kept, broken = (promised_wish(session, county, day) for _ticket in range(2))
        assert ticket_of(session, kept).status is Status.closed
        act(session, kept, c.KeepPromise(words="苗子已经送到家里"), county.handler, later(days=30))
    evening = datetime.combine(day, datetime.min.time(), NOW.tzinfo) + timedelta(hours=10)
    assert sweep_escalations(around(evening)).done == 2, "reminded, and then broken"
    with database.writing() as session:
        states = [ticket_of(session, each).promise_state for each in (kept, broken)]
        assert states == [PromiseState.kept, PromiseState.broken]
        act(session, broken, c.ConfirmPromise(is_kept=False, words="苗子没有来"), None, later(days=41))
        assert ticket_of(session, broken).promise_confirmed is False
        assert list(breaches(session)) == []


def test_the_alarm_of_a_promise_on_a_closed_ticket_is_set_anew_in_the_night(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        promised = promised_wish(session, county, later(days=40).date())
        alarm_at = ticket_of(session, promised).alarm_at
        session.execute(text("UPDATE ticket SET alarm_at = NULL"))
    assert (rearm(around()).done, rearm(around()).done) == (1, 0)
    with database.reading() as session:
        assert ticket_of(session, promised).alarm_at == alarm_at is not None
