"""How a command opens the county: keys in use, database open and of the form that this version expects."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from service import schema
from service.cli.county_key import refuse_other_key, use_keys
from service.cli.speech import told
from service.database import Database
from service.errors import Failure
from service.fitness import Unfit
from service.settings import settings, without_password
from workflows.refusals import Refused

OUTDATED = "The database does not have the form that this version expects: run `weiyuan migrate` first."
NO_FILE = "There is no database {path}: `weiyuan migrate` makes one, WEIYUAN_DATABASE_URL says where."
# Not repeated: without its signs nobody knows which part of it is the password.
NO_ADDRESS = (
    "WEIYUAN_DATABASE_URL is no address of a database: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
)
# The other errors of a database are mistakes of ours: they keep their traceback.
WORDS: dict[type[DatabaseError], str] = {
    OperationalError: "The database {address} does not answer: {reason}",
    DatabaseError: "The database {address} cannot be read: {reason}",
}


def fail(sentence: str) -> typer.Exit:
    """Say what is wrong and how to mend it; the exit code tells a script."""
    typer.secho(sentence, fg=typer.colors.RED, err=True)
    return typer.Exit(1)


@contextmanager
def county_database(url: str | None = None, *, must_be_current: bool = True) -> Iterator[Database]:
    """`url` in place of the settings' own. Exits with a sentence when the database or the key is unfit."""
    chosen = settings()
    with opened(url, must_be_there=must_be_current) as database:
        use_keys(chosen)
        database.verify()
        if must_be_current and not schema.is_current(database):
            raise fail(OUTDATED)
        refuse_other_key(chosen, database)
        yield database


@contextmanager
def opened(url: str | None = None, *, must_be_there: bool = True) -> Iterator[Database]:
    """Without any key, and whatever form it has. What is wrong with it becomes a sentence."""
    address = url or settings().database_url
    try:
        if must_be_there:
            _refuse_missing_file(address)
        database = Database(address)
    except ArgumentError:
        raise fail(NO_ADDRESS) from None
    except (Unfit, ValueError) as error:
        raise fail(told(error)) from None
    try:
        yield database
    except (Unfit, Refused, Failure) as error:
        raise fail(told(error)) from None
    except DatabaseError as error:
        if type(error) not in WORDS:
            raise
        words = WORDS[type(error)]
        raise fail(words.format(address=without_password(address), reason=_first_line(error))) from None
    finally:
        database.close()


def _refuse_missing_file(address: str) -> None:
    """A wrong letter in its name must not leave an empty database behind."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        path = Path(url.database)
        if not path.exists():
            raise Unfit(NO_FILE.format(path=path))


def _first_line(error: DatabaseError) -> str:
    """What the driver says; it names the address and the user, never the password."""
    return str(error.orig).partition("\n")[0]
