"""A new database for every example of a property, quickly made."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from service.database import Database
from tests.support import postgres
from tests.support.databases import fresh_name

Fresh = Callable[[], AbstractContextManager[Database]]


@pytest.fixture
def fresh_sqlite(sqlite_template: Path, tmp_path: Path) -> Fresh:
    @contextmanager
    def fresh() -> Iterator[Database]:
        path = tmp_path / f"{fresh_name()}.db"
        shutil.copyfile(sqlite_template, path)
        with closing(Database(f"sqlite:///{path}")) as database:
            yield database

    return fresh


@pytest.fixture
def fresh_postgresql(postgres_server: str, postgres_template: str) -> Fresh:
    @contextmanager
    def fresh() -> Iterator[Database]:
        with (
            postgres.database(postgres_server, fresh_name(), postgres_template) as url,
            closing(Database(url)) as database,
        ):
            yield database

    return fresh
