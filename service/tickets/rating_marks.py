"""From where a rating came: a keyed mark of address and browser, so that many ratings of one device can be seen."""

from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import delete
from sqlmodel import Session, col

from service.rate_limits import device_of
from service.sealing import blind_index
from service.security import SESSION_COOKIE
from service.tickets.models import RatingMark
from workflows.commands import CommandBase, Rate

KEPT = timedelta(days=92)


def mark_of(request: Request) -> tuple[str, bool]:
    """The device, and whether an official is signed in there."""
    return blind_index(device_of(request)), bool(request.cookies.get(SESSION_COOKIE))


def note(session: Session, command: CommandBase, event_id: int | None, mark: tuple[str, bool], now: datetime) -> None:
    """Only of ratings, and only once for each."""
    if isinstance(command, Rate) and event_id is not None:
        session.add(RatingMark(event_id=event_id, device=mark[0], was_signed_in=mark[1], at=now))


def forget_old_marks(session: Session, now: datetime) -> int:
    return session.execute(delete(RatingMark).where(col(RatingMark.at) < now - KEPT)).rowcount  # type: ignore[attr-defined,no-any-return]
