"""Hot writes by Core: statements built once, so that a row costs little more than the driver takes for it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

Values = Mapping[str, Any]

INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


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
