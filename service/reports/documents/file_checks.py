"""What `weiyuan check` asks of the kept bulletins: their figures, files and templates lie in the store unchanged."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from service.reports.documents import keeping
from service.reports.documents.models import Bulletin, BulletinFile, ReportTemplate
from service.settings import settings
from service.tickets.picture_store import Missing, PictureStore, store_at

LOOKED_AT = 100
"""So many of the latest bulletins; with `--all` every one."""


def latest_files(session: Session) -> Iterator[str]:
    yield from _wrong(session, LOOKED_AT)


def all_files(session: Session) -> Iterator[str]:
    yield from _wrong(session, None)


def _wrong(session: Session, most: int | None) -> Iterator[str]:
    for words, kind, name in _kept(session, most):
        found = _fate(store_at(settings().files_url), kind, name)
        if found:
            yield f"{words} {found}"


def _kept(session: Session, most: int | None) -> Iterator[tuple[str, str, str]]:
    """In words, where it lies, and the fingerprint by which it is called."""
    bulletins = session.exec(select(Bulletin).order_by(col(Bulletin.id).desc()).limit(most)).all()
    for each in bulletins:
        yield f"figures of bulletin {each.id}", keeping.BULLETINS, each.content
    ids = [each.id or 0 for each in bulletins]
    wanted = select(BulletinFile).where(col(BulletinFile.bulletin_id) >= min(ids, default=0))
    for file in session.exec(wanted.order_by(col(BulletinFile.bulletin_id))):
        yield f"{file.format} of bulletin {file.bulletin_id}", keeping.BULLETINS, file.content
    for own in session.exec(select(ReportTemplate).where(col(ReportTemplate.content).is_not(None))):
        yield f"template {own.id} of {own.report}", keeping.TEMPLATES, own.content or ""


def _fate(store: PictureStore, kind: str, name: str) -> str:
    try:
        content = store.get(kind, name)
    except Missing:
        return "is missing"
    return "" if keeping.name_of(content) == name else "was changed"
