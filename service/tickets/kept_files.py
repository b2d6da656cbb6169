"""Photographs and recordings of forms that came back: how many may lie here, from one device, address and link.

They are kept for a day, so that she need not choose them again. Beyond the room the form comes back without them, and
says so; her words are never part of the question. What was kept is told apart by keyed marks that go with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_
from sqlmodel import Session, col, select

from service.rate_limits import device_of, whence
from service.sealing import blind_index
from service.tickets.models import Attachment, KeptFile, Voice
from workflows.words import _

MIB = 1024 * 1024
NOT_KEPT = _("这次没能替您留着：今天留在这里等着送出的太多了。改好以后请再选一次，您写的字都在。")


@dataclass(frozen=True)
class Room:
    """So many files, of so many bytes together, may lie here unsent from one `of`, a column of the table."""

    of: str
    files: int
    size: int
    who: str


ROOMS: tuple[Room, ...] = (
    Room("device", 200, 500 * MIB, "an address and browser: forty neighbours with one model, five photographs each"),
    Room("address", 600, 1500 * MIB, "an address, as a village shares one"),
    Room("place", 1200, 3000 * MIB, "a link, or a wish that is supplemented"),
)


@dataclass(frozen=True)
class Whence:
    """From where files come, as keyed marks; what a device rates is marked otherwise, so that nobody joins the two."""

    place: str
    address: str
    device: str


def whence_of(request: Request, place: str) -> Whence:
    """`place` is the token of a link, or `ticket 12`."""
    address = whence(request.client.host) if request.client else ""
    said = (f"place {place}", f"address {address}", device_of(request))
    return Whence(*(blind_index(f"kept from {each}") for each in said))


@dataclass(frozen=True)
class Left:
    """What is still free everywhere: a file is kept where every room has a place for it."""

    files: int
    size: int

    def after(self, sizes: Sequence[int]) -> "Left | None":
        """None when these do not fit in any more."""
        left = Left(self.files - len(sizes), self.size - sum(sizes))
        return left if left.files >= 0 and left.size >= 0 else None


def room_left(session: Session, here: Whence) -> Left:
    """What has been sent by now takes no room any more."""
    mine = {room.of: col(getattr(KeptFile, room.of)) == getattr(here, room.of) for room in ROOMS}
    taken = [each for is_mine in mine.values() for each in _taken(is_mine)]
    unsent = and_(col(Attachment.ticket_id).is_(None), col(Voice.ticket_id).is_(None))
    rows = select(*taken).select_from(KeptFile)
    rows = rows.outerjoin(Attachment, col(Attachment.id) == col(KeptFile.attachment_id))
    rows = rows.outerjoin(Voice, col(Voice.id) == col(KeptFile.voice_id))
    found = session.execute(rows.where(unsent, or_(*mine.values()))).one()
    files = min(room.files - found[2 * at] for at, room in enumerate(ROOMS))
    return Left(files, min(room.size - found[2 * at + 1] for at, room in enumerate(ROOMS)))


def _taken(is_mine: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    files = func.coalesce(func.sum(case((is_mine, 1), else_=0)), 0)
    return files, func.coalesce(func.sum(case((is_mine, col(KeptFile.size)), else_=0)), 0)


def note_kept(session: Session, here: Whence, now: datetime, rows: Iterable[Mapping[str, int]]) -> None:
    """Of each file its `size` and its `attachment_id` or `voice_id`, of this transaction."""
    marks = {"place": here.place, "address": here.address, "device": here.device, "at": now}
    empty = {"attachment_id": None, "voice_id": None}
    if noted := [marks | empty | dict(row) for row in rows]:
        session.execute(insert(KeptFile), noted)


def forget_kept(session: Session, before: datetime) -> None:
    """Ahead of the photographs and recordings that they name."""
    session.execute(delete(KeptFile).where(col(KeptFile.at) < before))


def as_markdown() -> str:
    head = "| row | files | MiB | of |\n|---|---|---|---|\n"
    return head + "".join(f"| `{row.of}` | {row.files} | {row.size // MIB} | {row.who} |\n" for row in ROOMS)
