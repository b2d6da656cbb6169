"""报表: the list of all reports, each as a page, as a page to be printed, and as files."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from service.accounts.visits import Looking, Visit, visit_in
from service.dependencies import TheDatabase
from service.errors import NotFound
from service.reports.documents import answers, bulletin_pages, cells, making, stock_pages, template_pages
from service.reports.documents.asked import Asked
from service.reports.documents.asking import InTheAddress, asked_for, may_keep, places_of, reports_for
from service.reports.documents.behind import behind
from service.reports.documents.content import Content
from service.reports.documents.keeping import refused_templates, template_of
from service.reports.documents.paper import PRINTED_MOST, page_of
from service.reports.documents.periods import CADENCE_WORDS, Cadence
from service.reports.documents.table import FORMAT_WORDS, SHEETS, Format, Report, Scope, report_named
from service.tickets.desk_words import local_words
from service.tickets.panels import Register
from service.web import language_of, render
from workflows.statuses import Role
from workflows.words import _

router = APIRouter(prefix="/desk/reports", include_in_schema=False)
router.include_router(bulletin_pages.router)
router.include_router(template_pages.router)
router.include_router(stock_pages.router)

ROWS_SHOWN = 200


@router.get("")
def reports(request: Request, visit: Looking) -> Response:
    """Every report that the reader may open, with a sentence each, and the latest bulletins."""
    rows = [
        {
            "words": row.words,
            "explained": row.explained,
            "cadence": CADENCE_WORDS[row.cadence],
            "url": f"/desk/reports/{row.name}",
            "formats": [FORMAT_WORDS[each] for each in row.formats],
            "is_kept": row.is_kept,
        }
        for row in reports_for(visit)
    ]
    kept = bulletin_pages.told(visit, most=10)
    return render(request, "documents/reports.html", rows=rows, bulletins=kept, may_keep=may_keep(visit))


@router.get("/{name}.{kind}")
def download(
    request: Request,
    database: TheDatabase,
    name: str,
    kind: Format,
    wanted: InTheAddress,
) -> Response:
    """Sheets are written while they are read; papers are printed when the transaction is over."""
    report = _offered(name, kind)
    with database.reading() as session:
        visit = visit_in(request, session)
        asked = asked_for(request, visit, report, wanted)
        content = making.made(report, asked)
        if kind in SHEETS:
            return answers.sheet_answer(content, asked.words, kind)
        content, own = content.listed(PRINTED_MOST), template_of(session, report)
    printed = answers.paper_bytes(content, asked.words, language_of(request), kind, own)
    return answers.answer_with(printed, kind, answers.file_name(content, kind))


@router.get("/{name}/print")
def printed(
    request: Request,
    visit: Looking,
    name: str,
    wanted: InTheAddress,
) -> Response:
    """For whoever prints from the browser: no library of the system is needed for that."""
    report = report_named(name)
    asked = asked_for(request, visit, report, wanted)
    content = making.made(report, asked)
    return HTMLResponse(page_of(content, asked.words, language_of(request)))


@router.get("/{name}")
def report_page(
    request: Request,
    visit: Looking,
    name: str,
    wanted: InTheAddress,
) -> Response:
    report = report_named(name)
    asked = asked_for(request, visit, report, wanted)
    content = making.made(report, asked)
    ways = {**_around(visit, report, asked), "behind": behind(asked, content)}
    return render(request, report.template, **shown(request, report, content), **ways)


def _offered(name: str, kind: Format) -> Report:
    report = report_named(name)
    if kind not in report.formats:
        raise NotFound()
    return report


def shown(request: Request, report: Report, content: Content) -> dict[str, Any]:
    """What a page of a report needs, of one that was made now and of a frozen one alike."""
    words = local_words(request)
    return {
        "report": report,
        "content": content.listed(ROWS_SHOWN),
        "shown_most": ROWS_SHOWN,
        "prose": cells.prose_of(content, words),
        "figures": [
            (told, cells.told_in_words(told, words), cells.beside_in_words(told, words))
            for told in content.body.figures
        ],
        "in_words": cells.in_words,
    }


def _around(visit: Visit, report: Report, asked: Asked) -> dict[str, Any]:
    """The ways to other places, to the periods before and after, and to the files."""
    whose = f"unit={asked.unit.id}" if asked.unit else f"area={asked.place.id}"
    here, is_standing = f"/desk/reports/{report.name}", report.cadence is Cadence.standing
    at = whose if is_standing else f"{whose}&period={asked.period.name}"
    return {
        "downloads": [(FORMAT_WORDS[each], f"{here}.{each}?{at}") for each in report.formats],
        "print_url": f"{here}/print?{at}",
        "before_url": None if is_standing else f"{here}?{whose}&period={asked.period.before.name}",
        "after_url": None if is_standing else f"{here}?{whose}&period={asked.period.after.name}",
        "places": places_of(visit, report),
        "chosen": str(asked.unit.id if asked.unit else asked.place.id),
        "choose_by": "unit" if report.scope is Scope.unit else "area",
        "period_name": "" if is_standing else asked.period.name,
        "may_keep": may_keep(visit),
    }


@dataclass(frozen=True)
class OfTheCounty(Register):
    """For those who keep the county's papers."""

    def is_for(self, visit: Visit) -> bool:
        return may_keep(visit)


TEMPLATES = OfTheCounty(
    "report_templates",
    "/desk/reports/templates",
    _("Word 模板"),
    _("通报和报表的 Word 模板。哪个模板用不了了，那一份先用系统自带的做，这里数出来。"),
    lambda visit: len(refused_templates(visit.session)),
)
REGISTER = Register(
    "daily_follow_up",
    "/desk/reports/daily_follow_up",
    _("日跟进"),
    _("本单位今天要盯的事：超期的、今天到期的、等签收的、等报到的、要兑现的承诺。可以下载。"),
    roles=frozenset({Role.handler}),
)
