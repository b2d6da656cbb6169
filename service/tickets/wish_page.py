"""The page of a wish form: fresh, or come back with all that was typed, or the page of a link that takes none now."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from service import clock, web
from service.database import Database
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.errors import NotFound
from service.fields import Choice
from service.tickets import links
from service.tickets.beneath import Beneath, beneath
from service.tickets.crowds import ZERO_BITS, Crowded, opened_now
from service.tickets.kept_files import whence_of
from service.tickets.links import LinkClosed
from service.tickets.my_wishes import remembered
from service.tickets.one_trip import in_one_trip, styles
from service.tickets.posted import sentences
from service.tickets.uploads import Kept, Uploads, store_of
from service.tickets.voice_kinds import LONGEST
from service.typed import said
from workflows.commands import PHOTOS_MOST, WISH_LENGTH, clean
from workflows.guidance import EMERGENCY_CALLS, URGENT_SIGNS
from workflows.statuses import KIND_WORDS
from workflows.time_limits import Urgency

TYPED = (
    *("kind", "text", "area", "phone", "place", "category", "name", "is_nameless", "is_private"),
    *("position", "is_for_other", "has_consent"),
)
CARRIED = (*TYPED, "keep_position", "remember", "tell_by_sms")
"""All that comes back; what is not typed of the wish itself makes no other wish of it."""
ELSEWHERE = "elsewhere"
KEPT_HERE = "kept_here"
"""Said by a telephone whose outbox sends by itself, and asks again."""
FOR_SCRIPTS = URGENT_SIGNS.encode("ascii", "backslashreplace").decode()
"""Read by a script and by nobody: in the escapes that its patterns know, whatever the language of the page is."""


@dataclass(frozen=True)
class Again:
    """What a form shows that came back: `beneath` once she has looked for wishes like hers."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refusal: str | None = None
    kept: Sequence[str] = ()
    kept_voice: str = ""
    has_lost: bool = False
    form_key: str = ""
    opened: str = ""
    beneath: Beneath | None = None
    task: str = ""


def wish_form(
    request: Request, session: Session, link: Link, status: int = 200, again: Again | None = None
) -> Response:
    known = reference(session)
    area_id, now, shown = link.area_id, clock.now(), again or Again()
    page = web.render(
        request,
        "tickets/wish_form.html",
        status,
        styles_along=styles().text,
        **_of_the_link(link, known),
        **{name: getattr(shown, name) for name in Again.__dataclass_fields__},
        is_fresh=again is None,
        new_key=shown.form_key or secrets.token_urlsafe(16),
        new_opened=shown.opened or opened_now(now),
        kinds=[Choice(kind, label) for kind, label in KIND_WORDS.items()],
        categories=_categories(known),
        mine=len(remembered(request)),
        urgent_signs=FOR_SCRIPTS,
        urgent_calls=EMERGENCY_CALLS,
        zero_bits=ZERO_BITS,
        text_most=WISH_LENGTH[1],
        photos_most=PHOTOS_MOST,
        voice_most=LONGEST,
        dispatch_by=known.calendar.add(now, known.limits_in(area_id).dispatch(Urgency.ordinary)),
    )
    return in_one_trip(request, page, is_fresh=again is None)


def _of_the_link(link: Link, known: Reference) -> dict[str, Any]:
    area_id, path = link.area_id, f"/w/{link.token}"
    return {
        "link": {"area_name": known.place_name(area_id), "desk_name": known.unit_name(known.desks_of(area_id)[0])},
        "action": path,
        "look_url": f"{path}/alike",
        "endorse_url": f"{path}/endorse",
        "areas": [Choice(str(area.id), area.name) for area in known.below(area_id)],
        "area": area_id,
        "elsewhere": ELSEWHERE,
    }


def _categories(known: Reference) -> list[Choice]:
    active = (each for each in known.categories.values() if each.is_active)
    return [Choice(each.key, each.name, group=KIND_WORDS[each.kind]) for each in active]


def form_again(
    request: Request, token: str, form: FormData, uploads: Uploads, database: Database, refused: Exception | None
) -> Response:
    """`refused` None: nothing is wrong, she only looks for wishes like hers."""
    status, refusal, errors = sentences(request, refused) if refused else (200, None, {})
    kept = _kept(request, token, form, uploads, database)
    errors = kept.told(request, errors)
    values = {name: str(clean(said(form, name))) for name in CARRIED}
    with database.reading() as session:
        link = links.find(session, token)
        if link is None:
            raise NotFound()
        found = None if refused else beneath(request, session, link, values)
        key, task = said(form, "form_key")[:100], refused.task if isinstance(refused, Crowded) else ""
        opened = said(form, "opened")[:50]
        again = Again(values, errors, refusal, kept.photos, kept.voice, bool(kept.lost), key, opened, found, task)
        return wish_form(request, session, link, status, again)


def _kept(request: Request, token: str, form: FormData, uploads: Uploads, database: Database) -> Kept:
    """Nothing, where her telephone keeps it all until it has been taken."""
    store = store_of(request)
    if KEPT_HERE in form:
        uploads.drop(database, store)
        return Kept()
    return uploads.keep(database, store, whence_of(request, token), clock.now())


def gone(request: Request, session: Session, closed: LinkClosed, her_words: str = "") -> Response:
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
