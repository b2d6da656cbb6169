"""weiyuan check"""

from typing import Annotated

import typer

from service.cli.opening import county_database
from service.cli.speech import counted
from service.oversight.checks import CHECKS, breaches

app = typer.Typer(add_completion=False)


@app.command()
def check(
    looks_at_all: Annotated[bool, typer.Option("--all", help="Recount every figure, however long it takes.")] = False,
) -> None:
    """Look in the live database for what must never be there.

    Each breach is a line. The last line says how many checks were made and how
    many breaches they found. Exits with 0 when there is none, with 1 otherwise.
    """
    with county_database() as database, database.reading() as session:
        found = 0
        for breach in breaches(session, looks_at_all):
            found += 1
            typer.echo(str(breach))
    typer.echo(f"{counted(len(CHECKS), 'check')}, {counted(found, 'breach', 'breaches')}.")
    raise typer.Exit(min(found, 1))
