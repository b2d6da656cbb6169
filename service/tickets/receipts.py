"""The receipt: number, code and address of a wish, and what happens next, on which day and why on that day."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from service import web
from service.dependencies import Reading
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.errors import NotFound
from service.local_words import LocalWords
from service.sealing import ticket_of, tracking_code
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.posted import NO_REFERRER, local_words
from workflows.explanations import in_words
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
    page = web.render(
        request,
        "tickets/receipt.html",
        ticket={"number": number_of(ticket.id, ticket.created_at), "created_at": ticket.created_at},
        code=tracking_code(ticket.id),
        track_url=f"/t/{token}",
        track_address=f"{web.outside(request)}/t/{token}",
        steps=_what_comes_next(ticket, known, local_words(request)),
        again_url=f"/w/{link.token}" if link else None,
        area_name=known.place_name(ticket.area_id),
    )
    page.headers.update(NO_REFERRER)
    return page


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
