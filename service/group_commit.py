"""Several writers of one process share one commit: one wait for the disk instead of one each."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import copy_context
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

T = TypeVar("T")

# Bounds how long the first of a batch waits for the last.
MOST = 32


class Entry:
    """One writer's act, waiting for its turn and then for the commit."""

    def __init__(self, act: Callable[[Session], Any]) -> None:
        self._act = act
        self._context = copy_context()
        self._woken = threading.Lock()
        self._woken.acquire()
        self.has_failed = False
        self.is_settled = False
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        """In its own thread's context, so that its log lines keep their request id."""
        self.has_failed = True
        with Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only") as session:
            self.result = self._context.run(self._act, session)
            session.flush()
        self.has_failed = False

    def settle(self, error: BaseException | None = None) -> None:
        self.error = error
        self.is_settled = True
        self.wake()

    def wake(self) -> None:
        self._woken.release()

    def sleep(self) -> None:
        self._woken.acquire()


class GroupCommit:
    """The first who comes leads: he runs everybody's act in one transaction, commits, and wakes them.

    Nobody waits for company: a batch is what gathered while the batch before was being written.
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction
        self._mutex = threading.Lock()
        self._waiting: deque[Entry] = deque()
        self._is_led = False

    def together(self, act: Callable[[Session], T]) -> T:
        entry = Entry(act)
        with self._mutex:
            self._waiting.append(entry)
            leads, self._is_led = not self._is_led, True
        if not leads:
            entry.sleep()
        if not entry.is_settled:
            self._lead()
        if entry.error is not None:
            raise entry.error
        return entry.result  # type: ignore[no-any-return]

    def _lead(self) -> None:
        batch: list[Entry] = []
        try:
            with self._transaction() as connection:
                batch = self._gather()
                for entry in batch:
                    entry.run(connection)
        except BaseException as error:
            self._after_failure(batch or self._gather(), error)
        else:
            for entry in batch:
                entry.settle()
        finally:
            self._hand_over()

    def _after_failure(self, batch: list[Entry], error: BaseException) -> None:
        """Nothing of the batch was kept. If one of several spoilt it, each tries by himself; else it is for all."""
        spoilt = any(entry.has_failed for entry in batch)
        if spoilt and len(batch) > 1 and isinstance(error, Exception):
            for entry in batch:
                self._alone(entry)
        else:
            for entry in batch:
                entry.settle(error)

    def _alone(self, entry: Entry) -> None:
        try:
            with self._transaction() as connection:
                entry.run(connection)
        except BaseException as error:
            entry.settle(error)
        else:
            entry.settle()

    def _gather(self) -> list[Entry]:
        with self._mutex:
            return [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]

    def _hand_over(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting[0].wake()
            else:
                self._is_led = False
