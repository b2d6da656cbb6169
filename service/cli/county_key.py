"""The key that a county is opened with: made for a new one, and never another for one that has sealed words."""

from collections.abc import Iterator

import typer
from sqlalchemy import LargeBinary, column, inspect, select, table

from service import keys, logs
from service.database import Database
from service.fitness import Unfit
from service.keys import KeyMissing, Keyring, create_key_file
from service.settings import Settings

# The first and the newest of each tell: nobody is there without a name, and no wish without words.
SEALED = (("person", "name"), ("ticket", "wish"))

NEW_KEY = "A new key lies in {file}. Keep a copy elsewhere: without it nobody can read the wishes."
OTHER_KEY = (
    "This county's names and words were sealed with another key ({name}) than the one in {place}. "
    "Put the copy of that key back: no other key can read them, and nothing was done."
)
NO_KEY = (
    "There is no key file at {file}, and this county's names and words are sealed with one. "
    "Put its copy back: no new key could read them, and nothing was done."
)


def use_keys(chosen: Settings) -> None:
    """Raises Unfit where there is no key, or none that can be read."""
    logs.configure(chosen.log_json, "warning")
    secret = chosen.secret_key.get_secret_value() if chosen.secret_key else None
    try:
        keys.use(Keyring.load(chosen.key_file, secret))
    except KeyMissing as missing:
        raise Unfit(str(missing)) from None


def make_key_for_new_county(chosen: Settings, database: Database) -> None:
    """Raises Unfit where the county is not new, and its key was lost or lies elsewhere."""
    if chosen.secret_key or chosen.key_file.exists():
        return
    if next(_sealed(database), None) is not None:
        raise Unfit(NO_KEY.format(file=chosen.key_file))
    create_key_file(chosen.key_file)
    typer.echo(NEW_KEY.format(file=chosen.key_file))


def refuse_other_key(chosen: Settings, database: Database) -> None:
    """Whoever went on with it would seal new words with one key beside old ones with another."""
    for sealed in _sealed(database):
        if not keys.keyring().knows(sealed):
            place = "WEIYUAN_SECRET_KEY" if chosen.secret_key else str(chosen.key_file)
            raise Unfit(OTHER_KEY.format(name=keys.name_in(sealed), place=place))


def _sealed(database: Database) -> Iterator[bytes]:
    """As it lies there, read without any key; nothing in a database without tables."""
    with database.engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        for name, sealed in SEALED:
            rows = table(name, column("id"), column(sealed, LargeBinary()))
            for order in (rows.c.id.asc(), rows.c.id.desc()):
                if name in there:
                    found = connection.execute(select(rows.c[sealed]).order_by(order).limit(1)).scalar()
                    if found is not None:
                        yield bytes(found)
