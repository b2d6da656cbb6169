"""Areas: 县, 镇, 村, 组 as a tree, and the desk where the wishes of each arrive."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from service.accounts.visits import Visit
from service.administration.changes import write_down
from service.administration.commands import AddArea, ChangeArea
from service.administration.permissions import allow, allow_in
from service.administration.units import in_order
from service.directory.models import Area, AreaLevel
from service.errors import NotFound
from service.fields import Choice
from workflows.refusals import Refused
from workflows.words import _

LEVELS = list(AreaLevel)
PATH_MOST = 120


@dataclass(frozen=True)
class AreaRow:
    """`desk` is where its wishes arrive; `is_own_desk` unless that is the desk of an area above."""

    area: Area
    url: str
    desk: str
    is_own_desk: bool
    below: int


def url_of(area_id: int) -> str:
    return f"/desk/areas/{area_id}"


def topmost(visit: Visit) -> Sequence[Area]:
    """The areas where this person looks after something, but none that lies in another one of them."""
    paths = allow(visit, "see_areas")
    tops = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]
    return [area for area in visit.known.areas.values() if area.path in tops]


def area_row(visit: Visit, area: Area) -> AreaRow:
    desks = visit.known.desks_of(area.id or 0)
    return AreaRow(
        area=area,
        url=url_of(area.id or 0),
        desk=visit.known.unit_name(desks[0] if desks else None),
        is_own_desk=area.desk_unit_id is not None,
        below=len(visit.known.below(area.id or 0)),
    )


def area_seen(visit: Visit, area_id: int, to_do: str = "see_areas") -> Area:
    """The row itself, to be changed. Raises NotFound for one outside of one's area."""
    area = visit.session.get(Area, area_id)
    if area is None:
        raise NotFound()
    allow_in(visit, to_do, area.path)
    return area


def levels_below(area: Area) -> Sequence[AreaLevel]:
    return LEVELS[LEVELS.index(area.level) + 1 :]


def desk_choices(visit: Visit, area: Area) -> list[Choice]:
    """Units of the area itself and of those above it: whoever may be the first to read its wishes."""
    around = {above.id for above in visit.known.lineage(area.id or 0)}
    return [
        Choice(str(unit.id), unit.name, group=visit.known.place_name(unit.area_id))
        for unit in reversed(in_order(visit.known))
        if unit.is_active and unit.area_id in around
    ]


# Writes


def add(visit: Visit, parent: Area, asked: AddArea) -> Area:
    """A path ends with the area's own id, which the database gives first."""
    if asked.level not in levels_below(parent):
        raise Refused(_("它下面不能再分这一级。"), field="level")
    _check_name(visit.session, asked.name, parent.id)
    below = visit.known.below(parent.id or 0)
    area = Area(
        parent_id=parent.id,
        name=asked.name,
        level=asked.level,
        path=f"new {parent.path}",
        position=below[-1].position + 1 if below else 0,
    )
    visit.session.add(area)
    visit.session.flush()
    area.path = f"{parent.path}{area.id}/"
    if len(area.path) > PATH_MOST:
        raise Refused(_("这里分得太细了，不能再往下加。"))
    visit.session.flush()
    write_down(visit, asked, asked.name, area.path)
    return area


def change(visit: Visit, area: Area, asked: ChangeArea) -> None:
    """Raises Refused for a name that is taken beside it, and for a county without a desk."""
    if asked.name != area.name:
        _check_name(visit.session, asked.name, area.parent_id)
    if asked.desk_unit is None and area.parent_id is None:
        raise Refused(_("县里一定要有一个受理台：没有别处受理的心愿都到这里。"), field="desk_unit")
    if asked.desk_unit is not None and str(asked.desk_unit) not in {each.value for each in desk_choices(visit, area)}:
        raise Refused(_("没有这个单位，请重新选择。"), field="desk_unit")
    write_down(visit, asked, area.name, area.path, as_it_is(area))
    area.name, area.desk_unit_id = asked.name, asked.desk_unit
    visit.session.add(area)


def as_it_is(area: Area) -> ChangeArea:
    return ChangeArea.model_construct(name=area.name, desk_unit=area.desk_unit_id)


def _check_name(session: Session, name: str, parent_id: int | None) -> None:
    same = select(Area.id).where(col(Area.parent_id) == parent_id, Area.name == name)
    if session.exec(same).first() is not None:
        raise Refused(_("这里已经有一个叫“{name}”的地方了。"), field="name", name=name)
