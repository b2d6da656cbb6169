"""Tables of the figures: each ticket as it was last counted, the counts folded from them, and the open stock by day."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Index
from sqlmodel import Field

from service.database import Table

CLUSTERED = {"sqlite_with_rowid": False}


class RollupMark(Table, table=True):
    """A ticket that has changed since it was last counted. Written by triggers of the database, in the transaction of
    the change: no writer can forget it, whichever way it goes, and the villager waits for no further statement."""

    __tablename__ = "rollup_mark"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int


class RollupState(Table, table=True):
    """One row. `as_of`: what the figures are as of, None before the first fold. `number` counts the folds: who comes
    second finds another one than he read. `form` says how the rows were counted; another form is counted anew."""

    __tablename__ = "rollup_state"
    id: int = Field(default=1, primary_key=True)
    number: int = 0
    as_of: datetime | None = None
    form: str = Field(default="", max_length=64)
    reference_version: int = 0


class RollupFact(Table, table=True):
    """A ticket as it was last counted, so that a correction can take away exactly what it had added.

    `bits` holds each count of a tally, in the order of `facts.NAMES`. `turns_at` is the last moment at which this is
    true without anything happening: a deadline, thirty days of age.
    """

    __tablename__ = "rollup_fact"
    __table_args__ = (
        Index(
            "ix_rollup_fact_turns",
            "turns_at",
            sqlite_where=sa.text("turns_at IS NOT NULL"),
            postgresql_where=sa.text("turns_at IS NOT NULL"),
        ),
        Index("ix_rollup_fact_category", "category_id", "source"),
        Index("ix_rollup_fact_source", "source"),
        Index("ix_rollup_fact_area", "area_path", postgresql_ops={"area_path": "text_pattern_ops"}),
    )
    ticket_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    bits: int = Field(sa_type=sa.BigInteger)
    area_path: str = Field(max_length=120)
    unit_id: int = Field(description="The unit that handles it; 0: none yet")
    category_id: int = Field(description="0: none yet")
    source: str = Field(max_length=40)
    created_on: date
    concluded_on: date | None = None
    answer_days: int | None = None
    turns_at: datetime | None = None


class Rollup(Table, table=True):
    """Counts of tickets, one row a window, area, dimension, member and day; the counts are those of a tally, and of
    what needs a hand. Of the window `standing` there is one row, dated `EVER`, for all days."""

    __tablename__ = "rollup"
    __table_args__ = (CLUSTERED,)
    window: str = Field(primary_key=True, max_length=12)
    area_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    dimension: str = Field(primary_key=True, max_length=12)
    day: date = Field(primary_key=True)
    member: str = Field(primary_key=True, max_length=40)
    collected: int
    concluded: int
    open: int
    open_overdue: int
    not_yet_due: int
    open_merged: int
    closed: int
    declined: int
    withdrawn: int
    merged: int
    answered_on_time: int
    closed_on_time: int
    valid: int
    contacted: int
    resolved: int
    satisfied: int
    basically_satisfied: int
    dissatisfied: int
    unreachable: int
    unrated: int
    excluded: int
    closed_as_promised: int
    open_past_original: int
    raw_valid: int
    raw_contacted: int
    raw_resolved: int
    raw_satisfied: int
    raw_basically_satisfied: int
    dispatched: int
    returned: int
    dispatch_settled: int
    right_first: int
    answered: int
    redone: int
    backlog: int
    promises_due: int
    promises_kept: int
    promises_open: int
    heard: int
    late: int
    undispatched: int
    unacknowledged: int
    soon_due: int
    not_followed_up: int
    supervised: int
    done_again: int
    asked: int
    warned: int


class RollupAnswer(Table, table=True):
    """How many wishes had their first answer after so many days: by creation and standing, for each area, and in the
    county for each unit, category and source."""

    __tablename__ = "rollup_answer"
    __table_args__ = (CLUSTERED,)
    window: str = Field(primary_key=True, max_length=12)
    area_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    dimension: str = Field(primary_key=True, max_length=12)
    day: date = Field(primary_key=True)
    member: str = Field(primary_key=True, max_length=40)
    days: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    answers: int


class StockTaken(Table, table=True):
    """One count of the open stock at the end of a day. It is counted again only with a note, and then both stay."""

    __tablename__ = "stock_taken"
    day: date = Field(primary_key=True)
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    as_of: datetime = Field(description="The end of the day")
    note: str = Field(default="", max_length=200)
    taken_at: datetime | None = None
    taken_by_id: int | None = Field(default=None, description="None: by the scheduler")


class OpenStock(Table, table=True):
    """What was open on a day: by town (0: none), by the unit that had to act (0: merged into another), by age."""

    __tablename__ = "open_stock"
    day: date = Field(primary_key=True)
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    town_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    unit_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    age: str = Field(primary_key=True, max_length=12)
    open: int
    overdue: int
