"""Reference data is read anew whenever it changed, and whoever asks for it keeps the rows that he holds."""

from contextlib import suppress

from sqlalchemy import event

from service.database import Database
from service.directory.models import Area, CatalogueRow, Unit
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


def test_what_is_read_in_the_midst_of_a_change_is_nobody_elses(database: Database) -> None:
    """Dissolving a unit reads the directory after its version was counted up, and before the unit is out of service."""
    with database.writing() as session:
        county = build_county(session)
    with database.writing() as session:
        touch(session)
        assert reference(session).units[county.bureau].is_active
        session.get_one(Unit, county.bureau).is_active = False
    for opened in (database.writing, database.reading):
        with opened() as session:
            assert not reference(session).units[county.bureau].is_active


def test_what_was_undone_leaves_no_trace(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
    with suppress(RuntimeError), database.writing() as session:
        touch(session)
        session.get_one(Unit, county.bureau).name = "没有这个局"
        assert reference(session).unit_name(county.bureau) == "没有这个局"
        raise RuntimeError
    with database.writing() as session:
        touch(session)
    for opened in (database.writing, database.reading):
        with opened() as session:
            assert reference(session).unit_name(county.bureau) == "县交通运输局"


def test_what_others_change_while_it_is_read_is_there_as_a_whole_or_not_at_all(postgresql_database: Database) -> None:
    """A transaction that writes sees on PostgreSQL what is committed between two of its own statements."""
    with postgresql_database.writing() as session:
        county = build_county(session)
    steps: list[str] = []

    def founds_a_village(connection: object, cursor: object, statement: str, *more: object) -> None:
        if not statement.startswith("SELECT area.") or steps:
            return
        steps.append(statement)
        with postgresql_database.writing() as other:
            village = Area(name="新村", level="village", parent_id=county.town, path="new")
            other.add(village)
            other.flush()
            village.path = f"/{county.county}/{county.town}/{village.id}/"
            other.add(CatalogueRow(category_id=county.lamps, area_id=village.id or 0, unit_id=county.bureau))
            touch(other)

    with postgresql_database.writing() as session:
        event.listen(postgresql_database.engine, "after_cursor_execute", founds_a_village)
        try:
            known = reference(session)
        finally:
            event.remove(postgresql_database.engine, "after_cursor_execute", founds_a_village)
    assert steps and "新村" in {area.name for area in known.areas.values()}
    assert len(known.catalogue) == 3
    with postgresql_database.reading() as session:
        assert reference(session).version == known.version
