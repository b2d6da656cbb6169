"""The record of changes: who changed what, from what to what. Written beside the change, read by those in charge."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.accounts.scope import in_areas
from service.accounts.visits import Visit
from service.administration.commands import AdminCommand
from service.directory.models import DirectoryEvent, Person
from service.errors import NotFound

PAGE = 50
NEWEST = 2**31 - 1
"""Ids are no larger on PostgreSQL."""


def write_down(
    visit: Visit, command: AdminCommand, about: str, area_path: str, before: AdminCommand | None = None, **more: Any
) -> None:
    """`about` is what it was called at the time. Of a thing that was there before only the differences are kept."""
    new, old = command.details(), before.details() if before else {}
    changed = [name for name in new if before is None or _of(command, name) != _of(before, name)]
    if before is not None and not changed:
        return
    details = {
        "about": about,
        "old": {name: old[name] for name in changed if old.get(name) is not None},
        "new": {name: new[name] for name in changed} | more,
    }
    event = DirectoryEvent(
        at=visit.now, person_id=visit.person_id, what=command.verb, area_path=area_path, details=details
    )
    visit.session.add(event)


def write_down_from_the_machine(
    session: Session, command: AdminCommand, about: str, area_path: str, now: datetime
) -> None:
    """What was done at the command line: nobody is signed in there, so the machine's own account is kept."""
    details = {"about": about, "old": {}, "new": command.details() | {"account": getpass.getuser()}}
    session.add(DirectoryEvent(at=now, what=command.verb, area_path=area_path, details=details))


def _of(command: AdminCommand, name: str) -> Any:
    """The value itself, also where the record keeps it to itself."""
    return getattr(command, name, None) if name in type(command).model_fields else command.details().get(name)


@dataclass(frozen=True)
class Change:
    """`who` is None for what was done at the command line."""

    event: DirectoryEvent
    at: datetime
    who: str | None


@dataclass(frozen=True)
class Changes:
    rows: Sequence[Change]
    cursor: str | None


def changes_in(session: Session, paths: frozenset[str], cursor: str | None = None, most: int = PAGE) -> Changes:
    """The newest first, of these areas and all below. Raises NotFound for a cursor that is none of ours."""
    wanted = (
        select(DirectoryEvent, Person.name)
        .outerjoin(Person, col(Person.id) == col(DirectoryEvent.person_id))
        .where(in_areas(col(DirectoryEvent.area_path), paths), col(DirectoryEvent.id) < number_in(cursor, NEWEST))
        .order_by(col(DirectoryEvent.id).desc())
        .limit(most + 1)
    )
    rows = [Change(event, event.at, name) for event, name in session.exec(wanted).all()]
    return Changes(rows[:most], str(rows[most - 1].event.id) if len(rows) > most else None)


def number_in(cursor: str | None, otherwise: int) -> int:
    if cursor is None:
        return otherwise
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise NotFound()
    return int(cursor)
