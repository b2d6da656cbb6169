"""Do the tables have the form that this code expects? Asked at every start, so it must not load Alembic."""

from pathlib import Path

from sqlalchemy import inspect, text

from service.database import Database

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest_revision() -> str:
    """Revisions are numbered, and their files begin with the number."""
    return max(path.stem.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def revision_of(database: Database) -> str | None:
    """None for an empty database."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_current(database: Database) -> bool:
    return revision_of(database) == newest_revision()
