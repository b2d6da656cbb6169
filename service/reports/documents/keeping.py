"""Bulletins as they are kept: figures frozen, files beside them, one row a version. Printing needs no transaction."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, func, select

from service.database import Database
from service.directory.models import Area
from service.directory.reference import reference
from service.errors import Failure
from service.inserts import insert_or_skip, insert_row
from service.local_words import LocalWords
from service.paper import LacksLibraries
from service.reports.documents import making
from service.reports.documents.asked import Asked, county_words
from service.reports.documents.content import Content, as_json, from_json
from service.reports.documents.models import Bulletin, BulletinFile, ReportTemplate
from service.reports.documents.paper import pdf_of
from service.reports.documents.periods import NamedPeriod
from service.reports.documents.sheets import write_excel
from service.reports.documents.table import REPORTS, Format, Report
from service.reports.documents.word import word_by, word_of
from service.settings import settings
from service.tickets.picture_store import Missing, PictureStore, store_at
from workflows.words import _

BULLETINS, TEMPLATES = "bulletins", "templates"
ROWS_KEPT, REFUSED_MOST = 10_000, 300
LOST = _("这一份的文件不在了，或者被改动过：指纹对不上。请管理员从备份里恢复。")


@dataclass(frozen=True)
class Made:
    """Which bulletin, by whom and why; by nobody where the scheduler made it."""

    report: Report
    area: Area
    period: NamedPeriod
    person_id: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Printed:
    """The frozen figures and the files, by format, each as bytes."""

    content: bytes
    files: Mapping[Format, bytes]
    template_refused: str = ""
    """Why the Word file is not by the office's own template."""


def make(database: Database, made: Made, now: datetime, *, again: bool = False) -> int | None:
    """The id of the new version; None where the first one is there already. Safe twice at once: one of them is kept."""
    with database.reading() as session:
        if not again and latest(session, made) is not None:
            return None
        content, template = _told(session, made, now), template_of(session, made.report)
    printed = print_all(content, county_words(), template)
    _put_all(printed)
    with database.writing() as session:
        return _write_down(session, made, printed, now, (latest(session, made) or 0) + 1 if again else 1)


def _told(session: Session, made: Made, now: datetime) -> Content:
    asked = Asked(session, reference(session), made.area, made.period, now, county_words())
    return making.made(made.report, asked).listed(ROWS_KEPT)


def print_all(content: Content, words: LocalWords, template: ReportTemplate | None) -> Printed:
    """Where the machine cannot make a PDF, the others are made all the same, and that one when it can. So with a
    template that does not do: one month's figures are not held up by a field that the month before still had."""
    word, refused = word_file(content, words, template)
    files = {Format.xlsx: excel_bytes(content, words), Format.docx: word}
    with suppress(LacksLibraries):
        files[Format.pdf] = pdf_of(content, words, settings().language)
    return Printed(json.dumps(as_json(content), ensure_ascii=False).encode(), files, refused)


def word_file(content: Content, words: LocalWords, template: ReportTemplate | None) -> tuple[bytes, str]:
    """And why it is not by the office's own template, where it is not."""
    try:
        own = template_content(template)
    except Failure as lost:
        return word_of(content, words), words._(lost.sentence)
    return word_by(content, words, own)


def excel_bytes(content: Content, words: LocalWords) -> bytes:
    with TemporaryDirectory(prefix="weiyuan-") as folder:
        path = Path(folder) / "report.xlsx"
        write_excel(content, words, path)
        return path.read_bytes()


def _write_down(session: Session, made: Made, printed: Printed, now: datetime, version: int) -> int | None:
    values = {
        "report": made.report.name,
        "period": made.period.name,
        "area_id": made.area.id,
        "version": version,
        "as_of": now,
        "made_by_id": made.person_id,
        "note": made.note,
        "content": name_of(printed.content),
        "template_refused": printed.template_refused[:REFUSED_MOST] or None,
    }
    bulletin_id = insert_or_skip(session, Bulletin, values)
    if bulletin_id is not None:
        for kind, content in printed.files.items():
            add_file(session, bulletin_id, kind, content)
    return bulletin_id


def add_file(session: Session, bulletin_id: int, kind: Format, content: bytes) -> None:
    values = {"bulletin_id": bulletin_id, "format": str(kind), "content": name_of(content), "size": len(content)}
    insert_row(session, BulletinFile, values)


# The store


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _store() -> PictureStore:
    return store_at(settings().files_url)


def put(content: bytes, kind: str = BULLETINS) -> str:
    _store().put(kind, name_of(content), content)
    return name_of(content)


def _put_all(printed: Printed) -> None:
    for content in (printed.content, *printed.files.values()):
        put(content)


def get(name: str, kind: str = BULLETINS) -> bytes:
    """What was put, to the bit. Raises Failure where it is gone, or is not what it was."""
    try:
        content = _store().get(kind, name)
    except Missing:
        raise Failure(LOST) from None
    if name_of(content) != name:
        raise Failure(LOST)
    return content


def frozen(bulletin: Bulletin) -> Content:
    """The figures as they were when it was made."""
    return from_json(json.loads(get(bulletin.content)))


# Reads


def latest(session: Session, made: Made) -> int | None:
    """The newest version."""
    wanted = select(func.max(Bulletin.version)).where(
        Bulletin.report == made.report.name, Bulletin.period == made.period.name, Bulletin.area_id == made.area.id
    )
    return session.exec(wanted).one()


def files_of(session: Session, bulletin_id: int) -> Sequence[BulletinFile]:
    wanted = select(BulletinFile).where(BulletinFile.bulletin_id == bulletin_id).order_by(col(BulletinFile.format))
    return session.exec(wanted).all()


def template_of(session: Session, report: Report) -> ReportTemplate | None:
    """The office's own, where it has sent one and not taken it back."""
    wanted = select(ReportTemplate).where(ReportTemplate.report == report.name)
    found = session.exec(wanted.order_by(col(ReportTemplate.id).desc()).limit(1)).first()
    return found if found is not None and found.content else None


def refused_templates(session: Session) -> dict[str, Bulletin]:
    """By report: the latest bulletin since the office sent its template, where that one was not used for it."""
    found = {}
    for report in REPORTS:
        own = template_of(session, report) if report.is_kept else None
        if own is not None:
            since = (Bulletin.report == report.name, Bulletin.as_of > own.sent_at)
            wanted = select(Bulletin).where(*since).order_by(col(Bulletin.id).desc()).limit(1)
            latest_one = session.exec(wanted).first()
            if latest_one is not None and latest_one.template_refused:
                found[report.name] = latest_one
    return found


def template_content(template: ReportTemplate | None) -> bytes | None:
    return get(template.content, TEMPLATES) if template is not None and template.content else None
