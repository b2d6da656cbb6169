"""Links count their visits without making anybody wait, and say whom to ask."""

import pytest
from sqlmodel import select

from service.database import Database
from service.directory.models import Link, Unit
from service.directory.reference import reference, touch
from service.tickets.links import Visits, whom_to_ask
from tests.factories import build_county


def visits_of(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(Link.visits)).one()


@pytest.fixture
def link_id(database: Database) -> int:
    with database.writing() as session:
        return build_county(session).link.id or 0


def test_visits_are_written_down_together_and_not_at_once(database: Database, link_id: int) -> None:
    visits = Visits(database, flush_after=3600)
    for _ in range(5):
        visits.count(link_id)
    assert visits_of(database) == 0
    visits.flush()
    assert visits_of(database) == 5
    visits.count(link_id)
    visits.close()
    assert visits_of(database) == 6


def test_visits_are_written_down_by_themselves(database: Database, link_id: int) -> None:
    visits = Visits(database, flush_after=0.01)
    visits.count(link_id)
    assert visits._timer is not None
    visits._timer.join(5)
    assert visits_of(database) == 1
    visits.close()


def test_a_visit_that_cannot_be_written_down_hurts_nobody(
    database: Database, link_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = Visits(database, flush_after=0.01)

    def broken() -> None:
        raise OSError("disk is full")

    monkeypatch.setattr(database, "writing", broken)
    visits.count(link_id)
    assert visits._timer is not None
    visits._timer.join(5)
    monkeypatch.undo()
    visits.close()
    assert visits_of(database) == 0


def test_whom_to_ask_is_the_unit_of_the_link_else_the_nearest_desk_with_a_telephone(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        session.get_one(Unit, county.county_desk).phone = "0915-2520000"
        link = session.get_one(Link, county.link.id)
        touch(session)
    with database.reading() as session:
        known = reference(session)
        named = link.model_copy(update={"fallback_unit_id": county.village_unit})
        assert [
            unit and unit.name
            for unit in (whom_to_ask(link, known), whom_to_ask(named, known), whom_to_ask(None, known))
        ] == [
            "县受理中心",
            "双喜村村委会",
            "县受理中心",
        ]
