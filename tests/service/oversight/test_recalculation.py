"""A year's calendar is published: deadlines that reached into it are counted again, and only those."""

from datetime import UTC, date, datetime

from sqlmodel import col, select

from service.database import Database
from service.directory import lifecycle as directory
from service.oversight.recalculation import recalculate_provisional
from service.tickets.models import TicketEvent, TicketEventDetails
from tests.factories import NOW, County, submit_wish, ticket_of, wish_in
from tests.service.at_once import at_once
from tests.service.oversight.conftest import Around
from workflows.calendar_years import CalendarYearData
from workflows.statuses import Status
from workflows.terms import DayKind, SpecialDay

DECEMBER = datetime(2026, 12, 29, 2, 0, tzinfo=UTC)
NEW_YEAR = CalendarYearData(2027, {date(2027, 1, 4): SpecialDay(DayKind.off, "元旦")})


def publish(database: Database) -> None:
    with database.writing() as session:
        directory.publish_year(session, NEW_YEAR, "国务院办公厅通知", None, DECEMBER)


def events(database: Database, ticket_id: int) -> list[TicketEvent]:
    with database.reading() as session:
        wanted = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id, TicketEvent.verb == "recalculate_due")
        return list(session.exec(wanted.order_by(col(TicketEvent.number))))


def test_nothing_happens_before_the_year_is_published(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned, DECEMBER)
        assert ticket_of(session, wish).due_is_provisional
    assert recalculate_provisional(around(DECEMBER)).done == 0
    assert events(database, wish) == []


def test_a_provisional_deadline_is_counted_again_once(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned, DECEMBER)
        certain = wish_in(session, county, Status.assigned, NOW)
        before = ticket_of(session, wish).due_at
    publish(database)
    tallies = at_once(lambda: recalculate_provisional(around(DECEMBER)))
    assert [tally.failed for tally in tallies] == [0, 0]
    assert recalculate_provisional(around(DECEMBER)).done == 0
    [event] = events(database, wish)
    assert (event.rule, events(database, certain)) == ("calendar", [])
    with database.reading() as session:
        after = ticket_of(session, wish)
        assert not after.due_is_provisional
        assert before is not None and after.due_at is not None and after.due_at > before
        words = session.get_one(TicketEventDetails, event.id).details
    assert words == {"reason": "放假安排已经公布，期限按它重新计算。"}


def test_a_wish_that_waits_for_the_desk_is_counted_again_too(
    database: Database, county: County, around: Around
) -> None:
    evening = datetime(2026, 12, 31, 9, 30, tzinfo=UTC)
    with database.writing() as session:
        wish = submit_wish(session, county, evening)
        assert ticket_of(session, wish).due_is_provisional
    publish(database)
    assert recalculate_provisional(around(evening)).done == 1
    with database.reading() as session:
        assert not ticket_of(session, wish).due_is_provisional
