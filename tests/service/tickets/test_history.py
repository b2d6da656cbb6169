"""A wish that comes with its past is written as if every step had been taken here, one after another."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.reference import reference
from service.oversight.checks import breaches
from service.tickets import history, lifecycle, search
from service.tickets.desk_words import END_WORDS
from service.tickets.models import (
    Ask,
    Assignment,
    EscalationFiring,
    OutboxRow,
    Ticket,
    TicketEvent,
    TicketEventDetails,
)
from service.tickets.records import Origin
from tests.factories import NOW, County, build_county, later, wish
from workflows.actors import IMPORTER, NEW_RESIDENT, Actor, Post, resident_of, system
from workflows.ask_words import AskKind
from workflows.changes import HoldRole
from workflows.commands import (
    Acknowledge,
    ApproveReply,
    Assign,
    Close,
    CommandBase,
    Expedite,
    Grant,
    Outcome,
    PressDecision,
    Rate,
    Reassign,
    Reply,
    RequestExtension,
    Satisfaction,
    Submit,
)
from workflows.refusals import Refused, WrongStatus
from workflows.statuses import Role, Source, Status

Steps = list[tuple[CommandBase, datetime, Actor]]

ENDS: dict[str, Steps] = {
    "": [],
    "rated": [(Rate(satisfaction=Satisfaction.satisfied, words="快"), later(days=10), NEW_RESIDENT)],
    "closed": [(Close(reason="历史工单"), later(days=40), IMPORTER)],
    "discontent": [
        (Rate(satisfaction=Satisfaction.dissatisfied), later(days=10), NEW_RESIDENT),
        (Close(reason="历史工单"), later(days=40), IMPORTER),
    ],
}
LENGTHS = [(0, ""), (1, ""), (2, ""), (3, ""), (4, ""), (4, "rated"), (4, "closed"), (4, "discontent")]


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


def steps_of(county: County, length: int, end: str) -> Steps:
    road: Steps = [
        (Assign(unit=county.bureau, supporting=(county.other_bureau,)), later(hours=1), IMPORTER),
        (Acknowledge(), later(hours=2), IMPORTER),
        (Reply(outcome=Outcome.resolved, words="路灯已经修好，请您看看。"), later(days=9), IMPORTER),
        (ApproveReply(), later(days=9), IMPORTER),
    ]
    return road[:length] + ENDS[end]


def submission(county: County) -> Submit:
    return wish(county, source=Source.imported, name="王大爷", place="老槐树下")


def told(session: Session, county: County, steps: Steps, key: str | None = None) -> history.Past:
    past = history.begin(submission(county), NOW, reference(session), Origin(link=county.link, source_key=key))
    for command, at, actor in steps:
        past.tell(command, at, actor)
    return past


def perform(session: Session, county: County, steps: Steps) -> int:
    origin = Origin(link=county.link)
    ticket_id = lifecycle.submit(session, submission(county), IMPORTER, NOW, origin, is_quiet=True).ticket_id
    for command, at, actor in steps:
        who = resident_of(ticket_id) if actor == NEW_RESIDENT else actor
        lifecycle.perform(session, ticket_id, command, who, at, is_quiet=True)
    return ticket_id


def rows(session: Session, table: Any, ticket_id: int, *left_out: str) -> list[dict[str, Any]]:
    found = session.exec(select(table).where(table.ticket_id == ticket_id).order_by(table.id)).all()
    return [columns(row, "id", "ticket_id", *left_out) for row in found]


def columns(row: Any, *left_out: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).model_fields if name not in left_out}


def everything(session: Session, ticket_id: int) -> dict[str, Any]:
    words = (
        select(TicketEventDetails.details)
        .join(TicketEvent, col(TicketEvent.id) == col(TicketEventDetails.event_id))
        .where(TicketEvent.ticket_id == ticket_id)
        .order_by(col(TicketEvent.number))
    )
    return {
        "ticket": columns(session.get_one(Ticket, ticket_id), "id"),
        "events": rows(session, TicketEvent, ticket_id, "digest", "previous_hash", "hash"),
        "words": session.exec(words).all(),
        "holds": sorted(rows(session, Assignment, ticket_id), key=lambda hold: (hold["started_at"], hold["unit_id"])),
        "asks": rows(session, Ask, ticket_id),
        "firings": sorted(session.exec(_firings(ticket_id)).all()),
        "found": ticket_id in search.nearest(session, "村口的路灯", col(Ticket.id) == ticket_id, 5),
    }


def _firings(ticket_id: int) -> Any:
    fired = (col(EscalationFiring.rule), col(EscalationFiring.round), col(EscalationFiring.at))
    return select(*fired).where(EscalationFiring.ticket_id == ticket_id)


@pytest.mark.parametrize(("length", "end"), LENGTHS)
def test_a_told_past_is_the_same_as_one_that_was_lived_here(
    database: Database, county: County, length: int, end: str
) -> None:
    assert_told_as_lived(database, county, steps_of(county, length, end))


def test_a_unit_that_takes_over_the_lead_supports_no_longer(database: Database, county: County) -> None:
    dispatcher = Actor(person=county.dispatcher, posts=(Post(Role.dispatcher, county.town_desk, "/1/"),))
    taken_over = (Reassign(unit=county.other_bureau, reason="归协办单位管"), later(hours=3), dispatcher)
    lived = assert_told_as_lived(database, county, [*steps_of(county, 2, ""), taken_over])
    with database.reading() as session:
        holds = session.exec(select(Assignment).where(Assignment.ticket_id == lived)).all()
        ends = {(hold.unit_id, hold.role, hold.ended_how) for hold in holds if hold.unit_id != county.town_desk}
    assert ends == {
        (county.bureau, HoldRole.lead, "reassigned"),
        (county.other_bureau, HoldRole.supporting, "leads_now"),
        (county.other_bureau, HoldRole.lead, None),
    }


def test_what_was_asked_and_what_the_clock_did_is_told_as_it_was_lived(database: Database, county: County) -> None:
    handler = Actor(person=county.handler, posts=(Post(Role.handler, county.bureau, "/1/"),))
    dispatcher = Actor(person=county.dispatcher, posts=(Post(Role.dispatcher, county.town_desk, "/1/"),))
    until = later(days=9).date()
    asked: Steps = [
        (Expedite(note="答复期限快到了。"), later(days=4), system("due_soon")),
        (RequestExtension(until=until, reason="连着落雨，等天晴。"), later(days=4, hours=1), handler),
        (PressDecision(note="请尽快决定。"), later(days=6), system("undecided")),
        (Grant(ask=AskKind.extension), later(days=6, hours=1), dispatcher),
        (Expedite(note="答复期限快到了。"), later(days=8), system("due_soon")),
    ]
    assert_told_as_lived(database, county, [*steps_of(county, 2, ""), *asked])
    with database.reading() as session:
        assert session.exec(select(EscalationFiring.rule)).all().count("due_soon") == 2


def assert_told_as_lived(database: Database, county: County, steps: Steps) -> int:
    """The number of the wish that was lived."""
    with database.writing() as session:
        lived = perform(session, county, steps)
        written = history.write(session, [told(session, county, steps)], reference(session))
    with database.reading() as session:
        assert everything(session, written[0]) == everything(session, lived)
        assert list(breaches(session)) == []
        assert session.exec(select(OutboxRow)).all() == []
        assert set(session.exec(select(Assignment.ended_how)).all()) <= {None, *END_WORDS}
    return lived


def test_many_are_written_together_and_answered_in_their_order(database: Database, county: County) -> None:
    with database.writing() as session:
        pasts = [
            told(session, county, steps_of(county, length, end), f"import:{number}")
            for number, (length, end) in enumerate(LENGTHS * 20)
        ]
        ids = history.write(session, pasts, reference(session))
    with database.reading() as session:
        keys = dict(session.execute(select(col(Ticket.id), col(Ticket.source_key))).all())
        assert [keys[ticket_id] for ticket_id in ids] == [past.origin.source_key for past in pasts]
        assert list(breaches(session)) == []


def test_nothing_is_written_for_nobody(database: Database, county: County) -> None:
    with database.writing() as session:
        assert history.write(session, [], reference(session)) == []


def test_the_same_wish_twice_is_refused_by_the_database(database: Database, county: County) -> None:
    with database.writing() as session:
        history.write(session, [told(session, county, [], "import:1")], reference(session))
    with pytest.raises(IntegrityError), database.writing() as session:
        history.write(session, [told(session, county, [], "import:1")], reference(session))


def test_the_rules_refuse_a_past_that_could_not_have_happened(database: Database, county: County) -> None:
    with database.reading() as session:
        past = told(session, county, [])
        with pytest.raises(WrongStatus):
            past.tell(Acknowledge(), NOW)
        past.tell(Assign(unit=county.bureau), later(hours=1))
        with pytest.raises(ValueError, match="order of time"):
            past.tell(Acknowledge(), NOW)
        assert past.status is Status.assigned


def test_history_is_not_closed_while_the_villager_can_be_asked(database: Database, county: County) -> None:
    with database.reading() as session:
        past = told(session, county, steps_of(county, 4, ""))
        assert past.case.hold_due is not None
        with pytest.raises(Refused):
            past.tell(Close(reason="历史工单"), later(days=10))
        past.tell(Close(reason="历史工单"), past.case.hold_due)
        assert past.status is Status.closed
