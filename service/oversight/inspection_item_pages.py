"""One drawn ticket, as its inspector sees it: what was wished, what was answered, whom to ask, and what was found."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Action, fields_of
from service.masking import mask_name, mask_phone, mask_text
from service.oversight import inspections
from service.oversight.inspection_queries import seen_item
from service.oversight.models import InspectionItem, InspectionRound
from service.tickets import looks
from service.tickets.desk_photos import Chosen, clean_pictures_after, kept_photos
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.models import Attachment, Looked, Ticket
from service.tickets.numbers import number_of
from service.tickets.pictures import Taken
from service.tickets.queries import story_of
from service.typed import Typed
from service.web import flash, redirect, render, say
from workflows.commands import VERB_WORDS
from workflows.inspection_words import FINDING_WORDS
from workflows.inspections import NEW_WISH, REOPEN, RecordInspection, may_record
from workflows.refusals import NotPermitted, Refused
from workflows.words import _

router = APIRouter(prefix="/desk/inspections/{round_id}/{item_id}", include_in_schema=False)

DONE = {
    REOPEN: _("已记下。这件事已重新办理，原来的单位要再答复一次。"),
    NEW_WISH: _("已记下。原来的单位已经没有了，这件事成了一件新的工单，等着派单。"),
}
NOTED = _("核查结果已记下。")


@router.get("")
def show_item(request: Request, round_id: int, item_id: int, visit: Looking) -> Response:
    return _page(request, visit, *seen_item(visit, round_id, item_id))


@router.post("/reveal")
def reveal(request: Request, round_id: int, item_id: int, visit: Acting) -> Response:
    """An inspector has to ask her: looking at her number is written down like any other look."""
    round, item, ticket = seen_item(visit, round_id, item_id)
    if round.inspector_unit_id not in visit.actor.units:
        raise NotPermitted(_("您没有做这件事的权限。"))
    looks.write_down(visit.session, visit.actor, item.ticket_id, Looked.number, visit.now)
    return _page(request, visit, round, item, ticket, is_revealed=True)


@router.post("/record_inspection")
def record(request: Request, round_id: int, item_id: int, typed: Typed, chosen: Chosen, visit: Acting) -> Response:
    round, item, ticket = seen_item(visit, round_id, item_id)
    photos = kept_photos(visit, typed, chosen)
    try:
        with visit.session.begin_nested():
            consequence = inspections.record(
                visit.session, item_id, _command(typed, chosen, photos), visit.actor, visit.now
            )
    except (Refused, Conflict) as refused:
        for row in (round, item, ticket):
            visit.session.refresh(row)
        return _page(request, visit, round, item, ticket, typed=typed, refused=refused, photos=photos)
    response = redirect(f"/desk/inspections/{round_id}")
    flash(request, response, DONE.get(consequence, NOTED))
    return clean_pictures_after(request, response, photos)


def _command(typed: FormData, chosen: Taken, photos: Sequence[Attachment]) -> Any:
    if chosen.mistakes:
        raise chosen.mistakes[0]
    return command_from_form(RecordInspection, typed, photos=tuple(photo.id for photo in photos))


def _page(
    request: Request,
    visit: Visit,
    round: InspectionRound,
    item: InspectionItem,
    ticket: Ticket,
    *,
    is_revealed: bool = False,
    typed: FormData | None = None,
    refused: Refused | Conflict | None = None,
    photos: Sequence[Attachment] = (),
) -> Response:
    standing = inspections.item_as_it_stands(visit.session, item, round, ticket)
    may = may_record(standing, visit.actor) or refused is not None
    return render(
        request,
        "oversight/inspection_item.html",
        refused.http_status if refused else 200,
        round=round,
        item=item,
        ticket=_shown(visit, ticket, is_revealed),
        is_inspector=round.inspector_unit_id in visit.actor.units,
        url=f"/desk/inspections/{round.id}/{item.id}",
        action=_action(request, round, item, typed, refused) if may else None,
        kept=[photo.id for photo in photos],
        words=FINDING_WORDS,
        refusal=_above(request, refused),
    )


def _action(
    request: Request, round: InspectionRound, item: InspectionItem, typed: FormData | None, refused: Any
) -> Action:
    names = RecordInspection.model_fields
    values = {name: values_typed(RecordInspection, name, typed) for name in names} if typed else {}
    fields = fields_of(RecordInspection, values=values, errors=errors_by_field(request, refused))
    url = f"/desk/inspections/{round.id}/{item.id}/record_inspection"
    return Action("record_inspection", VERB_WORDS["record_inspection"], url, fields)


def _shown(visit: Visit, ticket: Ticket, is_revealed: bool) -> dict[str, Any]:
    """Masked until somebody looks; the answer is what was written last."""
    replies = [story.details for story in story_of(visit.session, ticket.id or 0) if story.event.verb == "reply"]
    return {
        "number": number_of(ticket.id or 0, ticket.created_at),
        "text": ticket.wish if is_revealed else ticket.public_text,
        "answer": mask_text(replies[-1].get("words", "")) if replies else "",
        "area_name": visit.known.place_name(ticket.area_id),
        "place": (ticket.place or "") if is_revealed else mask_text(ticket.place or ""),
        "lead_name": visit.known.unit_name(ticket.lead_unit_id),
        "closed_at": ticket.closed_at,
        "status": ticket.status,
        "name": ticket.name if is_revealed else mask_name(ticket.name),
        "phone": ticket.phone if is_revealed else mask_phone(ticket.phone),
        "is_revealed": is_revealed,
    }


def _above(request: Request, refused: Refused | Conflict | None) -> str | None:
    if refused is None:
        return None
    return say(request, SOME_FIELDS) if isinstance(refused, Mistaken) else say(request, refused.sentence)
