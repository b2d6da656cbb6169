"""weiyuan import directory"""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from service import clock
from service.administration.people import made_up_password
from service.cli.opening import county_database, fail
from service.cli.progress import progress_bar
from service.cli.speech import counted, said
from service.database import Database
from service.exchange.directory_in import Rows, Taken, read_directory, take, try_directory
from service.exchange.directory_rows import Problem
from service.security import hash_password


def directory(
    file: Annotated[Path, typer.Argument(help="The workbook, as `weiyuan export directory` writes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try everything, write nothing.")] = False,
    passwords: Annotated[
        Path | None, typer.Option(help="A new file for the passwords of new people. Left out: they are shown once.")
    ] = None,
) -> None:
    """Take in areas, units, people and the dispatch catalogue from a workbook.

    Adds what is new, changes what differs, removes nothing; blank cells change
    nothing. When anything is wrong, each sheet, row and column is named, and
    nothing at all is taken. New people get a made-up password.
    """
    with county_database() as database:
        rows, problems = read_directory(file)
        _refuse(problems)
        trial = try_directory(database, rows, clock.now())
        _refuse(trial.problems)
        given = {} if dry_run else {login: made_up_password() for login in trial.new_logins}
        taken = trial if dry_run else _take(database, rows, given, passwords)
    _say_counts(taken)
    if not any(rows.values()):
        typer.echo("There is no row in it, or nothing but examples.")
    if dry_run:
        typer.echo("Nothing was written: this was a dry run.")
    elif given:
        _say_passwords(given, passwords)
    if not taken.has_administrator:
        typer.echo("Nobody is an administrator yet: give somebody the post 管理员, or use `weiyuan user add`.")


def _refuse(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    for problem in problems:
        typer.echo(f"{problem.sheet}, row {problem.row}, {problem.column}: {said(problem.sentence, problem.values)}")
    raise fail(f"{counted(len(problems), 'problem')}. Nothing was taken.")


def _take(database: Database, rows: Rows, given: Mapping[str, str], file: Path | None) -> Taken:
    """The slow hashes come first; the passwords are on disk before anybody can sign in with them."""
    hashes = {}
    with progress_bar("passwords") as advance:
        for done, (login, password) in enumerate(given.items(), 1):
            hashes[login] = hash_password(password)
            advance(done / len(given), done)
    with _password_file(file) as out, database.writing() as session:
        taken = take(session, rows, hashes, clock.now())
        if taken.problems or set(taken.new_logins) != set(given):
            raise fail("Somebody has changed the directory just now. Nothing was taken: please try again.")
        if out is not None:
            csv.writer(out).writerows([("登录名", "密码"), *given.items()])
    return taken


@contextmanager
def _password_file(path: Path | None) -> Iterator[TextIO | None]:
    """A file of one's own that was not there before; it goes again when nothing was taken."""
    if path is None:
        yield None
        return
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise fail(f"{path} is there already: passwords are never written over something else.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as out:
            yield out
    except BaseException:
        path.unlink()
        raise


def _say_counts(taken: Taken) -> None:
    for sheet in dict.fromkeys(sheet for sheet, _what in taken.counts):
        parts = (f"{taken.counts[sheet, what]:,} {what}" for what in ("added", "changed", "unchanged"))
        typer.echo(f"{sheet}: {', '.join(parts)}")


def _say_passwords(given: Mapping[str, str], file: Path | None) -> None:
    if file is not None:
        typer.echo(f"{counted(len(given), 'password')} in {file}, readable by you only: hand out, then delete.")
        return
    typer.echo("Shown once, and never again:")
    for login, password in given.items():
        typer.echo(f"  {login}  {password}")
