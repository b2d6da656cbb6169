"""Comparison by class: like units side by side, each class by itself, and no place for whoever has too few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col

from service.directory.models import UnitClass
from service.directory.reference import Reference
from service.reports.choices import Choice
from service.reports.telling import ranks_in_class
from service.reports.ticket_pages import tickets_url
from service.reports.windows import Seen, Windows, windows_by
from service.tickets.models import Ticket
from workflows.definitions import Window
from workflows.rates import DEFAULT_WEIGHTS, MEASURES, Rate
from workflows.words import _

COMPARED = ("conclusion_rate", "on_time_rate", "satisfaction_rate")
COMPARED_BY_COUNT = (("collected", Window.creation), ("open", Window.standing), ("open_overdue", Window.standing))
ANYTHING = (*COMPARED_BY_COUNT[:2], ("closed", Window.conclusion), ("valid", Window.conclusion))
"""A unit of which all of these are 0 had nothing to do in these days."""
NEEDED = ("collected", "concluded", "open", "open_overdue", "closed", "closed_on_time", "valid", "satisfied")
UNIT_COUNTS = (*NEEDED, "basically_satisfied")
MANY = 12
CLASS_WORDS: dict[UnitClass, str] = {
    UnitClass.bureau: _("县直部门"),
    UnitClass.town_office: _("镇里的站所"),
    UnitClass.village: _("村"),
    UnitClass.outside: _("县外和社会单位"),
    UnitClass.town_desk: _("镇受理台"),
    UnitClass.county_desk: _("县受理台"),
}
"""Like units, compared with each other and with nobody else, in this order."""


@dataclass(frozen=True)
class Class:
    """Like units. Of so many that they fill a page of their own there are few rows here or none, and its address."""

    words: str
    size: int
    rows: Sequence[Mapping[str, Any]] = ()
    url: str = ""


def towns(seen: Seen, choice: Choice) -> Class:
    members = {town.id or 0: windows for town, windows in seen.towns}
    ranked = ranks_in_class(members)
    rows = [
        _row(town.name, f"/board?{choice.at(town).suffix}", members[town.id or 0], choice.at(town), ranked, town.id)
        for town, _windows in seen.towns
    ]
    return Class(_("镇"), len(rows), rows)


def units(session: Session, known: Reference, choice: Choice, now: datetime) -> list[Class]:
    """Whoever had anything to do in these days, by the unit that handles the matter."""
    members = _members(session, known, choice, now)
    classes = [(each, _class(known, choice, each, found)) for each, found in members.items() if found]
    return [each if each.size <= MANY else _shortened(each, which, choice) for which, each in classes]


def _shortened(whole: Class, which: UnitClass, choice: Choice) -> Class:
    """The bureaus with most to do are seen at once."""
    rows = whole.rows[:MANY] if which is UnitClass.bureau else ()
    return replace(whole, rows=rows, url=f"/board/units?class={which}&{choice.suffix}")


def units_of(session: Session, known: Reference, choice: Choice, now: datetime, which: UnitClass) -> Class:
    """Every one of them, however many."""
    return _class(known, choice, which, _members(session, known, choice, now)[which])


def _members(session: Session, known: Reference, choice: Choice, now: datetime) -> dict[UnitClass, dict[int, Windows]]:
    counted = windows_by(session, choice, now, col(Ticket.lead_unit_id), UNIT_COUNTS)
    found: dict[UnitClass, dict[int, Windows]] = {each: {} for each in CLASS_WORDS}
    for number, windows in counted.items():
        if number in known.units and any(getattr(windows[window], key) for key, window in ANYTHING):
            found[known.units[number].unit_class][number] = windows
    return found


def _class(known: Reference, choice: Choice, which: UnitClass, members: Mapping[int, Windows]) -> Class:
    ranked = ranks_in_class(members)
    numbers = sorted(members, key=lambda number: (-members[number][Window.creation].collected, number))
    rows = [
        _row(known.unit_name(number), "", members[number], choice.asking(unit=number), ranked, number)
        for number in numbers
    ]
    return Class(CLASS_WORDS[which], len(rows), rows)


def _row(
    name: str, url: str, windows: Windows, choice: Choice, ranked: Mapping[str, Mapping[int, int]], who: int | None
) -> dict[str, Any]:
    return {
        "name": name,
        "url": url,
        "counts": {
            key: {
                "count": getattr(windows[window], key),
                "url": tickets_url(choice, count=key, window=window),
            }
            for key, window in COMPARED_BY_COUNT
        },
        "rates": rates_of(windows),
        "suffix": choice.suffix,
        "ranks": {key: found.get(who or 0) for key, found in ranked.items()},
    }


def rates_of(windows: Windows) -> dict[str, Rate]:
    return {
        measure.key: measure.of(windows[measure.window], DEFAULT_WEIGHTS)
        for measure in MEASURES
        if measure.key in COMPARED
    }
