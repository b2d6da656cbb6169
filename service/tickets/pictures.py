"""Photographs: taken in before a transaction begins, written down in it, cleaned after the answer was given.

taken = take_in(store, files)                        on the disk now; `mistakes` has a sentence for each that is none
ids = attach(session, taken.received, person, now)   rows in the caller's transaction
save_uploads(session, files, person, now) -> ids     both at once, for who has no use for half of them

`darkroom.prepare_pictures` cleans them afterwards.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import structlog
from obstore.exceptions import BaseError
from sqlalchemy import insert
from sqlmodel import Session, col
from starlette.datastructures import FormData, UploadFile

from service.database import Database
from service.settings import settings
from service.tickets import picture_kinds
from service.tickets.models import Attachment, PictureState
from service.tickets.picture_store import ORIGINALS, PictureStore, store_at
from workflows.commands import PHOTOS_MOST, clean
from workflows.refusals import Refused
from workflows.words import _

log = structlog.get_logger()

TOO_MANY = _("最多 {most} 张照片，您选了 {n} 张，多出的没有收。")
NO_ROOM = _("照片现在存不下来，请过一会儿再试，或者先不加照片。")
NAME_MOST = 40


@dataclass(frozen=True)
class Received:
    """A picture whose original is in the store and not yet in the database."""

    original: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Taken:
    """What became of the files of one form: those that are fine, and a sentence for each of the others."""

    received: tuple[Received, ...] = ()
    mistakes: tuple[Refused, ...] = ()


def files_of(form: FormData, name: str = "photos") -> list[UploadFile]:
    """The files that were chosen; an empty field sends a file without a name."""
    return [file for file in form.getlist(name) if isinstance(file, UploadFile) and (file.filename or file.size)]


def take_in(store: PictureStore, files: Sequence[UploadFile], room: int = PHOTOS_MOST) -> Taken:
    """Judge each by its content and put the good ones into the store. Call it before a transaction begins."""
    mistakes: list[Refused] = []
    received: dict[str, Received] = {}
    for number, file in enumerate(files[:room], 1):
        try:
            kept = _received(store, file.file, file.size or 0)
            received[kept.original] = kept
        except Refused as refused:
            mistakes.append(_named(refused, number, file.filename or ""))
    if len(files) > room:
        mistakes.append(Refused(TOO_MANY, field="photos", most=PHOTOS_MOST, n=PHOTOS_MOST - room + len(files)))
    return Taken(tuple(received.values()), tuple(mistakes))


def attach(
    session: Session,
    received: Iterable[Received],
    person_id: int | None,
    now: datetime,
    *,
    keeps_position: bool = False,
) -> list[int]:
    """Rows that belong to no ticket yet: the command that names their ids binds them."""
    row = {"person_id": person_id, "created_at": now, "state": PictureState.received, "attempts": 0}
    row["keeps_position"] = keeps_position
    return [
        session.execute(
            insert(Attachment)
            .values(original=each.original, media_type=each.media_type, size=each.size, **row)
            .returning(col(Attachment.id))
        ).scalar_one()
        for each in received
    ]


def save_uploads(
    target: Database | Session,
    files: Sequence[UploadFile],
    person_id: int | None,
    now: datetime,
    store: PictureStore | None = None,
) -> list[int]:
    """In the caller's transaction, or in one of its own. Raise Refused (of field `photos`): then nothing is kept."""
    taken = take_in(store or default_store(), files)
    if taken.mistakes:
        raise taken.mistakes[0]
    if isinstance(target, Session):
        return attach(target, taken.received, person_id, now)
    with target.writing() as session:
        return attach(session, taken.received, person_id, now)


def _received(store: PictureStore, file: BinaryIO, size: int) -> Received:
    kind = picture_kinds.check(file, size)
    file.seek(0)
    content = file.read()
    name = hashlib.sha256(content).hexdigest()
    try:
        store.put(ORIGINALS, name, content)
    except (BaseError, OSError):
        log.exception("a picture could not be kept")
        raise Refused(NO_ROOM, field="photos") from None
    return Received(name, kind.media_type, len(content))


def _named(refused: Refused, number: int, name: str) -> Refused:
    shown = str(clean(name))
    shown = shown if len(shown) <= NAME_MOST else shown[: NAME_MOST - 1] + "…"
    return Refused(refused.sentence, field=refused.field, **(refused.values | {"n": number, "name": shown}))


def default_store() -> PictureStore:
    """Where the settings of this process say."""
    return store_at(settings().files_url)
