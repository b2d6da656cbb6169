"""Tables of the accounts."""

from datetime import datetime

from sqlmodel import Field

from service.database import Table


class SignInSession(Table, table=True):
    """A signed-in browser or program: the cookie's secret is kept only as its SHA-256, and can be revoked any time."""

    __tablename__ = "sign_in_session"
    id: int | None = Field(default=None, primary_key=True)
    secret_hash: str = Field(max_length=64, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    browser: str = Field(default="", max_length=120)
