"""Reference data as one value in memory: read again as soon as anybody, in any process, has changed it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import text, update
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Session, col, select

from service.directory.models import (
    Area,
    AreaLevel,
    CalendarDay,
    CalendarYear,
    CatalogueRow,
    Category,
    EmergencyMode,
    ReferenceVersion,
    SampleRule,
    Unit,
)
from service.directory.whistle_book import book_of, limits_of
from service.errors import Busy
from service.inserts import forget_read, read_once
from service.settings import settings
from workflows.emergency import in_emergency
from workflows.routing import CatalogueEntry
from workflows.sampling import SamplingRule
from workflows.time_limits import Limits
from workflows.whistle_kinds import WhistleBook
from workflows.words import _
from workflows.workdays import SpecialDay, WorkCalendar


class NotSetUp(Busy):
    """Before the county has entered where its villagers live."""

    sentence = _("还没有录入本县的区划和单位：请先运行 weiyuan import directory。")


@dataclass(frozen=True)
class Reference:
    """All that changes once a month and is needed by every request. Rows are detached and must not be changed."""

    version: int
    areas: Mapping[int, Area]
    units: Mapping[int, Unit]
    categories: Mapping[int, Category]
    catalogue: tuple[CatalogueEntry, ...]
    limits: Limits
    calendar: WorkCalendar
    emergencies: tuple[EmergencyMode, ...] = ()
    sampling: tuple[SamplingRule, ...] = ()
    whistles: WhistleBook = field(default_factory=WhistleBook)
    _desks: dict[int, tuple[int, ...]] = field(default_factory=dict, compare=False)

    @cached_property
    def county(self) -> Area:
        """Raise NotSetUp while the county has not entered its areas yet."""
        found = next((area for area in self.areas.values() if area.parent_id is None), None)
        if found is None:
            raise NotSetUp()
        return found

    @cached_property
    def emergency_limits(self) -> Limits:
        return in_emergency(self.limits)

    def emergency_in(self, area_id: int, at: datetime | None = None) -> EmergencyMode | None:
        """The emergency that holds here now, or held at that moment: of this area or of one above it."""
        lineage = {area.id for area in self.lineage(area_id)}
        return next((each for each in self.emergencies if each.area_id in lineage and _holds(each, at)), None)

    def limits_in(self, area_id: int, at: datetime | None = None) -> Limits:
        """What is promised in this area: less time in an emergency."""
        return self.emergency_limits if self.emergency_in(area_id, at) else self.limits

    def emergencies_seen_from(self, area_paths: Iterable[str]) -> tuple[EmergencyMode, ...]:
        """Those that hold now in one of these areas, below one of them or above it."""
        paths = tuple(area_paths)
        return tuple(
            each
            for each in self.emergencies
            if each.ended_at is None and any(_touches(self.areas[each.area_id].path, path) for path in paths)
        )

    @cached_property
    def categories_by_key(self) -> dict[str, Category]:
        return {category.key: category for category in self.categories.values()}

    def lineage(self, area_id: int) -> tuple[Area, ...]:
        """The area and everything above it, the county last."""
        area: Area | None = self.areas.get(area_id)
        found: list[Area] = []
        while area is not None:
            found.append(area)
            area = self.areas.get(area.parent_id) if area.parent_id else None
        return tuple(found)

    def desks_of(self, area_id: int) -> tuple[int, ...]:
        """The dispatch desks responsible for an area, nearest first."""
        if area_id not in self._desks:
            desks = (area.desk_unit_id for area in self.lineage(area_id))
            self._desks[area_id] = tuple(desk for desk in desks if desk is not None)
        return self._desks[area_id]

    def place_name(self, area_id: int) -> str:
        """`清溪镇双喜村三组`; the county itself only by its own name."""
        names = [area.name for area in self.lineage(area_id) if area.level is not AreaLevel.county]
        return "".join(reversed(names)) or self.county.name

    def below(self, area_id: int) -> tuple[Area, ...]:
        """The areas directly below, in their order."""
        found = (area for area in self.areas.values() if area.parent_id == area_id)
        return tuple(sorted(found, key=lambda area: (area.position, area.id or 0)))

    def unit_name(self, unit_id: int | None) -> str:
        unit = self.units.get(unit_id or 0)
        return unit.name if unit else ""

    def category_name(self, category_id: int | None) -> str:
        category = self.categories.get(category_id or 0)
        return category.name if category else ""


def _holds(mode: EmergencyMode, at: datetime | None) -> bool:
    if at is None:
        return mode.ended_at is None
    return mode.began_at <= at and (mode.ended_at is None or at < mode.ended_at)


def _touches(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


_cached: WeakKeyDictionary[Engine, Reference] = WeakKeyDictionary()
_lock = Lock()
HELD = "reference"
"""Where a session keeps what it has read, for the length of one transaction."""

TOUCHED = "reference_touched"
"""Which transaction changes it: what that one reads meanwhile is half done, may be undone, and is nobody else's."""

