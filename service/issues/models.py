"""Tables of the issue: one matter that many wishes are about, and which wishes these are, from when to when."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Index
from sqlmodel import Field

from service.database import Table, word_of
from workflows.issue_words import IssueStatus


class Issue(Table, table=True):
    """共性问题: one whistle, one plan, one public page. `main_ticket_id` stands for it where rules ask for a ticket;
    its events stand in that ticket's chain, under the subject `issue:<id>`."""

    __tablename__ = "issue"
    __table_args__ = (
        Index("ix_issue_area", "area_path", "id", postgresql_ops={"area_path": "text_pattern_ops"}),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    title: str = Field(max_length=100)
    public_text: str = Field(default="", max_length=2000)
    area_path: str = Field(max_length=120)
    category_id: int | None = Field(default=None, foreign_key="category.id")
    main_ticket_id: int = Field(foreign_key="ticket.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", description="The desk that keeps it together")
    status: IssueStatus = Field(sa_type=word_of(IssueStatus), index=True)
    created_at: datetime
    created_by_id: int | None = Field(default=None, foreign_key="person.id")
    expected_on: date | None = Field(default=None, description="What everybody is told, if anything")
    ended_at: datetime | None = None


class IssueTicket(Table, table=True):
    """One wish's membership; taken out again, the row stays with its end."""

    __tablename__ = "issue_ticket"
    __table_args__ = (
        Index(
            "ix_issue_ticket_one",
            "ticket_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        Index("ix_issue_ticket_issue", "issue_id", "ticket_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id")
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    joined_at: datetime
    left_at: datetime | None = None


class IssueAnswer(Table, table=True):
    """A wish that was answered together with the others; `act_id` is the event of that one act. Pressed again, the act
    passes it over."""

    __tablename__ = "issue_answer"
    act_id: int = Field(primary_key=True, foreign_key="ticket_event.id", sa_column_kwargs={"autoincrement": False})
    ticket_id: int = Field(primary_key=True, foreign_key="ticket.id", sa_column_kwargs={"autoincrement": False})
    at: datetime
