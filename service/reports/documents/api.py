"""The reports over HTTP for programs: the list, and each as JSON or CSV."""

from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from service.accounts.visits import Looking, Visit
from service.api_docs import SIGNED_IN, problems, shown
from service.reports.documents import making
from service.reports.documents.answers import sheet_answer
from service.reports.documents.asking import InTheAddress, Wanted, asked_for, reports_for
from service.reports.documents.content import as_json
from service.reports.documents.periods import Cadence
from service.reports.documents.table import Format, Report, Scope, report_named
from service.web import say

router = APIRouter(prefix="/api/v1")

ROWS_MOST = 5_000


class Told(StrEnum):
    json = "json"
    csv = "csv"


EXAMPLE: dict[str, Any] = {
    "name": "monthly_bulletin",
    "words": "月通报",
    "explained": "一个月的全部数字，带分子、分母和截至时间；各镇、各事项、超期最久的。",
    "cadence": "monthly",
    "scope": "place",
    "formats": ["csv", "xlsx", "docx", "pdf"],
    "is_kept": True,
    "url": "/api/v1/reports/monthly_bulletin",
}


class ReportTold(BaseModel):
    """A row of the report table."""

    model_config = shown(EXAMPLE)
    name: str
    words: str
    explained: str
    cadence: Cadence
    scope: Scope
    formats: list[Format]
    is_kept: bool = Field(description="Made when its period is over, and kept with its figures frozen")
    url: str


class ReportContent(BaseModel):
    """A rate has numerator, denominator, value and its 95 % interval; without a denominator there is no value."""

    report: str
    title: str
    county: str
    place: str
    period: str
    period_name: str
    as_of: str
    as_of_words: str
    figures: list[dict[str, Any]]
    sections: list[dict[str, Any]] = Field(
        description=f"Tables: columns, at most {ROWS_MOST:,} rows, and how many there are"
    )
    notes: list[str]
    prose: list[str]


@router.get(
    "/reports",
    tags=["supervisors"],
    response_model=list[ReportTold],
    dependencies=SIGNED_IN,
    responses=problems(401),
)
def reports(request: Request, visit: Looking) -> list[dict[str, Any]]:
    """The reports that you may ask for."""
    return [_row(request, row) for row in reports_for(visit)]


@router.get(
    "/reports/{name}",
    tags=["supervisors"],
    response_model=ReportContent,
    dependencies=SIGNED_IN,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **problems(401, 403, 404, 422)},
)
def report(
    request: Request,
    visit: Looking,
    name: str,
    wanted: InTheAddress,
    format: Told = Told.json,
) -> Any:
    """One report, of one place or unit and one period; `format=csv` gives every row, as a sheet."""
    return _told(request, visit, report_named(name), wanted, format)


def _told(request: Request, visit: Visit, row: Report, wanted: Wanted, format: Told) -> dict[str, Any] | Response:
    asked = asked_for(request, visit, row, wanted)
    content = making.made(row, asked)
    if format is Told.csv:
        return sheet_answer(content, asked.words, Format.csv)
    return as_json(content.listed(ROWS_MOST))


def _row(request: Request, row: Report) -> dict[str, Any]:
    return {
        "name": row.name,
        "words": say(request, row.words),
        "explained": say(request, row.explained),
        "cadence": row.cadence,
        "scope": row.scope,
        "formats": list(row.formats),
        "is_kept": row.is_kept,
        "url": f"/api/v1/reports/{row.name}",
    }
