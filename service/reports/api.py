"""The figures of the API: as the scheduler last counted them, with their time."""

from typing import Any

from fastapi import APIRouter

from service.accounts.visits import Looking
from service.reports.figures import as_json, latest_figures
from workflows.statuses import Role

router = APIRouter(prefix="/api/v1")


@router.get("/figures", tags=["supervisors"])
def figures(visit: Looking) -> dict[str, Any]:
    """The county's figures and each town's: counts, and every rate with numerator, denominator and 95 % interval.

    A rate is null where there is nothing to divide by.
    """
    visit.must_be(Role.supervisor, Role.dispatcher, Role.reviewer, Role.follow_up_officer)
    return as_json(latest_figures(visit.session, visit.now))
