"""Files of a villager's form: what was fine is kept while she mends the rest; no browser fills a file in again."""

from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request
from sqlmodel import Session
from starlette.datastructures import FormData

from service.database import Database
from service.sealing import id_behind, secret_address
from service.tickets.forms import Mistake
from service.tickets.picture_store import PictureStore
from service.tickets.pictures import Taken, attach, files_of, take_in
from service.tickets.voices import SILENT, Spoken, has_voice, spoken
from service.typed import said
from workflows.commands import PHOTOS_MOST

KEPT = "upload"
FIELD = "kept_photos"


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

    def keep(self, database: Database, now: datetime) -> list[str]:
        """What the form is to bring back: addresses that nobody else can make up."""
        ids = database.together(lambda session: self.attach(session, now)) if self.taken.received else self.kept
        return [secret_address(KEPT, each) for each in ids]


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
