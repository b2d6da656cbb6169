"""Databases for the benchmarks: a small county on either database, and one with as many tickets as are asked for."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text, update
from sqlmodel import Session, col, select

from service import clock, keys
from service.database import Database
from service.directory.reference import touch
from service.migrations import upgrade
from service.tickets import search
from service.tickets.models import Assignment, Ticket
from tests.factories import County, build_county, wish_in
from tests.support import postgres
from tests.support.keys import KEYRING
from workflows.statuses import Status

DIALECTS = ("sqlite", "postgresql")
BATCH = 5_000
THEMES = ("村口的路灯坏了，晚上看不见路", "自来水停了两天，老人挑水不方便", "田坎被水冲了一截", "垃圾池满了没人拉")


@contextmanager
def database_of(dialect: str) -> Iterator[str]:
    """An empty, migrated database on disk, with the durability that a county has; its address."""
    with ExitStack() as stack:
        if dialect == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="weiyuan-bench-", dir="."))
            url = f"sqlite:///{Path(folder).resolve() / 'bench.db'}"
        else:
            server = stack.enter_context(postgres.server(durable=True))
            url = stack.enter_context(postgres.database(server, f"bench_{secrets.token_hex(4)}"))
        upgrade(url)
        yield url


@contextmanager
def open_county(url: str) -> Iterator[tuple[Database, County]]:
    keys.use(KEYRING)
    database = Database(url)
    try:
        with database.writing() as session:
            county = build_county(session)
            touch(session)
        yield database, county
    finally:
        database.close()


def fill(database: Database, county: County, most: int) -> None:
    """Bring the number of open tickets in the bureau's hands to `most`: copies of one that was really handed in."""
    with database.writing() as session:
        sample = wish_in(session, county, Status.in_progress, clock.now() - timedelta(days=1))
        pattern = _row(session, Ticket, sample)
        hold = _row(session, Assignment, session.exec(_hold_of(sample)).one())
        there = session.execute(text("SELECT count(*) FROM ticket")).scalar_one()
    for start in range(there, most, BATCH):
        _copy(database, pattern, hold, range(start, min(start + BATCH, most)))
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def arm(database: Database, how_many: int, moment: datetime) -> None:
    """Let the escalation table come due for so many of them."""
    with database.writing() as session:
        chosen = select(col(Ticket.id)).order_by(col(Ticket.id).desc()).limit(how_many)
        late = {"alarm_at": moment, "due_at": moment}
        session.execute(update(Ticket).where(col(Ticket.id).in_(chosen)).values(late))


def _hold_of(ticket_id: int) -> Any:
    return select(Assignment.id).where(Assignment.ticket_id == ticket_id, col(Assignment.ended_at).is_(None))


def _row(session: Session, table: Any, row_id: int | None) -> dict[str, Any]:
    found = session.execute(select(table.__table__).where(table.__table__.c.id == row_id)).one()
    return {name: value for name, value in found._mapping.items() if name != "id"}


def _copy(database: Database, pattern: dict[str, Any], hold: dict[str, Any], numbers: range) -> None:
    words = [f"{THEMES[number % len(THEMES)]}，第 {number} 户" for number in numbers]
    later = [timedelta(days=2 + number % 20, seconds=number % 3600) for number in numbers]
    with database.writing() as session:
        rows = [
            {**pattern, "public_text": said, "due_at": pattern["due_at"] + wait, "alarm_at": pattern["due_at"] + wait}
            for said, wait in zip(words, later, strict=True)
        ]
        session.connection().execute(insert(Ticket.__table__), rows)  # type: ignore[attr-defined]
        ids = (
            session.execute(select(col(Ticket.id)).order_by(col(Ticket.id).desc()).limit(len(rows)))
            .scalars()
            .all()[::-1]
        )
        session.connection().execute(insert(Assignment.__table__), [{**hold, "ticket_id": each} for each in ids])  # type: ignore[attr-defined]
        for ticket_id, said in zip(ids, words, strict=True):
            search.index(session, ticket_id, said)
