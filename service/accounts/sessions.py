"""Sign-in sessions: begun with a password, carried by a random secret, ended by sign-out, revocation or time."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from service.accounts.models import SignInSession
from service.directory.models import Person

LASTS = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)
SECRET_BYTES = 32


def begin(session: Session, person_id: int, browser: str, now: datetime) -> str:
    """The secret to hand to the browser; the database keeps only its hash."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(
        SignInSession(
            secret_hash=_hash(secret),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LASTS,
            browser=browser[:120],
        )
    )
    return secret


def find(session: Session, secret: str, now: datetime) -> SignInSession | None:
    """The live session behind a secret: not revoked, not expired, of a person still in service."""
    wanted = (
        select(SignInSession)
        .join(Person, col(Person.id) == col(SignInSession.person_id))
        .where(
            SignInSession.secret_hash == _hash(secret),
            col(SignInSession.revoked_at).is_(None),
            SignInSession.expires_at > now,
            col(Person.is_active),
        )
    )
    return session.exec(wanted).one_or_none()


def revoke(session: Session, secret: str, now: datetime) -> None:
    _revoke(session, col(SignInSession.secret_hash) == _hash(secret), now)


def revoke_all_of(session: Session, person_id: int, now: datetime) -> None:
    """After a new password, or when somebody leaves: every browser is signed out."""
    _revoke(session, col(SignInSession.person_id) == person_id, now)


def _revoke(session: Session, condition: object, now: datetime) -> None:
    running = update(SignInSession).where(condition, col(SignInSession.revoked_at).is_(None))  # type: ignore[arg-type]
    session.execute(running.values(revoked_at=now))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
