"""weiyuan migrate"""

import typer

from service import clock
from service.cli.opening import county_database
from service.directory.seeding import seed
from service.keys import create_key_file
from service.migrations import migrate as bring_up_to_date
from service.settings import settings

app = typer.Typer(add_completion=False)


@app.command()
def migrate() -> None:
    """Bring the database to the newest form; a new one gets its key file, the calendar and the usual categories.

    A SQLite file with content is copied beside itself first.
    """
    applied = brought_up_to_date()
    typer.echo(f"Applied: {', '.join(applied)}." if applied else "Nothing to do: the database is up to date.")


def brought_up_to_date(url: str | None = None) -> list[str]:
    """The steps that were applied. `url` in place of the settings' own."""
    chosen = settings()
    if not chosen.secret_key and not chosen.key_file.exists():
        create_key_file(chosen.key_file)
        typer.echo(
            f"A new key lies in {chosen.key_file}. Keep a copy elsewhere: without it nobody can read the wishes."
        )
    with county_database(url, must_be_current=False) as database:
        applied = bring_up_to_date(database)
        with database.writing() as session:
            seed(session, clock.now())
    return applied
