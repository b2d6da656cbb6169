"""The database counts exactly as the pure rules count one by one."""

from collections import Counter, defaultdict
from datetime import timedelta
from math import ceil

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.reference import reference
from service.reports.counting import tallies_by_area
from service.reports.figures import count_figures, latest_figures, refresh_figures
from service.reports.models import Rollup, RollupState
from service.reports.way import days_by_area
from service.tickets.models import Ticket, TicketEvent
from tests.factories import NOW, act, build_county, later, wish_in
from tests.support.recount import one_by_one
from workflows.answer_days import MEDIAN, percentile
from workflows.commands import ApproveReply, Outcome, Rate, Reassign, Reply, Satisfaction
from workflows.rates import redo_rate, total
from workflows.statuses import OPEN, Status

EVERY_STATUS = [status for status in Status if status is not Status.deferred]


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


# Recounted from what happened, in a few lines that know nothing of the columns


def happened(session: Session) -> dict[int, list[TicketEvent]]:
    found: dict[int, list[TicketEvent]] = defaultdict(list)
    for event in session.exec(select(TicketEvent).order_by(col(TicketEvent.id))):
        found[event.ticket_id].append(event)
    return found


def some_go_wrong(session: Session) -> None:
    """Of the dispatched ones, one goes to another bureau; of the answered ones, one is done again."""
    county = build_county(session)
    for status in EVERY_STATUS:
        wish_in(session, county, status)
    moved = wish_in(session, county, Status.in_progress)
    act(session, moved, Reassign(unit=county.other_bureau, reason="派错了"), county.dispatcher, later(hours=3))
    slow = wish_in(session, county, Status.in_progress)
    act(session, slow, Reply(outcome=Outcome.explained, words="已经排进下个月的计划。"), county.handler, later(days=3))
    act(session, slow, ApproveReply(), county.reviewer, later(days=3, hours=1))
    again = wish_in(session, county, Status.follow_up)
    act(session, again, Rate(satisfaction=Satisfaction.dissatisfied, words="还是黑的"), None, later(days=5))


def test_the_ways_of_tickets_are_what_a_recount_from_the_events_says(database: Database) -> None:
    now = NOW + timedelta(days=40)
    with database.writing() as session:
        some_go_wrong(session)
    with database.reading() as session:
        known, stories = reference(session), happened(session)
        counted = tallies_by_area(session, known, now)[known.county.id or 0]
        days = days_by_area(session, known)[known.county.id or 0]
    verbs = {ticket: [event.verb for event in story] for ticket, story in stories.items()}
    dispatched = {ticket for ticket, said in verbs.items() if "assign" in said}
    moved = {ticket for ticket, said in verbs.items() if "reassign" in said}
    seen = {ticket for ticket, said in verbs.items() if "acknowledge" in said}
    answers = {
        ticket: next(event.at for event in story if event.verb == "approve_reply") - story[0].at
        for ticket, story in stories.items()
        if "approve_reply" in verbs[ticket]
    }
    redone = {ticket for ticket, story in stories.items() if ticket in answers and story[-1].round > 1}
    open_now = {ticket for ticket, story in stories.items() if story[-1].status_to in OPEN}
    assert (counted.dispatched, len(moved), len(redone)) == (len(dispatched), 1, 1)
    assert (counted.dispatch_settled, counted.right_first) == (len(dispatched & (seen | moved)), len(seen - moved))
    assert (counted.answered, counted.redone) == (len(answers), len(redone))
    assert counted.backlog - counted.open_merged == len(open_now) and redo_rate(counted).numerator == 1
    ordered = sorted(max(1, ceil(spent / timedelta(days=1))) for spent in answers.values())
    assert days == dict(Counter(ordered))
    assert percentile(days, MEDIAN) == ordered[(len(ordered) - 1) // 2]


def test_what_the_scheduler_wrote_down_holds_the_days_as_well_and_another_form_is_counted_anew(
    database: Database,
) -> None:
    with database.writing() as session:
        wish_in(session, build_county(session), Status.closed)
    refresh_figures(database, NOW)
    with database.reading() as session:
        latest, counted = latest_figures(session, NOW), count_figures(session, NOW)
        assert latest.days_in(latest.place) == counted.days_in(counted.place) != {}
    with database.writing() as session:
        session.get_one(RollupState, 1).form = "an older program"
        session.execute(update(Rollup).values(collected=99))
    for _time in range(2):
        with database.reading() as session:
            assert latest_figures(session, later(hours=1)).tally == counted.tally
        refresh_figures(database, later(hours=1))
