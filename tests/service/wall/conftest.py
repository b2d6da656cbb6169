"""The village and its Monday morning, as the tests of tickets know them, with wishes on the wall."""

from collections.abc import Callable

import pytest

from service.database import Database
from tests.factories import NOW, County, act, wish_in
from tests.service.tickets.conftest import county, monday
from workflows.statuses import Status
from workflows.wall_commands import Publish

__all__ = ["county", "monday"]

WORDS = "村口的路灯坏了三个月，孩子放学看不见路"


@pytest.fixture
def published(database: Database, county: County) -> Callable[..., int]:
    """A wish brought to a status and put on the wall by the town's dispatcher."""

    def put_up(status: Status = Status.in_progress, words: str = WORDS, **fields: object) -> int:
        with database.writing() as session:
            ticket = wish_in(session, county, status, **fields)
            act(session, ticket, Publish(words=words), county.dispatcher, NOW)
        return ticket

    return put_up
