"""Tables of the whistle: the call, the units called, the plan's milestones, and what the clock has done already."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from service.database import Table, word_of
from workflows.whistle_words import CallState, MilestoneState, WhistleStatus

OPEN_SQL = "status NOT IN ('dismissed', 'accepted')"
IS_OPEN: sa.ColumnElement[bool] = sa.text(f"whistle.{OPEN_SQL}")  # type: ignore[assignment]
"""The condition in the words of the partial indexes, so that both databases use them."""


class Whistle(Table, table=True):
    """吹哨: blown for one ticket, or for an issue through the ticket that stands for it.

    Its events stand in that ticket's chain, under the subject `whistle:<id>`. `unit_id` must act now, until `due_at`.
    `alarm_at` is the next moment at which a step of its ladder may be due.
    """

    __tablename__ = "whistle"
    __table_args__ = (
        CheckConstraint(f"NOT ({OPEN_SQL}) OR (unit_id IS NOT NULL AND due_at IS NOT NULL)", name="open_has_unit_due"),
        Index(
            "ix_whistle_alarm",
            "alarm_at",
            sqlite_where=sa.text("alarm_at IS NOT NULL"),
            postgresql_where=sa.text("alarm_at IS NOT NULL"),
        ),
        Index("ix_whistle_open", "due_at", "id", sqlite_where=sa.text(OPEN_SQL), postgresql_where=sa.text(OPEN_SQL)),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    issue_id: int | None = Field(default=None, index=True)
    area_path: str = Field(max_length=120)
    kind: str = Field(max_length=40, description="Of the county's book of kinds")
    reason: str = Field(max_length=40)
    public_text: str = Field(max_length=2000, description="What is asked, masked")
    status: WhistleStatus = Field(sa_type=word_of(WhistleStatus), index=True)
    town_unit_id: int = Field(foreign_key="unit.id", description="Who blew it, scores and accepts")
    blown_by_id: int | None = Field(default=None, foreign_key="person.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    due_at: datetime | None = None
    is_provisional: bool = False
    alarm_at: datetime | None = None
    raised_at: datetime
    approve_due_at: datetime | None = None
    blown_at: datetime | None = None
    confirm_due_at: datetime | None = Field(default=None, description="Set where it was blown before anybody approved")
    confirmed_at: datetime | None = Field(default=None, description="An emergency is confirmed after it was blown")
    planned_at: datetime | None = None
    work_since: datetime | None = Field(default=None, description="From when the lead owes the plan, or the completion")
    work_due_at: datetime | None = None
    completed_at: datetime | None = None
    accept_due_at: datetime | None = None
    accepted_at: datetime | None = None
    was_needed: bool | None = Field(default=None, description="As ruled; None where nobody contested it")
    ended_at: datetime | None = None


class WhistleCall(Table, table=True):
    """One called unit: its duty, its report-in clock, whether it came, and how the town scored it."""

    __tablename__ = "whistle_call"
    __table_args__ = (UniqueConstraint("whistle_id", "unit_id"), Index("ix_whistle_call_unit", "unit_id", "state"))
    id: int | None = Field(default=None, primary_key=True)
    whistle_id: int = Field(foreign_key="whistle.id")
    unit_id: int = Field(foreign_key="unit.id")
    is_lead: bool = False
    state: CallState = Field(sa_type=word_of(CallState))
    called_at: datetime
    report_due_at: datetime
    is_provisional: bool = False
    reported_at: datetime | None = None
    reported_by_id: int | None = Field(default=None, foreign_key="person.id")
    is_on_site: bool | None = None
    was_late: bool | None = None
    contested_at: datetime | None = None
    contest_due_at: datetime | None = Field(default=None, description="Until when the ruling is owed")
    is_ruled: bool = Field(default=False, description="Has to come by ruling, and cannot contest again")
    joined_ticket: bool = Field(default=False, description="Supports the ticket because it was called")
    handed_over_at: datetime | None = None
    ended_at: datetime | None = None
    speed: int | None = Field(default=None, ge=1, le=5)
    work: int | None = Field(default=None, ge=1, le=5)
    result: int | None = Field(default=None, ge=1, le=5)
    scored_at: datetime | None = None


class Milestone(Table, table=True):
    """分段施工: what, by whom, until when; public ones are told to the villagers."""

    __tablename__ = "milestone"
    __table_args__ = (Index("ix_milestone_whistle", "whistle_id", "position"),)
    id: int | None = Field(default=None, primary_key=True)
    whistle_id: int = Field(foreign_key="whistle.id")
    unit_id: int = Field(foreign_key="unit.id")
    position: int
    planned_at: datetime
    title: str = Field(max_length=200)
    due_at: datetime
    is_public: bool = True
    state: MilestoneState = Field(sa_type=word_of(MilestoneState))
    done_at: datetime | None = None
    was_late: bool | None = None
    moves: int = Field(default=0, description="How often its date was changed")


class WhistleFiring(Table, table=True):
    """A step of the ladder fires once for each call, milestone or whistle: this row is the proof."""

    __tablename__ = "whistle_firing"
    whistle_id: int = Field(primary_key=True, foreign_key="whistle.id")
    subject: str = Field(primary_key=True, max_length=40, description="whistle, call:<id> or milestone:<id>")
    step: str = Field(primary_key=True, max_length=40)
    at: datetime
