"""Exactly one process leads the timed work; when it dies, another takes over within seconds.

The lead is a lock that dies with its holder: an advisory lock on a connection of its own in PostgreSQL, a locked file
beside the SQLite file. A leader that was asleep may wake up late and act once more, so every job claims its rows.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg
import structlog
from sqlalchemy.engine import URL

from service.database import Database

log = structlog.get_logger()

BEAT = 1.0
# PostgreSQL ends our session when it hears nothing for so long: then a leader that sleeps leads no more.
SILENCE = 10.0
LOCK = 7_301_005


class Lock(Protocol):
    """A lock among processes that is freed when its holder dies."""

    def take(self) -> bool:
        """Take it or confirm that it is still ours; False if somebody else has it."""

    def release(self) -> None: ...


class FileLock:
    """For processes of one machine on one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        if self._file is not None and self._is_still_there(self._file):
            return True
        self.release()
        file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return self._is_still_there(file)

    def _is_still_there(self, file: int) -> bool:
        """Whoever deletes the file would let a second one lock a new file of the same name."""
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(file), self._path.stat())
        return False

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AdvisoryLock:
    """For processes of several machines on one PostgreSQL database."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._has_it = False

    def take(self) -> bool:
        try:
            return self._take()
        except psycopg.Error:
            self.release()
            return False

    def _take(self) -> bool:
        if self._connection is None:
            self._connection = self._connect()
        if self._has_it:
            self._connection.execute("SELECT 1")
        else:
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
            self._has_it = bool(row and row[0])
        return self._has_it

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._has_it = None, False


def lock_for(database: Database) -> Lock:
    if database.dialect == "sqlite":
        return FileLock(Path(f"{database.url.database}-leader").absolute())
    return AdvisoryLock(lambda: _own_connection(database.engine.dialect, database.url))


def _own_connection(dialect: Any, url: URL) -> psycopg.Connection[Any]:
    """Outside of the pool, for it lives as long as the lead; both ends notice soon when the other is gone."""
    _none, arguments = dialect.create_connect_args(url)
    watch = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "tcp_user_timeout": 8000}
    connection: psycopg.Connection[Any] = psycopg.connect(**(watch | arguments), autocommit=True)
    connection.execute(f"SET idle_session_timeout = '{int(SILENCE)}s'")
    connection.execute("SET application_name = 'weiyuan scheduler'")
    return connection


class Leadership:
    """Keeps asking for the lead in a thread of its own."""

    def __init__(self, lock: Lock, beat: float = BEAT) -> None:
        self._lock = lock
        self._beat = beat
        self._confirmed_at = float("-inf")
        self._leads = False
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="leadership", daemon=True)

    @property
    def is_ours(self) -> bool:
        """Only while it was confirmed a moment ago: who slept does not know what happened meanwhile."""
        return self._leads and time.monotonic() - self._confirmed_at < SILENCE

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Give the lead back, so that another need not wait for our end."""
        self._ends.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._leads = False
        self._lock.release()

    def _keep(self) -> None:
        while not self._ends.is_set():
            asked_at = time.monotonic()
            leads = self._asked()
            if leads != self._leads:
                log.info("leads" if leads else "follows", process=os.getpid())
            self._leads, self._confirmed_at = leads, asked_at
            self._ends.wait(self._beat)

    def _asked(self) -> bool:
        try:
            return self._lock.take()
        except OSError as error:
            log.warning("cannot ask for the lead", error=str(error))
            return False
