"""Cleans photographs after the answer was given: drawn anew without position, camera and date; the original goes.

Nothing here can be done twice with harm: files are named by their content, and a row is settled once.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import structlog
from obstore.exceptions import BaseError
from sqlalchemy import Row, delete, update
from sqlmodel import col, select

from service.database import Database
from service.tickets import picture_kinds
from service.tickets.kept_files import forget_kept
from service.tickets.models import Attachment, PictureState
from service.tickets.picture_kinds import Cleaned, Undecodable
from service.tickets.picture_positions import position_in
from service.tickets.picture_store import ORIGINALS, PICTURES, THUMBNAILS, Missing, PictureStore
from service.tickets.pictures import default_store
from service.tickets.voices import tidy_voices

log = structlog.get_logger()

ATTEMPTS_MOST = 5
AT_ONCE = 200
KEPT_UNBOUND = timedelta(days=1)
REFUSED: dict[str, Any] = {"state": PictureState.refused}


class TooMuch(Exception):
    """Drawing it took more than this machine has: tried again some times, for it may have been busy."""


Outcomes = dict[str, dict[str, Any]]
"""The columns to be written, by the original: the list of a meeting hangs on every wish of it and is cleaned once."""


def prepare_pictures(database: Database, now: datetime, store: PictureStore | None = None) -> int:
    """Clean what waits, one by one; a picture that cannot be decoded is marked refused. How many are settled now."""
    with database.reading() as session:
        waiting = session.execute(_WAITING.order_by(col(Attachment.id)).limit(AT_ONCE)).all()
    known: Outcomes = {}
    return sum(_prepared(database, store or default_store(), each, known) for each in waiting)


_COLUMNS = (Attachment.id, Attachment.original, Attachment.media_type, Attachment.attempts, Attachment.keeps_position)
_WAITING: Any = select(*_COLUMNS).where(  # type: ignore[call-overload]
    Attachment.state == PictureState.received, col(Attachment.ticket_id).is_not(None)
)


def _prepared(database: Database, store: PictureStore, waiting: Row[Any], known: Outcomes) -> bool:
    """False when another process has it, when the store cannot be reached now, or when it was too much this time."""
    if not _claimed(database, waiting):
        return False
    try:
        twins = f"{waiting.original} {waiting.keeps_position}"
        if twins not in known:
            known[twins] = _outcome(database, store, waiting)
        settled = _settle(database, waiting.id, known[twins])
        drop_original(database, store, waiting.original)
    except TooMuch:
        log.exception("a picture could not be drawn this time", attachment=waiting.id)
        return False
    except (BaseError, OSError, MemoryError):
        log.exception("a picture could not be prepared now", attachment=waiting.id)
        _give_back(database, waiting.id)
        return False
    return settled


def _claimed(database: Database, waiting: Row[Any]) -> bool:
    """Counted before the work: what brings the process down each time is not tried for ever."""
    mine = update(Attachment).where(
        col(Attachment.id) == waiting.id,
        col(Attachment.state) == PictureState.received,
        col(Attachment.attempts) == waiting.attempts,
    )
    with database.writing() as session:
        return session.execute(mine.values(attempts=waiting.attempts + 1)).rowcount == 1  # type: ignore[attr-defined,no-any-return]


def _give_back(database: Database, attachment_id: int) -> None:
    mine = update(Attachment).where(col(Attachment.id) == attachment_id)
    with database.writing() as session:
        session.execute(mine.values(attempts=Attachment.attempts - 1))


def _outcome(database: Database, store: PictureStore, waiting: Row[Any]) -> dict[str, Any]:
    """The columns to be written."""
    if waiting.attempts >= ATTEMPTS_MOST:
        return REFUSED
    try:
        original = store.get(ORIGINALS, waiting.original)
        position = position_in(original, waiting.media_type) if waiting.keeps_position else None
        kept = _kept(store, _cleaned(original, waiting.media_type))
        return kept | ({"position": position.written()} if position else {})
    except Missing:
        return _outcome_of_twin(database, waiting.original)
    except Undecodable:
        log.warning("a picture cannot be decoded", attachment=waiting.id, media_type=waiting.media_type)
        return REFUSED


def _cleaned(original: bytes, media_type: str) -> Cleaned:
    try:
        return picture_kinds.cleaned(original, media_type)
    except Undecodable:
        raise
    except Exception as error:
        raise TooMuch(media_type) from error


def _kept(store: PictureStore, cleaned: Cleaned) -> dict[str, Any]:
    name = hashlib.sha256(cleaned.picture).hexdigest()
    store.put(THUMBNAILS, name, cleaned.thumbnail)
    store.put(PICTURES, name, cleaned.picture)
    size = {"width": cleaned.width, "height": cleaned.height}
    return {"state": PictureState.ready, "picture": name, "fingerprint": cleaned.fingerprint, **size}


def _outcome_of_twin(database: Database, original: str) -> dict[str, Any]:
    """The same picture was sent twice: its original went when the first of the two was settled."""
    settled = select(Attachment).where(
        Attachment.original == original, Attachment.state == PictureState.ready, col(Attachment.picture).is_not(None)
    )
    with database.reading() as session:
        twin = session.exec(settled.limit(1)).first()
    if twin is None:
        return REFUSED
    return {name: getattr(twin, name) for name in ("state", "picture", "fingerprint", "width", "height")}


def _settle(database: Database, attachment_id: int, columns: dict[str, Any]) -> bool:
    waiting = update(Attachment).where(
        col(Attachment.id) == attachment_id, col(Attachment.state) == PictureState.received
    )
    with database.writing() as session:
        settled = waiting.values(**columns).execution_options(synchronize_session=False)
        return session.execute(settled).rowcount == 1  # type: ignore[attr-defined,no-any-return]


def drop_original(database: Database, store: PictureStore, original: str) -> bool:
    """With it go position, camera and date. A twin that comes at this very moment takes over this one's outcome."""
    others = select(Attachment.id).where(Attachment.original == original, Attachment.state == PictureState.received)
    with database.reading() as session:
        is_wanted = session.exec(others.limit(1)).first() is not None
    if not is_wanted:
        store.remove(ORIGINALS, original)
    return not is_wanted


def tidy_pictures(database: Database, now: datetime, store: PictureStore | None = None) -> int:
    """Forget the pictures and recordings of forms that were never sent to their end. How many files went."""
    left = delete(Attachment).where(
        col(Attachment.ticket_id).is_(None), col(Attachment.created_at) < now - KEPT_UNBOUND
    )
    with database.writing() as session:
        forget_kept(session, now - KEPT_UNBOUND)
        session.execute(left)
    store = store or default_store()
    old = [name for name, put_at in store.listing(ORIGINALS) if put_at < now - KEPT_UNBOUND]
    return sum(drop_original(database, store, name) for name in old) + tidy_voices(database, now, store)
