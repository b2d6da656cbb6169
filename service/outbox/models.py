"""Tables of the outbox: what has to be told, and each message to each address."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from service.database import Table, word_of
from service.sealing import SealedText


class DeliveryState(StrEnum):
    """`claimed` has a relay at work on it; `given_up` needs a person to look."""

    waiting = "waiting"
    claimed = "claimed"
    sent = "sent"
    given_up = "given_up"


class Delivery(Table, table=True):
    """One message to one address. `key` makes a second planning of the same notice impossible.

    A villager's address stays where she gave it: `consent_id` leads there, and `address` is empty.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(
            "ix_delivery_due",
            "next_attempt_at",
            sqlite_where=sa.text("state IN ('waiting','claimed')"),
            postgresql_where=sa.text("state IN ('waiting','claimed')"),
        ),
        Index("ix_delivery_bell", "person_id", "channel", "id"),
        Index("ix_delivery_unread", "person_id", "channel", "read_at", "id"),
        Index("ix_delivery_pace", "unit_id", "sent_at"),
        Index(
            "ix_delivery_consent",
            "consent_id",
            "sent_at",
            sqlite_where=sa.text("consent_id IS NOT NULL"),
            postgresql_where=sa.text("consent_id IS NOT NULL"),
        ),
        Index("ix_delivery_state", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=120)
    event_id: int = Field(foreign_key="ticket_event.id", index=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    verb: str = Field(max_length=40)
    audience: str = Field(max_length=40)
    channel: str = Field(max_length=20)
    is_emergency: bool = False
    person_id: int | None = Field(default=None, foreign_key="person.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    consent_id: int | None = Field(default=None, foreign_key="consent.id")
    address: str = Field(default="", sa_type=SealedText("delivery.address"))
    subject: str = Field(sa_type=SealedText("delivery.subject"))
    body: str = Field(sa_type=SealedText("delivery.body"))
    state: DeliveryState = Field(default=DeliveryState.waiting, sa_type=word_of(DeliveryState))
    attempts: int = 0
    created_at: datetime
    next_attempt_at: datetime
    claimed_until: datetime | None = None
    last_error: str | None = Field(default=None, max_length=300)
    sent_at: datetime | None = None
    read_at: datetime | None = None
