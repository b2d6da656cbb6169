"""INSERT … ON CONFLICT, which both databases know but SQLAlchemy keeps in two places."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_into(session: Session, table: Any) -> Any:
    """An insert that offers `on_conflict_do_nothing` and `on_conflict_do_update` on the session's database."""
    return INSERTS[session.get_bind().dialect.name](table)
