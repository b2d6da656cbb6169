"""weiyuan settings"""

import typer

from service.cli.speech import warn_of_lacking_letters
from service.settings import listing
from service.settings import settings as chosen

app = typer.Typer(add_completion=False)


@app.command()
def settings() -> None:
    """Every setting with its value and where that came from; secrets are hidden."""
    for line in listing(chosen()):
        typer.secho(f"{line.variable}={line.value}", bold=line.source != "default", nl=False)
        typer.echo(f"  [{line.source}]  {line.description}")
    warn_of_lacking_letters()
