"""吹哨: the form on a ticket, with the rule and the clock told before anybody presses."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Action, Choice
from service.local_words import LocalWords
from service.tickets.casefile import case_of
from service.tickets.desk_words import local_words
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.how_many import of_matter
from service.tickets.models import Ticket
from service.tickets.numbers import id_of
from service.tickets.scope import seen_ticket
from service.tickets.suggestions import suggestions
from service.typed import Typed
from service.web import flash, redirect, render, say
from service.whistles import lifecycle, listing
from service.whistles.casefile import own_units
from service.whistles.consequences import BEFORE_BLOWING, kind_choices, kind_rule
from service.whistles.models import Whistle
from service.whistles.queries import visible_whistles
from service.whistles.whistle_buttons import form_of
from service.whistles.whistle_page import ticket_line
from service.whistles.whom import callable_choices
from workflows.cases import Case
from workflows.emergency import kind_offered
from workflows.refusals import NotPermitted, Refused
from workflows.whistle_commands import BlowWhistle
from workflows.whistle_kinds import KindRow
from workflows.whistle_words import WHISTLE_VERB_WORDS, WhistleStatus
from workflows.whistles import kinds_to_blow, may_blow
from workflows.words import _

router = APIRouter(prefix="/desk/tickets/{number}/whistle", include_in_schema=False)

STILL_HERE = _("您已重新登录。刚才写的还在下面，请看一遍再提交。")
NOT_NOW = _("这件心愿现在不能吹哨，或者您没有吹哨的权限。")
BLOWN = _("哨吹响了，被叫的单位马上收到。")
RAISED = _("已提交，等镇主要负责人批准；批准后才算吹响。")


@router.get("")
def show(request: Request, number: str, visit: Looking) -> Response:
    """On a wish that belongs to an issue it is blown for all wishes of that issue."""
    ticket = _seen(visit, number)
    case = _case(visit, ticket)
    if not may_blow(case, visit.actor, visit.known.whistles):
        raise NotPermitted(NOT_NOW)
    return _page(request, visit, ticket, _first_values(visit, ticket))


@router.post("")
def blow(request: Request, number: str, typed: Typed, visit: Acting) -> Response:
    """Whatever is refused comes back with what was typed."""
    ticket = _seen(visit, number)
    values = {name: values_typed(BlowWhistle, name, typed) for name in BlowWhistle.model_fields}
    if request.query_params.get("again"):
        return _page(request, visit, ticket, values, refusal=say(request, STILL_HERE))
    try:
        with visit.session.begin_nested():
            command = command_from_form(BlowWhistle, typed)
            assert isinstance(command, BlowWhistle)
            whistle_id = lifecycle.blow(visit.session, ticket.id or 0, command, visit.actor, visit.now)
    except (Refused, Conflict) as refused:
        above = SOME_FIELDS if isinstance(refused, Mistaken) else refused.sentence
        said = say(request, above, **({} if isinstance(refused, Mistaken) else refused.values))
        errors = errors_by_field(request, refused)
        running = _running(visit, refused.values.get("whistle"))
        return _page(request, visit, ticket, values, errors, said, running, status=refused.http_status)
    whistle = visit.session.get_one(Whistle, whistle_id)
    response = redirect(listing.url_of(whistle))
    flash(request, response, RAISED if whistle.status is WhistleStatus.raised else BLOWN)
    return response


def _running(visit: Visit, whistle_id: object) -> Whistle | None:
    """The whistle that a refusal names, for a link; another town's may be out of the reader's sight."""
    wanted = select(Whistle).where(col(Whistle.id) == whistle_id, visible_whistles(visit.actor))
    return visit.session.exec(wanted).one_or_none() if whistle_id else None


def _seen(visit: Visit, number: str) -> Ticket:
    return seen_ticket(visit.session, visit.actor, id_of(number))


def _case(visit: Visit, ticket: Ticket) -> Case:
    return case_of(visit.session, ticket, visit.known)


def _kinds(visit: Visit, case: Case) -> tuple[KindRow, ...]:
    return kinds_to_blow(case, visit.actor, visit.known.whistles)


def _first_values(visit: Visit, ticket: Ticket) -> dict[str, Any]:
    """In an emergency an emergency's whistle is what one most likely wants, if one may blow it."""
    kind = kind_offered(visit.known.emergency_in(ticket.area_id) is not None)
    kept = [row.kind for row in _kinds(visit, _case(visit, ticket))]
    return {"kind": str(kind if kind in kept else kept[0]), "issue": ticket.issue_id or ""}


def _page(
    request: Request,
    visit: Visit,
    ticket: Ticket,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    refusal: str | None = None,
    running: Whistle | None = None,
    *,
    status: int = 200,
) -> Response:
    local, limits = local_words(request), visit.known.limits_in(ticket.area_id)
    shown, case = ticket_line(ticket), _case(visit, ticket)
    return render(
        request,
        "whistles/blow.html",
        status,
        ticket={
            **shown,
            "place": visit.known.place_name(ticket.area_id),
            "counted": of_matter(visit.session, ticket.id or 0, ticket.issue_id),
        },
        kinds=[(local.named(row), kind_rule(row, limits, local)) for row in _kinds(visit, case)],
        emergency=visit.known.emergency_in(ticket.area_id),
        refusal=refusal,
        running={"number": running.id, "url": listing.url_of(running)} if running else None,
        action=Action(
            verb="blow_whistle",
            label=WHISTLE_VERB_WORDS["blow_whistle"],
            url=f"{shown['url']}/whistle",
            fields=form_of(BlowWhistle, _choices(visit, ticket, local), values, errors or {}),
            tone="primary",
            explanation=local._(BEFORE_BLOWING),
        ),
    )


def _choices(visit: Visit, ticket: Ticket, local: LocalWords) -> dict[str, list[Choice]]:
    """The units that the catalogue names stand first. A town calls others, a village its own."""
    likely = suggestions(ticket.category_id, ticket.area_path, (), visit.known, local)
    offered = _kinds(visit, _case(visit, ticket))
    own = own_units(ticket.area_path, visit.known)
    is_beside = any(row.is_beside_the_town for row in offered)
    is_for_the_town = any(not row.is_beside_the_town for row in offered)
    units = callable_choices(
        visit.known, ticket.area_path, own, local, likely, for_town=is_for_the_town, beside_town=is_beside
    )
    kinds = kind_choices(offered, visit.known.limits_in(ticket.area_id), local)
    reasons = [Choice(row.reason, local.named(row)) for row in visit.known.whistles.offered_reasons]
    return {"kind": kinds, "reason": reasons, "unit": units, "units": units}
