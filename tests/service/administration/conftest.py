"""A county on a Monday morning, with an administrator of the whole of it and one of a single town."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, SQLModel, col, select
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Appointment, DirectoryEvent, Person, ReferenceVersion
from service.directory.reference import touch
from tests.factories import NOW, County, add, build_county, later
from tests.support.officials import Official, official, stranger
from workflows.statuses import Role

As = Callable[[str], Official]


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(later(), tick=True) as traveller:
        yield traveller


@pytest.fixture
def county(database: Database, monday: object) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def town_administrator(database: Database, county: County) -> int:
    with database.writing() as session:
        return add_official(session, "town-admin", "谭小兰", county.town_desk, Role.administrator)


def add_official(session: Session, login: str, name: str, unit: int, role: Role, **columns: Any) -> int:
    person = add(session, Person(login=login, name=name, created_at=NOW, **columns))
    add(session, Appointment(person_id=person, unit_id=unit, role=role))
    touch(session)
    return person


@pytest.fixture
def as_(app: FastAPI, client: TestClient, database: Database, county: County, town_administrator: int) -> As:
    """`as_("administrator")`, `as_("town_administrator")`, `as_("nobody")`: each with a browser of his own."""

    def sign_in(who: str) -> Official:
        if who == "nobody":
            return stranger(app, database)
        return official(app, database, town_administrator if who == "town_administrator" else getattr(county, who))

    return sign_in


@pytest.fixture
def administrator(as_: As) -> Official:
    return as_("administrator")


def row(database: Database, table: type[SQLModel], row_id: Any) -> Any:
    with database.reading() as session:
        return session.get_one(table, row_id)


def changes(database: Database) -> list[DirectoryEvent]:
    with database.reading() as session:
        return list(session.exec(select(DirectoryEvent).order_by(col(DirectoryEvent.id))))


def last_change(database: Database) -> tuple[str, int | None, dict[str, Any]]:
    """What, by whom, and the details."""
    event = changes(database)[-1]
    return event.what, event.person_id, event.details


def version_of_the_reference(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(ReferenceVersion.version)).one()
