"""The form in which a reader of the board chooses what he looks at, and the words that say what he has chosen."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request

from service import web
from service.accounts import scope
from service.accounts.visits import Visit
from service.directory.models import Area, AreaLevel
from service.fields import Choice as Option
from service.reports.choices import UNSORTED, Choice
from service.reports.periods import A_DAY, STEP_WORDS, Step, month_of, today_at
from service.tickets.desk_words import local_words
from workflows.statuses import SOURCE_WORDS, Source
from workflows.words import _

MONTHS_OFFERED = 24
UNSORTED_WORDS = _("没有分类")


def towns_of(visit: Visit, place: Area) -> list[Area]:
    """Those of the county in the order of the directory; none of any other place."""
    if place.level is not AreaLevel.county:
        return []
    found = (area for area in visit.known.areas.values() if area.level is AreaLevel.town)
    return sorted(found, key=lambda area: (area.position, area.id))


def form_of(visit: Visit, choice: Choice) -> dict[str, Any]:
    """What the form offers, each with what is chosen now."""
    asked = choice.asked
    return {
        "places": places(visit, choice.place),
        "area": str(choice.place.id),
        "months": _months(choice, visit),
        "month": asked.get("month", ""),
        "begins": choice.begins,
        "first": "" if "month" in asked else asked.get("from", ""),
        "last": "" if "month" in asked else asked.get("to", ""),
        "categories": _categories(visit),
        "category": asked.get("category", ""),
        "sources": [Option(source, SOURCE_WORDS[source]) for source in Source],
        "source": asked.get("source", ""),
        "steps": [Option(step, STEP_WORDS[step]) for step in Step],
        "step": asked.get("step", ""),
        "is_open": bool(asked),
    }


def places(visit: Visit, chosen: Area) -> list[Option]:
    """The county and the towns that the reader sees, and the place that he looks at."""
    paths = scope.area_paths(visit.actor)
    wide = (area for area in visit.known.areas.values() if area.level in {AreaLevel.county, AreaLevel.town})
    found = [area for area in wide if any(area.path.startswith(path) for path in paths)]
    found.sort(key=lambda area: (area.level is AreaLevel.town, area.position, area.id))
    return [Option(str(area.id), area.name) for area in (found if chosen in found else [*found, chosen])]


def _months(choice: Choice, visit: Visit) -> list[Option]:
    """The latest first; one that lies further back is offered when it is asked for."""
    names, day = [], today_at(visit.now)
    for _month in range(MONTHS_OFFERED):
        month = month_of(day, choice.begins)
        names.append(f"{month.last:%Y-%m}")
        day = month.first - A_DAY
    asked = choice.asked.get("month", "")
    return [Option(name, name) for name in dict.fromkeys([*names, *([asked] if asked else [])])]


def _categories(visit: Visit) -> list[Option]:
    rows = sorted(visit.known.categories.values(), key=lambda row: (row.kind, row.position, row.id or 0))
    return [*(Option(row.key, row.name) for row in rows), Option(UNSORTED, UNSORTED_WORDS)]


def chosen_words(request: Request, choice: Choice, *, knows_days: bool = True) -> list[str]:
    """What was chosen besides the place, ready to be read: days, theme, source, unit."""
    local = local_words(request)
    found: Sequence[str | None] = (
        f"{local.day(choice.period.first)}–{local.day(choice.period.last)}" if choice.period and knows_days else None,
        _category_words(request, choice),
        web.say(request, SOURCE_WORDS[choice.source]) if choice.source else None,
        choice.unit.name if choice.unit else None,
    )
    return [words for words in found if words]


def _category_words(request: Request, choice: Choice) -> str | None:
    if choice.is_unsorted:
        return web.say(request, UNSORTED_WORDS)
    return web.say(request, choice.category.name) if choice.category else None
