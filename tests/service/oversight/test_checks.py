"""`weiyuan check` finds every kind of damage, and nothing in a sound database."""

from contextlib import closing

import pysqlite3
import pytest
from sqlalchemy import text
from sqlmodel import Session

from service.database import Database
from service.directory.models import DirectoryEvent
from service.outbox.models import Delivery
from service.oversight.checks import CHECKS, breaches
from service.oversight.seal_checks import seals_in_another_row
from tests.factories import NOW, act, build_county, submit_wish, wish_in
from tests.service.whistles.test_checks import DAMAGE as OF_WHISTLES
from workflows.statuses import Status
from workflows.wall_commands import Publish, TakeDown

FREE_EVENTS = {
    "sqlite": ["DROP TRIGGER ticket_event_no_update", "DROP TRIGGER ticket_event_no_delete"],
    "postgresql": ["DROP TRIGGER ticket_event_no_change ON ticket_event"],
}
EVERY_STATUS = list(Status)

DAMAGE: dict[str, list[str]] = {
    "status_against_events": ["UPDATE ticket SET status = 'declined', stage = 1 WHERE id = 1"],
    "stage_against_status": ["UPDATE ticket SET stage = 4 WHERE id = 1"],
    "gaps_in_numbers": ["UPDATE ticket_event SET number = 77 WHERE ticket_id = 2 AND number = 2"],
    "broken_chains": ["UPDATE ticket_event SET verb = 'reassign' WHERE ticket_id = 2 AND number = 2"],
    "holders_against_tickets": ["UPDATE ticket SET unit_id = (SELECT max(id) FROM unit) WHERE id = 1"],
    "ends_of_holds": ["UPDATE assignment SET ended_at = '2001-01-01 00:00:00' WHERE ended_at IS NOT NULL"],
    "merged_into_nothing": ["UPDATE ticket SET merged_into_id = 2 WHERE id = 1"],
    "areas_without_desk": ["UPDATE area SET desk_unit_id = NULL"],
    "asks_without_decider": [
        "INSERT INTO ask (ticket_id, round, kind, state, unit_id, asked_at, decider_role, decider_unit_id, due_at,"
        " is_provisional) VALUES (1, 1, 'extension', 'pending', 2, '2026-10-12', 'dispatcher', 2, '2026-10-13', false)"
    ],
    "asks_miscounted": ["UPDATE ticket SET pending_asks = 3 WHERE id = 1"],
    "deferred_without_review": ["UPDATE ticket SET deferred_until = NULL WHERE status = 'deferred'"],
    "promises_without_day": ["UPDATE ticket SET promise_state = 'open' WHERE id = 1"],
    "supervision_without_level": ["UPDATE ticket SET supervision_due_at = created_at WHERE id = 1"],
    "rounds_without_inspector": [
        "INSERT INTO inspection_round (title, area_path, inspector_unit_id, closed_from, closed_until, percent, seed,"
        " due_at, created_at) VALUES ('x', '/1/', 1, '2026-01-01', '2026-02-01', 10, 's', '2026-05-01', '2026-03-01')"
    ],
    "emergencies_twice": [
        "DROP INDEX ix_emergency_mode_one_open",
        *["INSERT INTO emergency_mode (area_id, reason, duty_roster, began_at) VALUES (1, '汛', '', '2026-07-01')"] * 2,
    ],
    "calls_against_tickets": ["UPDATE ticket SET call_at = created_at WHERE status = 'assigned'"],
    "unsearchable": ["DELETE FROM ticket_search"],
    "pool_against_tickets": ["UPDATE ticket SET is_claimable = true WHERE id = 1"],
    "wall_tells_too_much": ["UPDATE ticket SET wall_text = '请打 13812345678', published_at = created_at WHERE id = 1"],
    "wall_against_approvals": ["UPDATE ticket SET wall_text = '路灯坏了', published_at = created_at WHERE id = 1"],
    "endorsements_miscounted": ["UPDATE ticket SET endorsements = 7 WHERE id = 1"],
}


def found(session: Session) -> set[str]:
    return {breach.check.name for breach in breaches(session)}


