"""The one database of the county: a SQLite file or PostgreSQL, used the same way.

with database.reading() as session: …     one snapshot, nothing can be written
with database.writing() as session: …     one transaction, committed when the block ends
database.together(act)                    act(session), committed with whatever else is waiting
await database.joined(act)                the same, from the event loop
"""

from asyncio import wrap_future
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy import Enum as EnumType
from sqlalchemy.engine import make_url
from sqlmodel import Session, SQLModel

from service import postgres, sqlite

T = TypeVar("T")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


metadata = SQLModel.metadata
metadata.naming_convention = NAMING


class Table(SQLModel):
    """Base of every table: `class Ticket(Table, table=True)`. Its constraints get names that both databases keep."""


def word_of(kind: type[Enum]) -> EnumType:
    """A column holding one word of an enum as text: `Field(sa_type=word_of(Status))`; a new word needs no migration."""
    return EnumType(kind, native_enum=False, create_constraint=False, length=40)


class Database:
    """Opens either database; `dialect` is "sqlite" or "postgresql", `engine` is for migrations and tests."""

    def __init__(self, url: str, pool_size: int = 8, patience: float = sqlite.PATIENCE) -> None:
        """`patience`: seconds that whoever writes to a SQLite file waits for his turn, before he is told `Busy`."""
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self._backend: sqlite.SQLite | postgres.PostgreSQL
        if self.dialect == "sqlite":
            self._backend = sqlite.SQLite(self.url, pool_size, patience)
        elif self.dialect == "postgresql":
            self._backend = postgres.PostgreSQL(self.url, pool_size)
        else:
            raise ValueError(f"{self.dialect} is not a database we know: use sqlite:///FILE or postgresql://…")
        self.engine = self._backend.engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot from the first query on; a write is refused by the database."""
        with Session(self._backend.reading_engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, undone when it raises."""
        with self._backend.turn(), Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def together(self, act: Callable[[Session], T]) -> T:
        """Run `act(session)` in a transaction shared with the others that wait right now; answers once it is committed.

        When one of them raises, only that one is undone: the others run again without it. So `act` may run twice and
        must touch nothing but its session.
        """
        return self._backend.join(act).result()

    async def joined(self, act: Callable[[Session], T]) -> T:
        """`together` for the event loop: no thread waits meanwhile, and so any number of villagers may."""
        return await wrap_future(self._backend.join(act))

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A connection whose holder is the only one, among all processes, that changes the tables."""
        with self._backend.migrating() as connection:
            yield connection

    def keep_copy(self, label: str) -> Path | None:
        """The SQLite file copied beside itself; None on PostgreSQL, which has dumps and whose steps undo themselves."""
        return self._backend.keep_copy(label)

    def copy_to(self, copy: Path) -> None:
        """A copy of the SQLite file, made while others write; raises Unfit for a database on a server."""
        self._backend.copy_to(copy)

    def verify(self) -> None:
        """Raise `Unfit`, with a sentence, when this database would lose or misread what it is given."""
        self._backend.verify()

    def close(self) -> None:
        self._backend.close()
