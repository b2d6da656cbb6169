"""weiyuan demo"""

import os
import shutil
import sys
import unicodedata
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy.engine import make_url

from service import clock, schema
from service.cli.migrate import migrate
from service.cli.opening import county_database, fail
from service.cli.progress import progress_bar
from service.cli.serve import refuse_taken_port
from service.database import Database
from service.demo.fill import Demo, fill, is_empty_or_demo, is_settled
from service.leadership import FileLock
from service.settings import Settings, settings
from service.simulation.year import before_the_demo
from service.tickets.picture_store import store_at

app = typer.Typer(add_completion=False)

FILLING = "Filling the county with a year of wishes; that takes the better part of a minute …"
WISHES = 1_500
"""A whole year of the county has 3,891, which take three times as long."""
NOT_OURS = "This database belongs to another county than the demo's: nothing was removed."
AT_WORK = "A process is at work on this database: end it first. Nothing was removed."
NO_FILE = "Only a demo in a SQLite file can start over: this database is on a server."


@app.command()
def demo(
    reset: Annotated[
        bool, typer.Option("--reset", help="Start over: removes the demo's database and pictures.")
    ] = False,
    and_serve: Annotated[bool, typer.Option("--serve", help="Go on serving until it is told to stop.")] = False,
    wishes: Annotated[
        int, typer.Option(min=0, max=100_000, help="How many were collected in the year before; a real one has 3891.")
    ] = WISHES,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Fill an empty database with a fictional county, and say where to look and who can sign in.

    Running it again keeps what is there.
    """
    chosen = settings()
    if and_serve:
        refuse_taken_port(host or chosen.host, port or chosen.port)
    if reset:
        _remove(chosen)
    migrate()
    with county_database() as database:
        with database.reading() as session:
            if not is_settled(session):
                typer.echo(FILLING, err=True)
        told = _filled(database, chosen, wishes)
    listens = chosen.model_copy(update={"host": host or chosen.host, "port": port or chosen.port})
    typer.echo(_told(told, listens.here))
    if and_serve:
        typer.echo("Serving until Ctrl-C is pressed.", err=True)
        _serve(listens, told.county)


def _serve(listens: Settings, county: str) -> NoReturn:
    """This process becomes the server, as `weiyuan serve` would: what filled the county has left threads behind, and
    the timekeeper, which is a fork, would wait for them for ever."""
    os.environ.update({"WEIYUAN_DEMO": "1", "WEIYUAN_COUNTY_NAME": county})
    sys.stdout.flush()
    words = ["serve", "--host", listens.host, "--port", str(listens.port)]
    os.execv(sys.executable, [sys.executable, sys.argv[0], *words])


def _filled(database: Database, chosen: Settings, wishes: int) -> Demo:
    now = clock.now()
    with progress_bar("playing the year") as advance:
        before = before_the_demo(wishes, now, advance) if wishes else None
        return fill(database, now, store_at(chosen.files_url), before)


def _remove(chosen: Settings) -> None:
    """Never anything but a demo: a wrong word on the command line must not cost a county its wishes."""
    url = make_url(chosen.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise fail(NO_FILE)
    file = Path(url.database)
    if not file.exists():
        return
    with county_database(must_be_current=False) as database, database.reading() as session:
        if schema.revision_of(database) is not None and not is_empty_or_demo(session):
            raise fail(NOT_OURS)
    lock = FileLock(Path(f"{file}-leader").absolute())
    if not lock.take():
        raise fail(AT_WORK)
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()
    lock.release()
    folder = Path(chosen.files_url)
    if folder.is_dir():
        shutil.rmtree(folder)


def _told(told: Demo, base: str) -> str:
    head = f"{told.county}: {'filled just now' if told.is_new else 'kept as it was'}."
    places = {
        "a villager's link": told.villager,
        "a villager's wish": told.tracking,
        "the workbench": told.workbench,
        "the board": told.board,
    }
    widest = max(_width(f"{each.unit} {each.title}") for each in told.sign_ins)
    people = [_padded(f"{each.unit} {each.title}", widest) + f"  {each.login}" for each in told.sign_ins]
    lines = [
        head,
        *(f"  {words:<20}{base}{path}" for words, path in places.items()),
        f"Demo sign-ins, all with the password {told.sign_ins[0].password}:",
        *(f"  {line}" for line in people),
    ]
    return "\n".join(lines)


def _width(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)


def _padded(words: str, width: int) -> str:
    return words + " " * (width - _width(words))
