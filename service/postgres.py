"""PostgreSQL: several machines, one county."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlmodel import Session

from service.fitness import Unfit

T = TypeVar("T")

OLDEST = 140000


class PostgreSQL:
    """A pool for one process. PostgreSQL orders writers and shares its commits by itself."""

    def __init__(self, url: URL, pool_size: int) -> None:
        self.engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"client_encoding": "utf8", "connect_timeout": 5},
        )
        self.reading_engine: Engine = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        yield

    def together(self, act: Callable[[Session], T]) -> T:
        with Session(self.engine, expire_on_commit=False) as session:
            result = act(session)
            session.commit()
        return result

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
        self.engine.dispose()
