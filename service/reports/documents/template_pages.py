"""The Word templates: taken down, changed at the office, sent back; a wrong one is refused and the old one stays."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from service.accounts.visits import Looking, Visit, visit_in
from service.dependencies import TheDatabase
from service.errors import NotFound
from service.inserts import insert_row
from service.reports.documents import answers, keeping, making
from service.reports.documents.asked import Asked, county_words
from service.reports.documents.asking import must_keep
from service.reports.documents.cells import fields_of
from service.reports.documents.content import Content
from service.reports.documents.models import ReportTemplate
from service.reports.documents.periods import last_over
from service.reports.documents.table import REPORTS, Format, Report, Scope, report_named
from service.reports.documents.word import TEMPLATE_MOST, TOO_LARGE, blank_of, try_template
from service.typed import Typed, said
from service.web import flash, redirect, render, say
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/templates")

HERE = "/desk/reports/templates"
SAMPLED_MOST = 20
NOTHING_SENT = _("请选一个改好的 Word 模板（.docx）。")
TAKEN = _("新模板在用了，从下一份开始。")
STILL = _("原来的模板还在用。")
OWN_AGAIN = _("又用系统自带的模板了。")


@router.get("")
def templates(request: Request, visit: Looking) -> Response:
    must_keep(visit)
    return _page(request, visit)


@router.get("/{name}.docx")
def download(request: Request, database: TheDatabase, name: str) -> Response:
    """The one in use, to be edited."""
    report = _papers(name)
    with database.reading() as session:
        visit = visit_in(request, session)
        must_keep(visit)
        content, own = _sample(visit, report), keeping.template_of(session, report)
    template = keeping.template_content(own) or blank_of(content, county_words())
    return answers.answer_with(template, Format.docx, f"{say(request, report.words)} {say(request, _('模板'))}.docx")


@router.post("/{name}")
def send(request: Request, database: TheDatabase, typed: Typed, name: str) -> Response:
    """Tried on the latest figures first: a field that there is not is named, and nothing is changed."""
    report = _papers(name)
    with database.reading() as session:
        visit = visit_in(request, session)
        must_keep(visit)
        content = _sample(visit, report)
    template = b""
    if not said(typed, "own"):
        try:
            template = _sent(typed)
            try_template(content, county_words(), template)
        except Refused as refused:
            with database.reading() as session:
                return _page(request, visit_in(request, session), report, refused)
        keeping.put(template, keeping.TEMPLATES)
    with database.writing() as session:
        insert_row(session, ReportTemplate, _values(visit, report, template))
    answer = redirect(HERE)
    flash(request, answer, TAKEN if template else OWN_AGAIN)
    return answer


def _values(visit: Visit, report: Report, template: bytes) -> dict[str, Any]:
    return {
        "report": report.name,
        "content": keeping.name_of(template) if template else None,
        "size": len(template),
        "sent_at": visit.now,
        "sent_by_id": visit.person_id,
    }


def _sent(typed: Any) -> bytes:
    file = typed.get("template")
    if not isinstance(file, UploadFile) or not file.size:
        raise Refused(NOTHING_SENT, field="template")
    if file.size > TEMPLATE_MOST:
        raise Refused(TOO_LARGE, field="template")
    return file.file.read()


def _papers(name: str) -> Report:
    report = report_named(name)
    if not report.is_paper:
        raise NotFound()
    return report


def _sample(visit: Visit, report: Report) -> Content:
    """The latest figures of the county, in its own language: what a template is tried on."""
    place = visit.known.county
    if report.scope is Scope.town:
        place = next(iter(visit.known.below(place.id or 0)), place)
    period = last_over(report.cadence, visit.now)
    asked = Asked(visit.session, visit.known, place, period, visit.now, county_words())
    return making.made(report, asked).listed(SAMPLED_MOST)


def _page(request: Request, visit: Visit, wrong: Report | None = None, refused: Refused | None = None) -> Response:
    missed = keeping.refused_templates(visit.session)
    rows = [
        {
            "name": report.name,
            "words": report.words,
            "url": f"{HERE}/{report.name}",
            "own": keeping.template_of(visit.session, report),
            "fields": _fields(visit, report),
            "error": _error(request, refused) if refused and wrong is report else "",
            "refused": missed.get(report.name),
        }
        for report in REPORTS
        if report.is_paper
    ]
    return render(request, "documents/templates.html", refused.http_status if refused else 200, rows=rows)


def _error(request: Request, refused: Refused) -> str:
    return f"{say(request, refused.sentence, **refused.values)}{say(request, STILL)}"


def _fields(visit: Visit, report: Report) -> dict[str, Any]:
    """What a template may name: sentences' fields, and tables with their columns."""
    content = _sample(visit, report)
    words = county_words()
    return {
        "single": [(name, value) for name, value in fields_of(content, words).items()],
        "tables": [
            (section.key, section.words, [(column.key, column.words) for column in section.columns])
            for section in content.body.sections
        ],
    }
