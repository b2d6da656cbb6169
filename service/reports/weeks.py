"""Week by week: how many were collected and how many concluded."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from service.settings import settings
from service.tickets.models import Ticket
from service.tickets.scope import in_area

WEEKS = 12


@dataclass(frozen=True)
class Week:
    """`begins` is its Monday."""

    begins: date
    collected: int
    concluded: int


def last_weeks(session: Session, area_path: str, now: datetime, weeks: int = WEEKS) -> list[Week]:
    """Oldest first; the last one is still running."""
    zone = ZoneInfo(settings().time_zone)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    begins = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    edges = [datetime.combine(day, time(), zone).astimezone(UTC) for day in [*begins, monday + timedelta(weeks=1)]]
    collected = _counts(session, area_path, col(Ticket.created_at), edges)
    concluded = _counts(session, area_path, col(Ticket.closed_at), edges)
    return [Week(*each) for each in zip(begins, collected, concluded, strict=True)]


def _counts(session: Session, area_path: str, moment: Any, edges: list[datetime]) -> list[int]:
    """One pass over the tickets whose moment lies between the first edge and the last."""
    week = case(*((moment < end, number) for number, end in enumerate(edges[1:])))
    wanted = select(week, func.count()).where(moment >= edges[0], moment < edges[-1], in_area(area_path)).group_by(week)
    found: dict[int, int] = {row[0]: row[1] for row in session.execute(wanted)}
    return [found.get(number, 0) for number in range(len(edges) - 1)]
