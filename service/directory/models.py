"""Tables of the directory; reference data changes rarely and is written by administrators only."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from service.database import Table, word_of
from service.sealing import SealedJSON, SealedText
from workflows.statuses import FollowUpRule, Kind, Role
from workflows.time_limits import Urgency
from workflows.workdays import DayKind, TermUnit


class AreaLevel(StrEnum):
    """县 / 镇 / 村 / 组; a tree may be deeper or shallower, the level is only its name on screens."""

    county = "county"
    town = "town"
    village = "village"
    group = "group"


class UnitClass(StrEnum):
    """Like is compared with like: each class is ranked by itself."""

    county_desk = "county_desk"
    town_desk = "town_desk"
    town_office = "town_office"
    village = "village"
    bureau = "bureau"
    outside = "outside"


class Area(Table, table=True):
    """`path` like `/1/4/17/` ends with the area's own id, so a prefix covers an area and all below it."""

    __tablename__ = "area"
    __table_args__ = (
        UniqueConstraint("parent_id", "name"),
        Index("ix_area_path", "path", unique=True, postgresql_ops={"path": "text_pattern_ops"}),
    )
    id: int | None = Field(default=None, primary_key=True)
    parent_id: int | None = Field(default=None, foreign_key="area.id", index=True)
    name: str = Field(max_length=60)
    level: AreaLevel = Field(sa_type=word_of(AreaLevel))
    path: str = Field(max_length=120)
    # No foreign key: units refer to areas, and a circle cannot be created on both databases. `weiyuan check` looks.
    desk_unit_id: int | None = None
    position: int = 0


class Unit(Table, table=True):
    """A dispatch desk, a village, a bureau, or an outside party such as a railway's project department."""

    __tablename__ = "unit"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    short_name: str = Field(max_length=30)
    unit_class: UnitClass = Field(sa_type=word_of(UnitClass), index=True)
    area_id: int = Field(foreign_key="area.id", index=True)
    phone: str | None = Field(default=None, max_length=30, description="The office's public number")
    robot_url: str | None = Field(default=None, sa_type=SealedText("unit.robot_url"))
    is_active: bool = True
    position: int = 0


class Person(Table, table=True):
    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=60, unique=True)
    name: str = Field(sa_type=SealedText("person.name"))
    phone: str | None = Field(default=None, sa_type=SealedText("person.phone"))
    email: str | None = Field(default=None, sa_type=SealedText("person.email"))
    password_hash: str = Field(default="", max_length=200)
    is_active: bool = True
    created_at: datetime


class Appointment(Table, table=True):
    """A person's post: one role in one unit. Titles are words, roles are what rules read."""

    __tablename__ = "appointment"
    __table_args__ = (UniqueConstraint("person_id", "unit_id", "role"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    role: Role = Field(sa_type=word_of(Role))
    title: str = Field(default="", max_length=40)
    is_head: bool = False


class Category(Table, table=True):
    __tablename__ = "category"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=40)
    kind: Kind = Field(sa_type=word_of(Kind))
    urgency: Urgency = Field(sa_type=word_of(Urgency))
    needs_review: bool = True
    follow_up_rule: FollowUpRule = Field(default=FollowUpRule.if_unrated, sa_type=word_of(FollowUpRule))
    prompts: str = Field(default="", max_length=1000, description="Examples for villagers, one a line")
    is_active: bool = True
    position: int = 0


class CatalogueRow(Table, table=True):
    """派单目录: for this category, in this area and below, this unit is suggested."""

    __tablename__ = "catalogue"
    __table_args__ = (UniqueConstraint("category_id", "area_id", "unit_id"),)
    id: int | None = Field(default=None, primary_key=True)
    category_id: int = Field(foreign_key="category.id")
    area_id: int = Field(foreign_key="area.id")
    unit_id: int = Field(foreign_key="unit.id")


class Link(Table, table=True):
    """One link for one group chat. `visits` is flushed now and then; submissions are counted from the tickets."""

    __tablename__ = "link"
    __table_args__ = (CheckConstraint("daily_cap IS NULL OR daily_cap > 0", name="cap_is_positive"),)
    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(max_length=32, unique=True)
    area_id: int = Field(foreign_key="area.id", index=True)
    label: str = Field(max_length=60)
    pushed_by_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime
    valid_until: date | None = None
    daily_cap: int | None = None
    revoked_at: datetime | None = None
    expired_at: datetime | None = None
    fallback_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    visits: int = 0


class CalendarYear(Table, table=True):
    """A year whose official calendar was uploaded; any other year is provisional."""

    __tablename__ = "calendar_year"
    year: int = Field(primary_key=True)
    source: str = Field(max_length=200)
    uploaded_at: datetime
    uploaded_by_id: int | None = Field(default=None, foreign_key="person.id")


class CalendarDay(Table, table=True):
    """A day that is not what its weekday says: a holiday, a make-up day, a half-day."""

    __tablename__ = "calendar_day"
    day: date = Field(primary_key=True)
    kind: DayKind = Field(sa_type=word_of(DayKind))
    name: str = Field(default="", max_length=40)


class TimeLimit(Table, table=True):
    """A county's own term in place of the default of the same name in workflows/time_limits.py."""

    __tablename__ = "time_limit"
    name: str = Field(primary_key=True, max_length=40)
    amount: int
    unit: TermUnit = Field(sa_type=word_of(TermUnit))
    changed_at: datetime
    changed_by_id: int | None = Field(default=None, foreign_key="person.id")


class SampleRule(Table, table=True):
    """抽样回访: so many per cent of an area's answered wishes are asked about, by a published seed.

    It is never edited, only ended: whoever draws again later finds what held then.
    """

    __tablename__ = "sample_rule"
    __table_args__ = (CheckConstraint("percent BETWEEN 1 AND 100", name="is_a_share"),)
    id: int | None = Field(default=None, primary_key=True)
    area_id: int = Field(foreign_key="area.id")
    category_id: int | None = Field(default=None, foreign_key="category.id")
    percent: int
    seed: str = Field(max_length=40)
    reason: str = Field(max_length=200)
    since: datetime
    made_by_id: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = None
    ended_by_id: int | None = Field(default=None, foreign_key="person.id")


class EmergencyMode(Table, table=True):
    """平急转换: an area in flood season has shorter limits from one moment to another; running clocks stay as promised."""

    __tablename__ = "emergency_mode"
    __table_args__ = (
        Index(
            "ix_emergency_mode_one_open",
            "area_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    area_id: int = Field(foreign_key="area.id", index=True)
    reason: str = Field(max_length=200)
    duty_roster: str = Field(default="", max_length=1000, description="Who is on duty, a line each")
    began_at: datetime
    began_by_id: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = None
    ended_by_id: int | None = Field(default=None, foreign_key="person.id")


class DirectoryEvent(Table, table=True):
    """Who changed what in the directory: written once, never altered. `area_path` says whom it concerns."""

    __tablename__ = "directory_event"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    person_id: int | None = Field(default=None, foreign_key="person.id", description="None: at the command line")
    what: str = Field(max_length=40)
    area_path: str = Field(max_length=120)
    details: dict[str, Any] = Field(sa_column=Column(SealedJSON("directory_event.details"), nullable=False))


class ReferenceVersion(Table, table=True):
    """One row, counted up whenever reference data changes: a process that read an older one reads again."""

    __tablename__ = "reference_version"
    id: int = Field(default=1, primary_key=True)
    version: int = 1
