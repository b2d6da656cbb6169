"""weiyuan check"""

import typer

from service.cli.opening import county_database
from service.oversight.checks import CHECKS, breaches

app = typer.Typer(add_completion=False)


@app.command()
def check() -> None:
    """Verify the live database. Exits with 1 and a line for each breach; silence would prove nothing, so it counts."""
    with county_database() as database, database.reading() as session:
        found = 0
        for breach in breaches(session):
            found += 1
            typer.echo(str(breach))
    typer.echo(f"{len(CHECKS)} checks, {found} breaches.")
    raise typer.Exit(min(found, 1))
