"""A small county in which every report has something to tell, built once and read by all; and one without any wish."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from service import keys
from service.database import Database
from service.directory.models import Area, AreaLevel
from service.directory.reference import reference
from service.jobs import Surroundings
from service.reports.documents import making
from service.reports.documents.asked import Asked, county_words
from service.reports.documents.content import Content
from service.reports.documents.periods import NamedPeriod, named
from service.reports.documents.table import Report, Scope
from service.reports.folding import fold
from service.settings import Settings
from service.tickets.models import Ticket
from service.whistles.models import Whistle, WhistleCall
from tests.factories import NOW, PHONE, County, act, add, build_county, later, wish_in
from tests.support.keys import KEYRING
from workflows.ask_commands import RequestReturn
from workflows.ask_words import PromiseState
from workflows.commands import Rate, Satisfaction
from workflows.statuses import Status
from workflows.whistle_words import CallState, WhistleKind, WhistleReason, WhistleStatus

AFTER = later(days=11)
"""When the reports are asked for: the wishes of 12 October are late by then."""
EVERY_STATUS = [status for status in Status if status is not Status.merged]


@dataclass(frozen=True)
class Told:
    """A county to ask for reports."""

    database: Database
    county: County
    made: dict[tuple[object, ...], Content] = field(default_factory=dict)

    @contextmanager
    def asking(self, report: Report, period: NamedPeriod | None = None, now: datetime = AFTER) -> Iterator[Asked]:
        with self.database.reading() as session:
            yield asked_of(session, self.county, report, period, now)

    def content(self, report: Report, period: NamedPeriod | None = None, now: datetime = AFTER) -> Content:
        """Made once for all who ask the same."""
        key = (report.name, period, now)
        if key not in self.made:
            with self.asking(report, period, now) as asked:
                self.made[key] = making.made(report, asked).listed(1000)
        return self.made[key]


def asked_of(
    session: Session, county: County, report: Report, period: NamedPeriod | None = None, now: datetime = AFTER
) -> Asked:
    known = reference(session)
    place = known.areas[county.town] if report.scope is Scope.town else known.county
    unit = known.units[county.bureau] if report.scope is Scope.unit else None
    return Asked(session, known, place, period or named("2026-10"), now, county_words("zh"), unit)


def fill(session: Session, county: County) -> None:
    """Every status, a second town, what is late, returned, promised, merged, endorsed, asked again and whistled for."""
    next_town = Area(name="白河镇", level=AreaLevel.town, parent_id=county.county, path="new")
    next_town.path = f"/{county.county}/{add(session, next_town)}/"
    for status in EVERY_STATUS:
        wish_in(session, county, status, text=f"{status} 的路灯坏了，电话 {PHONE}")
    main = wish_in(session, county, Status.closed)
    merged = wish_in(session, county, Status.merged)
    held = wish_in(session, county, Status.in_progress)
    act(
        session,
        held,
        RequestReturn(unit=county.other_bureau, reason="这条路归另一个局管，见职责分工文件"),
        county.handler,
    )
    again = wish_in(session, county, Status.follow_up)
    act(session, again, Rate(satisfaction=Satisfaction.dissatisfied, words="还是黑的"), None, later(days=1))
    for ticket_id, values in (
        (main, {"endorsements": 4}),
        (held, {"promise_state": PromiseState.open, "promised_for": (NOW + timedelta(days=12)).date()}),
        (merged, {"merged_into_id": main}),
        (again, {"is_private": True}),
    ):
        ticket = session.get_one(Ticket, ticket_id)
        for name, value in values.items():
            setattr(ticket, name, value)
        session.add(ticket)
    _whistle(session, county, held)


def _whistle(session: Session, county: County, ticket_id: int) -> None:
    whistle = Whistle(
        ticket_id=ticket_id, area_path=f"/{county.county}/{county.town}/", kind=WhistleKind.public_concern,
        reason=WhistleReason.beyond_power, public_text="请县里来看路", status=WhistleStatus.blown,
        town_unit_id=county.town_desk, unit_id=county.bureau, due_at=later(days=2), raised_at=NOW, blown_at=NOW,
    )  # fmt: skip
    number = add(session, whistle)
    for unit, state, came, was_late in (
        (county.bureau, CallState.called, None, None),
        (county.other_bureau, CallState.reported, later(hours=5), False),
    ):
        call = WhistleCall(
            whistle_id=number, unit_id=unit, state=state, called_at=NOW, report_due_at=later(days=2), reported_at=came,
            was_late=was_late, speed=5, work=4, result=3,
        )  # fmt: skip
        add(session, call)


@pytest.fixture(scope="session")
def built(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Told]]:
    """Both counties, by "small" and "empty"; they are read only."""
    keys.use(KEYRING)
    found = {}
    for name in ("small", "empty"):
        path = tmp_path_factory.mktemp(name) / "weiyuan.db"
        shutil.copyfile(sqlite_template, path)
        database = Database(f"sqlite:///{path}")
        with database.writing() as session:
            county = build_county(session)
            if name == "small":
                fill(session, county)
        fold(Surroundings(database, Settings(), NOW))
        found[name] = Told(database, county)
    yield found
    for told in found.values():
        told.database.close()


@pytest.fixture
def small(built: dict[str, Told]) -> Told:
    return built["small"]


@pytest.fixture
def empty(built: dict[str, Told]) -> Told:
    return built["empty"]
