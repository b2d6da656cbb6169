"""PostgreSQL: several machines, one county."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from psycopg import OperationalError
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from service.fitness import Unfit
from service.group_commit import GroupCommit

T = TypeVar("T")

OLDEST = 140000
RESTED = 1.0
# While one batch waits for the other side, the next one is being prepared.
WRITERS = 2
# Any number, as long as every process of a county uses the same.
MIGRATION_LOCK = 7_301_004


class PostgreSQL:
    """A pool for one process. PostgreSQL orders writers by itself."""

    def __init__(self, url: URL, pool_size: int) -> None:
        self.engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,
            connect_args={"client_encoding": "utf8", "connect_timeout": 5},
        )
        _wait_for_nobody_for_ever(self.engine)
        _try_rested_connections(self.engine)
        self._group = GroupCommit(self.engine.begin, WRITERS)
        self.reading_engine: Engine = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        yield

    def join(self, act: Callable[[Session], T]) -> Future[T]:
        return self._group.join(act)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            connection.commit()
            try:
                yield connection
            finally:
                connection.rollback()
                connection.execute(text(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
                connection.commit()

    def keep_copy(self, label: str) -> None:
        return None

    def copy_to(self, copy: Path) -> None:
        raise Unfit("A database on a server is copied by pg_dump.")

    def verify(self) -> None:
        """With locale C, pg_trgm and the upper cases drop every Chinese character without a word."""
        with self.engine.connect() as connection:
            version, encoding, letters = connection.execute(
                text(
                    "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
                    " '路' ~ '^[[:alpha:]]$' AND datctype NOT IN ('C', 'POSIX')"
                    " FROM pg_database WHERE datname = current_database()"
                )
            ).one()
        if version < OLDEST:
            raise Unfit(f"PostgreSQL is too old ({version}): 14 or newer is needed.")
        if encoding != "UTF8":
            raise Unfit(f"The database is encoded in {encoding}: create it with ENCODING 'UTF8'.")
        if not letters:
            raise Unfit("The database's locale knows no Chinese letters: create it with LOCALE 'C.UTF-8'.")

    def close(self) -> None:
        self._group.close()
        self.engine.dispose()


def _wait_for_nobody_for_ever(engine: Engine) -> None:
    """A process that stands still with a row locked holds up nobody for longer than on SQLite: five seconds."""

    @event.listens_for(engine, "connect")
    def set_patience(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.execute("SET lock_timeout = '5s'")
        connection.execute("SET idle_in_transaction_session_timeout = '5min'")
        connection.commit()


def _try_rested_connections(engine: Engine) -> None:
    """A connection that has rested is tried before use, for the server may have gone; a busy one saves the 0.1 ms."""

    @event.listens_for(engine, "checkin")
    def note_the_time(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def try_it(connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
        if time.monotonic() - record.info.get("since", time.monotonic()) < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except OperationalError:
            raise DisconnectionError() from None
