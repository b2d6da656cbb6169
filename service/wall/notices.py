"""村务公开: what a village hangs up each quarter: how many wishes, what became of those on the wall, and no name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from service.directory.models import Area
from service.directory.reference import Reference
from service.errors import NotFound
from service.local_words import LocalWords
from service.settings import settings
from service.tickets.models import Ticket
from service.tickets.scope import in_area
from service.wall.entries import Entry, entries_of
from workflows.commands import Satisfaction
from workflows.statuses import OPEN, Status
from workflows.wall import SHOWABLE

NAME = re.compile(r"(20\d{2})-Q([1-4])", re.ASCII)
MOST = 60
VILLAGE = 4
"""How many strokes the path of a village has: /county/town/village/."""


@dataclass(frozen=True)
class Quarter:
    year: int
    number: int

    @property
    def name(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def begins(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    @property
    def after(self) -> "Quarter":
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    @property
    def last_day(self) -> date:
        return self.after.begins - timedelta(days=1)


def quarter_named(name: str) -> Quarter:
    """2026-Q4. Raises NotFound."""
    found = NAME.fullmatch(name)
    if found is None:
        raise NotFound()
    return Quarter(int(found[1]), int(found[2]))


def quarter_of(now: datetime) -> Quarter:
    today = now.astimezone(_zone()).date()
    return Quarter(today.year, (today.month + 2) // 3)


@dataclass(frozen=True)
class Notice:
    """Of the village's wishes: how many came in the quarter, were concluded in it, were said by its end and are open at
    `as_of`; of those that were concluded and said what they think, how many are content. `entries` are approved for the
    wall; `hidden` is how many more than fit on a sheet there are."""

    collected: int
    concluded: int
    open: int
    rated: int
    content: int
    as_of: datetime
    entries: Sequence[Entry]
    hidden: int


def village_called(known: Reference, area_id: int) -> Area:
    """Raises NotFound for what is no village."""
    area = known.areas.get(area_id)
    if area is None or area.path.count("/") != VILLAGE:
        raise NotFound()
    return area


def notice_of(
    session: Session, village: Area, quarter: Quarter, known: Reference, local: LocalWords, now: datetime
) -> Notice:
    start, end = _moment(quarter.begins), _moment(quarter.after.begins)
    here = in_area(village.path)
    came = (col(Ticket.created_at) >= start) & (col(Ticket.created_at) < end)
    ended = (col(Ticket.closed_at) >= start) & (col(Ticket.closed_at) < end) & (col(Ticket.status) == Status.closed)
    rated = ended & col(Ticket.satisfaction).is_not(None)
    content = col(Ticket.satisfaction) != Satisfaction.dissatisfied
    running = col(Ticket.status).in_(OPEN) & (col(Ticket.created_at) < end)

    def counted(*conditions: ColumnElement[bool]) -> int:
        return session.exec(select(func.count()).select_from(Ticket).where(here, *conditions)).one()

    shown = _on_the_wall(session, village, start, end)
    entries = entries_of(session, shown[:MOST], known, local, now)
    return Notice(
        collected=counted(came),
        concluded=counted(ended),
        open=counted(running),
        rated=counted(rated),
        content=counted(rated, content),
        as_of=now,
        entries=entries,
        hidden=max(0, len(shown) - MOST),
    )


def _on_the_wall(session: Session, village: Area, start: datetime, end: datetime) -> Sequence[Ticket]:
    """Approved, and of this quarter: said in it, answered in it, or still open at its end."""
    stands = (col(Ticket.published_at).is_not(None), col(Ticket.is_shared), col(Ticket.status).in_(SHOWABLE))
    answered = (col(Ticket.answered_at) >= start) & (col(Ticket.answered_at) < end)
    said = (col(Ticket.created_at) >= start) & (col(Ticket.created_at) < end)
    running = col(Ticket.status).in_(OPEN) & (col(Ticket.created_at) < end)
    wanted = select(Ticket).where(in_area(village.path), *stands, or_(answered, said, running))
    return session.exec(wanted.order_by(col(Ticket.created_at), col(Ticket.id)).limit(10 * MOST)).all()


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), _zone()).astimezone(UTC)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().time_zone)
