"""Tables of looking back: rounds in which closed tickets are inspected again, by people of another area."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from service.database import Table, word_of
from workflows.inspection_words import Finding


class InspectionRound(Table, table=True):
    """回头看: some closed tickets of one area, drawn by a published seed, looked at again by inspectors of another."""

    __tablename__ = "inspection_round"
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=100)
    area_path: str = Field(max_length=120, description="Whose tickets are inspected")
    inspector_unit_id: int = Field(foreign_key="unit.id", description="Never of the same area")
    closed_from: date
    closed_until: date
    percent: int = Field(ge=1, le=100)
    seed: str = Field(max_length=40)
    due_at: datetime
    created_at: datetime
    created_by_id: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = None


class InspectionItem(Table, table=True):
    """One closed ticket in a round; what is found wrong becomes a ticket of its own or reopens this one."""

    __tablename__ = "inspection_item"
    __table_args__ = (UniqueConstraint("round_id", "ticket_id"), Index("ix_inspection_item_ticket", "ticket_id"))
    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="inspection_round.id")
    ticket_id: int = Field(foreign_key="ticket.id")
    finding: Finding | None = Field(default=None, sa_type=word_of(Finding))
    inspected_at: datetime | None = None
    inspected_by_id: int | None = Field(default=None, foreign_key="person.id")
