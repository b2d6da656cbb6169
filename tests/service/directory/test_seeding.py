"""A new county begins with the known calendar and the usual categories, and keeps what it has made of them."""

from sqlmodel import select

from service.database import Database
from service.directory.defaults import CATEGORIES
from service.directory.models import CalendarYear, Category
from service.directory.reference import reference
from service.directory.seeding import known_years, seed
from tests.factories import NOW


def test_what_is_missing_is_filled_in_and_what_is_there_stays(database: Database) -> None:
    with database.writing() as session:
        assert seed(session, NOW)
    with database.writing() as session:
        session.exec(select(Category)).first().name = "本县的叫法"  # type: ignore[union-attr]
        assert not seed(session, NOW)
    with database.reading() as session:
        names = session.exec(select(Category.name)).all()
        years = set(session.exec(select(CalendarYear.year)).all())
        calendar = reference(session).calendar
    assert "本县的叫法" in names and len(names) == len(CATEGORIES)
    assert years == set(known_years()) == calendar.official_years


def test_the_working_days_are_those_of_the_announcements(database: Database) -> None:
    with database.writing() as session:
        seed(session, NOW)
    with database.reading() as session:
        calendar = reference(session).calendar
    assert [calendar.working_days_of(year) for year in (2024, 2025, 2026)] == [251, 248, 248]
