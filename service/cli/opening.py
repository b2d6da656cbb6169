"""How a command opens the county: keys in use, database open and of the form that this version expects."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from service import keys, logs, schema
from service.cli.speech import told
from service.database import Database
from service.errors import Failure
from service.fitness import Unfit
from service.keys import KeyMissing, Keyring
from service.settings import settings
from workflows.refusals import Refused

OUTDATED = "The database does not have the form that this version expects: run `weiyuan migrate` first."


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
    try:
        database = Database(url or settings().database_url)
    except (Unfit, ValueError) as error:
        raise fail(told(error)) from None
    try:
        database.verify()
        if must_be_current and not schema.is_current(database):
            raise fail(OUTDATED)
        yield database
    except (Unfit, Refused, Failure) as error:
        raise fail(told(error)) from None
    finally:
        database.close()
