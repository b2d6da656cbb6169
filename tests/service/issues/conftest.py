"""Two towns whose road is broken: wishes of both in the bureau's hands, and short ways to group them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.models import Area, AreaLevel
from service.directory.reference import reference, touch
from service.issues import lifecycle
from service.issues.lifecycle import Done
from service.issues.models import Issue, IssueTicket
from service.tickets.models import Ticket, TicketEvent
from tests.factories import NOW, County, actor, add, build_county, number_of, submit_wish, wish_in
from workflows.actors import Actor
from workflows.command_fields import CommandBase
from workflows.issue_commands import CreateIssue, JoinIssue
from workflows.statuses import Status

TITLE = "三个镇的干线公路被压坏了"


@dataclass
class Grouping:
    """Says things to issues, as one person or another."""

    database: Database
    county: County
    other_town: int = 0

    def wishes(self, *statuses: Status, **fields: Any) -> list[int]:
        with self.database.writing() as session:
            return [
                submit_wish(session, self.county, **fields)
                if status is Status.submitted
                else wish_in(session, self.county, status, **fields)
                for status in statuses
            ]

    def elsewhere(self, status: Status = Status.in_progress) -> int:
        """A wish of the next town; the county's own dispatcher passes it on."""
        its_own = replace(self.county, dispatcher=self.county.county_dispatcher, reviewer=self.county.county_reviewer)
        with self.database.writing() as session:
            return wish_in(session, its_own, status, area=self.other_town)

    def creates(self, *tickets: int, who: int | None = None, title: str = TITLE, now: datetime = NOW) -> int:
        with self.database.writing() as session:
            numbers = tuple(number_of(session, ticket) for ticket in tickets)
            asker = self.actor(session, who or self.county.county_dispatcher)
            return lifecycle.create(session, CreateIssue(title=title, tickets=numbers), asker, now).issue_id

    def joins(self, issue: int, *tickets: int, who: int | None = None) -> Done:
        with self.database.reading() as session:
            numbers = tuple(number_of(session, ticket) for ticket in tickets)
        return self.asks(issue, JoinIssue(tickets=numbers), who)

    def asks(
        self,
        issue: int,
        command: CommandBase,
        who: int | Actor | None = None,
        now: datetime = NOW,
        version: int | None = None,
    ) -> Done:
        with self.database.writing() as session:
            asker = self.actor(session, who or self.county.county_dispatcher)
            return lifecycle.perform(session, issue, command, asker, now, version)

    def actor(self, session: Session, who: int | Actor) -> Actor:
        return actor(session, 0, who)

    def number(self, ticket: int) -> str:
        with self.database.reading() as session:
            return number_of(session, ticket)

    def issue(self, issue: int) -> Issue:
        with self.database.reading() as session:
            return session.get_one(Issue, issue)

    def ticket(self, ticket: int) -> Ticket:
        with self.database.reading() as session:
            return session.get_one(Ticket, ticket)

    def members(self, issue: int) -> list[int]:
        with self.database.reading() as session:
            wanted = select(IssueTicket.ticket_id).where(
                IssueTicket.issue_id == issue, col(IssueTicket.left_at).is_(None)
            )
            return sorted(session.exec(wanted))

    def told(self, issue: int) -> list[tuple[int, str]]:
        """Ticket and verb of everything that happened to the issue, in its order."""
        with self.database.reading() as session:
            wanted = select(TicketEvent).where(TicketEvent.subject == f"issue:{issue}").order_by(col(TicketEvent.id))
            return [(event.ticket_id, event.verb) for event in session.exec(wanted)]


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def grouping(database: Database, county: County) -> Grouping:
    with database.writing() as session:
        next_town = Area(name="白河镇", level=AreaLevel.town, parent_id=county.county, path="new")
        next_town.path = f"/{county.county}/{add(session, next_town)}/"
        session.add(next_town)
        touch(session)
        assert reference(session)
        other_town = next_town.id or 0
    return Grouping(database, county, other_town)
