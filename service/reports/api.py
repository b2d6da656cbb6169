"""The figures of the API: as the scheduler last counted them, with their time."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from service.accounts.visits import Looking
from service.api_docs import SIGNED_IN, problems, shown
from service.reports.figures import figures_of
from service.reports.sight import AreaId, area_of
from service.reports.telling import everything_as_json, told_elsewhere
from workflows.measures import MEASURES

router = APIRouter(prefix="/api/v1")


BACKLOG: dict[str, Any] = {
    "words": "积压率",
    "as_of": "2026-10-12T02:00:00Z",
    "window": "standing",
    "n": 20,
    "value": 0.15,
    "numerator": 3,
    "denominator": 20,
    "low": 0.052,
    "high": 0.36,
    "raw": {"numerator": 3, "denominator": 20, "rate": 0.15, "low": 0.052, "high": 0.36},
    "not_yet_due": None,
    "unreachable": None,
    "unrated": None,
    "excluded": 0,
    "is_rankable": True,
    "definition": "/board/measures#backlog_rate",
}
EXAMPLE: dict[str, Any] = {
    "as_of": "2026-10-12T02:00:00Z",
    "area": "青岭县",
    "area_id": 1,
    "collected": 120,
    "concluded": 100,
    "open": 20,
    "counts": {"closed": 94, "declined": 4, "withdrawn": 1, "merged": 1, "open_merged": 2, "open_overdue": 3},
    "rates": {
        "conclusion_rate": {"numerator": 100, "denominator": 120, "rate": 0.833, "low": 0.757, "high": 0.889},
        "satisfaction_rate": {"numerator": 0, "denominator": 0, "rate": None, "low": None, "high": None},
    },
    "rates_with_excluded": {
        "satisfaction_rate": {"numerator": 0, "denominator": 0, "rate": None, "low": None, "high": None},
    },
    "figures": {"backlog_rate": BACKLOG},
    "elsewhere": {},
    "towns": [],
}


class RateTold(BaseModel):
    """Shares between 0 and 1; null where there is nothing to divide by. `low` and `high` are its 95 % interval."""

    numerator: float
    denominator: int
    rate: float | None
    low: float | None
    high: float | None


class FigureTold(BaseModel):
    """A figure with all that belongs to it. `n` is what it stands on; `value` is null where that is nothing. Counts and
    days have no numerator and denominator. `raw` is the rate with the excluded ones. Ranked only if `is_rankable`."""

    words: str
    as_of: datetime
    window: str
    n: int
    value: float | None
    numerator: float | None
    denominator: int | None
    low: float | None
    high: float | None
    raw: RateTold | None
    not_yet_due: int | None
    unreachable: int | None
    unrated: int | None
    excluded: int | None
    is_rankable: bool
    definition: str


class PlaceTold(BaseModel):
    """collected = concluded + open. `counts` says how each came about: a wish that was merged into another is concluded
    (`merged`) when that one is, and open (`open_merged`) as long as that one is."""

    area: str
    area_id: int
    collected: int
    concluded: int
    open: int
    counts: dict[str, int]
    rates: dict[str, RateTold] = Field(description=", ".join(measure.key for measure in MEASURES))
    rates_with_excluded: dict[str, RateTold] = Field({}, description="The raw rates, which leave nothing out")
    figures: dict[str, FigureTold] = Field({}, description="Every row of the catalogue of measures that counts tickets")


class TownTold(PlaceTold):
    ranks: dict[str, int | None] = Field(
        {}, description="Its place among the towns for each rate; null below the least number that is compared"
    )


class FiguresTold(PlaceTold):
    model_config = shown(EXAMPLE)
    as_of: datetime
    towns: list[TownTold] = Field(description="Of the county; empty for any other place")
    elsewhere: dict[str, FigureTold] = Field({}, description="Report-in on time, claims delivered: as they stand now")


@router.get(
    "/figures",
    tags=["supervisors"],
    response_model=FiguresTold,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 422),
)
def figures(request: Request, visit: Looking, area: AreaId = None) -> dict[str, Any]:
    """The figures of the county with each town's, or of one area: counts, and every rate with its parts."""
    place = area_of(visit, area)
    besides = told_elsewhere(visit.session, place, visit.now, request.app.state.figures_elsewhere)
    return everything_as_json(figures_of(visit.session, place, visit.now), besides)
