"""The supervisors' board: four figures, what needs a hand, the towns side by side, and all of it as a sheet."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from service import web
from service.accounts.visits import Looking, Visit
from service.directory.models import Area
from service.reports import downloads, ticket_pages
from service.reports.attention import count_concerns, moment_of
from service.reports.figures import Figures, figures_of
from service.reports.sight import AreaId, area_of
from service.reports.telling import Figure, figures_told, ranks_of, told_elsewhere
from service.reports.ticket_pages import tickets_url
from service.reports.weeks import last_weeks
from service.tickets.panels import pressing_in
from workflows.definitions import WINDOW_WORDS
from workflows.measures import CATALOGUE, COUNTED
from workflows.rates import DEFAULT_WEIGHTS, HEADLINE, MEASURES, MINIMUM_TO_RANK, Tally
from workflows.words import _

router = APIRouter(include_in_schema=False)
router.include_router(ticket_pages.router)

DOWNLOADS = (("Excel", "xlsx"), ("CSV", "csv"))
PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "collected": ((_("办结"), "concluded"), (_("在办"), "open")),
    "open": ((_("超期"), "open_overdue"), (_("没超期"), "not_yet_due")),
}
"""What a figure is the sum of, where it is no share of anything."""
HEAD_ROWS = {"satisfaction": "satisfaction_rate"}
RATE_OF = {"concluded": "conclusion_rate", "satisfaction": "satisfaction_rate"}
"""By the key of a headline: its row in the catalogue, and that of the rate beside it."""
HEAD_COUNTS = tuple(row for row in COUNTED if row.key != "backlog")


@router.get("/board")
def board(request: Request, visit: Looking, area: AreaId = None) -> Response:
    place = area_of(visit, area)
    figures = figures_of(visit.session, place, visit.now)
    return web.render(
        request,
        "reports/board.html",
        as_of=figures.as_of,
        place=place.name,
        headline=_headline(figures),
        attention=[*_attention(visit, place), *pressing_in(request, visit, place)],
        classes=_towns(figures),
        measures=definitions(request),
        figures=_figures(request, visit, figures),
        area_id=place.id,
        weeks=last_weeks(visit.session, place.path, visit.now),
        minimum=MINIMUM_TO_RANK,
        downloads=[(words, f"/board/figures.{kind}?area={place.id}") for words, kind in DOWNLOADS],
    )


def _headline(figures: Figures) -> list[dict[str, Any]]:
    tally, place = figures.tally, figures.place
    return [
        {
            "key": each.key,
            "definition": HEAD_ROWS.get(each.key, each.key),
            "rate_key": RATE_OF.get(each.key),
            "words": each.words,
            "explained": each.explained,
            "count": each.count(tally) if each.count else None,
            "rate": each.rate(tally, DEFAULT_WEIGHTS) if each.rate else None,
            "parts": [
                {"words": words, "count": getattr(tally, name), "url": tickets_url(place, count=name)}
                for words, name in PARTS.get(each.key, ())
            ],
            "url": tickets_url(place, count="valid" if each.key == "satisfaction" else each.key),
        }
        for each in HEADLINE
    ]


def _attention(visit: Visit, place: Area) -> list[dict[str, Any]]:
    found = count_concerns(visit.session, place.path, moment_of(visit))
    return [
        {
            "words": concern.words,
            "explained": concern.explained,
            "tone": concern.tone,
            "count": count,
            "url": tickets_url(place, concern=concern.key),
        }
        for concern, count in found
    ]


def _towns(figures: Figures) -> list[tuple[str, list[dict[str, Any]]]]:
    places = ranks_of(figures)
    rows = [
        {
            "name": town.name,
            "url": f"/board?area={town.id}",
            "tally": tally,
            "rates": _rates(tally),
            "area_id": town.id,
            "ranks": {key: found.get(town.id or 0) for key, found in places.items()},
            "urls": {name: tickets_url(town, count=name) for name in ("collected", "open", "open_overdue")},
        }
        for town, tally in figures.towns
    ]
    return [(_("镇"), rows)] if rows else []


def _rates(tally: Tally) -> dict[str, Any]:
    return {measure.key: measure.of(tally, DEFAULT_WEIGHTS) for measure in MEASURES}


def definitions(request: Request) -> list[dict[str, str]]:
    """Every measure in the reader's language, with the weights in force in its words."""
    weights = asdict(DEFAULT_WEIGHTS)
    return [
        {
            "key": measure.key,
            "words": measure.words,
            "numerator": web.say(request, measure.numerator, **weights),
            "denominator": web.say(request, measure.denominator, **weights),
        }
        for measure in MEASURES
    ]


def _figures(request: Request, visit: Visit, figures: Figures) -> list[Figure]:
    """Every rate, the days, and what other slices count: each with all that belongs to it."""
    besides = told_elsewhere(visit.session, figures.place, visit.now, request.app.state.figures_elsewhere)
    heads = {row.key for row in HEAD_COUNTS}
    return [each for each in (*figures_told(figures), *besides) if each.definition.key not in heads]


@router.get("/board/measures")
def measures(request: Request, visit: Looking) -> Response:
    """指标口径, printed from the rows."""
    place, weights = area_of(visit), asdict(DEFAULT_WEIGHTS)
    rows = [
        {
            "key": row.key,
            "words": row.words,
            "numerator": web.say(request, row.numerator, **weights),
            "denominator": web.say(request, row.denominator) if row.denominator else "",
            "exclusions": row.exclusions,
            "window": WINDOW_WORDS[row.window],
            "floor": row.floor,
        }
        for row in CATALOGUE
    ]
    return web.render(request, "reports/measures.html", rows=rows, back=f"/board?area={place.id}")


# Downloads


@router.get("/board/figures.csv")
def as_csv(request: Request, visit: Looking, area: AreaId = None) -> Response:
    return downloads.csv_of(request, figures_of(visit.session, area_of(visit, area), visit.now))


@router.get("/board/figures.xlsx")
def as_excel(request: Request, visit: Looking, area: AreaId = None) -> Response:
    return downloads.excel_of(request, figures_of(visit.session, area_of(visit, area), visit.now))
