"""The sweep: rules of the clock fire when they are due, once in a round, whatever else happens and whoever sweeps."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from service.database import Database
from service.directory import lifecycle as directory
from service.oversight import sweep
from service.oversight.sweep import LATER, rearm, sweep_escalations
from service.tickets.models import EscalationFiring, OutboxRow, Ticket, TicketEvent
from tests.factories import NOW, County, act, later, submit_wish, ticket_of, wish_in
from tests.service.at_once import at_once
from tests.service.oversight.conftest import Around
from workflows.actors import Actor
from workflows.cases import Case
from workflows.commands import Acknowledge, Assign, CommandBase, Note, Rate, Reassign, Satisfaction
from workflows.statuses import Status
from workflows.terms import Term, TermUnit

UNACKNOWLEDGED_AT, OVERDUE_AT, LONG_OVERDUE_AT = later(days=2), later(days=8), later(days=15)


def fired(database: Database, ticket_id: int) -> list[tuple[int, str]]:
    """Round and rule of all that the clock has done to a ticket, in its order."""
    with database.reading() as session:
        wanted = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id, col(TicketEvent.rule).is_not(None))
        return [(event.round, event.rule or "") for event in session.exec(wanted.order_by(col(TicketEvent.number)))]


def test_rules_fire_when_they_are_due(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned)
    assert sweep_escalations(around(later(hours=3))).done == 0
    assert sweep_escalations(around(UNACKNOWLEDGED_AT)).done == 1
    assert fired(database, wish) == [(1, "unacknowledged")]
    assert sweep_escalations(around(OVERDUE_AT)).done == 2
    assert sweep_escalations(around(LONG_OVERDUE_AT)).done == 1
    assert [rule for _round, rule in fired(database, wish)] == [
        "unacknowledged",
        "due_soon",
        "overdue",
        "long_overdue",
    ]
    with database.reading() as session:
        ticket = ticket_of(session, wish)
    assert ticket.overdue_at == OVERDUE_AT and ticket.supervised_at == LONG_OVERDUE_AT
    assert ticket.alarm_at == ticket.supervision_due_at, "the next thing that is waited for is the answer"


def test_a_machine_that_was_off_for_weeks_catches_up_in_one_sweep(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned)
    assert sweep_escalations(around(later(days=40))).done == 4
    assert len(fired(database, wish)) == 4
    assert sweep_escalations(around(later(days=41))).done == 0


def test_nobody_dispatching_is_urged_and_then_supervised(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county)
    sweep_escalations(around(later(hours=8)))
    sweep_escalations(around(later(days=3)))
    assert fired(database, wish) == [(1, "undispatched"), (1, "undispatched_overdue"), (1, "undispatched_long")]


def test_a_late_dispatch_is_marked_and_is_not_the_units_lateness(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county)
    sweep_escalations(around(later(hours=8)))
    with database.reading() as session:
        assert ticket_of(session, wish).overdue_at == later(hours=8)
    with database.writing() as session:
        act(session, wish, Assign(unit=county.bureau), county.dispatcher, later(hours=8))
        assert (ticket_of(session, wish).overdue_at, ticket_of(session, wish).overdue_count) == (None, 0)
    sweep_escalations(around(OVERDUE_AT))
    with database.reading() as session:
        assert (ticket_of(session, wish).overdue_at, ticket_of(session, wish).overdue_count) == (OVERDUE_AT, 1)


def test_the_next_holder_is_pressed_as_the_one_before_him(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned)
    sweep_escalations(around(UNACKNOWLEDGED_AT))
    to_another = Reassign(unit=county.other_bureau, reason="这件事归农业农村局管")
    with database.writing() as session:
        act(session, wish, to_another, county.dispatcher, UNACKNOWLEDGED_AT)
    assert sweep_escalations(around(UNACKNOWLEDGED_AT)).done == 0
    for again in (1, 0):
        assert sweep_escalations(around(UNACKNOWLEDGED_AT + timedelta(days=1, hours=9))).done == again
    assert fired(database, wish) == [(1, "unacknowledged")] * 2


def test_two_sweeps_at_once_fire_once(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wishes = [wish_in(session, county, Status.assigned) for _ in range(8)]
    for moment in (UNACKNOWLEDGED_AT, OVERDUE_AT, LONG_OVERDUE_AT):
        tallies = at_once(lambda moment=moment: sweep_escalations(around(moment)))  # type: ignore[misc]
        assert [tally.failed for tally in tallies] == [0, 0]
    for wish in wishes:
        assert [rule for _round, rule in fired(database, wish)] == [
            "unacknowledged",
            "due_soon",
            "overdue",
            "long_overdue",
        ]


def test_each_firing_is_told_like_any_other_event(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish_in(session, county, Status.assigned)
        session.execute(text("DELETE FROM outbox"))
    sweep_escalations(around(UNACKNOWLEDGED_AT))
    with database.reading() as session:
        assert len(session.exec(select(OutboxRow)).all()) == 1


def test_notes_and_other_acts_do_not_make_a_rule_fire_again(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned)
    sweep_escalations(around(OVERDUE_AT))
    before = fired(database, wish)
    with database.writing() as session:
        act(session, wish, Note(words="打过电话了"), county.handler, OVERDUE_AT)
        act(session, wish, Acknowledge(), county.handler, OVERDUE_AT)
    rearm(around(OVERDUE_AT))
    sweep_escalations(around(OVERDUE_AT))
    assert fired(database, wish) == before


def test_a_new_round_has_its_own_rules(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned)
    sweep_escalations(around(OVERDUE_AT))
    with database.writing() as session:
        again = wish_in(session, county, Status.follow_up, OVERDUE_AT)
        act(session, again, Rate(satisfaction=Satisfaction.dissatisfied, words="没修好"), None, OVERDUE_AT)
    sweep_escalations(around(later(days=40)))
    assert {round for round, _rule in fired(database, again)} == {2}
    assert (1, "long_overdue") in fired(database, wish)


def test_a_bad_ticket_waits_an_hour_and_does_not_stop_the_others(
    database: Database, county: County, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        bad, good = (wish_in(session, county, Status.assigned) for _ in range(2))
    perform = sweep.lifecycle.perform

    def fails_for_one(session: Session, ticket_id: int, command: CommandBase, actor: Actor, now: datetime) -> object:
        done = perform(session, ticket_id, command, actor, now)
        if ticket_id == bad:
            raise LookupError("something is missing")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(sweep.lifecycle, "perform", fails_for_one)
        tally = sweep_escalations(around(UNACKNOWLEDGED_AT))
    assert (tally.done, tally.failed) == (1, 1)
    assert tally.error == f"ticket {bad}: LookupError: something is missing"
    assert (fired(database, bad), fired(database, good)) == ([], [(1, "unacknowledged")])
    with database.reading() as session:
        assert ticket_of(session, bad).alarm_at == UNACKNOWLEDGED_AT + LATER
    assert sweep_escalations(around(UNACKNOWLEDGED_AT)).done == 0
    assert sweep_escalations(around(UNACKNOWLEDGED_AT + LATER)).done == 1


def test_an_alarm_that_went_off_for_nothing_is_set_anew(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned)
        right = ticket_of(session, wish).alarm_at
        session.execute(text("UPDATE ticket SET alarm_at = created_at"))
    assert sweep_escalations(around()).done == 0
    with database.reading() as session:
        assert ticket_of(session, wish).alarm_at == right


def test_more_alarms_than_one_batch_holds(
    database: Database, county: County, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    with database.writing() as session:
        for _ in range(5):
            wish_in(session, county, Status.assigned)
    assert sweep_escalations(around(UNACKNOWLEDGED_AT)).done == 5


def test_a_sweep_that_no_longer_leads_stops_between_two_tickets(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        for _ in range(3):
            wish_in(session, county, Status.assigned)
    answers = iter([True, True, False])
    ending = around(UNACKNOWLEDGED_AT)
    ending = type(ending)(ending.database, ending.settings, ending.now, lambda: next(answers))
    assert sweep_escalations(ending).done == 2


def test_the_sweep_reads_the_index_of_alarms_only(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        asked = (
            "EXPLAIN QUERY PLAN SELECT id FROM ticket WHERE alarm_at <= '2026-01-01' ORDER BY alarm_at, id LIMIT 500"
        )
        plan = " ".join(str(row) for row in session.execute(text(asked)))
    assert "ix_ticket_alarm" in plan and "SCAN" not in plan


def test_after_a_limit_changed_the_alarms_are_set_anew(
    database: Database, county: County, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    with database.writing() as session:
        wishes = [wish_in(session, county, Status.assigned) for _ in range(3)]
        wish_in(session, county, Status.closed)
        directory.set_limit(session, "acknowledge", Term(1, TermUnit.hours), None, NOW)
    assert rearm(around()).done == 3
    assert rearm(around()).done == 0
    with database.reading() as session:
        assert {ticket_of(session, wish).alarm_at for wish in wishes} == {later(hours=1)}


def test_a_ticket_whose_alarm_cannot_be_set_does_not_stop_the_others(
    database: Database, county: County, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        bad, good = (wish_in(session, county, Status.assigned) for _ in range(2))
        session.execute(text("UPDATE ticket SET alarm_at = NULL"))
    next_alarm = sweep.next_alarm

    def fails_for_one(case: Case) -> datetime | None:
        if case.id == bad:
            raise LookupError
        return next_alarm(case)

    monkeypatch.setattr(sweep, "next_alarm", fails_for_one)
    tally = rearm(around())
    assert (tally.done, tally.failed) == (1, 1)
    with database.reading() as session:
        assert ticket_of(session, good).alarm_at is not None


def test_the_alarm_of_a_ticket_that_moves_meanwhile_is_left_alone(
    database: Database, county: County, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned)
        session.execute(text("UPDATE ticket SET alarm_at = NULL"))
    wrong_alarms = sweep._wrong_alarms

    def moves_meanwhile(*given: object) -> object:
        found = list(wrong_alarms(*given))  # type: ignore[arg-type]
        with database.writing() as session:
            act(session, wish, Acknowledge(), county.handler)
        return found

    monkeypatch.setattr(sweep, "_wrong_alarms", moves_meanwhile)
    with database.reading() as session:
        assert ticket_of(session, wish).alarm_at is None
    rearm(around())
    with database.reading() as session:
        after = ticket_of(session, wish)
    assert after.status is Status.in_progress and after.alarm_at is not None and after.alarm_at > UNACKNOWLEDGED_AT


def test_every_open_ticket_without_unit_or_alarm_would_be_seen(database: Database, county: County) -> None:
    with database.writing() as session:
        for status in (Status.submitted, Status.assigned, Status.in_progress, Status.replied, Status.follow_up):
            wish_in(session, county, status)
        silent = session.exec(select(Ticket.id).where(col(Ticket.alarm_at).is_(None))).all()
        assert silent == [] and session.exec(select(EscalationFiring)).all() == []
