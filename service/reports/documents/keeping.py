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
from service.reports.documents.table import Format, Report
from service.reports.documents.word import word_of
from service.settings import settings
from service.tickets.picture_store import Missing, PictureStore, store_at
from workflows.words import _

BULLETINS, TEMPLATES = "bulletins", "templates"
ROWS_KEPT = 10_000
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


def make(database: Database, made: Made, now: datetime, *, again: bool = False) -> int | None:
    """The id of the new version; None where the first one is there already. Safe twice at once: one of them is kept."""
    with database.reading() as session:
        if not again and latest(session, made) is not None:
            return None
        content, template = _told(session, made, now), template_of(session, made.report)
    printed = print_all(content, county_words(), template_content(template))
    _put_all(printed)
    with database.writing() as session:
        return _write_down(session, made, printed, now, (latest(session, made) or 0) + 1 if again else 1)


def _told(session: Session, made: Made, now: datetime) -> Content:
    asked = Asked(session, reference(session), made.area, made.period, now, county_words())
    return making.made(made.report, asked).listed(ROWS_KEPT)


def print_all(content: Content, words: LocalWords, template: bytes | None) -> Printed:
    """Where the machine cannot make a PDF, the others are made all the same, and that one when it can."""
    files = {Format.xlsx: excel_bytes(content, words), Format.docx: word_of(content, words, template)}
    with suppress(LacksLibraries):
        files[Format.pdf] = pdf_of(content, words, settings().language)
    return Printed(json.dumps(as_json(content), ensure_ascii=False).encode(), files)


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


def template_content(template: ReportTemplate | None) -> bytes | None:
    return get(template.content, TEMPLATES) if template is not None and template.content else None
