"""The villagers' API: hand in a wish through a link, follow it and answer by its secret token."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Request, Response
from sqlmodel import Session

from service import clock, web
from service.api_docs import problems
from service.dependencies import Reading, Writing, database_of
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.errors import Failure, NotFound
from service.local_words import LocalWords
from service.sealing import ticket_of, tracking_code, tracking_token
from service.tickets import lifecycle, links, rating_marks
from service.tickets.api_doors import Key, Version, check_category, must_be_the_same, refuse_photos
from service.tickets.api_examples import THEIRS
from service.tickets.api_words import NewWish, PublicWish, Receipt, public_wish
from service.tickets.crowds import Sender
from service.tickets.lifecycle import Performed
from service.tickets.links import LinkClosed, Reason
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.records import Origin
from service.tickets.tracked_wish import Teller
from workflows.actors import NEW_RESIDENT, resident_of
from workflows.commands import Command, Submit
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import Source
from workflows.words import _

router = APIRouter(tags=["villagers"])

RESIDENTS_VERBS = frozenset(THEIRS)
CLOSED: dict[Reason, str] = {
    Reason.unknown: _("没有找到这个入口：链接可能没有复制完整，请回到群里再点一次，或者直接找{unit}。"),
    Reason.revoked: _("这个入口停用了，请在群里问一声新的链接，或者直接找{unit}。"),
    Reason.expired: _("这个入口到期了，请在群里问一声新的链接，或者直接找{unit}。"),
    Reason.full: _("今天这个入口收满了，请明天早上再来，或者直接找{unit}。"),
}


class Closed(Failure):
    """A link that takes no wishes now, in a sentence that says whom to ask instead."""

    def __init__(self, closed: LinkClosed, known: Reference) -> None:
        unit = links.whom_to_ask(closed.link, known)
        said = " ".join(filter(None, (unit.name, unit.phone))) if unit else known.county.name
        super().__init__(CLOSED[closed.reason], unit=said)
        self.http_status = closed.http_status


@router.post(
    "/links/{token}/wishes",
    status_code=201,
    response_model=Receipt,
    responses={
        200: {"model": Receipt, "description": "Had been handed in before"},
        **problems(404, 410, 429, has_body=True),
    },
)
async def hand_in(token: str, wish: NewWish, request: Request, response: Response, key: Key = None) -> Receipt:
    """Hand in a wish through a link. The same `Idempotency-Key` again answers 200 with the same receipt.

    Once this answers, the wish is on disk. Photographs go through the form at `/w/{token}`.
    """
    now, crowd = clock.now(), request.app.state.crowd
    sender = Sender(request.client.host if request.client else "")

    def act(session: Session) -> Performed:
        known = reference(session)
        try:
            link = links.open_link(session, token, now, key)
        except LinkClosed as closed:
            raise Closed(closed, known) from None
        command = _command(wish, link, known)
        performed = lifecycle.submit(session, command, NEW_RESIDENT, now, Origin(link=link, idempotency_key=key))
        must_be_the_same(session, performed, command)
        if not performed.is_repeat:
            crowd.admit(session, link, sender, command.text, now)
        return performed

    performed = await database_of(request).joined(act)
    if performed.is_repeat:
        response.status_code = 200
    return _receipt(request, performed)


@router.get("/wishes/{tracking_token}", response_model=PublicWish, responses=problems(404, 422))
def track(tracking_token: str, request: Request, session: Reading) -> PublicWish:
    """One wish as its villager sees it. The token is a secret: whoever has it may read and answer."""
    ticket = _by_token(session, tracking_token)
    return _told(request, session, ticket)


@router.post(
    "/wishes/{tracking_token}/commands",
    response_model=PublicWish,
    responses=problems(403, 404, 409, has_body=True),
)
def answer(
    tracking_token: str,
    command: Annotated[Command, Body(openapi_examples=THEIRS)],
    request: Request,
    session: Writing,
    version: Version = None,
) -> PublicWish:
    """What the villager may do: supplement, withdraw, expedite, rate, reopen. Answers with the wish as it is then."""
    ticket = _by_token(session, tracking_token)
    if command.verb not in RESIDENTS_VERBS:
        raise NotPermitted(_("这一步要由干部来做。"), field="verb")
    refuse_photos(command)
    now = clock.now()
    performed = lifecycle.perform(session, ticket.id or 0, command, resident_of(ticket.id or 0), now, version)
    rating_marks.note(session, command, performed.event_id, rating_marks.mark_of(request), now)
    return _told(request, session, ticket)


def _command(wish: NewWish, link: Link, known: Reference) -> Submit:
    area = wish.area if wish.area is not None else link.area_id
    if area not in known.areas or not known.areas[area].path.startswith(known.areas[link.area_id].path):
        raise Refused(_("这个链接收不了那里的事，请从列表里选一个地方。"), field="area")
    check_category(wish.category, known)
    return Submit(**wish.model_dump(exclude={"area"}), area=area, source=Source.link)


def _by_token(session: Session, token: str) -> Ticket:
    ticket_id = ticket_of(token)
    ticket = session.get(Ticket, ticket_id) if ticket_id else None
    if ticket is None:
        raise NotFound()
    return ticket


def _told(request: Request, session: Session, ticket: Ticket) -> PublicWish:
    face = request.app.state.face
    local = LocalWords(ZoneInfo(face.zone), web.translations(web.language_of(request)))
    token = tracking_token(ticket.id or 0)
    teller = Teller(session, reference(session), local, clock.now(), f"/t/{token}")
    session.refresh(ticket)
    return public_wish(teller.tell(ticket))


def _receipt(request: Request, performed: Performed) -> Receipt:
    token = tracking_token(performed.ticket_id)
    base = web.outside(request)
    return Receipt(
        number=number_of(performed.ticket_id, performed.created_at),
        code=tracking_code(performed.ticket_id),
        tracking_token=token,
        tracking_url=f"{base}/t/{token}",
        due_at=performed.due_at,
    )
