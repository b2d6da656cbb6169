"""A villager says a wish: the form behind a link. No sign-in, no script, and nothing typed is ever lost."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.datastructures import FormData

from service import clock, web
from service.database import Database
from service.dependencies import Reading, TheDatabase
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.errors import Failure
from service.rate_limits import device_of
from service.sealing import blind_index, tracking_token
from service.static_files import STATIC
from service.tickets import afterwards, beneath, consents, lifecycle, links, my_wishes, voice_pages
from service.tickets.crowds import Sender
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.lifecycle import Performed
from service.tickets.links import LinkClosed
from service.tickets.my_wishes import remember
from service.tickets.records import Origin
from service.tickets.uploads import Uploads, has_files, store_of, uploads_of
from service.tickets.voices import SPOKEN_ONLY
from service.tickets.wish_page import ELSEWHERE, TYPED, form_again, gone, wish_form
from service.typed import Typed, said
from workflows.actors import NEW_RESIDENT
from workflows.commands import Submit, clean
from workflows.refusals import Refused
from workflows.statuses import Source
from workflows.words import _

router = APIRouter(lifespan=afterwards.lifespan, include_in_schema=False)
router.include_router(beneath.router)
router.include_router(my_wishes.router)
router.include_router(voice_pages.router)

CAME_WITH = {"opened": "opened", "task": "work_task", "answer": "work_answer"}
OTHER_PLACES = _("这个入口只收{area}的事。别处的事请问那里的村委会，或者打{unit}的电话 {phone}；您写的都还在。")
OTHER_PLACES_UNREACHABLE = _("这个入口只收{area}的事。别处的事请问那里的村委会，或者找{unit}；您写的都还在。")


@router.get("/w/offline.js")
def service_worker() -> Response:
    """From the folder of the forms, for a service worker rules only what lies beneath it."""
    fresh = {"Cache-Control": "no-cache"}
    return FileResponse(STATIC / "offline.js", media_type="text/javascript", headers=fresh)


@router.get("/w/{token}")
def show_form(request: Request, token: str, session: Reading) -> Response:
    try:
        link = links.open_link(session, token, clock.now())
    except LinkClosed as closed:
        return gone(request, session, closed)
    request.app.state.afterwards.visits.count(link.id)
    return wish_form(request, session, link)


@router.post("/w/{token}")
def hand_in(request: Request, token: str, form: Typed, database: TheDatabase) -> Response:
    now = clock.now()
    uploads = Uploads()
    try:
        uploads = _uploads(request, token, form, database, now)
        if "look" in form:
            return form_again(request, token, form, uploads, database, None)
        performed = _handed_in(request, token, form, uploads, database, now)
    except LinkClosed as closed:
        with database.reading() as session:
            return gone(request, session, closed, str(clean(said(form, "text"))))
    except (Refused, Failure, OperationalError) as refused:
        return form_again(request, token, form, uploads, database, refused)
    if not uploads.is_empty:
        request.app.state.afterwards.prepare_pictures()
    return _received(request, form, performed)


def _received(request: Request, form: FormData, performed: Performed) -> Response:
    """A browser goes on to the receipt; a script that sends by itself is told where it is, and loads it once."""
    receipt = f"/r/{tracking_token(performed.ticket_id)}"
    is_script = "application/json" in request.headers.get("accept", "")
    answer: Response = JSONResponse({"receipt": receipt}) if is_script else web.redirect(receipt)
    if said(form, "remember") == "true":
        remember(request, answer, performed.ticket_id)
    return answer


# Handing in


def _uploads(request: Request, token: str, form: FormData, database: Database, now: datetime) -> Uploads:
    """A closed link takes no pictures either."""
    if not has_files(form):
        return Uploads()
    with database.reading() as session:
        links.open_link(session, token, now, _idempotency_key(form))
    return uploads_of(form, store_of(request))


def _handed_in(
    request: Request, token: str, form: FormData, uploads: Uploads, database: Database, now: datetime
) -> Performed:
    key = _idempotency_key(form, uploads.spoken.mark)
    if said(form, "area") == ELSEWHERE:
        _tell_whom_to_ask(token, database, now)
    command = _command(form, uploads, uploads.spoken.seconds(database))
    crowd, sender = request.app.state.crowd, _sender(request, form)

    def act(session: Session) -> Performed:
        link = links.open_link(session, token, now, key)
        _must_belong(command, link, reference(session))
        files = {"photos": uploads.attach(session, now), "voice": uploads.spoken.attach(session, now)}
        asked = command.model_copy(update=files)
        performed = lifecycle.submit(session, asked, NEW_RESIDENT, now, Origin(link=link, idempotency_key=key))
        if not performed.is_repeat:
            crowd.admit(session, link, sender, command.text + uploads.spoken.mark, now)
            consents.as_ticked(session, form, command, performed.ticket_id, now)
        return performed

    return database.together(act)


def _sender(request: Request, form: FormData) -> Sender:
    address = request.client.host if request.client else ""
    came = {name: said(form, field)[:200] for name, field in CAME_WITH.items()}
    return Sender(address, device_of(request), **came)


def _command(form: FormData, uploads: Uploads, seconds: int) -> Submit:
    """Raise Mistaken with all that has to be mended, photographs among it. `seconds`: of a recording that is fine."""
    given = {"source": Source.link, "meeting": None, "photos": uploads.kept, "voice": None}
    # A browser that sends no such field was never asked, and whoever was not asked is not named.
    shy = {} if "is_nameless" in form else {"is_nameless": True}
    spoken = {"text": SPOKEN_ONLY.format(n=seconds)} if seconds and not clean(said(form, "text")) else {}
    try:
        command = command_from_form(Submit, form, **given, **shy, **spoken)
    except Mistaken as mistaken:
        raise Mistaken([*mistaken.mistakes, *uploads.mistakes]) from None
    if uploads.mistakes:
        raise Mistaken(uploads.mistakes)
    assert isinstance(command, Submit)
    return command


def _tell_whom_to_ask(token: str, database: Database, now: datetime) -> None:
    """A link that was passed on to somebody who lives elsewhere: she is told whom to ask, and keeps her words."""
    with database.reading() as session:
        link, known = links.open_link(session, token, now), reference(session)
        unit = links.whom_to_ask(link, known)
    names = {"area": known.place_name(link.area_id), "unit": unit.name if unit else known.county.name}
    phone = unit.phone if unit else None
    raise Refused(OTHER_PLACES if phone else OTHER_PLACES_UNREACHABLE, field="area", phone=phone, **names)


def _must_belong(command: Submit, link: Link, known: Reference) -> None:
    area = known.areas.get(command.area)
    if area is None or not area.path.startswith(known.areas[link.area_id].path):
        raise Refused(_("这个链接收不了那里的事，请从列表里选一个地方。"), field="area")
    if command.category is not None and command.category not in known.categories_by_key:
        raise Refused(_("没有这个事项，请重新选择。"), field="category")


def _idempotency_key(form: FormData, voice: str = "") -> str | None:
    """The same form with the same words is the same wish, however often it is pressed.

    Other words from the same page (she went back and wrote the next wish) are another wish.
    """
    form_key = said(form, "form_key").strip()
    if not form_key:
        return None
    return blind_index("\n".join([form_key, *(said(form, name) for name in TYPED), *([voice] if voice else [])]))
