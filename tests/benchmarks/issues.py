"""The page of an issue with 20 and with 2,000 wishes: it must cost the same."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from service import clock
from service.accounts.actors import actor_of
from service.database import Database
from service.directory.reference import reference
from service.issues import lifecycle
from service.issues.models import IssueTicket
from service.issues.queries import seen_issue, story_of_issue, wishes_of
from service.tickets.how_many import by_town_and_status
from service.tickets.models import Ticket
from tests.benchmarks.counties import DIALECTS, database_of, fill, open_county
from tests.benchmarks.rows import Row, medians_in_turns
from tests.factories import County, number_of, wish_in
from workflows.issue_commands import CreateIssue
from workflows.statuses import Status

SIZES = (20, 2_000)
ELSEWHERE = 2_000
TIMES = 41
TARGET = "within 1.3 × of each other"


def measure() -> list[Row]:
    return [_measure_on(dialect) for dialect in DIALECTS]


def _measure_on(dialect: str) -> Row:
    with database_of(dialect) as url, open_county(url) as (database, county):
        fill(database, county, sum(SIZES) + ELSEWHERE)
        few, many = SIZES
        issues = [_group(database, county, range(1, 1 + few)), _group(database, county, range(1 + few, 1 + few + many))]
        floor, value = medians_in_turns(TIMES, *(_page_of(database, county, issue) for issue in issues))
    what = f"the page of an issue, {many:,} wishes, {dialect}"
    return Row(what, value * 1000, "ms", floor * 1000, f"{few} wishes", TARGET)


def _group(database: Database, county: County, places: range) -> int:
    """Two are handed in and grouped as people do it; copies are put beside them."""
    with database.writing() as session:
        copies = list(session.execute(select(col(Ticket.id)).order_by(col(Ticket.id))).scalars())
        now = clock.now()
        pair = [wish_in(session, county, Status.in_progress, now) for _wish in range(2)]
        dispatcher = actor_of(session, county.county_dispatcher, reference(session))
        command = CreateIssue(title="路灯", tickets=tuple(number_of(session, each) for each in pair))
        issue = lifecycle.create(session, command, dispatcher, now).issue_id
        _put(session, issue, copies[places.start : places.stop - len(pair)], now)
    return issue


def _put(session: Session, issue: int, ids: list[int], now: Any) -> None:
    rows = [{"issue_id": issue, "ticket_id": ticket, "joined_at": now} for ticket in ids]
    session.connection().execute(insert(IssueTicket.__table__), rows)  # type: ignore[attr-defined]
    session.execute(update(Ticket).where(col(Ticket.id).in_(ids)).values(issue_id=issue))


def _page_of(database: Database, county: County, issue: int) -> Callable[[], Any]:
    def page() -> Any:
        with database.reading() as session:
            actor = actor_of(session, county.county_dispatcher, reference(session))
            seen_issue(session, actor, issue)
            by_town_and_status(session, issue)
            story_of_issue(session, issue)
            return wishes_of(session, actor, issue).rows

    assert page(), "an issue without wishes measures nothing"
    return page
