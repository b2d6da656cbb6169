"""One wish of the pool with its form to claim it, and one claim with its buttons."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from service.accounts.visits import Acting, Looking, Visit
from service.claims import lifecycle, queries
from service.claims.buttons import actions_of, command_asked, pressed_again, version_seen
from service.claims.models import Claim
from service.claims.pages import said_of, who_has_claimed
from service.claims.told import given_in, line_of, pool_url_of, today_of, url_of, village_of
from service.errors import Conflict, NotFound
from service.masking import mask_phone
from service.tickets.buttons import NOTHING_PRESSED, Pressed
from service.tickets.desk_photos import Chosen, clean_pictures_after, kept_photos, store_of
from service.tickets.desk_words import local_words
from service.tickets.models import Attachment, Ticket, TicketEvent
from service.tickets.numbers import id_of, number_of
from service.tickets.picture_answers import picture_answer
from service.tickets.pictures import Taken
from service.tickets.queries import photos_of
from service.tickets.scope import visible_tickets
from service.typed import Typed
from service.web import flash, redirect, render
from workflows.claim_words import CLAIM_VERB_WORDS, CLAIMANT_WORDS, POOL_WORDS, PoolRank
from workflows.claims import available_on_claim
from workflows.commands import LARGEST_ID
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/claims", include_in_schema=False)

NEW = ("claim", "join_claim")
LATER = ("contact_claimed", "deliver_claim", "withdraw_claim")
CLAIMED = _("认领好了。请在 {due} 前联系诉求人：先打受理台的电话，由他们约。")
DONE: dict[str, str] = {
    "contact_claimed": _("记下了。到说好的日子兑现以后，请回来写上给了什么。"),
    "deliver_claim": _("记下了，诉求人看得到。谢谢。"),
    "withdraw_claim": _("已放弃，这件心愿退回认领池，优先给别人。"),
}


@router.get("/pool/{number}")
def show_wish(request: Request, number: str, visit: Looking) -> Response:
    return _wish_page(request, visit, _pooled(visit, number))


@router.get("/pool/{number}/{verb}")
def ask_wish(number: str, verb: str) -> Response:
    """Where one lands after signing in again."""
    return redirect(f"/desk/claims/pool/{number}")


@router.post("/pool/{number}/{verb}")
def claim(request: Request, number: str, verb: str, typed: Typed, visit: Acting) -> Response:
    """Whatever is refused comes back with its form open and filled, and with the wish as it stands now."""
    ticket = _pooled(visit, number)
    if request.query_params.get("again"):
        return _wish_page(request, visit, ticket, pressed_again(request, verb, typed, ()))
    try:
        with visit.session.begin_nested():
            command = command_asked(verb, NEW, typed, Taken(), ())
            seen = version_seen(typed)
            claim_id, _done = lifecycle.claim(visit.session, ticket.id or 0, command, visit.actor, visit.now, seen)
    except (Refused, Conflict) as refused:
        visit.session.refresh(ticket)
        return _wish_page(request, visit, ticket, pressed_again(request, verb, typed, (), refused), refused.http_status)
    response = redirect(url_of(claim_id))
    due = visit.session.get_one(Claim, claim_id).contact_due_at
    flash(request, response, CLAIMED, due=local_words(request).time(due))
    return response


@router.get("/{claim_id}")
def show_claim(request: Request, claim_id: int, visit: Looking) -> Response:
    return _claim_page(request, visit, claim_id)


@router.get("/{claim_id}/photos/{photo_id}")
def photo(request: Request, claim_id: int, photo_id: int, visit: Looking, small: bool = False) -> Response:
    """Raises NotFound, also for a picture of something else."""
    claim, _ticket = queries.seen_claim(visit.session, visit.actor, claim_id)
    found = next((each for each in _photos(visit, claim) if each.id == min(photo_id, LARGEST_ID)), None)
    if found is None:
        raise NotFound()
    answer = picture_answer(request, store_of(request), found, is_small=small)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/{claim_id}/{verb}")
def ask_claim(claim_id: int, verb: str) -> Response:
    return redirect(url_of(claim_id))


@router.post("/{claim_id}/{verb}")
def act(request: Request, claim_id: int, verb: str, typed: Typed, chosen: Chosen, visit: Acting) -> Response:
    queries.seen_claim(visit.session, visit.actor, claim_id)
    photos = kept_photos(visit, typed, chosen)
    if request.query_params.get("again"):
        return _claim_page(request, visit, claim_id, pressed_again(request, verb, typed, photos))
    try:
        with visit.session.begin_nested():
            command = command_asked(verb, LATER, typed, chosen, photos)
            lifecycle.perform(visit.session, claim_id, command, visit.actor, visit.now, version_seen(typed))
    except (Refused, Conflict) as refused:
        visit.session.expire_all()
        pressed = pressed_again(request, verb, typed, photos, refused)
        return _claim_page(request, visit, claim_id, pressed, refused.http_status)
    response = redirect(url_of(claim_id))
    flash(request, response, DONE[verb])
    return clean_pictures_after(request, response, photos)


def _pooled(visit: Visit, number: str) -> Ticket:
    return queries.pooled_ticket(visit.session, visit.actor, id_of(number))


def _wish_page(
    request: Request, visit: Visit, ticket: Ticket, pressed: Pressed = NOTHING_PRESSED, status: int = 200
) -> Response:
    local, case = local_words(request), lifecycle.new_claim(visit.session, ticket, visit.known)
    claims = queries.claims_of(visit.session, [ticket.id]).get(ticket.id or 0, [])
    offered = available_on_claim(case, visit.actor, visit.now)
    return render(
        request,
        "claims/wish.html",
        status,
        wish=_wish(visit, ticket),
        claimed_by=who_has_claimed(claims, visit, local),
        actions=actions_of(visit, offered, case, pool_url_of(ticket), ticket.version, local, pressed),
        refusal=pressed.refusal,
    )


def _wish(visit: Visit, ticket: Ticket) -> dict[str, Any]:
    """As everybody may read of it, with a link to the ticket only for those who see it, and whom to ask."""
    desk = next(iter(visit.known.desks_of(ticket.area_id)), None)
    seen = select(Ticket.id).where(Ticket.id == ticket.id, visible_tickets(visit.actor))
    number = number_of(ticket.id or 0, ticket.created_at)
    return {
        "words": said_of(ticket),
        "place": village_of(ticket.area_id, visit.known),
        "since": ticket.pooled_at,
        "rank": ticket.pool_rank,
        "rank_words": POOL_WORDS[PoolRank(ticket.pool_rank)] if ticket.pool_rank else "",
        "number": number,
        "pool_url": pool_url_of(ticket) if ticket.pool_rank else "",
        "url": f"/desk/tickets/{number}" if visit.session.exec(seen).first() else "",
        "desk": visit.known.units.get(desk or 0),
    }


def _claim_page(
    request: Request, visit: Visit, claim_id: int, pressed: Pressed = NOTHING_PRESSED, status: int = 200
) -> Response:
    claim, ticket = queries.seen_claim(visit.session, visit.actor, claim_id)
    local, case = local_words(request), lifecycle.case_of(visit.session, claim, ticket, visit.known)
    offered = available_on_claim(case, visit.actor, visit.now)
    actions = actions_of(visit, offered, case, url_of(claim_id), ticket.version, local, pressed)
    return render(
        request,
        "claims/claim.html",
        status,
        wish=_wish(visit, ticket),
        line=line_of(claim, claim.claimant, visit.now, today_of(visit.known, visit.now)),
        kind=CLAIMANT_WORDS[claim.kind],
        phone=claim.phone if actions else mask_phone(claim.phone),
        given=given_in(visit.session, [claim]).get(claim_id, ""),
        photos=[_picture(claim_id, each) for each in _photos(visit, claim)],
        steps=[(CLAIM_VERB_WORDS[event.verb], event.at) for event in _events(visit, claim)],
        actions=actions,
        refusal=pressed.refusal,
        kept_ids=[each.id for each in pressed.kept_photos],
    )


def _events(visit: Visit, claim: Claim) -> list[TicketEvent]:
    wanted = select(TicketEvent).where(TicketEvent.subject == f"claim:{claim.id}")
    return list(visit.session.exec(wanted.order_by(col(TicketEvent.number))))


def _photos(visit: Visit, claim: Claim) -> list[Attachment]:
    events = {event.id for event in _events(visit, claim)}
    return [each for each in photos_of(visit.session, claim.ticket_id) if each.event_id in events]


def _picture(claim_id: int, photo: Attachment) -> dict[str, str]:
    url = f"{url_of(claim_id)}/photos/{photo.id}"
    return {"url": url, "thumb_url": f"{url}?small=1", "alt": ""}
