"""The villagers' API: hand in a wish through a link, follow it and answer by its secret token."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, BackgroundTasks, Body, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlmodel import Session

from service import clock, web
from service.api_docs import problems
from service.dependencies import Reading, Writing, database_of
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.errors import NotFound
from service.local_words import LocalWords
from service.sealing import ticket_of, tracking_code, tracking_token
from service.tickets import api_files, lifecycle, rating_marks
from service.tickets.api_doors import Key, Version, check_category, link_for, must_be_the_same, refuse_photos
from service.tickets.api_examples import THEIRS
from service.tickets.api_new_wish import KeptAddress, NewWish
from service.tickets.api_words import PublicWish, Receipt, public_wish
from service.tickets.crowds import Sender
from service.tickets.forms import parsed
from service.tickets.lifecycle import Performed
from service.tickets.models import Ticket, Voice
from service.tickets.numbers import number_of
from service.tickets.records import Origin
from service.tickets.resident_acts import count_supplement
from service.tickets.tracked_wish import Teller
from service.tickets.voices import SPOKEN_ONLY, voice_of
from workflows.actors import NEW_RESIDENT, resident_of
from workflows.commands import PHOTOS_MOST, Command, CommandBase, Submit, Supplement
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import Source
from workflows.words import _

router = APIRouter(tags=["villagers"])
router.include_router(api_files.router)

RESIDENTS_VERBS = frozenset(THEIRS)


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

    Once this answers, the wish is on disk. Photographs and recordings are sent ahead of it, and named here. Whether she
    wants to be told by SMS she says herself, on the page of her wish.
    """
    now, crowd = clock.now(), request.app.state.crowd
    sender = Sender(request.client.host if request.client else "")

    def act(session: Session) -> Performed:
        known = reference(session)
        link, voice = link_for(session, token, known, now, key), api_files.voice_named(session, wish.voice)
        command = _command(wish, voice, link, known)
        performed = lifecycle.submit(session, command, NEW_RESIDENT, now, Origin(link=link, idempotency_key=key))
        must_be_the_same(session, performed, command)
        is_repeat, photos = performed.is_repeat, command.photos
        api_files.must_have_come_along(session, performed.ticket_id, photos, voice, is_repeat=is_repeat)
        if not is_repeat:
            crowd.admit(session, link, sender, command.text + (voice.content if voice else ""), now)
        return performed

    performed = await database_of(request).joined(act)
    if wish.photos:
        request.app.state.afterwards.prepare_pictures()
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
    afterwards: BackgroundTasks,
    version: Version = None,
    photos: Annotated[
        tuple[KeptAddress, ...],
        Query(
            max_length=PHOTOS_MOST, description="Of a supplement: what `POST /wishes/{tracking_token}/files` has given"
        ),
    ] = (),
) -> PublicWish:
    """What the villager may do: supplement, withdraw, expedite, rate, reopen. Answers with the wish as it is then."""
    ticket = _by_token(session, tracking_token)
    if command.verb not in RESIDENTS_VERBS:
        raise NotPermitted(_("这一步要由干部来做。"), field="verb")
    refuse_photos(command)
    now, named = clock.now(), api_files.photos_named(photos)
    if named:
        command = _with_photos(command, named)
        afterwards.add_task(request.app.state.afterwards.prepare_pictures)
    performed = lifecycle.perform(session, ticket.id or 0, command, resident_of(ticket.id or 0), now, version)
    api_files.must_have_come_along(session, ticket.id or 0, named, None, is_repeat=False)
    count_supplement(session, ticket.id or 0, command, now)
    rating_marks.note(session, command, performed.event_id, rating_marks.mark_of(request), now)
    return _told(request, session, ticket)


def _command(wish: NewWish, voice: Voice | None, link: Link, known: Reference) -> Submit:
    """Raise Refused, and RequestValidationError where nothing was said at all."""
    if wish.text is None and voice is None:
        raise RequestValidationError([{"type": "missing", "loc": ("body", "text"), "msg": "", "input": None}])
    area = wish.area if wish.area is not None else link.area_id
    if area not in known.areas or not known.areas[area].path.startswith(known.areas[link.area_id].path):
        raise Refused(_("这个链接收不了那里的事，请从列表里选一个地方。"), field="area")
    check_category(wish.category, known)
    files = {"photos": api_files.photos_named(wish.photos), "voice": voice.id if voice else None}
    said = {
        name: value for name, value in wish.model_dump(exclude={"area", "photos", "voice"}).items() if value is not None
    }
    spoken = {"text": SPOKEN_ONLY.format(n=voice.seconds)} if voice and wish.text is None else {}
    command = parsed(Submit, {**said, **spoken, **files, "area": area, "source": Source.link})
    assert isinstance(command, Submit)
    return command


def _with_photos(command: CommandBase, photos: tuple[int, ...]) -> Supplement:
    """Raise Refused for any other."""
    if not isinstance(command, Supplement):
        raise Refused(_("只有补充的时候能加照片。"), field="photos")
    return command.model_copy(update={"photos": photos})


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
    address = f"{web.outside(request)}/t/{token}"
    teller = Teller(session, reference(session), local, clock.now(), address)
    session.refresh(ticket)
    is_spoken = voice_of(session, ticket.id or 0) is not None
    return public_wish(teller.tell(ticket), f"{address}/voice" if is_spoken else None)


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
