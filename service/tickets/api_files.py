"""Photographs and recordings for the villagers' API: sent first, and then named by the wish that they belong to."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.datastructures import FormData

from service import clock
from service.api_docs import problems, shown
from service.database import Database
from service.dependencies import TheDatabase
from service.directory.reference import reference
from service.errors import Failure, NotFound
from service.sealing import id_behind, ticket_of
from service.tickets import api_answers, uploads, voices
from service.tickets.api_doors import link_for
from service.tickets.forms import Mistaken
from service.tickets.kept_files import whence_of
from service.tickets.models import Attachment, Ticket, TicketEvent, Voice
from service.tickets.picture_kinds import LARGEST_FILE
from service.tickets.voice_kinds import LARGEST, LONGEST
from service.typed import Typed
from workflows.commands import PHOTOS_MOST
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(tags=["villagers"])

NO_FILE = _("没有收到照片，也没有收到录音，请再传一次。")
NO_VOICE_HERE = _("补充的时候收不了录音，请写成字，或者加照片。")
GONE_PHOTO = _("有一张照片已经不在了，或者用在别的心愿上了，请再传一次。")
GONE_VOICE = _("这段录音已经不在了，或者用在别的心愿上了，请再传一次。")

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "photos": {
                            "type": "array",
                            "maxItems": PHOTOS_MOST,
                            "items": {"type": "string", "contentMediaType": "image/*", "format": "binary"},
                            "description": f"Pictures of up to {LARGEST_FILE // 1024 // 1024} MB each",
                        },
                        "voice": {
                            "type": "string",
                            "contentMediaType": "audio/*",
                            "format": "binary",
                            "description": f"Up to {LONGEST} seconds and {LARGEST // 1024 // 1024} MB: WebM, MP4, Ogg, "
                            "MP3, AAC, AMR or WAV",
                        },
                        "keep_position": {
                            "type": "string",
                            "enum": ["true", "false"],
                            "default": "false",
                            "description": "She says that officials may read where the pictures were taken",
                        },
                    },
                }
            }
        },
    }
}
ONLY_PHOTOS = deepcopy(FORM)
del ONLY_PHOTOS["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]["voice"]


class NoRoom(Failure):
    http_status = 429
    sentence = _("等着送出的照片和录音太多了：请先把传过的随心愿送出，或者明天再传。")


class FilesKept(BaseModel):
    """Secret addresses for `photos` and `voice` of a wish. What no wish has named after a day is deleted."""

    model_config = shown(api_answers.FILES)
    photos: list[str]
    voice: str | None
    seconds: int | None = Field(description="How long the recording is")


@router.post(
    "/links/{token}/files",
    status_code=201,
    response_model=FilesKept,
    responses=problems(404, 410, 429, has_body=True),
    openapi_extra=FORM,
)
def keep_files(token: str, request: Request, form: Typed, database: TheDatabase) -> FilesKept:
    """Send photographs or a recording ahead of their wish: the same kinds, limits and sentences as on the form.

    Either all of them are kept or none is, and `field` says with which something is wrong. Sending them again does no
    harm: what the wish does not name is deleted.
    """
    with database.reading() as session:
        link_for(session, token, reference(session), clock.now())
    return _kept(request, form, database, token)


@router.post(
    "/wishes/{tracking_token}/files",
    status_code=201,
    response_model=FilesKept,
    responses=problems(404, 429, has_body=True),
    openapi_extra=ONLY_PHOTOS,
)
def keep_files_of_a_supplement(tracking_token: str, request: Request, form: Typed, database: TheDatabase) -> FilesKept:
    """Send photographs ahead of a supplement, whose command then names them in `photos` of its query."""
    ticket_id = ticket_of(tracking_token)
    with database.reading() as session:
        if ticket_id is None or session.get(Ticket, ticket_id) is None:
            raise NotFound()
    if voices.has_voice(form):
        raise Refused(NO_VOICE_HERE, field="voice")
    return _kept(request, form, database, f"ticket {ticket_id}")


def _kept(request: Request, form: FormData, database: Database, place: str) -> FilesKept:
    """Raises Mistaken, Refused, NoRoom."""
    now, store = clock.now(), uploads.store_of(request)
    sent = uploads.uploads_of(form, store)
    if sent.mistakes:
        sent.drop(database, store)
        raise Mistaken(sent.mistakes)
    if sent.is_empty and sent.spoken.taken is None:
        raise Refused(NO_FILE, field="photos")
    kept = sent.keep(database, store, whence_of(request, place), now)
    if kept.lost:
        raise NoRoom()
    return FilesKept(photos=list(kept.photos), voice=kept.voice or None, seconds=sent.spoken.seconds(database) or None)


def photos_named(addresses: Sequence[str]) -> tuple[int, ...]:
    """Raise Refused for one that was made up."""
    found = [id_behind(uploads.KEPT, each) for each in addresses]
    if None in found:
        raise Refused(GONE_PHOTO, field="photos")
    return tuple(dict.fromkeys(each for each in found if each is not None))


def voice_named(session: Session, address: str | None) -> Voice | None:
    """Raise Refused for one that was made up, or that was not asked for in time."""
    if address is None:
        return None
    found = session.get(Voice, id_behind(voices.KEPT, address) or 0)
    if found is None:
        raise Refused(GONE_VOICE, field="voice")
    return found


def must_have_come_along(
    session: Session, ticket_id: int, photos: Sequence[int], voice: Voice | None, *, is_repeat: bool
) -> None:
    """Each file that was named belongs to this wish now: a wish never loses one without a word.

    Of a wish that was handed in before, one that was sent twice counts as the first one. Raises Refused.
    """
    if voice is not None:
        its_voice = voices.voice_of(session, ticket_id)
        if its_voice is None or its_voice.content != voice.content:
            raise Refused(GONE_VOICE, field="voice")
    if not photos:
        return
    named = session.exec(select(Attachment).where(col(Attachment.id).in_(photos))).all()
    its_own = _originals(session, ticket_id) if is_repeat else set()
    if len(named) < len(photos) or any(each.ticket_id != ticket_id and each.original not in its_own for each in named):
        raise Refused(GONE_PHOTO, field="photos")


def _originals(session: Session, ticket_id: int) -> set[str]:
    """Of the photographs with which it was handed in."""
    first = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket_id, TicketEvent.number == 1)
    return set(session.exec(select(Attachment.original).where(col(Attachment.event_id).in_(first))))
