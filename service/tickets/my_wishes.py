"""Her wishes on this phone: a cookie of their secret addresses, only when she asked for it, and gone with one tap."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from service import clock, web
from service.dependencies import Reading
from service.directory.reference import Reference, reference
from service.local_words import LocalWords
from service.sealing import ticket_of, tracking_token
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.posted import NO_REFERRER, local_words
from service.tickets.resident_words import Standing, headline
from service.typed import Typed
from workflows.words import _

router = APIRouter(include_in_schema=False)

COOKIE = "weiyuan_mine"
A_YEAR = 365 * 24 * 3600
MOST = 20


@dataclass(frozen=True)
class Mine:
    """One of her wishes, without a word of what it says: whoever holds the phone reads the list."""

    number: str
    area_name: str
    created_at: datetime
    standing: str
    url: str


def remembered(request: Request) -> list[int]:
    """The ids, newest first; what was made up names nothing."""
    found = (ticket_of(token) for token in request.cookies.get(COOKIE, "").split(".")[:MOST])
    return list(dict.fromkeys(each for each in found if each))


def remember(request: Request, answer: Response, ticket_id: int) -> None:
    ids = list(dict.fromkeys([ticket_id, *remembered(request)]))[:MOST]
    _set(request, answer, ".".join(tracking_token(each) for each in ids))


def _set(request: Request, answer: Response, value: str) -> None:
    secure = request.app.state.face.secure_cookies
    answer.set_cookie(COOKIE, value, max_age=A_YEAR if value else 0, secure=secure, httponly=True, samesite="lax")


@router.get("/mine")
def show(request: Request, session: Reading) -> Response:
    wanted = select(Ticket).where(col(Ticket.id).in_(remembered(request))).order_by(col(Ticket.id).desc())
    known, local, now = reference(session), local_words(request), clock.now()
    rows = [_told(ticket, known, local, now) for ticket in session.exec(wanted)]
    page = web.render(request, "tickets/my_wishes.html", wishes=rows)
    page.headers.update(NO_REFERRER | {"Cache-Control": "no-store"})
    return page


@router.post("/mine/forget")
def forget(request: Request, form: Typed) -> Response:
    answer = web.redirect("/mine")
    _set(request, answer, "")
    web.flash(request, answer, _("这个手机上的都忘掉了；凭编号和查询码照样能查。"))
    return answer


@router.get("/mine/forget")
def come_back() -> Response:
    return web.redirect("/mine")


def _told(ticket: Ticket, known: Reference, local: LocalWords, now: datetime) -> Mine:
    return Mine(
        number=number_of(ticket.id or 0, ticket.created_at),
        area_name=known.place_name(ticket.area_id),
        created_at=ticket.created_at,
        standing=headline(Standing(ticket, now), known, local)[0],
        url=f"/t/{tracking_token(ticket.id or 0)}",
    )
