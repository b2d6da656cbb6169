"""Where a person is signed in, as he sees it himself, and how he ends what is not his."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from service.accounts.models import SignInSession
from workflows.commands import LARGEST_ID


def running_of(session: Session, person_id: int, now: datetime) -> Sequence[SignInSession]:
    """The live sessions of a person, the latest first."""
    wanted = select(SignInSession).where(*_running(person_id, now)).order_by(col(SignInSession.id).desc())
    return session.exec(wanted).all()


def revoke_own(session: Session, person_id: int, session_id: int, now: datetime) -> bool:
    """Whether there was such a session of this person."""
    if not 0 < session_id <= LARGEST_ID:
        return False
    return _revoke(session, now, *_running(person_id, now), col(SignInSession.id) == session_id) == 1


def revoke_others(session: Session, kept: SignInSession, now: datetime) -> int:
    """Ends all but one, and says how many."""
    return _revoke(session, now, *_running(kept.person_id, now), col(SignInSession.id) != kept.id)


def _running(person_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(SignInSession.person_id) == person_id,
        col(SignInSession.revoked_at).is_(None),
        col(SignInSession.expires_at) > now,
    )


def _revoke(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> int:
    ended = session.execute(update(SignInSession).where(*conditions).values(revoked_at=now))
    return int(ended.rowcount)  # type: ignore[attr-defined]
