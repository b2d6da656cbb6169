"""A county on the morning on which the first villagers' own week is over, and the people who call or look on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI

from service.database import Database
from service.directory.models import Appointment
from tests.factories import County, add, build_county, later, wish_in
from tests.support.officials import Official, official
from workflows.statuses import Role, Status

SignIn = Callable[[str], Official]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Monday, 19 October 2026, a minute past ten: the week of a wish that was answered at ten is over."""
    with time_machine.travel(later(days=7, minutes=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def county(database: Database, clock: object) -> County:
    """Somebody at the bureau that handles the wishes is a follow-up officer of the county, too."""
    with database.writing() as session:
        built = build_county(session)
        add(session, Appointment(person_id=built.head, unit_id=built.county_desk, role=Role.follow_up_officer))
    return built


@pytest.fixture
def as_(app: FastAPI, client: object, database: Database, county: County) -> SignIn:
    return lambda who: official(app, database, getattr(county, who))


@pytest.fixture
def answered(database: Database, county: County) -> Callable[..., int]:
    """`answered(days=1)`: a wish whose answer was given that long after the first Monday."""

    def make(text: str = "村口的路灯坏了三个月", days: float = 0, **fields: Any) -> int:
        with database.writing() as session:
            return wish_in(session, county, Status.follow_up, later(days=days), text=text, **fields)

    return make
