"""The follow-up officer's pages: the queue, and one wish with its script, its number and the form for the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Choice, Field
from service.follow_ups import sampling_pages
from service.follow_ups.call_page import Pressed, call_page, url_of
from service.follow_ups.panels import LOOKS_ON
from service.follow_ups.queries import Wanted, count_calls, find_calls, handled_here
from service.tickets import lifecycle, looks
from service.tickets.desk_choices import area_choices, category_choices
from service.tickets.desk_words import local_words
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_class, command_from_form
from service.tickets.models import Looked, Ticket
from service.tickets.numbers import id_of, number_of
from service.tickets.scope import seen_ticket
from service.typed import Typed, said
from service.web import flash, here, redirect, render, say
from workflows.commands import CHOICE_WORDS, CallResult
from workflows.guards import acts_from_outside_the_handling_units
from workflows.refusals import Refused
from workflows.statuses import Status
from workflows.words import _

router = APIRouter(prefix="/desk/follow-ups", include_in_schema=False)
router.include_router(sampling_pages.router)

WORDS_SHOWN = 90
VERBS = frozenset({"follow_up", "close"})
VERSION_MISSING = _("这张表不完整，请刷新页面再试。")
STILL_HERE = _("您已重新登录。刚才写的还在下面，请看一遍再提交。")
VIEWS = (("now", _("现在该打的")), ("coming", _("以后再打的")))

DONE: dict[Status, str] = {
    Status.closed: _("{number} 已记下，办结了。"),
    Status.in_progress: _("{number} 已记下，开始新的一轮，{unit}要在 {due} 前再答复。"),
    Status.follow_up: _("{number} 已记下，{call} 再打。"),
}


@dataclass(frozen=True)
class CallRow:
    """One line of the queue; `why_not` says why this reader may not call there."""

    number: str
    url: str
    words: str
    place: str
    category: str
    unit: str
    due_at: datetime
    call_at: datetime
    call_back_at: datetime | None
    attempts: int
    last: str
    round: int
    has_rated: bool
    why_not: str


@dataclass(frozen=True)
class Asked:
    """What the address asks for; values that mean nothing are passed over."""

    view: str
    category: str
    area: int | None
    result: str

    def wanted(self, visit: Visit, view: str = "") -> Wanted:
        category, area = visit.known.categories_by_key.get(self.category), visit.known.areas.get(self.area or 0)
        return Wanted(
            is_now=(view or self.view) != "coming",
            area_path=area.path if area else None,
            category=category.id if category else None,
            result=CallResult(self.result) if self.result in set(CallResult) else None,
        )


@router.get("")
def show_queue(request: Request, visit: Looking, cursor: str | None = None) -> Response:
    visit.must_be(*LOOKS_ON)
    asked = _asked(request)
    page = find_calls(visit.session, visit.actor, asked.wanted(visit), visit.now, cursor)
    return render(
        request,
        "follow_ups/queue.html",
        rows=_rows(visit, page.rows),
        cursor=page.cursor,
        views=[
            (words, here(request, view=name), _count(visit, asked, name), name == asked.view) for name, words in VIEWS
        ],
        filters=_filters(visit, asked),
        has_filters=bool(asked.category or asked.area or asked.result),
        view=asked.view,
    )


@router.get("/{number}")
def show(request: Request, number: str, visit: Looking) -> Response:
    visit.must_be(*LOOKS_ON)
    return call_page(request, visit, _seen(visit, number))


@router.post("/{number}/reveal")
def reveal(request: Request, number: str, visit: Acting) -> Response:
    """The whole number, at once and without a redirect: it must stand in no cookie and no address."""
    visit.must_be(*LOOKS_ON)
    ticket = _seen(visit, number)
    if request.query_params.get("again"):
        return redirect(url_of(number))
    looks.write_down(visit.session, visit.actor, ticket.id or 0, Looked.number, visit.now)
    return call_page(request, visit, ticket, is_revealed=True)


@router.get("/{number}/{verb}")
def ask(number: str, verb: str) -> Response:
    """The address of a page that refused something, opened again: nothing is done twice by looking."""
    return redirect(url_of(number))


@router.post("/{number}/{verb}")
def act(request: Request, number: str, verb: str, typed: Typed, visit: Acting) -> Response:
    """What was heard, or that she could not be reached. What is refused comes back with everything typed."""
    visit.must_be(*LOOKS_ON)
    ticket = _seen(visit, number)
    if request.query_params.get("again"):
        return call_page(request, visit, ticket, _pressed(request, verb, typed, say(request, STILL_HERE)))
    try:
        with visit.session.begin_nested():
            _perform(visit, ticket, verb, typed)
    except (Refused, Conflict) as refused:
        visit.session.refresh(ticket)
        pressed = _pressed(request, verb, typed, _sentence(request, refused), refused)
        return call_page(request, visit, ticket, pressed, status=refused.http_status)
    visit.session.refresh(ticket)
    response = redirect("/desk/follow-ups")
    flash(request, response, DONE[ticket.status], **_outcome(request, visit, ticket))
    return response


def _seen(visit: Visit, number: str) -> Ticket:
    return seen_ticket(visit.session, visit.actor, id_of(number))


def _perform(visit: Visit, ticket: Ticket, verb: str, typed: FormData) -> None:
    """Raises Refused and its family, and Conflict; the caller undoes what was begun."""
    if verb not in VERBS:
        raise Refused(_("不认识这个操作，请刷新页面再试。"), field="verb")
    version = said(typed, "version")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise Refused(VERSION_MISSING, field="version")
    asked = command_from_form(command_class(verb), typed)
    lifecycle.perform(visit.session, ticket.id or 0, asked, visit.actor, visit.now, int(version))


def _pressed(request: Request, verb: str, typed: FormData, refusal: str, refused: Exception | None = None) -> Pressed:
    if verb not in VERBS:
        return Pressed(refusal=refusal)
    command = command_class(verb)
    values = {name: values_typed(command, name, typed) for name in command.model_fields}
    return Pressed(verb, values, errors_by_field(request, refused), refusal)


def _sentence(request: Request, refused: Refused | Conflict) -> str:
    if isinstance(refused, Mistaken):
        return say(request, SOME_FIELDS)
    return say(request, refused.sentence, **refused.values)


def _outcome(request: Request, visit: Visit, ticket: Ticket) -> dict[str, Any]:
    local = local_words(request)
    return {
        "number": number_of(ticket.id or 0, ticket.created_at),
        "unit": visit.known.unit_name(ticket.unit_id),
        "due": local.time(ticket.due_at),
        "call": local.time(ticket.call_at),
    }


def _asked(request: Request) -> Asked:
    query = request.query_params
    area = query.get("area", "")
    return Asked(
        view="coming" if query.get("view") == "coming" else "now",
        category=query.get("category", ""),
        area=int(area) if area.isascii() and area.isdigit() and len(area) < 10 else None,
        result=query.get("result", ""),
    )


def _count(visit: Visit, asked: Asked, view: str) -> int:
    return count_calls(visit.session, visit.actor, asked.wanted(visit, view), visit.now)


def _filters(visit: Visit, asked: Asked) -> list[Field]:
    results = [Choice(str(result), CHOICE_WORDS[result]) for result in CallResult if result is not CallResult.answered]
    return [
        Field("area", _("地方"), "select", choices=area_choices(visit.known, visit.actor), value=asked.area),
        Field("category", _("事项"), "select", choices=category_choices(visit.known), value=asked.category),
        Field("result", _("上次结果"), "select", choices=results, value=asked.result),
    ]


def _rows(visit: Visit, found: Sequence[Row[Any]]) -> list[CallRow]:
    own = handled_here(visit.session, visit.actor, (row.id for row in found))
    return [_row(visit, row, acts_from_outside_the_handling_units.sentence if row.id in own else "") for row in found]


def _row(visit: Visit, row: Row[Any], why_not: str) -> CallRow:
    number, known = number_of(row.id, row.created_at), visit.known
    words = " ".join(row.public_text.split())
    return CallRow(
        number=number,
        url=url_of(number),
        words=words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1] + "…",
        place=known.place_name(row.area_id),
        category=known.category_name(row.category_id),
        unit=known.unit_name(row.lead_unit_id),
        due_at=row.due_at,
        call_at=row.call_at,
        call_back_at=row.call_back_at,
        attempts=row.follow_up_attempts,
        last=CHOICE_WORDS[row.attempt_result] if row.attempt_result else "",
        round=row.round,
        has_rated=row.rated_round == row.round,
        why_not=why_not,
    )
