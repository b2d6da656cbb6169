"""Whose figures a person sees: the county's, or those of the areas that his posts cover."""

from typing import Annotated

from fastapi import Query

from service.accounts import scope
from service.accounts.visits import Visit
from service.directory.models import Area
from workflows.commands import LARGEST_ID
from workflows.refusals import NotPermitted
from workflows.statuses import Role
from workflows.words import _

AreaId = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="Left out: the highest area that you see")]
SEE_FIGURES = (Role.supervisor, Role.dispatcher, Role.reviewer, Role.follow_up_officer)


def area_of(visit: Visit, asked: int | None = None) -> Area:
    """The area asked for, or the highest one that he sees. Raises NotPermitted for anybody else's."""
    visit.must_be(*SEE_FIGURES)
    paths = scope.area_paths(visit.actor)
    if asked is None:
        highest = min(paths, key=lambda path: (len(path), path))
        return next(area for area in visit.known.areas.values() if area.path == highest)
    area = visit.known.areas.get(asked)
    if area is None or not any(area.path.startswith(path) for path in paths):
        raise NotPermitted(_("您看不到这个地方的数字。"))
    return area
