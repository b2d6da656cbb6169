"""Who may ask for which report, of which place or unit: a town sees its own, the county all, a handler his unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlmodel import Session

from service.accounts import scope
from service.accounts.visits import Visit
from service.directory.models import Area, AreaLevel, Unit
from service.errors import NotFound
from service.fields import Choice
from service.reports.documents.asked import Asked
from service.reports.documents.periods import NamedPeriod, current, last_over, named
from service.reports.documents.table import REPORTS, Report, Scope
from service.reports.sight import SEE_FIGURES, area_of
from service.tickets.desk_words import local_words
from workflows.commands import LARGEST_ID
from workflows.refusals import NotPermitted
from workflows.statuses import Role
from workflows.words import _

UNITS_LISTED = 200
Number = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
PeriodName = Annotated[
    str, Query(max_length=40, description="2026-10, 2026-W42, 2026-Q4, 2026 or 2026-10-12; left out: the usual one")
]


@dataclass(frozen=True)
class Wanted:
    """What stands in the address; nothing there means the highest place, the own unit, the usual period."""

    area: int | None = None
    unit: int | None = None
    period: str = ""


def _in_the_address(area: Number = None, unit: Number = None, period: PeriodName = "") -> Wanted:
    return Wanted(area, unit, period)


InTheAddress = Annotated[Wanted, Depends(_in_the_address)]
"""Which place or unit, and which period: the same for page, print, file and program."""


def asked_for(request: Request, visit: Visit, report: Report, wanted: Wanted) -> Asked:
    """Raises NotPermitted for a place that is not the reader's, NotFound for such a unit, Refused for a bad period."""
    place, unit = _whose(visit, report, wanted)
    period = period_of(report, wanted.period, visit.now)
    return Asked(visit.session, visit.known, place, period, visit.now, local_words(request), unit)


def period_of(report: Report, name: str, now: datetime) -> NamedPeriod:
    """A paper is of the latest period that is over, a list of the one that is running, unless somebody says so."""
    if name.strip():
        return named(name)
    is_over = report.is_paper or report.is_of_the_past
    return last_over(report.cadence, now) if is_over else current(report.cadence, now)


def _whose(visit: Visit, report: Report, wanted: Wanted) -> tuple[Area, Unit | None]:
    if report.scope is Scope.unit:
        return visit.known.county, _unit(visit, wanted.unit)
    place = area_of(visit, wanted.area)
    if report.scope is Scope.town and place.level is AreaLevel.county:
        return next(iter(_towns(visit, place)), place), None
    return place, None


def _towns(visit: Visit, place: Area) -> list[Area]:
    return [area for area in visit.known.below(place.id or 0) if area.level is AreaLevel.town]


def _unit(visit: Visit, asked: int | None) -> Unit:
    units = units_of(visit)
    if not units:
        raise NotPermitted(_("您没有做这件事的权限。"))
    found = units[0] if asked is None else next((unit for unit in units if unit.id == asked), None)
    if found is None:
        raise NotFound()
    return found


def units_of(visit: Visit) -> Sequence[Unit]:
    """One's own units first, then those of the areas that one sees."""
    own = scope.units(visit.actor)
    paths = tuple(scope.area_paths(visit.actor))
    seen = [
        unit
        for unit in visit.known.units.values()
        if unit.is_active and (unit.id in own or (paths and visit.known.areas[unit.area_id].path.startswith(paths)))
    ]
    return sorted(seen, key=lambda unit: (unit.id not in own, unit.unit_class, unit.position, unit.id or 0))


def places_of(visit: Visit, report: Report) -> Sequence[Choice]:
    """What the reader may choose instead."""
    if report.scope is Scope.unit:
        return [Choice(str(unit.id), unit.name) for unit in units_of(visit)[:UNITS_LISTED]]
    highest = area_of(visit)
    found = [] if report.scope is Scope.town and highest.level is AreaLevel.county else [highest]
    return [Choice(str(area.id), area.name) for area in (*found, *visit.known.below(highest.id or 0))]


def reports_for(visit: Visit) -> list[Report]:
    """The rows that this reader may open."""
    sees_figures = any(visit.actor.has(role) for role in SEE_FIGURES)
    return [row for row in REPORTS if (units_of(visit) if row.scope is Scope.unit else sees_figures)]


def may_keep(visit: Visit) -> bool:
    """Who makes bulletins again and sends templates: supervision, the dispatchers and administrators of the county."""
    county = visit.known.county.path
    roles = {Role.supervisor, Role.dispatcher, Role.administrator}
    return any(post.role in roles and post.area_path == county for post in visit.actor.posts)


def must_keep(visit: Visit) -> None:
    if not may_keep(visit):
        raise NotPermitted(_("您没有做这件事的权限。"))


def sees_area(session: Session, visit: Visit, area_id: int) -> bool:
    area = visit.known.areas.get(area_id)
    return area is not None and area.path.startswith(tuple(scope.area_paths(visit.actor)) or ("-",))
