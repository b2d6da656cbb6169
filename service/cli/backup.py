"""weiyuan backup"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from service import clock
from service.cli.opening import county_database, fail
from service.cli.speech import counted
from service.settings import settings

app = typer.Typer(add_completion=False)

NOT_HERE = (
    "This database is on a server: `pg_dump --format=custom --file=FILE` copies it while it runs. Nothing was written."
)
KEY_ELSEWHERE = "The key is not in it. Keep a copy of {key} in another place: without it nobody can read this one."


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where to: another disk. It may hold earlier copies.")],
) -> None:
    """Copy the SQLite database and the photographs, while the service runs.

    Each time the database becomes a new file, named after the moment; of the
    photographs only those are copied that are not there yet. The key is left out.
    """
    chosen = settings()
    with county_database() as database:
        if database.dialect != "sqlite":
            raise fail(NOT_HERE)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        at = clock.local(clock.now(), chosen.time_zone)
        copy = folder / f"weiyuan-{at:%Y%m%dT%H%M%S}.db"
        database.copy_to(copy)
    typer.echo(f"The database: {copy}")
    typer.echo(_pictures(chosen.files_url, folder / "files"))
    key = "WEIYUAN_SECRET_KEY" if chosen.secret_key else chosen.key_file
    typer.echo(KEY_ELSEWHERE.format(key=key))


def _pictures(address: str, there: Path) -> str:
    """After the database: whatever that knows of has been kept before it was written down."""
    if address.startswith("s3://"):
        return "The photographs lie in a bucket, which keeps copies of its own."
    here = Path(address.removeprefix("file://"))
    new = [file.relative_to(here) for file in here.rglob("*") if file.is_file()]
    new = [name for name in new if not (there / name).exists()]
    return f"The photographs: {there} ({counted(sum(_copied(here / name, there / name) for name in new), 'new file')})"


def _copied(file: Path, copy: Path) -> bool:
    """Whole or not at all: what bears the name of its content is never looked at again. False: it has just gone."""
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, half = tempfile.mkstemp(dir=copy.parent, prefix=".half-")
    os.close(handle)
    try:
        shutil.copyfile(file, half)
        Path(half).replace(copy)
    except FileNotFoundError:
        return False
    finally:
        Path(half).unlink(missing_ok=True)
    return True
