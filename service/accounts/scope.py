"""Which rows an actor can see. Every list and every look-up passes here: what is unseen does not exist (404).

Rows belong to an area (by its path) or to a unit. Dispatchers, reviewers, follow-up officers and supervisors see their
area and all below it; handlers see what their unit holds or has held.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, or_

from workflows.actors import Actor
from workflows.statuses import Role

SEES_ITS_AREA = frozenset({Role.dispatcher, Role.reviewer, Role.follow_up_officer, Role.supervisor})
SEES_ITS_UNIT = frozenset({Role.handler})


def area_paths(actor: Actor) -> frozenset[str]:
    """The highest areas whose rows this actor sees; a path inside another one is left out."""
    paths = {post.area_path for post in actor.posts if post.role in SEES_ITS_AREA}
    return frozenset(path for path in paths if not any(path != other and path.startswith(other) for other in paths))


def units(actor: Actor) -> frozenset[int]:
    """The units whose rows this actor sees."""
    return frozenset(post.unit for post in actor.posts if post.role in SEES_ITS_UNIT)


def sees_all(actor: Actor, county_path: str) -> bool:
    return county_path in area_paths(actor)


def in_areas(path_column: Any, paths: Iterable[str]) -> ColumnElement[bool]:
    """Rows of these areas and below, as a range so that both databases use the index."""
    return or_(false(), *((path_column >= path) & (path_column < path[:-1] + "0") for path in sorted(paths)))


def visible(actor: Actor, path_column: Any, *unit_conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition under which this actor sees a row; `unit_conditions` say when it belongs to one of his units."""
    return or_(in_areas(path_column, area_paths(actor)), *unit_conditions)
