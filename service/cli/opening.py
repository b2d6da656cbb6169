"""How a command opens the county: keys in use, database open and of the form that this version expects."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from service import keys, logs, schema
from service.cli.speech import told
from service.database import Database
from service.errors import Failure
from service.fitness import Unfit
from service.keys import KeyMissing, Keyring
from service.settings import settings, without_password
from workflows.refusals import Refused

OUTDATED = "The database does not have the form that this version expects: run `weiyuan migrate` first."
NO_FILE = "There is no database {path}: `weiyuan migrate` makes one, WEIYUAN_DATABASE_URL says where."
NO_ANSWER = "The database {address} does not answer: {reason}"


def fail(sentence: str) -> typer.Exit:
    """Say what is wrong and how to mend it; the exit code tells a script."""
    typer.secho(sentence, fg=typer.colors.RED, err=True)
    return typer.Exit(1)


def use_keys() -> None:
    chosen = settings()
    logs.configure(chosen.log_json, "warning")
    try:
        keys.use(Keyring.load(chosen.key_file, chosen.secret_key.get_secret_value() if chosen.secret_key else None))
    except KeyMissing as missing:
        raise fail(str(missing)) from None


@contextmanager
def county_database(url: str | None = None, *, must_be_current: bool = True) -> Iterator[Database]:
    """`url` in place of the settings' own. Exits with a sentence when the database is unfit or outdated."""
    use_keys()
    address = url or settings().database_url
    try:
        if must_be_current:
            _refuse_missing_file(address)
        database = Database(address)
    except (Unfit, ValueError, ArgumentError, OSError) as error:
        raise fail(told(error)) from None
    try:
        database.verify()
        if must_be_current and not schema.is_current(database):
            raise fail(OUTDATED)
        yield database
    except (Unfit, Refused, Failure) as error:
        raise fail(told(error)) from None
    except OperationalError as error:
        raise fail(NO_ANSWER.format(address=without_password(address), reason=_first_line(error))) from None
    finally:
        database.close()


def _refuse_missing_file(address: str) -> None:
    """A wrong letter in its name must not leave an empty database behind."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        path = Path(url.database)
        if not path.exists():
            raise Unfit(NO_FILE.format(path=path))


def _first_line(error: OperationalError) -> str:
    """What the driver says; it names the address and the user, never the password."""
    return str(error.orig).partition("\n")[0]
