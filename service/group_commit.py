"""Several writers of one process share one commit: one wait for the disk instead of one each."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from service.errors import Busy
from service.inserts import WAITING, Waiting

T = TypeVar("T")

# Bounds how long the first of a batch waits for the last.
MOST = 32
# Nobody whose turn is this far away would still be there when it comes.
QUEUE_MOST = 2000


class Entry(Generic[T]):
    """One writer's act, waiting for its turn and then for the commit."""

    def __init__(self, act: Callable[[Session], T]) -> None:
        self._act = act
        self._context = copy_context()
        self.future: Future[T] = Future()
        self.has_failed = False
        self._result: Any = None

    def run(self, connection: Connection, waiting: Waiting) -> None:
        """In the context of whoever asked, so that its log lines keep their request id."""
        self.has_failed = True
        with Session(
            connection,
            expire_on_commit=False,
            join_transaction_mode="rollback_only",
            info={WAITING: waiting},
        ) as session:
            self._result = self._context.run(self._act, session)
            session.flush()
        self.has_failed = False

    def settle(self, error: BaseException | None = None) -> None:
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(self._result)


class GroupCommit:
    """A writer of its own runs everybody's act in one transaction, commits, and answers them.

    Nobody waits for company: a batch is what gathered while the batch before was being written. `writers` is how many
    batches may be written at once.
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]], writers: int = 1) -> None:
        self._transaction = transaction
        self._mutex = threading.Lock()
        self._waiting: deque[Entry[Any]] = deque()
        self._idle = writers
        self._threads = ThreadPoolExecutor(writers, thread_name_prefix="writer")

    def join(self, act: Callable[[Session], T]) -> Future[T]:
        """Settled once the act is committed, or with what it raised. Raise Busy when too many wait already."""
        entry = Entry(act)
        with self._mutex:
            if len(self._waiting) >= QUEUE_MOST:
                raise Busy()
            self._waiting.append(entry)
            wakes = self._idle > 0
            self._idle -= wakes
        if wakes:
            self._threads.submit(self._write)
        return entry.future

    def close(self) -> None:
        """After everybody has been answered."""
        self._threads.shutdown(wait=True)

    def _write(self) -> None:
        while self._is_wanted():
            batch: list[Entry[Any]] = []
            try:
                with self._transaction() as connection:
                    batch = self._gather()
                    _run_all(batch, connection)
            except BaseException as error:
                self._after_failure(batch or self._gather(), error)
            else:
                for entry in batch:
                    entry.settle()

    def _is_wanted(self) -> bool:
        with self._mutex:
            if not self._waiting:
                self._idle += 1
                return False
            return True

    def _after_failure(self, batch: list[Entry[Any]], error: BaseException) -> None:
        """Nothing of the batch was kept. If one of several spoilt it, each tries by himself; else it is for all."""
        spoilt = any(entry.has_failed for entry in batch)
        if spoilt and len(batch) > 1 and isinstance(error, Exception):
            for entry in batch:
                self._alone(entry)
        else:
            for entry in batch:
                entry.settle(error)

    def _alone(self, entry: Entry[Any]) -> None:
        try:
            with self._transaction() as connection:
                _run_all([entry], connection)
        except BaseException as error:
            entry.settle(error)
        else:
            entry.settle()

    def _gather(self) -> list[Entry[Any]]:
        with self._mutex:
            return [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]


def _run_all(batch: list[Entry[Any]], connection: Connection) -> None:
    """What they leave to be written together may fail for any of them."""
    waiting = Waiting()
    for entry in batch:
        entry.run(connection, waiting)
    try:
        waiting.write(connection)
    except BaseException:
        for entry in batch:
            entry.has_failed = True
        raise
