"""Reference data is read anew whenever it changed, and whoever asks for it keeps the rows that he holds."""

from service.database import Database
from service.directory.models import Area, Unit
from service.directory.reference import reference, touch
from tests.factories import build_county


def test_whoever_asks_first_keeps_the_rows_that_he_holds(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
    with database.writing() as session:
        held = session.get_one(Unit, county.bureau)
        assert reference(session).unit_name(county.bureau) == "县交通运输局"
        held.name = "县交通局"
        touch(session)
        assert reference(session).unit_name(county.bureau) == "县交通局"
        assert held in session
    with database.reading() as session:
        assert reference(session).unit_name(county.bureau) == "县交通局"


def test_rows_of_the_reference_belong_to_no_session(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        area = reference(session).areas[county.village]
        assert area not in session and area is not session.get_one(Area, county.village)
