"""/wall and /wall/<town>: three columns side by side, or one of them in pages, as the address says."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlmodel import Session

from service import clock, web
from service.dependencies import Reading
from service.directory.models import Area
from service.directory.reference import Reference, reference
from service.tickets.desk_choices import category_choices
from service.tickets.panels import public_figures
from service.tickets.posted import local_words
from service.wall.caching import kept
from service.wall.entries import entries_of
from service.wall.queries import PAGE, Asked, count_wishes, find_wishes, place_asked
from workflows.commands import LARGEST_ID
from workflows.wall import COLUMNS, Column

router = APIRouter(include_in_schema=False)

SIDE_BY_SIDE = 5
TEXT_MOST = 60
TownId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@dataclass(frozen=True)
class Address:
    """What may stand behind the question mark."""

    stage: str = ""
    category: str = ""
    q: str = ""
    cursor: str = ""


Where = Annotated[Address, Depends()]


@router.get("/wall")
def county_wall(request: Request, session: Reading, where: Where) -> Response:
    return _wall(request, session, None, where)


@router.get("/wall/{town}")
def town_wall(request: Request, session: Reading, town: TownId, where: Where) -> Response:
    return _wall(request, session, town, where)


def _wall(request: Request, session: Session, town: int | None, where: Address) -> Response:
    known = reference(session)
    place = place_asked(known, town)
    asked = Asked(place, where.category, where.q[:TEXT_MOST])
    chosen = next((column for column in COLUMNS if column.key == where.stage), None)
    page = web.render(
        request,
        "wall/wall.html",
        place=place,
        is_county=place is known.county,
        towns=known.below(known.county.id or 0),
        categories=category_choices(known),
        asked=asked,
        chosen=chosen.key if chosen else "",
        columns=_columns(request, session, known, asked, chosen, where.cursor),
        figures=public_figures(request, session, place, clock.now()),
        feed=_feed_of(place, known),
    )
    return kept(request, page)


def _columns(
    request: Request, session: Session, known: Reference, asked: Asked, chosen: Column | None, cursor: str
) -> list[dict[str, Any]]:
    """Every column with its count; with its wishes where it is shown."""
    counts, local, now = count_wishes(session, known, asked), local_words(request), clock.now()
    found: list[dict[str, Any]] = []
    for column in COLUMNS:
        row: dict[str, Any] = {"key": column.key, "words": column.words, "explained": column.explained}
        row |= {"count": counts[column.key], "entries": [], "cursor": None}
        if chosen in (None, column):
            after, most = (cursor, PAGE) if chosen else (None, SIDE_BY_SIDE)
            part = find_wishes(session, known, asked, column, after, most)
            row |= {"entries": entries_of(session, part.tickets, known, local, now), "cursor": part.cursor}
        found.append(row)
    return found


def _feed_of(place: Area, known: Reference) -> str:
    return "/wall/feed" if place is known.county else f"/wall/feed?area={place.id}"
