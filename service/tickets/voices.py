"""A spoken wish: its recording is judged and kept before the transaction, bound in it, and played with its length."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from fastapi import Request, Response
from obstore.exceptions import BaseError
from sqlalchemy import delete, update
from sqlmodel import Session, col, select
from starlette.datastructures import FormData, UploadFile

from service.database import Database
from service.errors import NotFound
from service.inserts import insert_for_id
from service.sealing import id_behind, secret_address
from service.tickets.kept_files import forget_kept
from service.tickets.models import Voice
from service.tickets.picture_store import Missing, PictureStore
from service.tickets.voice_kinds import LARGEST, Measured, measured
from workflows.commands import clean
from workflows.refusals import Refused
from workflows.words import _

log = structlog.get_logger()

VOICES = "voices"
KEPT = "voice"
FIELD = "kept_voice"
NO_ROOM = _("录音现在存不下来，请过一会儿再试，或者写成字。")
SPOKEN_ONLY = _("（这件心愿是说的，请听录音，{n} 秒。）")
KEPT_UNBOUND = timedelta(days=1)
NAME_MOST = 40
DIGITS_MOST = 9


@dataclass(frozen=True)
class Spoken:
    """What came with a form: `kept` is the id of a row that was written when the form came before."""

    kept: int | None = None
    taken: Measured | None = None
    mistake: Refused | None = None

    def attach(self, session: Session, now: datetime) -> int | None:
        """The id that the command names."""
        if self.taken is None:
            return self.kept
        row = {"content": _name(self.taken), "media_type": self.taken.media_type, "size": len(self.taken.content)}
        return insert_for_id(session, Voice, {**row, "seconds": self.taken.seconds, "created_at": now})

    @property
    def mark(self) -> str:
        """What tells it from another recording."""
        return _name(self.taken) if self.taken else str(self.kept or "")

    def seconds(self, database: Database) -> int:
        """How long it is; 0 when nothing was spoken."""
        if self.taken is not None or self.kept is None:
            return self.taken.seconds if self.taken else 0
        with database.reading() as session:
            row = session.get(Voice, self.kept)
            return row.seconds if row else 0


SILENT = Spoken()


def voice_address(voice_id: int | None) -> str:
    """What a form that came back is to bring, or nothing."""
    return secret_address(KEPT, voice_id) if voice_id else ""


def file_of(form: FormData) -> UploadFile | None:
    """An empty field sends a file without a name."""
    file = form.get("voice")
    return file if isinstance(file, UploadFile) and (file.filename or file.size) else None


def has_voice(form: FormData) -> bool:
    return FIELD in form or file_of(form) is not None


def spoken(form: FormData, store: PictureStore) -> Spoken:
    """Puts a good one into the store: ask whether the wish may be handed in at all before."""
    file, token = file_of(form), form.get(FIELD)
    if file is None:
        return Spoken(kept=id_behind(KEPT, token) if isinstance(token, str) else None)
    try:
        return Spoken(taken=_taken(file, store))
    except Refused as refused:
        return Spoken(mistake=refused)


def _taken(file: UploadFile, store: PictureStore) -> Measured:
    """Raise Refused."""
    name = str(clean(file.filename or ""))[:NAME_MOST]
    found = measured(file.file.read(LARGEST + 1), file.size or 0, name)
    try:
        store.put(VOICES, _name(found), found.content)
    except (BaseError, OSError):
        log.exception("a recording could not be kept")
        raise Refused(NO_ROOM, field="voice") from None
    return found


def _name(found: Measured) -> str:
    return hashlib.sha256(found.content).hexdigest()


def bind(session: Session, ticket_id: int, event_id: int, voice_id: int) -> None:
    """One recording belongs to one wish."""
    free = update(Voice).where(col(Voice.id) == voice_id, col(Voice.ticket_id).is_(None))
    session.execute(free.values(ticket_id=ticket_id, event_id=event_id))


def voice_of(session: Session, ticket_id: int) -> Voice | None:
    return session.exec(select(Voice).where(Voice.ticket_id == ticket_id).order_by(col(Voice.id)).limit(1)).first()


def voice_answer(request: Request, store: PictureStore, voice: Voice) -> Response:
    """Whole, or the piece that a player asks for: iPhones play nothing that cannot be asked for in pieces."""
    try:
        content = store.get(VOICES, voice.content)
    except Missing:
        raise NotFound() from None
    headers = {"Cache-Control": "private, no-store", "Accept-Ranges": "bytes"}
    piece = _piece(request.headers.get("range", ""), len(content))
    if piece is None:
        return Response(content, media_type=voice.media_type, headers=headers)
    headers["Content-Range"] = f"bytes {piece.start}-{piece.stop - 1}/{len(content)}"
    return Response(content[piece.start : piece.stop], 206, headers, voice.media_type)


def _piece(asked: str, size: int) -> range | None:
    """Of `bytes=0-1`, `bytes=100-` or `bytes=-100`; None for anything else, which is answered whole."""
    unit, _equals, wanted = asked.partition("=")
    first, dash, last = wanted.strip().partition("-")
    is_number = (first + last).isdecimal() and max(len(first), len(last)) <= DIGITS_MOST
    if unit != "bytes" or not dash or not is_number:
        return None
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    return range(start, stop) if start < stop else None


def tidy_voices(database: Database, now: datetime, store: PictureStore) -> int:
    """Forget the recordings of forms that were never sent to their end. How many files went."""
    old = (col(Voice.ticket_id).is_(None), col(Voice.created_at) < now - KEPT_UNBOUND)
    with database.writing() as session:
        forget_kept(session, now - KEPT_UNBOUND)
        session.execute(delete(Voice).where(*old))
    left = [name for name, put_at in store.listing(VOICES) if put_at < now - KEPT_UNBOUND]
    return sum(drop_voice(database, store, name) for name in left)


def drop_voice(database: Database, store: PictureStore, name: str) -> bool:
    with database.reading() as session:
        is_wanted = session.exec(select(Voice.id).where(Voice.content == name).limit(1)).first() is not None
    if not is_wanted:
        store.remove(VOICES, name)
    return not is_wanted
