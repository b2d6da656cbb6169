"""A villager says a wish: the form behind a link. No sign-in, no script, and nothing typed is ever lost."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.datastructures import FormData

from service import clock, web
from service.database import Database
from service.dependencies import Reading, TheDatabase
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.errors import Failure, NotFound
from service.fields import Choice
from service.sealing import blind_index, tracking_token
from service.tickets import afterwards, lifecycle, links
from service.tickets.crowds import ZERO_BITS, Crowded
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.lifecycle import Performed
from service.tickets.links import LinkClosed
from service.tickets.panels import Panel, alike_wishes
from service.tickets.posted import sentences
from service.tickets.records import Origin
from service.tickets.uploads import Uploads, has_pictures, store_of, uploads_of
from service.typed import Typed, said
from workflows.actors import NEW_RESIDENT
from workflows.commands import PHOTOS_MOST, WISH_LENGTH, Submit, clean
from workflows.refusals import Refused
from workflows.statuses import KIND_WORDS, Source
from workflows.time_limits import Urgency
from workflows.words import _

router = APIRouter(lifespan=afterwards.lifespan, include_in_schema=False)

TYPED = ("kind", "text", "area", "phone", "place", "category", "name", "is_nameless", "is_private")


@router.get("/w/{token}")
def show_form(request: Request, token: str, session: Reading) -> Response:
    try:
        link = links.open_link(session, token, clock.now())
    except LinkClosed as closed:
        return _gone(request, session, closed)
    request.app.state.afterwards.visits.count(link.id)
    return _form(request, session, link, 200, Again())


@router.post("/w/{token}")
def hand_in(request: Request, token: str, form: Typed, database: TheDatabase) -> Response:
    now = clock.now()
    uploads = Uploads()
    if "look" in form:
        return _look(request, token, form, database)
    try:
        uploads = _uploads(request, token, form, database, now)
        performed = _handed_in(request, token, form, uploads, database, now)
    except LinkClosed as closed:
        with database.reading() as session:
            return _gone(request, session, closed, str(clean(said(form, "text"))))
    except (Refused, Failure, OperationalError) as refused:
        return _form_again(request, token, form, uploads, database, refused)
    if not uploads.is_empty:
        request.app.state.afterwards.prepare_pictures()
    return web.redirect(f"/r/{tracking_token(performed.ticket_id)}")


def _look(request: Request, token: str, form: FormData, database: Database) -> Response:
    """Without a script she presses a button to see wishes like hers; all that she typed comes back."""
    uploads = Uploads()
    try:
        uploads = _uploads(request, token, form, database, clock.now())
    except LinkClosed as closed:
        with database.reading() as session:
            return _gone(request, session, closed, str(clean(said(form, "text"))))
    return _form_again(request, token, form, uploads, database, None)


# Handing in


def _uploads(request: Request, token: str, form: FormData, database: Database, now: datetime) -> Uploads:
    """A closed link takes no pictures either."""
    if not has_pictures(form):
        return Uploads()
    with database.reading() as session:
        links.open_link(session, token, now, _idempotency_key(form))
    return uploads_of(form, store_of(request))


def _handed_in(
    request: Request, token: str, form: FormData, uploads: Uploads, database: Database, now: datetime
) -> Performed:
    command, key = _command(form, uploads), _idempotency_key(form)
    crowd, address = request.app.state.crowd, request.client.host if request.client else ""
    solution = (said(form, "work_task"), said(form, "work_answer"))

    def act(session: Session) -> Performed:
        link = links.open_link(session, token, now, key)
        _must_belong(command, link, reference(session))
        asked = command.model_copy(update={"photos": uploads.attach(session, now)})
        performed = lifecycle.submit(session, asked, NEW_RESIDENT, now, Origin(link=link, idempotency_key=key))
        if not performed.is_repeat:
            crowd.admit(session, link, address, command.text, now, solution)
        return performed

    return database.together(act)


def _command(form: FormData, uploads: Uploads) -> Submit:
    """Raise Mistaken with all that has to be mended, the photographs among it."""
    given = {"source": Source.link, "meeting": None, "photos": uploads.kept}
    # A browser that sends no such field was never asked, and whoever was not asked is not named.
    shy = {} if "is_nameless" in form else {"is_nameless": True}
    try:
        command = command_from_form(Submit, form, **given, **shy)
    except Mistaken as mistaken:
        raise Mistaken([*mistaken.mistakes, *uploads.mistakes]) from None
    if uploads.mistakes:
        raise Mistaken(uploads.mistakes)
    assert isinstance(command, Submit)
    return command


def _must_belong(command: Submit, link: Link, known: Reference) -> None:
    area = known.areas.get(command.area)
    if area is None or not area.path.startswith(known.areas[link.area_id].path):
        raise Refused(_("这个链接收不了那里的事，请从列表里选一个地方。"), field="area")
    if command.category is not None and command.category not in known.categories_by_key:
        raise Refused(_("没有这个事项，请重新选择。"), field="category")


def _idempotency_key(form: FormData) -> str | None:
    """The same form with the same words is the same wish, however often it is pressed.

    Other words from the same page (she went back and wrote the next wish) are another wish.
    """
    form_key = said(form, "form_key").strip()
    if not form_key:
        return None
    return blind_index("\n".join([form_key, *(said(form, name) for name in TYPED)]))


# Pages


@dataclass(frozen=True)
class Again:
    """What a form shows that came back: `alike` are wishes like hers, once she has looked for them."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refusal: str | None = None
    kept: Sequence[str] = ()
    form_key: str = ""
    alike: Panel | None = None
    has_looked: bool = False
    task: str = ""


