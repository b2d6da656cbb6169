"""What the outbox is tested with: a county in the database, strict group robots, and words for what was planned."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlmodel import Session, col, select

from notifications.channels.base import Tools, http_client
from service import settings as places
from service.database import Database
from service.directory.models import Unit
from service.directory.reference import touch
from service.jobs import Surroundings
from service.outbox.models import Delivery
from service.outbox.planning import plan_notices
from service.settings import Settings
from tests.factories import NOW, County, build_county
from tests.support.wecom import Robots, wecom_robots

Around = Callable[..., Surroundings]


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def with_mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A county that has set up a mail server."""
    monkeypatch.setenv("WEIYUAN_SMTP_URL", "smtp+plain://127.0.0.1:2525")
    places.settings.cache_clear()
    yield
    places.settings.cache_clear()


@pytest.fixture
def around(database: Database) -> Around:
    def at(now=NOW, **settings) -> Surroundings:  # type: ignore[no-untyped-def]
        return Surroundings(database, Settings(**{"robot_hosts": "127.0.0.1"} | settings), now)

    return at


@pytest.fixture
def robots(county: County, database: Database) -> Iterator[Robots]:
    """Robots in the group chats of the town's desk and of the bureau."""
    with wecom_robots() as stand_in:
        with database.writing() as session:
            for unit in (county.town_desk, county.bureau):
                session.get_one(Unit, unit).robot_url = stand_in.add(str(unit))
            touch(session)
        yield stand_in


@pytest.fixture
def tools() -> Iterator[Tools]:
    with http_client(timeout=2) as http:
        yield Tools(http, robot_hosts=frozenset({"127.0.0.1"}))


def planned(session: Session, **wanted: object) -> Sequence[Delivery]:
    """Deliveries in the order in which they were planned."""
    found = select(Delivery).where(*(getattr(Delivery, name) == value for name, value in wanted.items()))
    return session.exec(found.order_by(col(Delivery.id))).all()


def told(database: Database, verb: str) -> list[tuple[str, str, int | None]]:
    """Audience, channel and person or unit of each delivery of a verb."""
    with database.reading() as session:
        return [(row.audience, row.channel, row.person_id or row.unit_id) for row in planned(session, verb=verb)]


def plan_all(around: Around, **at: object) -> None:
    assert plan_notices(around(**at)).failed == 0
