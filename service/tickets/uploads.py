"""Files of a villager's form: what was fine is kept while she mends the rest; no browser fills a file in again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from fastapi import Request
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.datastructures import FormData

from service.database import Database
from service.errors import Busy
from service.sealing import id_behind, secret_address
from service.tickets.darkroom import drop_original
from service.tickets.forms import Mistake
from service.tickets.kept_files import NOT_KEPT, Whence, note_kept, room_left
from service.tickets.picture_store import PictureStore
from service.tickets.pictures import Taken, attach, files_of, take_in
from service.tickets.voices import SILENT, Spoken, drop_voice, has_voice, spoken, voice_address
from service.typed import said
from service.web import say
from workflows.commands import PHOTOS_MOST

log = structlog.get_logger()

KEPT = "upload"
FIELD = "kept_photos"


@dataclass(frozen=True)
class Kept:
    """What a form is to bring back: addresses that nobody else can make up. `lost` names the fields to fill again."""

    photos: Sequence[str] = ()
    voice: str = ""
    lost: Sequence[str] = ()

    def told(self, request: Request, errors: Mapping[str, str]) -> dict[str, str]:
        """Beside what else is to be mended there."""
        beside = {name: " ".join(filter(None, (errors.get(name), say(request, NOT_KEPT)))) for name in self.lost}
        return {**errors, **beside}


@dataclass(frozen=True)
class Written:
    """Ids of the rows that found room."""

    photos: tuple[int, ...] = ()
    voice: int | None = None


NOTHING = Written()


@dataclass(frozen=True)
class Uploads:
    """`kept` are ids of rows written when the form came before; `taken` came with it now."""

    kept: tuple[int, ...] = ()
    taken: Taken = field(default_factory=Taken)
    keeps_position: bool = False
    spoken: Spoken = SILENT

    @property
    def mistakes(self) -> list[Mistake]:
        """One sentence for each field: the first thing to mend."""
        photos = [Mistake("photos", each.sentence, each.values) for each in self.taken.mistakes[:1]]
        voice = self.spoken.mistake
        return [*photos, *([Mistake("voice", voice.sentence, voice.values)] if voice else [])]

    @property
    def is_empty(self) -> bool:
        return not self.kept and not self.taken.received

    def attach(self, session: Session, now: datetime) -> tuple[int, ...]:
        """The ids that the command names."""
        new = attach(session, self.taken.received, None, now, keeps_position=self.keeps_position)
        return (*self.kept, *new)

    def keep(self, database: Database, store: PictureStore, here: Whence, now: datetime) -> Kept:
        """What came with it now is written down where there is room for it, and is gone at once where there is none."""
        written = NOTHING
        if self.taken.received or self.spoken.taken:
            try:
                written = database.together(lambda session: self._write(session, here, now))
            except (Busy, OperationalError):
                log.warning("files of a form are not kept: the database is busy")
            self.drop(database, store, written)
        photos = tuple(secret_address(KEPT, each) for each in (*self.kept, *written.photos))
        voice = written.voice or (None if self.spoken.taken else self.spoken.kept)
        lost = {"photos": self.taken.received and not written.photos, "voice": self.spoken.taken and not voice}
        return Kept(photos, voice_address(voice), tuple(name for name, is_lost in lost.items() if is_lost))

    def _write(self, session: Session, here: Whence, now: datetime) -> Written:
        """Her voice goes first: it may be all that she has said."""
        left, spoken, received = room_left(session, here), self.spoken.taken, self.taken.received
        voice, rows = None, []
        if spoken and (after := left.after([len(spoken.content)])):
            voice, left = self.spoken.attach(session, now), after
            rows.append({"voice_id": voice or 0, "size": len(spoken.content)})
        photos: list[int] = []
        if received and left.after([each.size for each in received]):
            photos = attach(session, received, None, now, keeps_position=self.keeps_position)
            rows += [{"attachment_id": new, "size": each.size} for new, each in zip(photos, received, strict=True)]
        note_kept(session, here, now, rows)
        return Written(tuple(photos), voice)

    def drop(self, database: Database, store: PictureStore, written: Written = NOTHING) -> None:
        """What came with it and was not written down does not stay on the disk either."""
        for each in () if written.photos else self.taken.received:
            drop_original(database, store, each.original)
        if self.spoken.taken and written.voice is None:
            drop_voice(database, store, self.spoken.mark)


def has_files(form: FormData) -> bool:
    """A browser sends the field also when nothing was chosen."""
    return FIELD in form or bool(files_of(form)) or has_voice(form)


def uploads_of(form: FormData, store: PictureStore) -> Uploads:
    """Puts the new ones into the store: ask whether the wish may be handed in at all before."""
    found = (id_behind(KEPT, token) for token in form.getlist(FIELD) if isinstance(token, str))
    kept = tuple(dict.fromkeys(each for each in found if each is not None))[:PHOTOS_MOST]
    files = files_of(form)
    taken = take_in(store, files, PHOTOS_MOST - len(kept)) if files else Taken()
    return Uploads(kept, taken, said(form, "keep_position") == "true", spoken(form, store))


def store_of(request: Request) -> PictureStore:
    store: PictureStore = request.app.state.afterwards.store
    return store
