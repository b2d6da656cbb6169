"""Tables of the claim pool: who has promised to fulfil which wish, and which organisations are paired with where."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from service.database import Table, word_of
from service.sealing import SealedText
from workflows.claim_words import ClaimantKind, ClaimState


class Claim(Table, table=True):
    """认领: one claimant of one wish; several may join. Its events stand in the ticket's chain, under `claim:<id>`."""

    __tablename__ = "claim"
    __table_args__ = (
        Index("ix_claim_ticket", "ticket_id", "id"),
        # One unit claims one wish once at a time; others who claim have no unit, and may be many.
        Index(
            "ix_claim_running",
            "ticket_id",
            "unit_id",
            unique=True,
            sqlite_where=sa.text("state IN ('claimed', 'contacted')"),
            postgresql_where=sa.text("state IN ('claimed', 'contacted')"),
        ),
        Index(
            "ix_claim_alarm",
            "contact_due_at",
            sqlite_where=sa.text("state = 'claimed'"),
            postgresql_where=sa.text("state = 'claimed'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    kind: ClaimantKind = Field(sa_type=word_of(ClaimantKind))
    claimant: str = Field(sa_type=SealedText("claim.claimant"))
    phone: str | None = Field(default=None, sa_type=SealedText("claim.phone"))
    claimed_by_id: int | None = Field(default=None, foreign_key="person.id")
    claimed_at: datetime
    contact_due_at: datetime
    contacted_at: datetime | None = None
    deliver_by: date | None = None
    delivered_on: date | None = None
    state: ClaimState = Field(sa_type=word_of(ClaimState))
    ended_at: datetime | None = None


class Pairing(Table, table=True):
    """双报到: an organisation paired with a community, with how many of its members report there."""

    __tablename__ = "pairing"
    __table_args__ = (UniqueConstraint("unit_id", "area_id"),)
    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    area_id: int = Field(foreign_key="area.id", index=True)
    members: int = 0
    since: date
    ended_on: date | None = None
