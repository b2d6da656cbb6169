"""Early warning: each row of the table on real tickets, told once to supervisors, and only where something changed."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from service import jobs
from service.database import Database
from service.jobs import Job, Register
from service.outbox.models import Delivery
from service.outbox.planning import plan_notices
from service.oversight import early_warning
from service.oversight.early_warning import raise_warnings
from service.tickets.models import EscalationFiring, Ticket, TicketEvent
from tests.factories import County, act, later, submit_wish, ticket_of, wish_in
from tests.service.at_once import at_once
from tests.service.oversight.conftest import Around
from workflows.commands import Note, Rate, Satisfaction
from workflows.statuses import Status
from workflows.warnings import WARNINGS, Warning


def warned(database: Database, ticket_id: int) -> list[str]:
    with database.reading() as session:
        wanted = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id, TicketEvent.verb == "warn")
        return [event.rule or "" for event in session.exec(wanted.order_by(col(TicketEvent.number)))]


def ticket_with(database: Database, county: County, name: str) -> int:
    """An open ticket of which this row warns and no other."""
    with database.writing() as session:
        if name == "danger":
            return submit_wish(session, county, text="河边的老房子塌了一角，里面还住着人")
        if name == "same_household":
            for day in (1, 2):
                submit_wish(session, county, later(days=day), phone="13900001111", text=f"第{day}件：水又停了")
            return submit_wish(session, county, later(days=80), phone="13900001111", text="第三件：水还是停")
        if name == "reopened":
            wish = wish_in(session, county, Status.follow_up)
            act(session, wish, Rate(satisfaction=Satisfaction.dissatisfied, words="没修好"), None)
            return wish
        wish = wish_in(session, county, Status.in_progress)
        column = {"returned_twice": "return_count", "overdue_twice": "overdue_count"}[name]
        setattr(ticket_of(session, wish), column, 2)
        return wish


@pytest.mark.parametrize("row", WARNINGS, ids=lambda row: row.name)
def test_each_warning_is_given_once_and_told_to_the_supervisors(
    database: Database, county: County, around: Around, row: Warning
) -> None:
    wish = ticket_with(database, county, row.name)
    before = status_and_clocks(database, wish)
    assert raise_warnings(around(later(days=81))).done == 1
    assert warned(database, wish) == [row.rule]
    assert raise_warnings(around(later(days=82))).done == 0
    assert status_and_clocks(database, wish) == before, "a warning changes nothing"
    plan_notices(around(later(days=81)))
    with database.reading() as session:
        told = session.exec(select(Delivery).where(Delivery.verb == "warn")).all()
        proof = session.exec(select(EscalationFiring).where(EscalationFiring.rule == row.rule)).one()
    assert [each.person_id for each in told] == [county.supervisor] and row.explained in told[0].body
    assert proof.ticket_id == wish


def status_and_clocks(database: Database, ticket_id: int) -> tuple[object, ...]:
    with database.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        return (ticket.status, ticket.due_at, ticket.unit_id, ticket.alarm_at, ticket.supervised_at)


def test_two_jobs_at_once_warn_once(database: Database, county: County, around: Around) -> None:
    wishes = [ticket_with(database, county, "danger") for _ in range(6)]
    tallies = at_once(lambda: raise_warnings(around(later(hours=1))))
    assert [tally.failed for tally in tallies] == [0, 0]
    for wish in wishes:
        assert len(set(warned(database, wish))) == len(warned(database, wish)) > 0


def test_only_what_has_changed_is_looked_at(database: Database, county: County, around: Around) -> None:
    job, register = Job("raise_warnings", raise_warnings, every=timedelta(minutes=5)), Register(database)
    quiet = ticket_with(database, county, "returned_twice")
    with database.writing() as session:
        ticket_of(session, quiet).return_count = 0
    now = jobs.clock.now()
    assert jobs.run(job, around(now), register).done == 0
    with database.writing() as session:
        ticket_of(session, quiet).return_count = 2
    assert raise_warnings(around(now)).done == 0, "nothing has happened to it, as far as events tell"
    with database.writing() as session:
        act(session, quiet, Note(words="又退了一次"), county.handler, now)
    assert raise_warnings(around(now)).done == 1


def test_what_failed_is_looked_for_again(
    database: Database, county: County, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = ticket_with(database, county, "danger")

    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError("the machine was switched off")

    with monkeypatch.context() as patch:
        patch.setattr(early_warning.lifecycle, "perform", fail)
        job = Job("raise_warnings", raise_warnings, every=timedelta(minutes=5))
        assert jobs.run(job, around(jobs.clock.now()), Register(database)).failed == 1
    assert warned(database, wish) == []
    assert raise_warnings(around()).done == 1


def test_what_has_ended_is_warned_of_no_more(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish_in(session, county, Status.closed, text="着火了，快来人")
    assert raise_warnings(around()).done == 0


def test_parts_split_off_and_old_wishes_make_no_household(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        for day in (0, 1, 95):
            submit_wish(session, county, later(days=day), phone="13900002222", text=f"第{day}天：路灯坏了")
    assert raise_warnings(around(later(days=96))).done == 0
