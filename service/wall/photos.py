"""Photographs on the wall: which two an official approved, their secret addresses, and the form that chooses them."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlmodel import Session, col, select

from service.accounts.visits import Acting, Visit
from service.dependencies import Reading
from service.errors import NotFound
from service.local_words import LocalWords
from service.sealing import id_behind, secret_address
from service.tickets import lifecycle, queue
from service.tickets.casefile import case_of
from service.tickets.models import Attachment, PictureState, Ticket
from service.tickets.numbers import id_of, number_of
from service.tickets.panels import Panel
from service.tickets.picture_answers import picture_answer
from service.tickets.records import About
from service.tickets.scope import visible_tickets
from service.tickets.uploads import store_of
from service.typed import Typed, said
from service.web import flash, redirect
from workflows.cases import Case, standing
from workflows.changes import Changes
from workflows.commands import LARGEST_ID
from workflows.refusals import Refused
from workflows.wall import SHOWABLE
from workflows.wall_photos import PUBLISHERS, ShowPhotos, role_that_may_show
from workflows.words import _

router = APIRouter(include_in_schema=False)

WALL_PHOTO = "wall photo"
NOT_HERS = _("这张照片不在这件工单里，请重新选。")
SHOWN, HIDDEN = _("照片写上公示墙了。"), _("公示墙上不放照片了。")


@dataclass(frozen=True)
class Seen:
    """A photograph of the ticket as its official sees it; `number` is how the form calls it."""

    id: int
    number: int
    url: str


def photo_url(attachment_id: int | None) -> str:
    """Where anybody sees it; empty for none."""
    return f"/wall/photos/{secret_address(WALL_PHOTO, attachment_id)}" if attachment_id else ""


@router.get("/wall/photos/{key}")
def show_photo(request: Request, key: str, session: Reading, size: str = "") -> Response:
    """Raises NotFound for a photograph that nobody approved, or whose wish has left the wall."""
    attachment = session.get(Attachment, id_behind(WALL_PHOTO, key) or 0)
    ticket = session.get(Ticket, attachment.ticket_id) if attachment and attachment.ticket_id else None
    if attachment is None or ticket is None or not _is_approved(ticket, attachment):
        raise NotFound()
    return picture_answer(request, store_of(request), attachment, is_small=size == "small")


def _is_approved(ticket: Ticket, attachment: Attachment) -> bool:
    stands = ticket.published_at is not None and ticket.is_shared and ticket.status in SHOWABLE
    return stands and attachment.id in {ticket.wall_before_id, ticket.wall_after_id}


@router.post("/desk/wall-photos/{number}")
def choose(request: Request, number: str, typed: Typed, visit: Acting) -> Response:
    ticket = visit.session.exec(select(Ticket).where(Ticket.id == id_of(number), visible_tickets(visit.actor))).first()
    if ticket is None:
        raise NotFound()
    answer = redirect(queue.url_of(number))
    try:
        asked = ShowPhotos(before=_chosen(typed, "before"), after=_chosen(typed, "after"))
        show(visit, ticket, asked)
    except Refused as refused:
        flash(request, answer, refused.sentence, "refused")
        return answer
    flash(request, answer, SHOWN if asked.before or asked.after else HIDDEN)
    return answer


def show(visit: Visit, ticket: Ticket, asked: ShowPhotos) -> None:
    """Raises Refused and its family."""
    case = case_of(visit.session, ticket, visit.known)
    role = role_that_may_show(standing(visit.actor, case), ticket.published_at is not None)
    its_own = {photo.id for photo in _photos(visit.session, ticket)}
    if not {each for each in (asked.before, asked.after) if each} <= its_own:
        raise Refused(NOT_HERS)
    columns = Changes({"wall_before_id": asked.before, "wall_after_id": asked.after})
    lifecycle.record(visit.session, ticket.id or 0, asked, visit.actor, role, visit.now, About(), columns)


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """For whoever may publish, once the words stand on the wall and there are photographs."""
    if ticket.published_at is None or not standing(visit.actor, case) & PUBLISHERS:
        return None
    photos = _photos(visit.session, ticket)
    if not photos:
        return None
    number = number_of(ticket.id or 0, ticket.created_at)
    seen = [
        Seen(photo.id or 0, at, f"{queue.url_of(number)}/photos/{photo.id}?small=1")
        for at, photo in enumerate(photos, 1)
    ]
    chosen = {"before": ticket.wall_before_id, "after": ticket.wall_after_id}
    return Panel("wall/_beside.html", {"photos": seen, "url": f"/desk/wall-photos/{number}", **chosen})


def _photos(session: Session, ticket: Ticket) -> Sequence[Attachment]:
    ready = (Attachment.ticket_id == ticket.id, Attachment.state == PictureState.ready)
    return session.exec(select(Attachment).where(*ready).order_by(col(Attachment.id))).all()


def _chosen(typed: Typed, name: str) -> int | None:
    words = said(typed, name)
    return int(words) if words.isascii() and words.isdigit() and 0 < int(words[:10]) <= LARGEST_ID else None
