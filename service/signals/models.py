"""Tables of the register of signals: what was found, the tickets behind it, and what a supervisor made of it."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from service.database import Table, word_of
from workflows.signals import Outcome


class SignalFinding(Table, table=True):
    """One finding of one month; it grows until somebody has looked at it, and then stays as he saw it."""

    __tablename__ = "signal_finding"
    __table_args__ = (UniqueConstraint("signal", "subject", "month"),)
    id: int | None = Field(default=None, primary_key=True)
    signal: str = Field(max_length=40, description="A row of workflows/signals.py")
    subject: str = Field(max_length=100)
    month: str = Field(max_length=7, description="2026-11: the month in which it was found")
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    count: int
    total: int
    found_at: datetime
    last_found_at: datetime
    looked_at: datetime | None = Field(default=None, index=True)
    looked_by_id: int | None = Field(default=None, foreign_key="person.id")
    outcome: Outcome | None = Field(default=None, sa_type=word_of(Outcome))
    words: str | None = Field(default=None, max_length=500)


class SignalTicket(Table, table=True):
    """A ticket behind a finding."""

    __tablename__ = "signal_ticket"
    finding_id: int = Field(
        primary_key=True, foreign_key="signal_finding.id", sa_column_kwargs={"autoincrement": False}
    )
    ticket_id: int = Field(
        primary_key=True, foreign_key="ticket.id", index=True, sa_column_kwargs={"autoincrement": False}
    )
