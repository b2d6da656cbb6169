"""Takes in a county's directory from a workbook: what is new is added, what differs is changed, nothing is removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from service.database import Database
from service.directory.models import Appointment, Person
from service.directory.reference import touch
from service.exchange.directory_book import Book
from service.exchange.directory_people import take_catalogue, take_people
from service.exchange.directory_places import take_areas, take_units
from service.exchange.directory_rows import DirectoryRow, Problem, Problems, directory_rows
from service.exchange.directory_sheets import AREAS, CATALOGUE, PEOPLE, UNITS
from service.exchange.opening import opened
from workflows.statuses import Role

Rows = Mapping[str, Sequence[DirectoryRow]]


@dataclass(frozen=True)
class Taken:
    """`counts` says of each sheet how many rows were added, changed or left alone; `new_logins` need a password."""

    counts: Mapping[tuple[str, str], int]
    new_logins: Sequence[str]
    problems: Sequence[Problem]
    has_administrator: bool


def read_directory(path: Path) -> tuple[Rows, Problems]:
    """Raises NotASheet. With any problems there is nothing to take."""
    problems = Problems()
    with opened(path) as workbook:
        return directory_rows(workbook, problems), problems


def try_directory(database: Database, rows: Rows, now: datetime) -> Taken:
    """What would become of it. Everything is undone."""
    with database.writing() as session:
        taken = take(session, rows, {}, now)
        session.rollback()
    return taken


def take(session: Session, rows: Rows, hashes: Mapping[str, str], now: datetime) -> Taken:
    """`hashes` are the passwords of those who are new. Whoever calls undoes it all when there are problems."""
    book = Book(session, now)
    new: list[str] = []
    take_areas(book, rows[AREAS.name])
    if not book.problems:
        take_units(book, rows[UNITS.name])
    if not book.problems:
        new = take_people(book, rows[PEOPLE.name], hashes)
        take_catalogue(book, rows[CATALOGUE.name])
    if book.has_changed and not book.problems:
        touch(session)
    return Taken(book.counts, new, book.problems, _has_administrator(session))


def _has_administrator(session: Session) -> bool:
    wanted = (
        select(Appointment.id)
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .where(Appointment.role == Role.administrator, col(Person.is_active))
    )
    return session.exec(wanted.limit(1)).first() is not None
