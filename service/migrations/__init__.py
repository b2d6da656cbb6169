"""Brings a database to the newest form of its tables, by the same steps on SQLite and on PostgreSQL.

All missing steps are one transaction on either database; a SQLite file with content is copied beside itself first.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from service import clock
from service.database import Database

HERE = Path(__file__).parent


def migrate(database: Database, to: str = "head") -> list[str]:
    """The revisions that were applied, oldest first; none if there was nothing to do. Two who migrate take turns."""
    with database.migrating() as connection:
        seen, missing = _revisions(connection, to)
        if seen and missing:
            database.keep_copy(f"before-{missing[0]}-{clock.now():%Y%m%dT%H%M%S}")
        if missing:
            command.upgrade(_config(connection), to)
    return missing


def upgrade(url: str) -> list[str]:
    """The same for an address."""
    database = Database(url)
    try:
        return migrate(database)
    finally:
        database.close()


def _revisions(connection: Connection, to: str) -> tuple[tuple[str, ...], list[str]]:
    """What the database has seen, and what is missing up to `to`, oldest first."""
    seen = MigrationContext.configure(connection).get_current_heads()
    connection.rollback()
    scripts = ScriptDirectory.from_config(_config())
    missing = [script.revision for script in scripts.iterate_revisions(to, seen or "base")]
    return seen, missing[::-1]


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config
