"""What the clock's work is tested with: a county, and surroundings at a given moment."""

from collections.abc import Callable
from datetime import datetime

import pytest

from service.database import Database
from service.jobs import Surroundings
from service.settings import Settings
from tests.factories import NOW, County, build_county

Around = Callable[..., Surroundings]


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def around(database: Database) -> Around:
    def at(now: datetime = NOW) -> Surroundings:
        return Surroundings(database, Settings(), now)

    return at
