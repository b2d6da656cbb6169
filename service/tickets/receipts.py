"""The receipt: number, code and address of a wish, and what happens next, on which day and why on that day."""

from dataclasses import dataclass, replace
from datetime import datetime

import segno
from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from service import web
from service.dependencies import Reading
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.errors import NotFound
from service.languages import FROM_RIGHT_TO_LEFT
from service.letters import has_letters
from service.local_words import LocalWords
from service.sealing import ticket_of, tracking_code
from service.tickets.models import Ticket
from service.tickets.my_wishes import remember, remembered
from service.tickets.numbers import number_of
from service.tickets.posted import NO_REFERRER, local_words
from service.tickets.receipt_picture import Slip, receipt_picture
from service.typed import Typed
from workflows.explanations import in_words
from workflows.guidance import guidance_for
from workflows.terms import Term
from workflows.words import _

router = APIRouter(include_in_schema=False)


@router.get("/r/{token}")
def show_receipt(request: Request, token: str, session: Reading) -> Response:
    ticket = session.get(Ticket, ticket_of(token) or 0)
    if ticket is None or ticket.id is None:
        raise NotFound()
    known = reference(session)
    link = session.get(Link, ticket.link_id) if ticket.link_id else None
    address = f"{web.outside(request)}/t/{token}"
    page = web.render(
        request,
        "tickets/receipt.html",
        guidance=[row for row in guidance_for(ticket.wish) if row.is_urgent],
        is_remembered=ticket.id in remembered(request),
        picture_url=f"/r/{token}/picture" if has_letters() else None,
        remember_url=f"/r/{token}/remember",
        ticket={"number": number_of(ticket.id, ticket.created_at), "created_at": ticket.created_at},
        code=tracking_code(ticket.id),
        track_url=f"/t/{token}",
        track_address=address,
        qr=Markup(segno.make(address, error="m").svg_inline(border=2, omitsize=True)),
        steps=_what_comes_next(ticket, known, local_words(request)),
        again_url=f"/w/{link.token}" if link else None,
        area_name=known.place_name(ticket.area_id),
    )
    page.headers.update(NO_REFERRER)
    return page


@router.get("/r/{token}/picture")
def show_picture(request: Request, token: str, session: Reading) -> Response:
    """An answer like any other, and no download: that is what a finger held on it can keep in WeChat. Where this
    machine has no letters for one, the receipt itself is all there is."""
    ticket = session.get(Ticket, ticket_of(token) or 0)
    if ticket is None or ticket.id is None:
        raise NotFound()
    if not has_letters():
        return web.redirect(f"/r/{token}")
    local, known = _letters(request), reference(session)
    code = tracking_code(ticket.id)
    slip = Slip(
        title=local._(_("微愿回执")),
        place=request.app.state.face.county,
        number=(local._(_("编号")), number_of(ticket.id, ticket.created_at)),
        code=(local._(_("查询码")), f"{code[:3]} {code[3:]}"),
        address=f"{web.outside(request)}/t/{token}",
        scan=local._(_("扫一扫，看办到哪一步")),
        steps=[_said(step, local) for step in _what_comes_next(ticket, known, local) if not step.is_done],
        warning=local._(_("别人拿到也能看，请不要发到群里。")),
    )
    kept = {"Cache-Control": "private, no-store", **NO_REFERRER}
    return Response(receipt_picture(slip), media_type="image/png", headers=kept)


def _letters(request: Request) -> LocalWords:
    """Her language, or Chinese where its letters are not in a Chinese font."""
    local = local_words(request)
    is_written = web.language_of(request) not in FROM_RIGHT_TO_LEFT
    return local if is_written else replace(local, translations=web.translations("zh"))


def _said(step: "Step", local: LocalWords) -> tuple[str, str]:
    return step.words, local._(_("{day}前")).format(day=local.weekday(step.moment))


@router.post("/r/{token}/remember")
def remember_it(request: Request, token: str, form: Typed) -> Response:
    ticket_id = ticket_of(token)
    if ticket_id is None:
        raise NotFound()
    answer = web.redirect(f"/r/{token}")
    remember(request, answer, ticket_id)
    web.flash(request, answer, _("这个手机记住了：在“这个手机上的心愿”里能看到。"))
    return answer


@router.get("/r/{token}/remember")
def come_back(token: str) -> Response:
    return web.redirect(f"/r/{token}")


@dataclass(frozen=True)
class Step:
    """What happens next; `why` says how the day was counted."""

    words: str
    moment: datetime
    is_done: bool = False
    why: str = ""


def _what_comes_next(ticket: Ticket, known: Reference, local: LocalWords) -> list[Step]:
    desk = known.unit_name(known.desks_of(ticket.area_id)[0])
    limits, urgency = known.limits_in(ticket.area_id, ticket.created_at), ticket.urgency
    return [
        Step(local._(_("{desk}收到了")).format(desk=desk), ticket.created_at, is_done=True),
        _step(_("交给管事的单位"), limits.dispatch(urgency), ticket, known, local),
        _step(_("管事的单位给您答复"), limits.reply(urgency), ticket, known, local),
    ]


def _step(words: str, term: Term, ticket: Ticket, known: Reference, local: LocalWords) -> Step:
    explained = known.calendar.explain(ticket.created_at, term)
    return Step(local._(words), explained.due, why=in_words(explained, local._))
