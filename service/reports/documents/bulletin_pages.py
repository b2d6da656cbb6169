"""The bulletins that are kept: who made which version when, each as it was, and made again with a note."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import col, select

from service.accounts.scope import area_paths
from service.accounts.visits import Looking, Visit, visit_in
from service.dependencies import TheDatabase
from service.directory.models import Area, Person
from service.errors import Conflict, NotFound
from service.reports.documents import answers, cells, keeping, periods
from service.reports.documents.asked import county_words, period_in_words
from service.reports.documents.asking import may_keep, must_keep
from service.reports.documents.keeping import Made
from service.reports.documents.models import Bulletin, BulletinFile
from service.reports.documents.table import BY_NAME, FORMAT_WORDS, PAPER, Format, report_named
from service.settings import settings
from service.tickets.desk_words import local_words
from service.typed import Typed, said
from service.web import flash, redirect, render
from workflows.commands import LARGEST_ID
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/bulletins")

Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]
HERE = "/desk/reports/bulletins"
LISTED_MOST = 200
NOTE_MOST = 200
SAY_WHY = _("请写一句为什么要重做，例如“补录了两个院落会的心愿”。")
MADE_AGAIN = _("重做好了，是第 {version} 版；原来的还在，一个字也没有动。")
JUST_MADE = _("就在刚才，别人也重做了这一份。请看看新的一版，再决定要不要重做。")


@router.get("")
def bulletins(request: Request, visit: Looking) -> Response:
    return render(request, "documents/bulletins.html", bulletins=told(visit), may_keep=may_keep(visit))


@router.get("/{bulletin_id}.{kind}")
def download(request: Request, database: TheDatabase, bulletin_id: Number, kind: Format) -> Response:
    """The very file that was made then; a PDF that could not be made then is made now, from the figures of then."""
    with database.reading() as session:
        bulletin, _area = _seen(visit_in(request, session), bulletin_id)
        files = {Format(each.format): each for each in keeping.files_of(session, bulletin_id)}
    content = keeping.frozen(bulletin)
    name = answers.file_name(content, kind)
    if kind in files:
        return answers.answer_with(keeping.get(files[kind].content), kind, name)
    if kind is Format.csv:
        return answers.sheet_answer(content, county_words(), kind)
    made = answers.paper_bytes(content, county_words(), settings().language, kind, None)
    keeping.put(made)
    with database.writing() as session:
        if session.get(BulletinFile, (bulletin_id, str(kind))) is None:
            keeping.add_file(session, bulletin_id, kind, made)
    return answers.answer_with(made, kind, name)


@router.get("/{bulletin_id}")
def bulletin_page(request: Request, visit: Looking, bulletin_id: Number) -> Response:
    """The figures of then, whatever has happened since."""
    bulletin, area = _seen(visit, bulletin_id)
    content, report, words = keeping.frozen(bulletin), report_named(bulletin.report), local_words(request)
    return render(
        request,
        PAPER,
        report=report,
        content=content,
        shown_most=keeping.ROWS_KEPT,
        prose=cells.prose_of(content, words),
        figures=[
            (each, cells.told_in_words(each, words), cells.beside_in_words(each, words))
            for each in content.body.figures
        ],
        in_words=cells.in_words,
        kept=_row(visit, bulletin, area),
        versions=[row for row in told(visit, like=bulletin) if row["id"] != bulletin.id],
        downloads=[(FORMAT_WORDS[kind], f"{HERE}/{bulletin.id}.{kind}") for kind in report.formats],
        may_keep=may_keep(visit),
    )


@router.post("/{bulletin_id}/again")
def make_again(request: Request, database: TheDatabase, typed: Typed, bulletin_id: Number) -> Response:
    """Both versions stay; whoever asks for it says why."""
    note = said(typed, "note").strip()[:NOTE_MOST]
    with database.reading() as session:
        visit = visit_in(request, session)
        must_keep(visit)
        bulletin, area = _seen(visit, bulletin_id)
        if not note:
            raise Refused(SAY_WHY, field="note")
    report, period = report_named(bulletin.report), periods.named(bulletin.period)
    made = Made(report, area, period, visit.person_id, note)
    new_id = keeping.make(database, made, visit.now, again=True)
    if new_id is None:
        raise Conflict(JUST_MADE)
    answer = redirect(f"{HERE}/{new_id}")
    with database.reading() as session:
        version = session.get_one(Bulletin, new_id).version
    flash(request, answer, MADE_AGAIN, version=version)
    return answer


def _seen(visit: Visit, bulletin_id: int) -> tuple[Bulletin, Area]:
    """NotFound for one of a place that the reader does not see."""
    bulletin = visit.session.get(Bulletin, bulletin_id)
    area = visit.known.areas.get(bulletin.area_id) if bulletin else None
    if bulletin is None or area is None or not area.path.startswith(tuple(area_paths(visit.actor)) or ("-",)):
        raise NotFound()
    return bulletin, area


def told(visit: Visit, most: int = LISTED_MOST, like: Bulletin | None = None) -> Sequence[dict[str, Any]]:
    """The newest first; `like` asks for the versions of one."""
    seen = [
        area.id for area in visit.known.areas.values() if area.path.startswith(tuple(area_paths(visit.actor)) or ("-",))
    ]
    wanted = select(Bulletin).where(col(Bulletin.area_id).in_(seen))
    if like is not None:
        same = (Bulletin.report == like.report, Bulletin.period == like.period, Bulletin.area_id == like.area_id)
        wanted = wanted.where(*same)
    found = visit.session.exec(wanted.order_by(col(Bulletin.id).desc()).limit(most))
    return [_row(visit, each, visit.known.areas[each.area_id]) for each in found if each.report in BY_NAME]


def _row(visit: Visit, bulletin: Bulletin, area: Area) -> dict[str, Any]:
    maker = visit.session.get(Person, bulletin.made_by_id) if bulletin.made_by_id else None
    return {
        "id": bulletin.id,
        "url": f"{HERE}/{bulletin.id}",
        "words": report_named(bulletin.report).words,
        "place": area.name,
        "period": period_in_words(periods.named(bulletin.period), county_words()),
        "version": bulletin.version,
        "as_of": bulletin.as_of,
        "maker": maker.name if maker else "",
        "note": bulletin.note,
        "template_refused": bulletin.template_refused,
    }
