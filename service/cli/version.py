"""weiyuan version"""

import platform
from importlib.metadata import version as version_of

import typer

app = typer.Typer(add_completion=False)


@app.command()
def version() -> None:
    """Which version this is, on which Python."""
    typer.echo(f"weiyuan {version_of('weiyuan')}, Python {platform.python_version()}")
