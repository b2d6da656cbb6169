"""The figures of the API: as the scheduler last counted them, with their time."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service.accounts.visits import Looking
from service.api_docs import SIGNED_IN, problems, shown
from service.reports.figures import as_json, figures_of
from service.reports.sight import AreaId, area_of

router = APIRouter(prefix="/api/v1")


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
    "towns": [],
}


class RateTold(BaseModel):
    """Shares between 0 and 1; null where there is nothing to divide by. `low` and `high` are its 95 % interval."""

    numerator: float
    denominator: int
    rate: float | None
    low: float | None
    high: float | None


class PlaceTold(BaseModel):
    """collected = concluded + open. `counts` says how each came about: a wish that was merged into another is concluded
    (`merged`) when that one is, and open (`open_merged`) as long as that one is."""

    area: str
    area_id: int
    collected: int
    concluded: int
    open: int
    counts: dict[str, int]
    rates: dict[str, RateTold] = Field(
        description="conclusion_rate, on_time_rate, response_rate, resolution_rate, satisfaction_rate, composite"
    )


class FiguresTold(PlaceTold):
    model_config = shown(EXAMPLE)
    as_of: datetime
    towns: list[PlaceTold] = Field(description="Of the county; empty for any other place")


@router.get(
    "/figures",
    tags=["supervisors"],
    response_model=FiguresTold,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 422),
)
def figures(visit: Looking, area: AreaId = None) -> dict[str, Any]:
    """The figures of the county with each town's, or of one area: counts, and every rate with its parts."""
    return as_json(figures_of(visit.session, area_of(visit, area), visit.now))