def _form(request: Request, session: Session, link: Link, status: int, again: Again) -> Response:
    known = reference(session)
    area_id, now = link.area_id, clock.now()
    return web.render(
        request,
        "tickets/wish_form.html",
        status,
        link={"area_name": known.place_name(area_id), "desk_name": known.unit_name(known.desks_of(area_id)[0])},
        action=f"/w/{link.token}",
        form_key=again.form_key or secrets.token_urlsafe(16),
        kinds=[Choice(kind, label) for kind, label in KIND_WORDS.items()],
        areas=[Choice(str(area.id), area.name) for area in known.below(area_id)],
        area=area_id,
        categories=_categories(known),
        values=again.values,
        errors=again.errors,
        refusal=again.refusal,
        kept=again.kept,
        alike=again.alike,
        has_looked=again.has_looked,
        task=again.task,
        zero_bits=ZERO_BITS,
        look_url=f"/w/{link.token}/alike",
        endorse_url=f"/w/{link.token}/endorse",
        text_most=WISH_LENGTH[1],
        photos_most=PHOTOS_MOST,
        dispatch_by=known.calendar.add(now, known.limits_in(area_id).dispatch(Urgency.ordinary)),
    )


def _categories(known: Reference) -> list[Choice]:
    active = (each for each in known.categories.values() if each.is_active)
    return [Choice(each.key, each.name, group=KIND_WORDS[each.kind]) for each in active]


def _form_again(
    request: Request, token: str, form: FormData, uploads: Uploads, database: Database, refused: Exception | None
) -> Response:
    """`refused` None: nothing is wrong, she only looks for wishes like hers."""
    status, refusal, errors = sentences(request, refused) if refused else (200, None, {})
    kept = uploads.keep(database, clock.now())
    values = {name: str(clean(said(form, name))) for name in TYPED}
    with database.reading() as session:
        link = links.find(session, token)
        if link is None:
            raise NotFound()
        found = None if refused else alike_wishes(request, session, link, values["text"])
        key, task = said(form, "form_key")[:100], refused.task if isinstance(refused, Crowded) else ""
        again = Again(values, errors, refusal, kept, key, found, not refused, task)
        return _form(request, session, link, status, again)


def _gone(request: Request, session: Session, closed: LinkClosed, her_words: str = "") -> Response:
    known = reference(session)
    unit = links.whom_to_ask(closed.link, known)
    return web.render(
        request,
        "tickets/link_gone.html",
        closed.http_status,
        reason=closed.reason,
        area_name=known.place_name(closed.link.area_id) if closed.link else None,
        contact={"unit_name": unit.name, "phone": unit.phone} if unit else None,
        her_words=her_words,
    )
