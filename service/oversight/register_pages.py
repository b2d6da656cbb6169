"""The registers of supervision (督办台账) and of early warning (预警台账): for supervisors, and for units their own."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.accounts.visits import Looking, Visit
from service.oversight.supervised import SUPERVISION_FILTERS, WARNING_FILTERS, Filter, chosen, count_of, page_of
from service.tickets.panels import Register
from service.web import render
from workflows.commands import LARGEST_ID
from workflows.statuses import Role
from workflows.warnings import WARNINGS
from workflows.words import _

router = APIRouter(prefix="/desk", include_in_schema=False)

Cursor = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
SUPERVISION, WARNINGS_HERE = "/desk/supervision", "/desk/warnings"


@router.get("/supervision")
def supervision(request: Request, visit: Looking, show: str = "", cursor: Cursor = None) -> Response:
    return _register(request, visit, "supervision.html", SUPERVISION_FILTERS, show, cursor)


@router.get("/warnings")
def warnings(request: Request, visit: Looking, show: str = "", cursor: Cursor = None) -> Response:
    return _register(request, visit, "warnings.html", WARNING_FILTERS, show, cursor)


def _register(
    request: Request, visit: Visit, template: str, filters: Sequence[Filter], show: str, cursor: int | None
) -> Response:
    which = chosen(filters, show)
    page = page_of(visit, which, cursor)
    return render(
        request,
        f"oversight/{template}",
        filters=[(each.name, each.words, f"?show={each.name}") for each in filters],
        which=which.name,
        rows=page.rows,
        total=page.total,
        cursor=page.cursor,
        explained=WARNINGS,
    )


SUPERVISION_REGISTER = Register(
    "supervision",
    SUPERVISION,
    _("督办台账"),
    _("督办中的件：等着答复的、挂牌的、已答复的。承办单位看得到自己的，督查员看得到本地的。"),
    count=lambda visit: count_of(visit, SUPERVISION_FILTERS[0]),
)
WARNING_REGISTER = Register(
    "warnings",
    WARNINGS_HERE,
    _("预警台账"),
    _("话里有险情、退了又退、办了又办、两次超期、同一户反复提的件。预警只提醒人看，不改变任何事。"),
    count=lambda visit: count_of(visit, WARNING_FILTERS[0]),
    roles=frozenset({Role.supervisor, Role.dispatcher, Role.reviewer, Role.follow_up_officer, Role.handler}),
)
