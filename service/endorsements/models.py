"""The table of endorsements: one a browser and wish, with nothing in it that says who it was."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from service.database import Table, word_of
from workflows.endorsements import EndorsementState


class Endorsement(Table, table=True):
    """`browser` is a blind index of a random cookie: enough to count once, and no trace of a person."""

    __tablename__ = "endorsement"
    __table_args__ = (UniqueConstraint("ticket_id", "browser"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    browser: str = Field(max_length=64)
    state: EndorsementState = Field(sa_type=word_of(EndorsementState))
    at: datetime
    taken_back_at: datetime | None = None
