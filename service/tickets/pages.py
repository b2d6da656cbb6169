"""The official's ticket: its page, its buttons, the logged look at a number, and its photographs."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict, NotFound
from service.tickets import lifecycle, looks, queue, views
from service.tickets.buttons import Pressed
from service.tickets.desk_photos import Chosen, clean_pictures_after, kept_photos, store_of
from service.tickets.desk_words import local_words
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_class, command_from_form
from service.tickets.lifecycle import Performed
from service.tickets.models import Attachment, Looked, Ticket
from service.tickets.numbers import id_of
from service.tickets.phone_searches import PhoneSearch
from service.tickets.picture_answers import picture_answer
from service.tickets.pictures import Taken
from service.tickets.scope import seen_ticket
from service.tickets.ticket_page import ticket_page
from service.typed import Typed, said
from service.web import flash, redirect, say
from workflows.commands import COMMANDS, LARGEST_ID, VERB_WORDS
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/tickets/{number}")

STILL_HERE = _("您已重新登录。刚才写的还在下面，请看一遍再提交。")
VERSION_MISSING = _("这张表不完整，请刷新页面再试。")

DONE: dict[str, str] = {
    "assign": _("已派给{unit}，答应诉求人 {due} 前答复。"),
    "reassign": _("已改派给{unit}，答应诉求人的日子不变：{due}。"),
    "acknowledge": _("已签收。请尽快联系诉求人，{due} 前答复。"),
    "decline": _("已答复不予受理，诉求人看得到您写的话。"),
    "reply": _("反馈已提交。"),
    "approve_reply": _("已答复诉求人，等诉求人评价。"),
    "send_back": _("已退回{unit}修改。"),
    "merge": _("已并单。诉求人会跟着那一件看到进展和答复。"),
    "unmerge": _("已撤销并单，这一件回到了待派单里。"),
    "split": _("已拆单，新的工单在待派单里。"),
    "close": _("已办结。"),
    "reopen": _("已重办，{unit}要在 {due} 前再答复。"),
    "supervise": _("已督办，请承办单位按时答复。"),
    "answer_supervision": _("已答复督办。"),
    "expedite": _("已催办。"),
    "request_return": _("已申请退单，正等决定；在那以前还由{unit}办，期限不变：{due}。"),
    "request_extension": _("已申请延期，正等决定；没有准以前期限不变：{due}。"),
    "request_deferral": _("已申请挂账，正等决定；没有准以前期限不变：{due}。"),
    "request_exclusion": _("已申请剔除，正等督查决定；事情照样要办。"),
    "request_consultation": _("已申请会商，正等裁定；在那以前还由{unit}负责。"),
    "grant": _("已准。现在由{unit}办，期限 {due}。"),
    "refuse": _("已驳回，申请单位会看到理由。"),
    "rule": _("已裁定由{unit}主办。"),
    "resume": _("已恢复办理，{due} 前答复。"),
    "review_deferral": _("已记下，到 {due} 再看。"),
    "keep_promise": _("已记下，诉求人看得到。"),
}
NOTED = _("“{verb}”已记下。")


@router.get("")
def show(
    request: Request, number: str, search: PhoneSearch, visit: Looking, open: str = "", unit: str = ""
) -> Response:
    """`?open=assign&unit=12` opens a form with a suggestion filled in: a link does what a script would."""
    pressed = Pressed(open, chosen={"unit": unit} if unit else {})
    return ticket_page(request, visit, _seen(visit, number), pressed)


@router.post("/reveal")
def reveal(request: Request, number: str, typed: Typed, search: PhoneSearch, visit: Acting) -> Response:
    """The whole number, at once and without a redirect: it must stand in no cookie and no address. A voice and a place
    are open to him for the day."""
    ticket = _seen(visit, number)
    if request.query_params.get("again"):
        return redirect(queue.url_of(number))
    what = next((each for each in Looked if each == said(typed, "what")), Looked.number)
    looks.write_down(visit.session, visit.actor, ticket.id or 0, what, visit.now)
    if what is not Looked.number:
        return redirect(f"{queue.url_of(number)}#wish")
    return ticket_page(request, visit, ticket, is_revealed=True)


@router.get("/photos/{photo_id}")
def photo(request: Request, number: str, photo_id: int, visit: Looking, small: bool = False) -> Response:
    """Raises NotFound, also for a picture of another ticket."""
    ticket = _seen(visit, number)
    found = visit.session.get(Attachment, photo_id) if photo_id <= LARGEST_ID else None
    if found is None or found.ticket_id != ticket.id:
        raise NotFound()
    answer = picture_answer(request, store_of(request), found, is_small=small)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/{verb}")
def ask(number: str, verb: str) -> Response:
    """Where one lands after signing in again: the ticket, with that form open."""
    return redirect(f"{queue.url_of(number)}?open={verb}#{verb}" if verb in COMMANDS else queue.url_of(number))


@router.post("/{verb}")
def act(
    request: Request, number: str, verb: str, typed: Typed, chosen: Chosen, search: PhoneSearch, visit: Acting
) -> Response:
    """Whatever is refused comes back with its form open and filled, and with the ticket as it stands now."""
    ticket = _seen(visit, number)
    photos = kept_photos(visit, typed, chosen)
    if request.query_params.get("again"):
        return ticket_page(request, visit, ticket, _pressed(request, verb, typed, photos, say(request, STILL_HERE)))
    try:
        with visit.session.begin_nested():
            performed = _perform(visit, ticket, verb, typed, chosen, photos)
    except (Refused, Conflict) as refused:
        visit.session.refresh(ticket)
        pressed = _pressed(request, verb, typed, photos, _sentence(request, refused), refused)
        return ticket_page(request, visit, ticket, pressed, status=refused.http_status)
    response = redirect(queue.url_of(number, views.asked_of(request, visit.actor).query))
    flash(request, response, DONE.get(verb, NOTED), **_outcome(request, visit, verb, performed))
    return clean_pictures_after(request, response, photos)


def _seen(visit: Visit, number: str) -> Ticket:
    return seen_ticket(visit.session, visit.actor, id_of(number))


def _perform(
    visit: Visit, ticket: Ticket, verb: str, typed: FormData, chosen: Taken, photos: Sequence[Attachment]
) -> Performed:
    """Raises Refused and its family, and Conflict; the caller undoes what was begun."""
    command = command_class(verb)
    takes_photos = "photos" in command.model_fields
    if chosen.mistakes and takes_photos:
        raise chosen.mistakes[0]
    given = {"photos": tuple(photo.id for photo in photos)} if takes_photos else {}
    asked = command_from_form(command, typed, **given)
    return lifecycle.perform(visit.session, ticket.id or 0, asked, visit.actor, visit.now, _version(typed))


def _version(typed: FormData) -> int:
    """What the official had before his eyes when he pressed; without it nobody can tell whether he was overtaken."""
    version = said(typed, "version")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise Refused(VERSION_MISSING, field="version")
    return int(version)


def _pressed(
    request: Request,
    verb: str,
    typed: FormData,
    photos: Sequence[Attachment],
    refusal: str,
    refused: Exception | None = None,
) -> Pressed:
    command = COMMANDS.get(verb)
    values = {name: values_typed(command, name, typed) for name in command.model_fields} if command else {}
    return Pressed(verb, values, {}, errors_by_field(request, refused), refusal, photos)


def _sentence(request: Request, refused: Refused | Conflict) -> str:
    """A form with mistakes says them beside its fields; above it stands what to do."""
    if isinstance(refused, Mistaken):
        return say(request, SOME_FIELDS)
    return say(request, refused.sentence, **refused.values)


def _outcome(request: Request, visit: Visit, verb: str, performed: Performed) -> Mapping[str, Any]:
    """What the sentence of success may name."""
    assert performed.decision is not None
    after, local = performed.decision.after, local_words(request)
    return {
        "unit": visit.known.unit_name(after.unit_id),
        "due": local.time(after.due_at),
        "verb": local._(VERB_WORDS[verb]),
    }
