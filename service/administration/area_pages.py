"""The tree of areas: one page for each, with what lies directly below it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.administration import areas
from service.administration.changes import NEWEST
from service.administration.commands import AddArea, ChangeArea
from service.administration.permissions import covers
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.words import LEVEL_WORDS
from service.directory.models import Area
from service.errors import Conflict
from service.fields import Action, Choice
from service.typed import Typed
from service.web import redirect
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/areas")

AreaId = Annotated[int, Path(le=NEWEST)]
STAYS = _("换了受理台，新来的心愿到新的受理台；已经在原来受理台的件不动。")


@router.get("")
def show_areas(visit: Looking) -> Response:
    """Where one's own county or town begins."""
    return redirect(areas.url_of(areas.topmost(visit)[0].id or 0))


@router.get("/{area_id}")
def show_area(request: Request, area_id: AreaId, visit: Looking) -> Response:
    return _one(request, visit, areas.area_seen(visit, area_id))


@router.post("/{area_id}/add_area")
def add_area(request: Request, area_id: AreaId, typed: Typed, visit: Acting) -> Response:
    parent = areas.area_seen(visit, area_id, "add_area")
    try:
        added = tried(visit, typed, AddArea, lambda asked: areas.add(visit, parent, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, parent, Pressed("add_area", typed, refused))
    return told(request, areas.url_of(area_id), _("{name}加好了。"), name=added.name)


@router.post("/{area_id}/change_area")
def change_area(request: Request, area_id: AreaId, typed: Typed, visit: Acting) -> Response:
    area = areas.area_seen(visit, area_id, "change_area")
    try:
        tried(visit, typed, ChangeArea, lambda asked: areas.change(visit, area, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, area, Pressed("change_area", typed, refused))
    return told(request, areas.url_of(area_id), _("改好了。"))


def _one(request: Request, visit: Visit, area: Area, pressed: Pressed | None = None) -> Response:
    above = [each for each in visit.known.lineage(area.id or 0)[1:] if covers(visit, "see_areas", each.path)]
    return page(
        request,
        visit,
        "area.html",
        pressed,
        shown=areas.area_row(visit, area),
        above=[areas.area_row(visit, each) for each in reversed(above)],
        beside=[areas.area_row(visit, each) for each in areas.topmost(visit) if each.id != area.id]
        if not above
        else (),
        rows=[areas.area_row(visit, each) for each in visit.known.below(area.id or 0)],
        level_words=LEVEL_WORDS,
        action=_action_to_add(request, area, pressed),
        change=_action_to_change(request, visit, area, pressed),
    )


def _action_to_add(request: Request, area: Area, pressed: Pressed | None) -> Action | None:
    levels = areas.levels_below(area)
    if not levels:
        return None
    url = f"{areas.url_of(area.id or 0)}/add_area"
    choices = {"level": [Choice(str(level), LEVEL_WORDS[level]) for level in levels]}
    usual = AddArea.model_construct(name="", level=levels[0])
    return button(request, AddArea, url, pressed, choices=choices, now=usual, tone="primary")


def _action_to_change(request: Request, visit: Visit, area: Area, pressed: Pressed | None) -> Action:
    return button(
        request,
        ChangeArea,
        f"{areas.url_of(area.id or 0)}/change_area",
        pressed,
        choices={"unit": areas.desk_choices(visit, area)},
        now=areas.as_it_is(area),
        explanation=STAYS,
    )