_VERSION = text("SELECT version FROM reference_version")


def reference(session: Session) -> Reference:
    """The reference data as this transaction sees it; costs one row unless something has changed."""
    transaction, held = session.info.get(HELD, (None, None))
    if held is None or transaction is not session.get_transaction():
        held = read_once(session, HELD, lambda: _current(session))
        session.info[HELD] = (session.get_transaction(), held)
    return held  # type: ignore[no-any-return]


def _current(session: Session) -> Reference:
    engine = _engine_of(session)
    version = _version_of(session)
    if session.info.get(TOUCHED) is session.get_transaction():
        return _load(session, version)
    held = _cached.get(engine)
    if held is None or held.version != version:
        held = _load(session, version)
        with _lock:
            _cached[engine] = held
    return held


def touch(session: Session) -> None:
    """Say that reference data changes in this transaction. Whoever writes any of it calls this."""
    session.info.pop(HELD, None)
    forget_read(session, HELD)
    counted = session.execute(update(ReferenceVersion).values(version=ReferenceVersion.version + 1))
    session.info[TOUCHED] = session.get_transaction()
    if counted.rowcount == 0:  # type: ignore[attr-defined]
        session.add(ReferenceVersion(version=1))


def _engine_of(session: Session) -> Engine:
    bind = session.get_bind()
    return bind.engine if isinstance(bind, Connection) else bind


def _load(session: Session, version: int) -> Reference:
    """Read by a session of its own within the same transaction: whatever rows the caller holds stay his.

    On PostgreSQL a transaction that writes sees what others commit meanwhile. Each of them counts the version on, so
    what was read is of one piece when that is the same at the end; else it is read once more.
    """
    session.flush()
    with Session(session.connection(), join_transaction_mode="rollback_only") as own:
        read_for = None
        while read_for != version:
            read_for, loaded, version = version, *_tried(own, version)
            own.expunge_all()
    if isinstance(loaded, Exception):
        raise loaded
    return loaded


def _tried(session: Session, version: int) -> tuple[Reference | Exception, int]:
    """With the version that it has once everything is read. Of two states at once, parts may not fit together."""
    try:
        loaded: Reference | Exception = _read(session, version)
    except (KeyError, ValueError) as error:
        loaded = error
    return loaded, _version_of(session)


def _version_of(session: Session) -> int:
    return session.connection().execute(_VERSION).scalar_one_or_none() or 0


def _read(session: Session, version: int) -> Reference:
    areas = session.exec(select(Area)).all()
    paths = {area.id: area.path for area in areas}
    rows = session.exec(select(CatalogueRow)).all()
    book = book_of(session)
    return Reference(
        version=version,
        areas={area.id: area for area in areas if area.id},
        units={unit.id: unit for unit in session.exec(select(Unit)).all() if unit.id},
        categories={
            each.id: each for each in session.exec(select(Category).order_by(col(Category.position))).all() if each.id
        },
        catalogue=tuple(CatalogueEntry(row.category_id, paths[row.area_id], row.unit_id) for row in rows),
        limits=limits_of(session, book),
        calendar=_calendar(session),
        emergencies=tuple(session.exec(select(EmergencyMode).order_by(col(EmergencyMode.began_at).desc())).all()),
        sampling=_sampling(session, paths),
        whistles=book,
    )


def _sampling(session: Session, paths: Mapping[int | None, str]) -> tuple[SamplingRule, ...]:
    rows = session.exec(select(SampleRule).where(col(SampleRule.ended_at).is_(None))).all()
    return tuple(
        SamplingRule(row.id or 0, row.seed, row.percent, paths[row.area_id], row.category_id, row.since) for row in rows
    )


def _calendar(session: Session) -> WorkCalendar:
    days = {row.day: SpecialDay(row.kind, row.name) for row in session.exec(select(CalendarDay)).all()}
    years = frozenset(session.exec(select(CalendarYear.year)).all())
    return WorkCalendar(days, years, zone=ZoneInfo(settings().time_zone))
