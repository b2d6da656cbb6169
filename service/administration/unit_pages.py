"""The units of the county: a list, and a page for each with what it still has in its hands."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from service.accounts.scope import area_paths
from service.accounts.visits import Acting, Looking, Visit
from service.administration import units
from service.administration.changes import NEWEST, number_in
from service.administration.commands import (
    AddUnit,
    AdminCommand,
    ChangeUnit,
    DeactivateUnit,
    ReactivateUnit,
    SetRobot,
)
from service.administration.permissions import acting_as, allow, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.words import UNIT_CLASS_WORDS
from service.directory.models import Unit
from service.errors import Conflict
from service.fields import Action
from service.tickets.desk_choices import area_choices
from service.typed import Typed
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/units")

UnitId = Annotated[int, Path(le=NEWEST)]
UnitVerb = Literal["change_unit", "set_robot", "deactivate_unit", "reactivate_unit"]
NO_NEW_ONES = _("停用后不再派给它；办过的件还写它的名字。手里还有没办完的件，就不能停用。")
HAS_A_ROBOT = _("现在已经设了机器人。粘一个新地址就换掉，留空保存就去掉。")


@router.get("")
def show_units(request: Request, visit: Looking, q: str = "", cursor: str | None = None) -> Response:
    return _list(request, visit, q=q.strip(), cursor=cursor)


@router.post("")
def add_unit(request: Request, typed: Typed, visit: Acting) -> Response:
    allow(visit, "add_unit")
    try:
        unit = tried(visit, typed, AddUnit, lambda asked: units.add(visit, asked))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("add_unit", typed, refused))
    return told(request, units.url_of(unit.id or 0), _("单位加好了。到“人员”里给它的人加岗位。"))


def _list(
    request: Request, visit: Visit, pressed: Pressed | None = None, q: str = "", cursor: str | None = None
) -> Response:
    found = units.units_seen(visit, q, number_in(cursor, 0))
    action = None
    if may(visit, "add_unit"):
        choices = {"area": area_choices(visit.known, acting_as(visit, "add_unit"))}
        action = button(request, AddUnit, "/desk/units", pressed, choices=choices, tone="primary")
    return page(
        request,
        visit,
        "units.html",
        pressed,
        rows=found.rows,
        cursor=found.cursor,
        class_words=UNIT_CLASS_WORDS,
        action=action,
        looked_for=q,
    )


@router.get("/{unit_id}")
def show_unit(request: Request, unit_id: UnitId, visit: Looking) -> Response:
    return _one(request, visit, units.unit_seen(visit, unit_id))


ACTS: Mapping[UnitVerb, tuple[type[AdminCommand], Callable[..., None], str]] = {
    "change_unit": (ChangeUnit, units.change, _("改好了。")),
    "set_robot": (SetRobot, units.set_robot, _("改好了。")),
    "deactivate_unit": (DeactivateUnit, units.deactivate, _("单位停用了，不再派件给它。")),
    "reactivate_unit": (ReactivateUnit, units.reactivate, _("单位又可以接件了。")),
}
"""The buttons that do one thing to one unit."""


@router.post("/{unit_id}/{verb}")
def act_on(request: Request, unit_id: UnitId, verb: UnitVerb, typed: Typed, visit: Acting) -> Response:
    unit = units.unit_seen(visit, unit_id, verb)
    command, act, sentence = ACTS[verb]
    try:
        tried(visit, typed, command, lambda asked: act(visit, unit, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, unit, Pressed(verb, typed, refused))
    return told(request, units.url_of(unit_id), sentence)


def _one(request: Request, visit: Visit, unit: Unit, pressed: Pressed | None = None) -> Response:
    left = units.still_open(visit.session, unit.id or 0)
    return page(
        request,
        visit,
        "unit.html",
        pressed,
        unit=unit,
        place=visit.known.place_name(unit.area_id),
        class_words=UNIT_CLASS_WORDS,
        desk_of=[area.name for area in visit.known.areas.values() if area.desk_unit_id == unit.id],
        left=left,
        sees_tickets=bool(area_paths(visit.actor)),
        actions=_actions(request, unit, pressed),
    )


def _actions(request: Request, unit: Unit, pressed: Pressed | None) -> Sequence[Action]:
    url = units.url_of(unit.id or 0)
    robot = button(request, SetRobot, f"{url}/set_robot", pressed, explanation=HAS_A_ROBOT if unit.robot_url else "")
    kept = [button(request, ChangeUnit, f"{url}/change_unit", pressed, now=units.as_it_is(unit)), robot]
    if not unit.is_active:
        return [*kept, button(request, ReactivateUnit, f"{url}/reactivate_unit", pressed)]
    out = button(request, DeactivateUnit, f"{url}/deactivate_unit", pressed, tone="danger", explanation=NO_NEW_ONES)
    return [*kept, out]
