"""Long stories told over HTTP with a clock that can be moved: a county, its people, and what the schedule does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from sqlmodel import Session
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Appointment, Area, AreaLevel, Person, Unit, UnitClass
from service.jobs import Surroundings
from service.outbox.planning import plan_notices
from service.oversight.checks import breaches
from service.oversight.sweep import sweep_escalations
from service.settings import settings
from service.tickets.crowds import Crowd
from service.whistles.sweep import sweep_whistles
from tests.factories import NOW, County, add, build_county, later
from tests.support.app import app_on
from tests.support.programs import Program, program_of
from workflows.statuses import Role

CLOCKWORK = (sweep_escalations, sweep_whistles, plan_notices)


@dataclass
class Story:
    client: TestClient
    database: Database
    county: County
    clock: time_machine.Traveller

    def as_(self, person: int) -> Program:
        return program_of(self.client, self.database, person)

    def presses(self, person: int, path: str, **typed: Any) -> Any:
        return self.client.post(path, data=typed, headers=self.signs_in(person))

    def signs_in(self, person: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.as_(person).token}"}

    def goes_on(self, **span: float) -> None:
        self.clock.shift(timedelta(**span))
        self.runs()

    def runs(self) -> None:
        """What the schedule would do by itself at this moment."""
        around = Surroundings(self.database, settings(), datetime.now(tz=NOW.tzinfo))
        for job in CLOCKWORK:
            assert job(around).failed == 0

    def one(self, row: type[Any], row_id: int) -> Any:
        with self.database.reading() as session:
            return session.get_one(row, row_id)

    def breaches(self) -> list[str]:
        with self.database.reading() as session:
            return [str(breach) for breach in breaches(session)]


@contextmanager
def told(url: str, folder: Path) -> Iterator[Story]:
    """A Monday morning in the county of the factories; nothing but the story moves the clock on."""
    database = Database(url)
    with time_machine.travel(later(), tick=True) as clock:
        with database.writing() as session:
            county = build_county(session)
        with TestClient(app_on(url, folder), follow_redirects=False) as client:
            client.app.state.crowd = Crowd(10_000)  # type: ignore[attr-defined]
            yield Story(client, database, county, clock)
    database.close()


def new_area(session: Session, name: str, level: AreaLevel, parent: int) -> int:
    area = Area(name=name, level=level, parent_id=parent, path=f"new {name}")
    area_id = add(session, area)
    area.path = f"{session.get_one(Area, parent).path}{area_id}/"
    session.flush()
    return area_id


def new_person(session: Session, login: str, unit: int, role: Role, is_head: bool = False) -> int:
    person = add(session, Person(login=login, name=login, created_at=NOW))
    add(session, Appointment(person_id=person, unit_id=unit, role=role, is_head=is_head))
    return person


def new_unit(session: Session, name: str, unit_class: UnitClass, area: int) -> int:
    return add(session, Unit(name=name, short_name=name[-4:], unit_class=unit_class, area_id=area))


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()
