"""Links end by themselves, by the county's calendar and not by Greenwich's."""

from datetime import UTC, date, datetime

from sqlmodel import Session

from service.database import Database
from service.directory.expiry import expire_links
from service.directory.models import Link
from service.jobs import Surroundings
from service.settings import Settings
from tests.factories import NOW, add, build_county

LAST_DAY = date(2026, 10, 31)
EVENING = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)


def link_until(session: Session, token: str, last_day: date | None, revoked_at: datetime | None = None) -> int:
    area = build_county(session).village if token == "first" else 1
    row = Link(token=token, area_id=area, label=token, created_at=NOW, valid_until=last_day, revoked_at=revoked_at)
    return add(session, row)


def test_a_link_ends_when_its_last_day_is_over(database: Database) -> None:
    with database.writing() as session:
        ending = link_until(session, "first", LAST_DAY)
        link_until(session, "endless", None)
        link_until(session, "revoked", LAST_DAY, NOW)
        link_until(session, "longer", date(2026, 11, 30))

    def expire(now: datetime) -> int:
        return expire_links(Surroundings(database, Settings(), now)).done

    assert [expire(EVENING), expire(MIDNIGHT), expire(MIDNIGHT)] == [0, 1, 0]
    with database.reading() as session:
        assert session.get_one(Link, ending).expired_at == MIDNIGHT
