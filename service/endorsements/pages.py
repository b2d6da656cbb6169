"""附议: wishes like hers beneath what she types, "me too" in one tap, and a page to follow it."""

import secrets
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from service import clock, rate_limits, web
from service.dependencies import Reading, TheDatabase
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.endorsements import lifecycle
from service.endorsements.alike import ALIKE_ADDRESS, Hers, alike
from service.endorsements.models import Endorsement
from service.errors import Failure, NotFound
from service.rate_limits import ENDORSE_FROM
from service.sealing import id_behind, secret_address
from service.tickets import links
from service.tickets.models import Attachment, Ticket
from service.tickets.panels import Panel, told_besides
from service.tickets.picture_answers import picture_answer
from service.tickets.posted import NO_REFERRER, local_words, sentences
from service.tickets.tracked_wish import Teller, Tracked
from service.tickets.uploads import store_of
from service.typed import Typed, said
from workflows.endorsements import EndorsementState
from workflows.refusals import Refused
from workflows.statuses import OPEN
from workflows.words import _

router = APIRouter(include_in_schema=False)

COOKIE = "weiyuan_neighbour"
A_YEAR = 365 * 24 * 3600
FOLLOW_ADDRESS = "endorsement"


def alike_panel(request: Request, session: Session, link: Link, typed: Mapping[str, str]) -> Panel | None:
    """For her form; None where nobody nearby has said anything like it."""
    known = reference(session)
    found = alike(session, _hers(link, typed, known), known, local_words(request), clock.now())
    return Panel("endorsements/_alike.html", {"wishes": found}) if found else None


def _hers(link: Link, typed: Mapping[str, str], known: Reference) -> Hers:
    """Of her form; where it names no place of ours, it is the place of the link."""
    chosen = typed.get("area", "")
    place = known.areas.get(int(chosen)) if chosen.isdecimal() and len(chosen) < 10 else None
    category = next((each.id for each in known.categories.values() if each.key == typed.get("category")), None)
    return Hers(typed.get("text", ""), (place or known.areas[link.area_id]).path, category)


@router.post("/w/{token}/endorse")
def endorse(request: Request, token: str, form: Typed, database: TheDatabase) -> Response:
    now = clock.now()
    ticket_id = id_behind(ALIKE_ADDRESS, said(form, "alike"))
    if ticket_id is None:
        raise NotFound()
    browser = request.cookies.get(COOKIE) or secrets.token_urlsafe(24)
    rate_limits.spend(database, ENDORSE_FROM, rate_limits.whence(request.client.host if request.client else ""), now)
    try:
        with database.writing() as session:
            links.open_link(session, token, now)
            row_id = lifecycle.endorse(session, ticket_id, browser, now).id
    except Refused as refused:
        return _told_why(request, token, refused)
    answer = web.redirect(f"/e/{secret_address(FOLLOW_ADDRESS, row_id or 0)}")
    secure = request.app.state.face.secure_cookies
    answer.set_cookie(COOKIE, browser, max_age=A_YEAR, secure=secure, httponly=True, samesite="lax")
    web.flash(request, answer, _("记下了：您也是这件事。有结果，这一页会写出来。"))
    return answer


@router.get("/e/{token}")
def follow(request: Request, token: str, session: Reading) -> Response:
    endorsement = _endorsement(session, token)
    return _page(request, session, endorsement, token)


@router.get("/e/{token}/photos/{photo}")
def show_photo(request: Request, token: str, photo: int, session: Reading, size: str = "") -> Response:
    tracked = _tracked(request, session, _endorsement(session, token), token)
    attachment = session.get(Attachment, photo) if photo in tracked.photo_ids else None
    if attachment is None:
        raise NotFound()
    answer = picture_answer(request, store_of(request), attachment, is_small=size == "small")
    answer.headers.update(NO_REFERRER)
    return answer


@router.post("/e/{token}/take-back")
def take_back(request: Request, token: str, form: Typed, database: TheDatabase) -> Response:
    answer = web.redirect(f"/e/{token}")
    try:
        with database.writing() as session:
            lifecycle.take_back(session, id_behind(FOLLOW_ADDRESS, token) or 0, clock.now())
    except Refused as refused:
        web.flash(request, answer, refused.sentence, "refused")
        return answer
    web.flash(request, answer, _("已经收回。"))
    return answer


def _told_why(request: Request, token: str, refused: Refused | Failure) -> Response:
    """Back to her form, whose words her own phone still holds."""
    _status, refusal, _errors = sentences(request, refused)
    answer = web.redirect(f"/w/{token}")
    web.flash(request, answer, refusal, "refused")
    return answer


def _endorsement(session: Session, token: str) -> Endorsement:
    found = session.get(Endorsement, id_behind(FOLLOW_ADDRESS, token) or 0)
    if found is None:
        raise NotFound()
    return found


def _tracked(request: Request, session: Session, endorsement: Endorsement, token: str) -> Tracked:
    ticket = session.get_one(Ticket, endorsement.ticket_id)
    teller = Teller(session, reference(session), local_words(request), clock.now(), f"/e/{token}")
    return teller.tell_neighbour(ticket)


def _page(request: Request, session: Session, endorsement: Endorsement, token: str) -> Response:
    tracked, now = _tracked(request, session, endorsement, token), clock.now()
    told = told_besides(request, session, tracked.main, reference(session), local_words(request), now)
    # What is told to her alone (her recording, the addresses of her other wishes) is no neighbour's.
    besides = [panel for panel in told if not panel.is_hers and not panel.template.startswith("endorsements/")]
    page = web.render(
        request,
        "endorsements/follow.html",
        wish=tracked.wish,
        where=tracked.where,
        answer=tracked.answer,
        timeline=tracked.timeline,
        besides=besides,
        endorsement=endorsement,
        others=tracked.main.endorsements,
        is_given=endorsement.state is EndorsementState.given,
        may_take_back=endorsement.state is EndorsementState.given and tracked.main.status in OPEN,
        take_back_url=f"/e/{token}/take-back",
    )
    page.headers.update(NO_REFERRER)
    return page
