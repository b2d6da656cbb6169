"""What is forgotten of people: sign-ins that ended long ago."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from service.accounts.models import SignInSession

KEPT_AFTER_ITS_END = timedelta(days=30)
"""Who was signed in from where can be asked about for a month."""


def forget_old_sign_ins(session: Session, now: datetime) -> int:
    ended = delete(SignInSession).where(col(SignInSession.expires_at) < now - KEPT_AFTER_ITS_END)
    return session.execute(ended).rowcount  # type: ignore[attr-defined,no-any-return]
