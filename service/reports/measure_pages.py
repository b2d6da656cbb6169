"""The page 指标口径, printed from the catalogue in the reader's language or in both, and the same as a sheet."""

from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from service import web
from service.accounts.visits import Looking
from service.reports import measure_rows
from service.reports.choices import choice_in
from service.reports.files import CSV, EXCEL, file_of
from service.reports.sight import AreaId, area_of
from workflows.measures import CATALOGUE
from workflows.rates import DEFAULT_WEIGHTS, MEASURES

router = APIRouter(prefix="/board", include_in_schema=False)

OTHER = {"zh": "en", "en": "zh"}
DOWNLOADS = (("Excel", "/board/measures.xlsx"), ("CSV", "/board/measures.csv"))


@router.get("/measures")
def measures(request: Request, visit: Looking, area: AreaId = None, both: bool = False) -> Response:
    language = web.language_of(request)
    languages = (language, OTHER[language]) if both else (language,)
    rows = [
        {"key": row.key, "floor": row.floor, "told": [(each, measure_rows.told(row, each)) for each in languages]}
        for row in CATALOGUE
    ]
    back = f"/board?{choice_in(request, visit, area).suffix}"
    return web.render(request, "reports/measures.html", rows=rows, back=back, both=both, downloads=DOWNLOADS)


@router.get("/measures.csv")
def as_csv(visit: Looking) -> Response:
    area_of(visit)
    return file_of(measure_rows.as_csv(), CSV, "measures.csv")


@router.get("/measures.xlsx")
def as_excel(visit: Looking) -> Response:
    area_of(visit)
    return file_of(measure_rows.as_excel(), EXCEL, "measures.xlsx")


def definitions(request: Request) -> list[dict[str, str]]:
    """Every rate over tickets in the reader's language, with the weights in force in its words."""
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
