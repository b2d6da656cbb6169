"""The supervisors' board: four figures, what needs a hand, like beside like, time, and all of it as a sheet."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from service import web
from service.accounts.visits import Looking, Visit
from service.directory.models import UnitClass
from service.reports import downloads, measure_pages, panes, screen_pages, ticket_pages
from service.reports.choices import Choice, choice_in, recent_days
from service.reports.choosing import chosen_words, form_of, towns_of
from service.reports.comparing import COMPARED, towns, units, units_of
from service.reports.dividing import kinds
from service.reports.kept import as_of
from service.reports.measure_pages import definitions
from service.reports.periods import MOST_SLICES, slices_of, today_at
from service.reports.series import Point, points
from service.reports.sight import AreaId
from service.reports.telling import Figure, told_elsewhere, told_of
from service.reports.windows import Seen, seen
from workflows.definitions import WINDOW_WORDS
from workflows.measures import COUNTED
from workflows.rates import MINIMUM_TO_RANK

router = APIRouter(include_in_schema=False)
for part in (ticket_pages.router, measure_pages.router, screen_pages.router):
    router.include_router(part)

DOWNLOADS = (("Excel", "xlsx"), ("CSV", "csv"))
HEAD_COUNTS = tuple(row for row in COUNTED if row.key != "backlog")


@router.get("/board")
def board(request: Request, visit: Looking, area: AreaId = None) -> Response:
    choice = choice_in(request, visit, area)
    figures = seen(visit.session, choice, towns_of(visit, choice.place), visit.now)
    return web.render(
        request,
        "reports/board.html",
        as_of=figures.as_of,
        stale_for=panes.stale_for(figures.as_of, visit.now),
        place=choice.place.name,
        chosen=chosen_words(request, choice),
        choosing=form_of(visit, choice),
        headline=panes.headline(figures, choice),
        attention=[*panes.attention(visit, choice), *panes.pressing(request, visit, choice)],
        measures=[row for row in definitions(request) if row["key"] in COMPARED],
        figures=_figures(request, visit, choice, figures),
        suffix=choice.suffix,
        minimum=MINIMUM_TO_RANK,
        window_words=WINDOW_WORDS,
        downloads=[(words, f"/board/figures.{kind}?{choice.suffix}") for words, kind in DOWNLOADS],
        **_over_time(request, visit, choice, figures),
    )


def _over_time(request: Request, visit: Visit, choice: Choice, figures: Seen) -> dict[str, Any]:
    """What is told for the days chosen, or for the latest."""
    days = recent_days(choice, visit)
    then = choice.within(days)
    slices = slices_of(days, choice.step, today_at(visit.now), choice.begins)
    found = points(visit.session, then, slices, visit.now)
    return {
        "days": days,
        "classes": [towns(figures, choice), *units(visit.session, visit.known, then, visit.now)],
        "points": panes.timeline(found, choice, visit.now),
        "is_cut": len(slices) == MOST_SLICES and slices[0].first > days.first,
        "is_empty": _is_empty(found),
        "kinds": kinds(request, visit, then),
    }


@router.get("/board/units")
def unit_class(
    request: Request, visit: Looking, which: Annotated[UnitClass, Query(alias="class")], area: AreaId = None
) -> Response:
    """A class of so many units that the board only says how many."""
    choice = choice_in(request, visit, area)
    then = choice.within(recent_days(choice, visit))
    return web.render(
        request,
        "reports/units.html",
        like=units_of(visit.session, visit.known, then, visit.now, which),
        as_of=as_of(visit.session, then, visit.now),
        place=choice.place.name,
        chosen=chosen_words(request, then),
        measures=[row for row in definitions(request) if row["key"] in COMPARED],
        minimum=MINIMUM_TO_RANK,
        back=f"/board?{choice.suffix}",
    )


def _is_empty(found: list[Point]) -> bool:
    return not any(point.collected or point.ended or point.stock for point in found)


def _figures(request: Request, visit: Visit, choice: Choice, figures: Seen) -> list[Figure]:
    """Every rate, the days, and what other slices count: each with all that belongs to it."""
    rows = request.app.state.figures_elsewhere
    besides = told_elsewhere(visit.session, choice.place, visit.now, rows, choice.kind)
    told = told_of(figures.windows, figures.days, figures.as_of)
    heads = {row.key for row in HEAD_COUNTS}
    return [each for each in (*told, *besides) if each.definition.key not in heads]


# Downloads


@router.get("/board/figures.csv")
def as_csv(request: Request, visit: Looking, area: AreaId = None) -> Response:
    return downloads.csv_of(request, *_chosen(request, visit, area))


@router.get("/board/figures.xlsx")
def as_excel(request: Request, visit: Looking, area: AreaId = None) -> Response:
    return downloads.excel_of(request, *_chosen(request, visit, area))


def _chosen(request: Request, visit: Visit, area: int | None) -> tuple[Seen, list[str]]:
    choice = choice_in(request, visit, area)
    return seen(visit.session, choice, towns_of(visit, choice.place), visit.now), chosen_words(request, choice)
