"""Tallies of a period, from the rollups: for each window of the catalogue one, of places or by kind.

Collected and what became of it belong to the period in which a wish was handed in; what was closed, what the villager
said then and what is late by then, to the period in which it was closed; open ones are counted as they stand. A wish
that is done again after a complaint is not closed: the complaint counts as long as it is open, in every later period.
What was handed in after the period was over has no part in any rate of it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select

from service.directory.models import Area, AreaLevel
from service.reports.documents.asked import Asked
from service.reports.rollups import Dimension, Rollups, exactly
from service.reports.windows import Windows
from service.tickets.models import Ticket
from workflows.answer_days import Days
from workflows.definitions import Window
from workflows.tallies import Tally, total

DIVIDED = frozenset({AreaLevel.county, AreaLevel.town})
"""Of these the rollups count by unit, theme and source; of villages only the whole."""


def rolled(asked: Asked) -> Rollups:
    """As of the very moment that is asked for; looked up once for the whole report."""
    if "rolled" not in asked.kept:
        asked.kept["rolled"] = exactly(asked.session, asked.now)
    found: Rollups = asked.kept["rolled"]
    return found


def windows_in(asked: Asked) -> Windows:
    """Of the whole place."""
    found, days = rolled(asked), asked.days
    return {window: found.tally(asked.place.path, window, days) for window in Window}


def ended_in(asked: Asked) -> int:
    """What ended within the period, whenever it was handed in; a merged wish ends with the one it was merged into."""
    return rolled(asked).tally(asked.place.path, Window.conclusion, asked.days).concluded


def windows_of(asked: Asked, areas: Iterable[Area]) -> dict[int, Windows]:
    """By area id; each holds all that lies in it, and is empty where nothing does."""
    ids = [area.id or 0 for area in areas]
    found = rolled(asked)
    by_window = {window: found.by_area(ids, window, asked.days) for window in Window}
    return {area_id: _of(by_window, area_id) for area_id in ids}


def rest_of(whole: Windows, parts: Iterable[Windows]) -> Windows:
    """What lies in the place and in none of its parts."""
    found = list(parts)
    return {window: whole[window] - total(each[window] for each in found) for window in Window}


def is_empty(windows: Windows) -> bool:
    return all(tally == Tally() for tally in windows.values())


def windows_by(asked: Asked, dimension: Dimension) -> dict[int, Windows]:
    """By the id of a unit or a category, 0 where there is none; of a village nothing is told by kind."""
    if asked.place.level not in DIVIDED:
        return {}
    found = rolled(asked)
    by_window = {window: found.tallies(asked.place.path, window, asked.days, dimension) for window in Window}
    members = sorted({member for tallies in by_window.values() for member in tallies}, key=int)
    return {int(member): _of(by_window, member) for member in members}


def _of(by_window: Mapping[Window, Mapping[Any, Tally]], key: Any) -> Windows:
    return {window: tallies.get(key, Tally()) for window, tallies in by_window.items()}


def days_to_answer(asked: Asked) -> Days:
    """Of what was handed in during the period: so many were answered after so many days."""
    return rolled(asked).answers(asked.place.path, asked.days).get("", {})


def collected_by(asked: Asked, by: Any) -> dict[Any, int]:
    wanted = select(by, func.count()).select_from(Ticket).where(asked.collected).group_by(by)
    return {row[0]: row[1] for row in asked.session.execute(wanted)}


def count_of(asked: Asked, *conditions: ColumnElement[bool]) -> int:
    wanted = select(func.count()).select_from(Ticket).where(asked.here, *conditions)
    counted: int = asked.session.execute(wanted).scalar_one()
    return counted


def in_order(counts: Mapping[Any, int], name_of: Callable[[Any], str] = str) -> list[tuple[Any, int]]:
    """The largest first; equal ones by their name, so that two runs print the same."""
    return sorted(counts.items(), key=lambda each: (-each[1], name_of(each[0])))
