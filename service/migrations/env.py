"""What Alembic runs: on the connection that it is given, else on the database of the settings."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from service.database import Database
from service.migrations.tables import all_tables
from service.sealing import Sealed
from service.settings import settings


def run() -> None:
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        return migrate_on(given)
    database = Database(settings().database_url)
    try:
        with database.migrating() as connection:
            migrate_on(connection)
    finally:
        database.close()


def migrate_on(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=all_tables(),
        render_as_batch=True,
        render_item=plain_type,
        compare_type=True,
        # Our connections to SQLite begin transactions by themselves, so its changes of tables can be undone, too.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        refuse_broken_references(connection)


def refuse_broken_references(connection: Connection) -> None:
    """PostgreSQL checks them by itself; on SQLite they were switched off for the time being."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"The migration was undone: it would leave {len(broken)} rows that refer to nothing.")


def plain_type(kind: str, thing: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """A revision outlives the code: it names the database's types, not ours."""
    if kind != "type":
        return False
    if isinstance(thing, Sealed):
        return "sa.LargeBinary()"
    if isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, AutoString | Enum):
        length = getattr(thing, "length", None)
        return f"sa.String({length or ''})"
    return False


run()
