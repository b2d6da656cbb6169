"""The bell of an official, and for those in charge the page that says why a text was not sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Row

from notifications.messages import link_of, summary_of
from notifications.notices import AUDIENCE_WORDS, CHANNEL_WORDS, Audience
from service.accounts.visits import Acting, Looking, Visit
from service.outbox import lifecycle, queries
from service.outbox.models import Delivery, DeliveryState
from service.outbox.planning import UNPLANNED
from service.outbox.wording import claim_page_of
from service.tickets.models import Ticket, TicketEvent
from service.tickets.numbers import number_of
from service.web import flash, here, redirect, render, say
from workflows.words import _

RowId = Annotated[int, Path(le=queries.NEWEST)]

router = APIRouter(prefix="/desk")

INBOX, DELIVERIES = "/desk/inbox", "/desk/deliveries"
WORDS_SHOWN = 160

STATE_WORDS: dict[DeliveryState, str] = {
    DeliveryState.given_up: _("没发成"),
    DeliveryState.waiting: _("等着发"),
    DeliveryState.claimed: _("正在发"),
    DeliveryState.sent: _("已发出"),
}
COUNTED = frozenset({DeliveryState.given_up, DeliveryState.waiting})


def bell(request: Request) -> int:
    """What this reader has not read, asked in her transaction; an error page, whose transaction is over, has none."""
    visit: Visit = request.state.visit
    is_usable = visit.session.in_transaction() and visit.session.is_active
    return queries.unread_count(visit.session, visit.person_id) if is_usable else 0


@dataclass(frozen=True)
class InboxRow:
    url: str
    subject: str
    words: str
    verb: str
    at: datetime
    is_new: bool
    is_emergency: bool


@router.get("/inbox")
def show_inbox(request: Request, visit: Looking, cursor: str | None = None) -> Response:
    found = queries.inbox(visit.session, visit.person_id, cursor)
    newest = queries.newest_in(visit.session, visit.person_id)
    return render(
        request,
        "outbox/inbox.html",
        rows=[_inbox_row(row.Delivery) for row in found.rows],
        cursor=found.cursor,
        unread=queries.unread_count(visit.session, visit.person_id),
        url_read=f"{INBOX}/read?until={newest}",
    )


def _inbox_row(delivery: Delivery) -> InboxRow:
    return InboxRow(
        url=f"{INBOX}/{delivery.id}",
        subject=delivery.subject,
        words=_inner_words(delivery.body),
        verb=delivery.verb,
        at=delivery.created_at,
        is_new=delivery.read_at is None,
        is_emergency=delivery.is_emergency,
    )


def _inner_words(body: str) -> str:
    """The subject has said the first line already, and the whole row is the link of the last."""
    first, *others = link_of(body)[0].splitlines() or [""]
    return summary_of(" · ".join(others) or first, WORDS_SHOWN)


@router.post("/inbox/read")
def read_all(visit: Acting, until: Annotated[int, Query(le=queries.NEWEST)]) -> Response:
    lifecycle.read_all(visit.session, visit.person_id, until, visit.now)
    return redirect(INBOX)


@router.get("/inbox/{delivery_id}")
def open_notice(visit: Acting, delivery_id: RowId) -> Response:
    """Looking at it is reading it: that is all that is written here, and it may be written twice."""
    delivery = lifecycle.read(visit.session, visit.person_id, delivery_id, visit.now)
    if delivery.audience == Audience.claimant:
        return redirect(claim_page_of(visit.session.get_one(TicketEvent, delivery.event_id)))
    return redirect(f"/desk/tickets/{_number(visit, delivery)}")


def _number(visit: Visit, delivery: Delivery) -> str:
    return number_of(delivery.ticket_id, visit.session.get_one(Ticket, delivery.ticket_id).created_at)


SHOWN_AS_THEY_ARE = (
    *("verb", "audience", "channel", "subject", "state", "attempts"),
    *("next_attempt_at", "sent_at", "created_at"),
)


@dataclass(frozen=True)
class DeliveryRow:
    """`address` is the name of the person or unit: the address itself is nobody's business here."""

    number: str
    ticket_url: str
    verb: str
    audience: str
    channel: str
    address: str
    subject: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    last_error: str
    sent_at: datetime | None
    created_at: datetime
    url_retry: str | None


@router.get("/deliveries")
def show_deliveries(
    request: Request, visit: Looking, state: DeliveryState | None = None, cursor: str | None = None
) -> Response:
    visit.must_be(*queries.WATCHES_DELIVERIES)
    found = queries.deliveries(visit.session, visit.actor, state, cursor)
    return render(
        request,
        "outbox/deliveries.html",
        rows=[_delivery_row(request, row, visit) for row in found.rows],
        cursor=found.cursor,
        states=_states(request, visit, state),
        state_words=STATE_WORDS,
        channel_words=CHANNEL_WORDS | {UNPLANNED: _("还没有生成")},
        audience_words=AUDIENCE_WORDS,
    )


def _delivery_row(request: Request, row: Row[Any], visit: Visit) -> DeliveryRow:
    delivery: Delivery = row.Delivery
    number = number_of(delivery.ticket_id, row.created_at)
    may_be_sent_again = delivery.state in lifecycle.MAY_BE_SENT_AGAIN
    return DeliveryRow(
        number=number,
        ticket_url=f"/desk/tickets/{number}",
        address=row.person_name or visit.known.unit_name(delivery.unit_id),
        last_error=_reason(request, delivery.last_error or ""),
        url_retry=f"{DELIVERIES}/{delivery.id}/retry" if may_be_sent_again else None,
        **{name: getattr(delivery, name) for name in SHOWN_AS_THEY_ARE},
    )


def _reason(request: Request, error: str) -> str:
    """连不上邮件服务器（TimeoutError）: the words are ours, what stands in brackets is the other side's."""
    words, bracket, detail = error.partition("（")
    if not bracket:
        return say(request, words) if words else ""
    return say(request, _("{reason}（{detail}）"), reason=say(request, words), detail=detail.removesuffix("）"))


def _states(
    request: Request, visit: Visit, chosen: DeliveryState | None
) -> list[tuple[str, str, str, int | None, bool]]:
    """The views in the template's form: value, words, url, count, is_current."""
    everything = ("", say(request, _("全部")), here(request, state=None, cursor=None), None, chosen is None)
    return [everything] + [
        (
            state,
            say(request, words),
            here(request, state=state, cursor=None),
            queries.count_deliveries(visit.session, visit.actor, state) if state in COUNTED else None,
            state is chosen,
        )
        for state, words in STATE_WORDS.items()
    ]


@router.post("/deliveries/{delivery_id}/retry")
def retry(request: Request, visit: Acting, delivery_id: RowId) -> Response:
    visit.must_be(*queries.WATCHES_DELIVERIES)
    lifecycle.send_again(visit.session, queries.watched_delivery(visit.session, visit.actor, delivery_id), visit.now)
    response = redirect(DELIVERIES)
    flash(request, response, _("已重新排队，马上再发一次。"))
    return response
