"""SQLite: one county PC, one file. Many readers at once, writers one after another."""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pysqlite3
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlmodel import Session

from service.errors import Busy
from service.fitness import Unfit
from service.group_commit import GroupCommit

T = TypeVar("T")

# Up to 3.51.2 two connections that write and checkpoint at once can corrupt the file.
OLDEST = (3, 51, 3)
PATIENCE = 5.0
PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "recursive_triggers=ON",
)


class SQLite:
    """Two small pools on one file: one that cannot write, one whose users take turns."""

    def __init__(self, url: URL, pool_size: int, patience: float = PATIENCE) -> None:
        path = self._path = _file_of(url)
        self.engine = _engine(path, pool_size, PRAGMAS, "BEGIN IMMEDIATE")
        self.reading_engine = _engine(path, pool_size, (*PRAGMAS, "query_only=ON"), "BEGIN")
        self._gate = Gate(path.with_name(path.name + "-gate"), patience)
        self._group = GroupCommit(self._batch)

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._gate:
            yield

    def join(self, act: Callable[[Session], T]) -> Future[T]:
        return self._group.join(act)

    @contextmanager
    def _batch(self) -> Iterator[Connection]:
        with self._gate, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """SQLite rebuilds a table to change it: references to it are not followed meanwhile, but checked at the end."""
        with self._gate, self.engine.connect() as connection:
            # By the driver itself: within a transaction, and ours begin with the first word, it would do nothing.
            connection.connection.execute("PRAGMA foreign_keys=OFF")
            try:
                yield connection
            finally:
                connection.invalidate()

    def keep_copy(self, label: str) -> Path:
        copy = self._path.with_name(f"{self._path.name}.{label}")
        self.copy_to(copy)
        return copy

    def copy_to(self, copy: Path) -> None:
        """Complete even while others write, and as private as the file itself. Nothing is left of half a copy."""
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with closing(pysqlite3.connect(str(self._path))) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),))
        except BaseException as error:
            copy.unlink()
            if isinstance(error, pysqlite3.Error):
                raise Unfit(f"{copy} could not be written: {error}.") from None
            raise

    def verify(self) -> None:
        if pysqlite3.sqlite_version_info < OLDEST:
            needed = ".".join(map(str, OLDEST))
            raise Unfit(f"SQLite {pysqlite3.sqlite_version} can lose data: {needed} or newer is needed (pysqlite3).")

    def close(self) -> None:
        self._group.close()
        self.engine.dispose()
        self.reading_engine.dispose()
        self._gate.close()


def _file_of(url: URL) -> Path:
    """The file, made for its owner alone if it is not there yet: SQLite gives its side files the same mode."""
    if not url.database or url.database == ":memory:":
        raise Unfit("SQLite in memory cannot be shared: give a file, as in sqlite:///var/weiyuan.db")
    path = Path(url.database).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path


def _engine(path: Path, pool_size: int, pragmas: tuple[str, ...], begin: str) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=pysqlite3,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,
        # The driver must not begin transactions by itself: it would begin them late, and a late writer fails at once.
        connect_args={"isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class FairLock:
    """First come, first served: a job that writes row after row does not push in before the villagers who wait."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False

    def acquire(self, timeout: float) -> bool:
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            place = threading.Lock()
            place.acquire()
            self._waiting.append(place)
        return place.acquire(timeout=timeout) or not self._gives_up(place)

    def release(self) -> None:
        """Hand it to who has waited longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False

    def _gives_up(self, place: threading.Lock) -> bool:
        """False when the turn came in this very moment."""
        with self._mutex:
            if place in self._waiting:
                self._waiting.remove(place)
                return True
            return False


class Gate:
    """One writer at a time: a lock among threads, a locked side file among processes.

    The kernel wakes whoever waits for the file at once; SQLite's own waiting is a lottery with long sleeps. If another
    process stands still while it holds the file, one thread of ours waits with it and the others are told `Busy`.
    """

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        self._lock = FairLock()
        self._patience = patience

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._patience):
            raise Busy()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, *error: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._lock.release()

    def close(self) -> None:
        os.close(self._file)
