"""Photographs in an official's forms: taken in before the transaction, and kept when the form comes back."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlmodel import col, select
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

from service import clock
from service.accounts import sessions
from service.accounts.visits import Visit, secret_of
from service.dependencies import TheDatabase
from service.errors import NotSignedIn
from service.tickets.models import Attachment
from service.tickets.picture_store import PictureStore, store_at
from service.tickets.pictures import Received, Taken, attach, files_of, take_in
from service.typed import Typed
from workflows.commands import PHOTOS_MOST

KEPT = "kept_photos"
LONGEST_ID = 18


def _chosen(request: Request, typed: Typed, database: TheDatabase) -> Taken:
    """Only for somebody who is signed in: nobody else fills the disk through this door. Raises NotSignedIn."""
    files = files_of(typed)
    if not files:
        return Taken()
    with database.reading() as session:
        if sessions.find(session, secret_of(request), clock.now()) is None:
            raise NotSignedIn()
    return take_in(store_of(request), files)


Chosen = Annotated[Taken, Depends(_chosen, scope="function")]
"""Ask for it before `Acting`: photographs go to the disk while no transaction is open."""


def store_of(request: Request) -> PictureStore:
    return store_at(request.app.state.settings.files_url)


def kept_photos(visit: Visit, typed: FormData, chosen: Taken) -> Sequence[Attachment]:
    """The pictures of this form: those it brought before and those it brings now, at most as many as one may send.

    Only one's own that belong to no ticket yet: a form may name any number.
    """
    before = [int(each) for each in typed.getlist(KEPT) if isinstance(each, str) and _is_id(each)]
    ids = before[:PHOTOS_MOST] + attach(visit.session, chosen.received, visit.person_id, visit.now)
    if not ids:
        return ()
    wanted = select(Attachment).where(
        col(Attachment.id).in_(ids), Attachment.person_id == visit.person_id, col(Attachment.ticket_id).is_(None)
    )
    return visit.session.exec(wanted.order_by(col(Attachment.id)).limit(PHOTOS_MOST)).all()


def copies_of(visit: Visit, photos: Sequence[Attachment]) -> tuple[int, ...]:
    """Rows of their own for one of many wishes; the pictures themselves are kept once, by their content."""
    received = [Received(photo.original, photo.media_type, photo.size) for photo in photos]
    return tuple(attach(visit.session, received, visit.person_id, visit.now))


def forget(visit: Visit, photos: Sequence[Attachment]) -> None:
    """Of those that were copied to their wishes: no original lies about without need."""
    for photo in photos:
        visit.session.delete(photo)


def _is_id(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_ID


def clean_pictures_after(request: Request, response: Response, photos: Sequence[Attachment]) -> Response:
    """Once the answer is out: the transaction is committed by then."""
    afterwards = getattr(request.app.state, "afterwards", None)
    if photos and afterwards is not None:
        response.background = BackgroundTask(afterwards.prepare_pictures)
    return response
