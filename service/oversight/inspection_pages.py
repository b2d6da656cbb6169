"""回头看和轮流互查: rounds that are opened, listed with their counts, and ended."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Action, fields_of
from service.oversight import inspections
from service.oversight.inspection_forms import OpenRing, OpenRound
from service.oversight.inspection_queries import (
    counts_of,
    items_of,
    rounds_of,
    row_of,
    seen_round,
    supervised_paths,
    waiting_for,
)
from service.tickets.desk_choices import area_choices, unit_choices
from service.tickets.desk_words import local_words
from service.tickets.form_words import SOME_FIELDS, errors_by_field, values_typed
from service.tickets.forms import Mistaken, command_from_form
from service.tickets.panels import Register
from service.typed import Typed
from service.web import flash, redirect, render, say
from workflows.actors import Actor
from workflows.commands import CommandBase
from workflows.inspection_words import FINDING_WORDS
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import Role
from workflows.words import _

router = APIRouter(prefix="/desk/inspections", include_in_schema=False)

HERE = "/desk/inspections"
LABELS = {"open_round": _("开一轮核查"), "open_ring": _("各镇轮流互查")}


@router.get("")
def show_rounds(request: Request, visit: Looking) -> Response:
    return _list(request, visit)


@router.post("/open_round")
def open_round(request: Request, typed: Typed, visit: Acting) -> Response:
    visit.must_be(Role.supervisor)
    try:
        with visit.session.begin_nested():
            asked: Any = command_from_form(OpenRound, typed)
            _must_supervise(visit, asked.area)
            opened = inspections.open_round(visit.session, asked, visit.person_id, visit.now)
    except (Refused, Conflict) as refused:
        return _list(request, visit, OpenRound, typed, refused)
    response = redirect(f"{HERE}/{opened.id}")
    flash(request, response, _("已开一轮核查，抽签的种子是 {seed}。"), seed=opened.seed)
    return response


@router.post("/open_ring")
def open_ring(request: Request, typed: Typed, visit: Acting) -> Response:
    """One form opens a round for each town, each inspected by another."""
    visit.must_be(Role.supervisor)
    try:
        with visit.session.begin_nested():
            asked: Any = command_from_form(OpenRing, typed)
            paths = supervised_paths(visit.actor)
            opened, empty = inspections.open_ring(visit.session, asked, paths, visit.person_id, visit.now)
    except (Refused, Conflict) as refused:
        return _list(request, visit, OpenRing, typed, refused)
    response = redirect(HERE)
    said = (
        _("已开 {count} 轮互查。") if not empty else _("已开 {count} 轮互查；没有可以核查的办结件，没有开：{names}。")
    )
    flash(request, response, said, count=opened, names=say(request, _("、")).join(empty))
    return response


@router.get("/{round_id}")
def show_round(request: Request, round_id: int, visit: Looking) -> Response:
    round = seen_round(visit, round_id)
    return render(
        request,
        "oversight/round.html",
        row=row_of(visit, round, counts_of(visit.session, [round_id])),
        items=items_of(visit, round),
        words=FINDING_WORDS,
        may_end=round.ended_at is None and round.area_path.startswith(supervised_paths(visit.actor) or ("-",)),
    )


@router.post("/{round_id}/end_round")
def end_round(request: Request, round_id: int, visit: Acting) -> Response:
    round = seen_round(visit, round_id)
    if not round.area_path.startswith(supervised_paths(visit.actor) or ("-",)):
        raise NotPermitted(_("您没有做这件事的权限。"))
    inspections.end_round(visit.session, round, visit.now)
    response = redirect(f"{HERE}/{round_id}")
    flash(request, response, _("这一轮已结束，没查的件记作没查。"))
    return response


def _must_supervise(visit: Visit, area_id: int) -> None:
    area = visit.known.areas.get(area_id)
    if area is None or not area.path.startswith(supervised_paths(visit.actor)):
        raise Refused(_("没有这个地方，请重新选择所在地。"), field="area")


def _list(
    request: Request,
    visit: Visit,
    command: type[CommandBase] | None = None,
    typed: FormData | None = None,
    refused: Refused | Conflict | None = None,
) -> Response:
    """A form that was refused comes back open and filled."""
    is_supervisor = visit.actor.has(Role.supervisor)
    return render(
        request,
        "oversight/inspections.html",
        refused.http_status if refused else 200,
        rounds=rounds_of(visit),
        actions=_actions(request, visit, command, typed, refused) if is_supervisor else [],
        ring=_ring(visit) if is_supervisor else [],
        refusal=_above(request, refused),
    )


def _ring(visit: Visit) -> list[tuple[str, str]]:
    """The next turn, as it is proposed; nothing where there are not enough towns."""
    try:
        pairs = inspections.ring_of(visit.session, visit.known, supervised_paths(visit.actor))
    except Refused:
        return []
    return [(who.name, whom.name) for who, whom in pairs]


def _actions(
    request: Request,
    visit: Visit,
    pressed: type[CommandBase] | None,
    typed: FormData | None,
    refused: Refused | Conflict | None,
) -> list[Action]:
    local, supervisor = local_words(request), Actor(posts=visit.actor.posts_as(Role.supervisor))
    choices = {
        "area": area_choices(visit.known, supervisor),
        "unit": unit_choices(visit.known, visit.known.county.path, (), local),
    }

    def action(command: type[CommandBase]) -> Action:
        verb, is_open = str(command.model_fields["verb"].default), command is pressed
        values = (
            {name: values_typed(command, name, typed) for name in command.model_fields} if typed and is_open else {}
        )
        errors = errors_by_field(request, refused if isinstance(refused, Refused) else None) if is_open else {}
        fields = fields_of(command, choices=choices, values=values, errors=errors)
        return Action(verb, LABELS[verb], f"{HERE}/{verb}", fields, is_open=is_open)

    return [action(OpenRound), action(OpenRing)]


def _above(request: Request, refused: Refused | Conflict | None) -> str | None:
    if refused is None:
        return None
    return say(request, SOME_FIELDS) if isinstance(refused, Mistaken) else say(request, refused.sentence)


REGISTER = Register(
    "inspections",
    HERE,
    _("回头看"),
    _("办结的件抽出来再查一遍，由别处的人去查：抽签公开，谁也不查自己。数字是等您单位去查的件。"),
    count=waiting_for,
)
