"""The database counts exactly as the pure rules count one by one."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from service.database import Database
from service.directory.reference import reference
from service.reports.counting import tallies_by_area
from service.reports.figures import count_figures, latest_figures, refresh_figures
from service.tickets.models import Ticket
from tests.factories import NOW, build_county, wish_in
from workflows.rates import Facts, Tally, tally, total
from workflows.statuses import Status

EVERY_STATUS = [status for status in Status if status is not Status.deferred]


def one_by_one(session: Session, now: datetime) -> Tally:
    tickets = {ticket.id: ticket for ticket in session.exec(select(Ticket))}
    return total(tally(facts_of(ticket, tickets), now) for ticket in tickets.values())


def facts_of(ticket: Ticket, tickets: dict[int | None, Ticket]) -> Facts:
    main = ticket
    while main.status is Status.merged:
        main = tickets[main.merged_into_id]
    is_merged = ticket.status is Status.merged
    return Facts(
        status=ticket.status,
        due_at=main.due_at,
        answered_on_time=main.answered_on_time,
        contacted_at=ticket.contacted_at,
        was_contacted=ticket.was_contacted,
        outcome=ticket.outcome,
        is_resolved=ticket.is_resolved,
        satisfaction=ticket.satisfaction,
        follow_up_attempts=ticket.follow_up_attempts,
        is_excluded=ticket.is_excluded,
        main_status=main.status if is_merged else None,
        original_due_at=main.original_due_at,
        answered_at=main.answered_at,
    )


@pytest.mark.parametrize("days", [0, 3, 30])
def test_the_database_counts_as_the_rules_do(database: Database, days: int) -> None:
    now = NOW + timedelta(days=days)
    with database.writing() as session:
        county = build_county(session)
        for status in EVERY_STATUS * 2:
            wish_in(session, county, status)
        for index, ticket in enumerate(session.exec(select(Ticket).where(Ticket.status == Status.closed))):
            ticket.is_excluded = index == 0
            session.add(ticket)
    with database.reading() as session:
        known = reference(session)
        counted = tallies_by_area(session, known, now)[known.county.id or 0]
        assert counted == one_by_one(session, now)
        assert counted.collected == counted.concluded + counted.open > 0


def test_the_county_is_the_sum_of_its_towns_where_every_wish_has_a_town(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        for status in EVERY_STATUS:
            wish_in(session, county, status)
    with database.reading() as session:
        figures = count_figures(session, NOW)
        assert total(tally for _town, tally in figures.towns) == figures.tally


def test_a_late_refresh_never_overwrites_a_newer_count(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        wish_in(session, county, Status.submitted)
    refresh_figures(database, NOW + timedelta(minutes=5))
    refresh_figures(database, NOW)
    with database.reading() as session:
        assert latest_figures(session, NOW).as_of == NOW + timedelta(minutes=5)
