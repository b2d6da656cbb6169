"""The big screen in the hall (大屏): the board at one glance, which asks again by itself. Nobody's words."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from service import web
from service.accounts.visits import Looking, Visit
from service.reports import panes
from service.reports.choices import Choice, choice_in, recent_days
from service.reports.choosing import chosen_words, towns_of
from service.reports.periods import SHOWN, Step, slices_of, today_at
from service.reports.series import points
from service.reports.sight import AreaId
from service.reports.windows import Seen, seen
from workflows.definitions import Window

router = APIRouter(prefix="/board", include_in_schema=False)

ASKS_AGAIN = timedelta(minutes=1)
CONCERNS_SHOWN = 5
TONES = ("overdue", "soon", "fine", "")


@router.get("/screen")
def screen(request: Request, visit: Looking, area: AreaId = None) -> Response:
    choice = choice_in(request, visit, area)
    figures = seen(visit.session, choice, towns_of(visit, choice.place), visit.now)
    return web.render(
        request,
        "reports/board_screen.html",
        as_of=figures.as_of,
        place=choice.place.name,
        chosen=chosen_words(request, choice),
        headline=panes.headline(figures, choice),
        attention=_pressing(request, visit, choice),
        points=_weeks(visit, choice),
        towns=_towns(figures),
        stale_for=panes.stale_for(figures.as_of, visit.now),
        seconds=int(ASKS_AGAIN.total_seconds()),
        back=f"/board?{choice.suffix}",
    )


def _pressing(request: Request, visit: Visit, choice: Choice) -> list[tuple[str, str, int]]:
    """Tone, words and number; the most pressing first, and nothing that needs no hand."""
    rows = [(row["tone"], row["words"], row["count"]) for row in panes.attention(visit, choice)]
    rows += [(row.tone, row.words, row.count) for row in panes.pressing(request, visit, choice)]
    waiting = [row for row in rows if row[2]]
    return sorted(waiting, key=lambda row: TONES.index(row[0]))[:CONCERNS_SHOWN]


def _weeks(visit: Visit, choice: Choice) -> list[dict[str, Any]]:
    days = recent_days(choice, visit)
    slices = slices_of(days, choice.step, today_at(visit.now), choice.begins)[-SHOWN[Step.week] :]
    return panes.timeline(points(visit.session, choice, slices, visit.now), choice, visit.now)


def _towns(figures: Seen) -> list[dict[str, Any]]:
    """In the order of the directory: the screen ranks nobody."""
    return [
        {"name": town.name, "open": windows[Window.standing].open, "overdue": windows[Window.standing].open_overdue}
        for town, windows in figures.towns
    ]
