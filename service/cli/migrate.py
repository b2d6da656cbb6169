"""weiyuan migrate"""

import typer

from service import clock
from service.cli.county_key import make_key_for_new_county
from service.cli.opening import county_database, opened
from service.directory.seeding import seed
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
    with opened(url, must_be_there=False) as database:
        make_key_for_new_county(settings(), database)
    with county_database(url, must_be_current=False) as database:
        applied = bring_up_to_date(database)
        with database.writing() as session:
            seed(session, clock.now())
    return applied