def county_with_every_status(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        for status in EVERY_STATUS:
            wish_in(session, county, status)


def test_a_sound_database_has_no_breach(database: Database) -> None:
    county_with_every_status(database)
    with database.reading() as session:
        assert found(session) == set()


@pytest.mark.parametrize("name", DAMAGE)
def test_each_kind_of_damage_is_found(database: Database, name: str) -> None:
    county_with_every_status(database)
    with database.writing() as session:
        for step in [*FREE_EVENTS[database.dialect], *DAMAGE[name]]:
            session.execute(text(step))
        session.execute(text("UPDATE reference_version SET version = version + 1"))
    with database.reading() as session:
        assert name in found(session)


@pytest.mark.parametrize("sealed", ["wish", "phone"])
def test_sealed_words_that_were_moved_into_another_row_are_found(database: Database, sealed: str) -> None:
    with database.writing() as session:
        county = build_county(session)
        submit_wish(session, county, text="我家的水管冻裂了", phone="13800001111")
        submit_wish(session, county, text="路灯坏了", phone="13900002222")
        session.execute(text(f"UPDATE ticket SET {sealed} = (SELECT {sealed} FROM ticket WHERE id = 2) WHERE id = 1"))
    with database.reading() as session:
        assert list(seals_in_another_row(session)) == ["ticket 1"]


def test_the_database_itself_refuses_an_open_ticket_without_unit_or_deadline(database: Database) -> None:
    county_with_every_status(database)
    for column in ("unit_id", "due_at"):
        with pytest.raises(Exception, match="open_has_unit_and_due"), database.writing() as session:
            session.execute(text(f"UPDATE ticket SET {column} = NULL WHERE id = 1"))


def test_a_notice_planned_twice_is_found(database: Database) -> None:
    county_with_every_status(database)
    with database.writing() as session:
        for key in ("one", "two"):
            session.add(
                Delivery(
                    key=key, event_id=1, ticket_id=1, verb="submit", audience="dispatchers", channel="inbox",
                    person_id=1, subject="", body="", created_at=NOW, next_attempt_at=NOW,
                )
            )  # fmt: skip
    with database.reading() as session:
        assert found(session) == {"notices_planned_twice"}


def test_every_check_has_a_damage_that_shows_it_works() -> None:
    elsewhere = {"claims_without_term", "claimed_twice", "open_without_unit_or_deadline", "notices_planned_twice"}
    elsewhere |= {"issues_without_main_ticket", "tickets_against_memberships", "rollups_against_tickets"}
    elsewhere |= {"seals_in_another_row", "bulletins_without_files"}
    elsewhere |= OF_WHISTLES.keys()
    assert {check.name for check in CHECKS} == DAMAGE.keys() | elsewhere


def test_events_and_their_words_cannot_be_changed_but_words_can_be_erased(database: Database) -> None:
    county_with_every_status(database)
    for refused in (
        "UPDATE ticket_event SET verb = 'close' WHERE id = 1",
        "DELETE FROM ticket_event WHERE id = 1",
        "UPDATE ticket_event_details SET salt = salt WHERE event_id = 1",
    ):
        with pytest.raises(Exception, match="never changed"), database.writing() as session:
            session.execute(text(refused))
    with database.writing() as session:
        session.execute(text("DELETE FROM ticket_event_details WHERE event_id = 1"))
    with database.reading() as session:
        assert found(session) == set(), "erased words leave the chain whole"


@pytest.mark.parametrize("table", ["ticket_event", "ticket_event_details", "directory_event"])
def test_nobody_who_opens_the_file_replaces_an_event(sqlite_database: Database, table: str) -> None:
    """REPLACE deletes, and the triggers of DELETE hear nothing of it unless a connection asks for that."""
    county_with_every_status(sqlite_database)
    with sqlite_database.writing() as session:
        session.add(DirectoryEvent(at=NOW, what="create_link", area_path="/1/", details={}))
    with closing(pysqlite3.connect(str(sqlite_database.url.database))) as stranger:
        columns = [name for _place, name, *_rest in stranger.execute(f"PRAGMA table_info({table})")]
        before = stranger.execute(f"SELECT * FROM {table}").fetchall()
        numbered = [name for name in columns if name != "id"]
        for names in {", ".join(columns), ", ".join(numbered if table == "ticket_event" else columns)}:
            with pytest.raises(pysqlite3.IntegrityError, match="never changed"):
                stranger.execute(f"REPLACE INTO {table} ({names}) SELECT {names} FROM {table} LIMIT 1")
        assert stranger.execute(f"SELECT * FROM {table}").fetchall() == before


def test_a_wish_that_was_approved_stands_on_the_wall_without_a_breach(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        up = wish_in(session, county, Status.in_progress)
        act(session, up, Publish(words="村口的路灯坏了三个月"), county.dispatcher)
        down = wish_in(session, county, Status.in_progress)
        act(session, down, Publish(words="村口的路灯坏了三个月"), county.dispatcher)
        act(session, down, TakeDown(reason="诉求人改了主意"), county.dispatcher)
    with database.reading() as session:
        assert found(session) == set()
    with database.writing() as session:
        session.execute(text(f"UPDATE ticket SET wall_text = '改过的话', published_at = created_at WHERE id = {down}"))
    with database.reading() as session:
        assert [each.what for each in breaches(session) if each.check.name.startswith("wall")] == [f"ticket {down}"]
