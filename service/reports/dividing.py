"""How what was collected divides: by what it is about, where it came from, and where it was said."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import col

from service import web
from service.accounts.visits import Visit
from service.directory.models import Area
from service.directory.reference import Reference
from service.reports.choices import UNSORTED, Choice
from service.reports.choosing import UNSORTED_WORDS
from service.reports.series import BY_KIND, Slice, divided
from service.reports.ticket_pages import tickets_url
from service.tickets.models import Ticket
from workflows.definitions import Window
from workflows.rates import Tally
from workflows.statuses import SOURCE_WORDS, Source
from workflows.words import _

Telling = Callable[[Any], tuple[str, Choice]]
"""What a part is called, and the choice that holds nothing else."""


@dataclass(frozen=True)
class Kind:
    """A way to divide; `rows` have .name .url (its own board) .counts {key: .count .url}."""

    key: str
    words: str
    rows: Sequence[Mapping[str, Any]]


def kinds(request: Request, visit: Visit, choice: Choice) -> list[Kind]:
    """`choice` with its days."""
    themes = divided(visit.session, choice, col(Ticket.category_id), visit.now)
    sources = divided(visit.session, choice, col(Ticket.source), visit.now)
    places = gathered(visit.known, divided(visit.session, choice, col(Ticket.area_id), visit.now), choice.place)
    return [
        Kind("themes", _("什么事"), [_row(each, _theme(request, visit, choice)) for each in themes]),
        Kind("sources", _("从哪里来"), [_row(each, _source(request, choice)) for each in sources]),
        Kind("places", _("在哪里"), [_row(each, _place(request, visit, choice)) for each in places]),
    ]


def _row(part: Slice, telling: Telling) -> dict[str, Any]:
    name, choice = telling(part.key)
    counts = {
        key: {"count": getattr(part.tally, key), "url": tickets_url(choice, count=key, window=Window.creation)}
        for key in BY_KIND
    }
    return {"name": name, "url": f"/board?{choice.suffix}", "counts": counts}


def _theme(request: Request, visit: Visit, choice: Choice) -> Telling:
    def told(key: Any) -> tuple[str, Choice]:
        category = visit.known.categories.get(key)
        words = category.name if category else UNSORTED_WORDS
        return web.say(request, words), choice.asking(category=category.key if category else UNSORTED)

    return told


def _source(request: Request, choice: Choice) -> Telling:
    return lambda key: (web.say(request, SOURCE_WORDS[Source(key)]), choice.asking(source=str(key)))


def _place(request: Request, visit: Visit, choice: Choice) -> Telling:
    def told(key: Any) -> tuple[str, Choice]:
        if key == choice.place.id:
            name = web.say(request, _("{place}（没有写到更下面）"), place=choice.place.name)
            return name, choice.asking(here="only")
        return visit.known.areas[key].name, choice.at(visit.known.areas[key])

    return told


def gathered(known: Reference, found: Iterable[Slice], place: Area) -> list[Slice]:
    """By the places right below; what was said for the place itself stands under its own id. The largest first."""
    sums: dict[int, Tally] = {}
    for each in found:
        below = place_below(known, each.key, place)
        sums[below] = sums.get(below, Tally()) + each.tally
    return sorted((Slice(key, tally) for key, tally in sums.items()), key=lambda each: -each.tally.collected)


def place_below(known: Reference, area_id: int, place: Area) -> int:
    """Of an area and all above it the one right below `place`; or `place` itself."""
    lineage = [area.id or 0 for area in known.lineage(area_id)]
    at = lineage.index(place.id or 0)
    return lineage[max(0, at - 1)]
