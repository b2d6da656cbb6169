"""The villagers' links: which one a token means, whether it takes wishes now, and whom to ask when it does not."""

import re
import threading
from collections import Counter
from datetime import UTC, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from service import clock
from service.database import Database
from service.directory.models import Link, Unit
from service.directory.reference import Reference
from service.errors import Failure
from service.inserts import insert_into, read_once
from service.settings import settings
from service.tickets.models import LinkDay, Ticket

log = structlog.get_logger()

TOKEN = re.compile(r"[0-9A-Za-z_-]{1,32}")
FLUSH_AFTER = 10.0
_BY_TOKEN = select(*Link.__table__.columns).where(col(Link.token) == bindparam("token"))  # type: ignore[attr-defined]


class Reason(StrEnum):
    """Why a link takes no wishes."""

    unknown = "unknown"
    revoked = "revoked"
    expired = "expired"
    full = "full"


STATUS_OF = {Reason.unknown: 404, Reason.revoked: 410, Reason.expired: 410, Reason.full: 429}


class LinkClosed(Failure):
    """Its page says whom to ask instead; `link` is None for a token that nobody ever pushed."""

    def __init__(self, reason: Reason, link: Link | None = None) -> None:
        super().__init__()
        self.reason, self.link = reason, link
        self.http_status = STATUS_OF[reason]


def open_link(session: Session, token: str, now: datetime, idempotency_key: str | None = None) -> Link:
    """Raise LinkClosed. Whoever presses a second time is not told that the first press has filled the day."""
    link = find(session, token)
    if link is None:
        raise LinkClosed(Reason.unknown)
    reason = why_closed(session, link, now)
    if reason is not None and not _has_taken(session, link, idempotency_key):
        raise LinkClosed(reason, link)
    return link


def find(session: Session, token: str) -> Link | None:
    """Its row to read, in a third of the time that one to change would take: asked for every wish."""
    if not TOKEN.fullmatch(token):
        return None
    return read_once(session, ("link", token), lambda: _read(session, token))


def _read(session: Session, token: str) -> Link | None:
    row = session.connection().execute(_BY_TOKEN, {"token": token}).mappings().one_or_none()
    return Link(**row) if row is not None else None


def why_closed(session: Session, link: Link, now: datetime) -> Reason | None:
    today = now.astimezone(_zone()).date()
    if link.revoked_at is not None:
        return Reason.revoked
    if link.expired_at is not None or (link.valid_until is not None and link.valid_until < today):
        return Reason.expired
    if link.daily_cap is not None and _taken_today(session, link, now) >= link.daily_cap:
        return Reason.full
    return None


def whom_to_ask(link: Link | None, known: Reference) -> Unit | None:
    """The unit named on the link; else the desk of its area; else the county's."""
    named = known.units.get(link.fallback_unit_id or 0) if link else None
    if named is not None:
        return named
    area_id = link.area_id if link else known.county.id
    desks = [known.units[desk] for desk in known.desks_of(area_id or 0)]
    return next((desk for desk in desks if desk.phone), desks[0] if desks else None)


def _taken_today(session: Session, link: Link, now: datetime) -> int:
    midnight = datetime.combine(now.astimezone(_zone()).date(), time(), _zone()).astimezone(UTC)
    counted = select(func.count()).select_from(Ticket)
    return session.exec(counted.where(Ticket.link_id == link.id, Ticket.created_at >= midnight)).one()


def _has_taken(session: Session, link: Link, idempotency_key: str | None) -> bool:
    if idempotency_key is None:
        return False
    wanted = select(Ticket.id).where(Ticket.link_id == link.id, Ticket.idempotency_key == idempotency_key)
    return session.exec(wanted).first() is not None


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().time_zone)


def _count_today(session: Session, link_id: int, visits: int) -> None:
    today = {"link_id": link_id, "day": clock.now().astimezone(_zone()).date(), "visits": visits}
    more = insert_into(session, LinkDay).values(today)
    counted = {"visits": LinkDay.__table__.c.visits + visits}  # type: ignore[attr-defined]
    session.execute(more.on_conflict_do_update(index_elements=["link_id", "day"], set_=counted))


class Visits:
    """Counts who opened a link without making anybody wait: written down every few seconds, by a thread of its own."""

    def __init__(self, database: Database, flush_after: float = FLUSH_AFTER) -> None:
        self._database = database
        self._flush_after = flush_after
        self._lock = threading.Lock()
        self._counts: Counter[int] = Counter()
        self._timer: threading.Timer | None = None

    def count(self, link_id: int) -> None:
        with self._lock:
            self._counts[link_id] += 1
            if self._timer is None:
                self._timer = threading.Timer(self._flush_after, self._flush_on_time)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        with self._lock:
            counts, self._counts, self._timer = self._counts, Counter(), None
        if counts:
            with self._database.writing() as session:
                for link_id, visits in sorted(counts.items()):
                    session.execute(update(Link).where(col(Link.id) == link_id).values(visits=Link.visits + visits))
                    _count_today(session, link_id, visits)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.flush()

    def _flush_on_time(self) -> None:
        """What could not be written is lost: visits are a figure to go by, not one to answer for."""
        try:
            self.flush()
        except Exception:
            log.exception("visits were not counted")
