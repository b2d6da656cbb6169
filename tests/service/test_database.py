"""Both databases keep the same promises: all or nothing, reading writes nothing, and nothing unfit is opened."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlmodel import Session, select

from service import sqlite
from service.database import Database, metadata
from service.errors import Busy, answer_to
from service.fitness import Unfit
from service.migrations.tables import all_tables
from service.models import Attempt
from tests.support import postgres
from tests.support.databases import fresh_name

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def an_attempt(who: str, count: int = 1) -> Attempt:
    return Attempt(kind="test", who=who, since=NOW, until=NOW, count=count)


def written(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(Attempt.who)))


def test_what_was_written_is_there_when_the_block_has_ended(database: Database) -> None:
    with database.writing() as session:
        session.add(an_attempt("a"))
    assert written(database) == ["a"]


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as session:
            session.add(an_attempt("a"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert written(database) == []


def test_rows_stay_readable_after_their_transaction(database: Database) -> None:
    with database.writing() as session:
        row = an_attempt("a")
        session.add(row)
    assert (row.who, row.since) == ("a", NOW)


def test_reading_cannot_write(database: Database) -> None:
    with database.reading() as session:
        session.add(an_attempt("a"))
        with pytest.raises(DBAPIError):
            session.flush()
    assert written(database) == []
    with database.writing() as session:
        session.add(an_attempt("b"))
    assert written(database) == ["b"]


def test_a_reader_sees_one_moment_however_long_he_reads(database: Database) -> None:
    with database.reading() as session:
        assert session.exec(select(Attempt)).all() == []
        with database.writing() as other:
            other.add(an_attempt("a"))
        assert session.exec(select(Attempt)).all() == []
    assert written(database) == ["a"]


def test_together_writes_and_hands_back_what_the_act_returned(database: Database) -> None:
    def act(session: Session) -> int:
        session.add(an_attempt("a", count=7))
        session.flush()
        return session.exec(select(Attempt.count)).one()

    assert database.together(act) == 7
    assert written(database) == ["a"]


def test_together_hands_back_what_the_act_raised_and_leaves_nothing(database: Database) -> None:
    def act(session: Session) -> None:
        session.add(an_attempt("a"))
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.together(act)
    assert written(database) == []


def test_references_are_checked(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(text("INSERT INTO outbox (event_id) VALUES (4711)"))


def test_times_come_back_aware_and_naive_ones_are_refused(database: Database) -> None:
    with database.writing() as session:
        session.add(an_attempt("a"))
    with database.reading() as session:
        assert session.exec(select(Attempt.since)).one() == NOW
    with pytest.raises(StatementError), database.writing() as session:
        session.add(Attempt(kind="test", who="b", since=NOW.replace(tzinfo=None), until=NOW))


def test_an_error_does_not_repeat_what_was_to_be_written(database: Database) -> None:
    def write() -> None:
        with database.writing() as session:
            session.add(an_attempt("13812345678"))

    write()
    with pytest.raises(IntegrityError) as refused:
        write()
    # What PostgreSQL itself repeats under DETAIL is taken out by the log.
    assert "13812345678" not in str(refused.value).partition("DETAIL")[0]


def test_this_database_is_fit(database: Database) -> None:
    database.verify()
    assert database.dialect in {"sqlite", "postgresql"}


def test_constraints_have_names_that_a_migration_can_call() -> None:
    rules = MetaData(naming_convention=metadata.naming_convention)
    columns = Column("a", Integer, unique=True), Column("b", Integer, index=True)
    table = Table("t", rules, *columns, CheckConstraint("a > 0", name="positive"))
    assert {str(constraint.name) for constraint in table.constraints} == {"ck_t_positive", "uq_t_a", "pk_t"}
    assert {index.name for index in table.indexes} == {"ix_t_b"}


def test_no_table_uses_a_type_that_only_postgresql_has() -> None:
    kinds = {
        f"{table}.{column.name}"
        for table in all_tables().tables.values()
        for column in table.columns
        if getattr(column.type, "native_enum", False)
    }
    assert kinds == set(), "use word_of(): a native enum needs a migration for every new word"


def test_an_unknown_database_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="mysql"):
        Database("mysql://localhost/weiyuan")


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(Unfit, match="give a file"):
        Database("sqlite://")


def test_the_sqlite_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'weiyuan.db'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE t (a)"))
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "deep").iterdir()}
    assert {"weiyuan.db", "weiyuan.db-wal"} <= set(modes)
    assert set(modes.values()) == {"0o600"}
    database.close()


def test_sqlite_is_set_to_lose_nothing_and_to_leave_no_traces(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }


def test_a_sqlite_that_can_lose_data_is_refused(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pysqlite3, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(Unfit, match=r"3\.51\.3 or newer"):
        sqlite_database.verify()
    assert sqlite.OLDEST == (3, 51, 3)


def test_whoever_waits_longer_for_his_turn_than_he_may_is_told_to_come_back(sqlite_url: str) -> None:
    database = Database(sqlite_url, patience=0.05)
    with database.writing(), pytest.raises(Busy):
        database.together(lambda session: None)
    database.close()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [("ENCODING 'UTF8' LOCALE 'C'", "no Chinese letters"), ("ENCODING 'SQL_ASCII' LOCALE 'C'", "ENCODING 'UTF8'")],
)
def test_a_postgresql_that_drops_chinese_is_refused(postgres_server: str, options: str, sentence: str) -> None:
    name = fresh_name()
    postgres.command(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0 {options}")
    database = Database(postgres_server.replace("/postgres?", f"/{name}?"))
    try:
        with pytest.raises(Unfit, match=sentence):
            database.verify()
    finally:
        database.close()
        postgres.command(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_connection_that_postgresql_ended_is_replaced_before_use(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.postgres.RESTED", 0.0)
    with postgresql_database.reading() as session:
        first = session.execute(text("SELECT pg_backend_pid()")).scalar()
    address = postgresql_database.url.render_as_string(hide_password=False)
    postgres.command(address, f"SELECT pg_terminate_backend({first})")
    with postgresql_database.reading() as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar() != first


def test_who_meets_a_row_that_somebody_keeps_locked_is_told_to_come_back(postgresql_database: Database) -> None:
    with postgresql_database.writing() as session:
        session.add(an_attempt("a"))
    with postgresql_database.writing() as keeper, postgresql_database.writing() as other:
        keeper.execute(text("UPDATE attempt SET count = 2"))
        assert other.execute(text("SHOW lock_timeout")).scalar() == "5s"
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(OperationalError) as refused:
            other.execute(text("UPDATE attempt SET count = 3"))
        other.rollback()
    assert answer_to(refused.value).http_status == 503


def test_two_who_migrate_take_turns(database: Database) -> None:
    order: list[str] = []

    def second() -> None:
        with database.migrating():
            order.append("second")

    thread = threading.Thread(target=second)
    with database.migrating():
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
