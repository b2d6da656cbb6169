"""Hot writes by Core: statements built once, so that a row costs little more than the driver takes for it."""

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Executable, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

Values = Mapping[str, Any]

INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


WAITING = "waiting"
"""Where a session keeps what is written before its commit, when it shares that with others."""


class Part(Protocol):
    """Something that waits to be written."""

    def write(self, connection: Connection) -> None: ...


P = TypeVar("P", bound=Part)
T = TypeVar("T")


class Waiting:
    """What several writers share until their common commit: what they want written, one statement for all of them,
    and what each of them would read again."""

    def __init__(self) -> None:
        self._parts: dict[Hashable, Any] = {}
        self.known: dict[Hashable, Any] = {}

    def part(self, key: Hashable, make: Callable[[], P]) -> P:
        """The one under this key, made when it is asked for first."""
        if key not in self._parts:
            self._parts[key] = make()
        part: P = self._parts[key]
        return part

    def write(self, connection: Connection) -> None:
        parts, self._parts = self._parts, {}
        for part in parts.values():
            part.write(connection)


class Rows:
    """Rows for one statement."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self.values: list[Values] = []

    def write(self, connection: Connection) -> None:
        connection.execute(self._statement, self.values)


def waiting_of(session: Session) -> Waiting | None:
    """None in a transaction that is one writer's own."""
    waiting: Waiting | None = session.info.get(WAITING)
    return waiting


def read_once(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    """For what changes seldom, and never by those who share a commit."""
    waiting = waiting_of(session)
    if waiting is None:
        return read()
    if key not in waiting.known:
        waiting.known[key] = read()
    known: T = waiting.known[key]
    return known


def forget_read(session: Session, key: Hashable) -> None:
    """Whoever changes it after all says so."""
    waiting = waiting_of(session)
    if waiting is not None:
        waiting.known.pop(key, None)


def write_waiting(session: Session) -> None:
    """Now, for somebody in this transaction wants to read it."""
    waiting = waiting_of(session)
    if waiting is not None:
        waiting.write(session.connection())


def insert_soon(session: Session, table: type[SQLModel], values: Values) -> None:
    """Together with the rows of others, before the commit: until then nothing may read it."""
    execute_soon(session, _plain(table), values)


def execute_soon(session: Session, statement: Executable, values: Values) -> None:
    waiting = waiting_of(session)
    if waiting is None:
        session.connection().execute(statement, values)
    else:
        waiting.part((statement, tuple(values)), lambda: Rows(statement)).values.append(values)


def insert_row(session: Session, table: type[SQLModel], values: Values) -> None:
    session.connection().execute(_plain(table), values)


def insert_for_id(session: Session, table: type[SQLModel], values: Values) -> int:
    """The new row's id."""
    new_id: int = session.connection().execute(_for_id(table), values).scalar_one()
    return new_id


def insert_or_skip(session: Session, table: type[SQLModel], values: Values) -> int | None:
    """The new row's id; None when a row with one of its unique keys is there already."""
    connection = session.connection()
    new_id: int | None = connection.execute(_or_skip(table, connection.dialect.name), values).scalar_one_or_none()
    return new_id


def insert_into(session: Session, table: Any) -> Any:
    """An insert that offers `on_conflict_do_update` on the session's database: SQLAlchemy keeps it in two places."""
    return INSERTS[session.get_bind().dialect.name](table)


@cache
def _plain(table: Any) -> Any:
    return insert(table.__table__)


@cache
def _for_id(table: Any) -> Any:
    return insert(table.__table__).returning(table.__table__.c.id)


@cache
def _or_skip(table: Any, dialect: str) -> Any:
    return INSERTS[dialect](table.__table__).on_conflict_do_nothing().returning(table.__table__.c.id)
