"""Tables of the hub: a ticket, its events (append-only), its holds and its pictures."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from service.database import Table, word_of
from service.sealing import SealedJSON, SealedText
from workflows.ask_words import AskKind, AskState, PromiseState, SupervisionLevel
from workflows.changes import Duty, HoldRole
from workflows.commands import CallResult, Outcome, Satisfaction
from workflows.consents import Way
from workflows.statuses import OPEN, FollowUpRule, Kind, Role, Source, Stage, Status
from workflows.time_limits import Urgency

OPEN_LIST = ", ".join(f"'{status}'" for status in Status if status in OPEN)
IS_OPEN_SQL = f"status IN ({OPEN_LIST})"


class Ticket(Table, table=True):
    """A wish and where it stands. `unit_id` must act now; `lead_unit_id` handles the matter; `due_at` was promised.

    `wish`, `name`, `phone` and `place` are sealed; `public_text` is what others may read and what search finds.
    `town_id` is the area right below the county: most officials see one town, and lists must cost the same for ever.
    `alarm_at` is the next moment at which a rule of the escalation table may be due.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint(
            f"NOT ({IS_OPEN_SQL}) OR (unit_id IS NOT NULL AND due_at IS NOT NULL)", name="open_has_unit_and_due"
        ),
        UniqueConstraint("link_id", "idempotency_key"),
        UniqueConstraint("source_key"),
        Index(
            "ix_ticket_alarm",
            "alarm_at",
            sqlite_where=sa.text("alarm_at IS NOT NULL"),
            postgresql_where=sa.text("alarm_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_queue",
            "unit_id",
            "due_at",
            "id",
            sqlite_where=sa.text(IS_OPEN_SQL),
            postgresql_where=sa.text(IS_OPEN_SQL),
        ),
        Index(
            "ix_ticket_open", "due_at", "id", sqlite_where=sa.text(IS_OPEN_SQL), postgresql_where=sa.text(IS_OPEN_SQL)
        ),
        Index("ix_ticket_area", "area_path", "id", postgresql_ops={"area_path": "text_pattern_ops"}),
        Index("ix_ticket_town", "town_id", "id"),
        Index(
            "ix_ticket_town_open",
            "town_id",
            "due_at",
            "id",
            sqlite_where=sa.text(IS_OPEN_SQL),
            postgresql_where=sa.text(IS_OPEN_SQL),
        ),
        Index("ix_ticket_lead", "lead_unit_id", "id"),
        Index(
            "ix_ticket_supervised",
            "supervision_due_at",
            "id",
            sqlite_where=sa.text("supervision_level IS NOT NULL"),
            postgresql_where=sa.text("supervision_level IS NOT NULL"),
        ),
        Index(
            "ix_ticket_call",
            "call_at",
            "id",
            sqlite_where=sa.text("call_at IS NOT NULL"),
            postgresql_where=sa.text("call_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_town_call",
            "town_id",
            "call_at",
            "id",
            sqlite_where=sa.text("call_at IS NOT NULL"),
            postgresql_where=sa.text("call_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_pool",
            "pool_rank",
            "pooled_at",
            "id",
            sqlite_where=sa.text("pool_rank IS NOT NULL"),
            postgresql_where=sa.text("pool_rank IS NOT NULL"),
        ),
        Index(
            "ix_ticket_wall",
            "published_at",
            "id",
            sqlite_where=sa.text("published_at IS NOT NULL"),
            postgresql_where=sa.text("published_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_town_wall",
            "town_id",
            "published_at",
            "id",
            sqlite_where=sa.text("published_at IS NOT NULL"),
            postgresql_where=sa.text("published_at IS NOT NULL"),
        ),
        Index("ix_ticket_link", "link_id", "created_at"),
        Index(
            "ix_ticket_promise",
            "promised_for",
            "id",
            sqlite_where=sa.text("promise_state IS NOT NULL"),
            postgresql_where=sa.text("promise_state IS NOT NULL"),
        ),
        Index(
            "ix_ticket_parent",
            "parent_id",
            sqlite_where=sa.text("parent_id IS NOT NULL"),
            postgresql_where=sa.text("parent_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_issue",
            "issue_id",
            "town_id",
            "status",
            "lead_unit_id",
            sqlite_where=sa.text("issue_id IS NOT NULL"),
            postgresql_where=sa.text("issue_id IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    created_at: datetime = Field(index=True)
    source: Source = Field(sa_type=word_of(Source))
    kind: Kind = Field(sa_type=word_of(Kind))
    category_id: int | None = Field(default=None, foreign_key="category.id", index=True)
    area_id: int = Field(foreign_key="area.id")
    area_path: str = Field(max_length=120)
    town_id: int | None = Field(default=None, foreign_key="area.id")
    link_id: int | None = Field(default=None, foreign_key="link.id")
    entered_by_id: int | None = Field(default=None, foreign_key="person.id")
    meeting: str | None = Field(default=None, max_length=100)
    parent_id: int | None = Field(default=None, foreign_key="ticket.id")
    merged_into_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    idempotency_key: str | None = Field(default=None, max_length=80)
    source_key: str | None = Field(default=None, max_length=120)

    wish: str = Field(sa_type=SealedText("ticket.wish"))
    public_text: str
    name: str | None = Field(default=None, sa_type=SealedText("ticket.name"))
    phone: str | None = Field(default=None, sa_type=SealedText("ticket.phone"))
    place: str | None = Field(default=None, sa_type=SealedText("ticket.place"))
    position: str | None = Field(
        default=None, sa_type=SealedText("ticket.position"), description="Degrees and datum, as `workflows.positions`"
    )
    phone_index: str | None = Field(default=None, max_length=64, index=True)
    is_nameless: bool = True
    is_private: bool = False
    is_for_other: bool = Field(default=False, description="Said for a neighbour, who has agreed")
    is_shared: bool = Field(default=False, description="Neighbours may read the masked words, as she was told")
    endorsements: int = 0

    status: Status = Field(sa_type=word_of(Status))
    stage: Stage = Field(sa_type=sa.SmallInteger)
    round: int = 1
    round_started_at: datetime
    urgency: Urgency = Field(sa_type=word_of(Urgency))
    needs_review: bool = True
    follow_up_rule: FollowUpRule = Field(default=FollowUpRule.if_unrated, sa_type=word_of(FollowUpRule))
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    lead_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    due_at: datetime | None = None
    original_due_at: datetime | None = None
    due_is_provisional: bool = False
    alarm_at: datetime | None = None

    acknowledged_at: datetime | None = None
    contacted_at: datetime | None = None
    replied_at: datetime | None = None
    replied_by_id: int | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = None
    answered_on_time: bool | None = None
    outcome: Outcome | None = Field(default=None, sa_type=word_of(Outcome))
    promised_for: date | None = None
    first_satisfaction: Satisfaction | None = Field(default=None, sa_type=word_of(Satisfaction))
    satisfaction: Satisfaction | None = Field(default=None, sa_type=word_of(Satisfaction))
    rated_round: int | None = None
    is_resolved: bool | None = None
    was_contacted: bool | None = None
    follow_up_attempts: int = 0
    follow_up_half_days: int = 0
    attempted_at: datetime | None = None
    attempt_result: CallResult | None = Field(default=None, sa_type=word_of(CallResult))
    call_back_at: datetime | None = None
    call_at: datetime | None = Field(default=None, description="From when on somebody should call the villager")
    is_groundless: bool = False
    is_drawn: bool | None = Field(default=None, description="None: no rule draws, everybody is called")
    sampling_rule_id: int | None = None
    inquired_at: datetime | None = Field(default=None, description="The unit has asked her something")
    inquiry_ended_at: datetime | None = Field(default=None, description="She has answered, or nobody waits any more")
    expedited_at: datetime | None = None
    resident_expedited_at: datetime | None = None
    overdue_at: datetime | None = None
    supervised_at: datetime | None = None
    reopen_count: int = 0
    return_count: int = 0
    extension_count: int = 0
    pending_asks: int = Field(default=0, description="How many rows of `ask` wait for a decision")
    is_excluded: bool = False
    ruled_unit_id: int | None = Field(
        default=None, foreign_key="unit.id", description="Named by a ruling: cannot return it"
    )
    deferred_until: date | None = Field(default=None, index=True)
    promise_state: PromiseState | None = Field(default=None, sa_type=word_of(PromiseState))
    promise_settled_at: datetime | None = None
    promise_confirmed: bool | None = Field(default=None, description="The villager's own word on the promise")
    supervision_level: SupervisionLevel | None = Field(default=None, sa_type=word_of(SupervisionLevel))
    supervision_due_at: datetime | None = None
    supervision_answered_at: datetime | None = None
    overdue_count: int = 0
    is_claimable: bool = False
    pool_words: str | None = Field(default=None, max_length=200, description="What the whole county reads in the pool")
    pool_rank: int | None = Field(default=None, sa_type=sa.SmallInteger)
    pooled_at: datetime | None = None
    wall_text: str | None = Field(default=None, description="What anybody reads on the public wall, once approved")
    published_at: datetime | None = None
    wall_before_id: int | None = Field(default=None, description="The photograph from before that was approved")
    wall_after_id: int | None = Field(default=None, description="The photograph from after that was approved")
    issue_id: int | None = None
    closed_at: datetime | None = Field(default=None, index=True)


IS_OPEN: sa.ColumnElement[bool] = sa.text(IS_OPEN_SQL)  # type: ignore[assignment]
"""The condition in the very words of the partial indexes, so that both databases use them."""


class TicketEvent(Table, table=True):
    """What happened: written once, refused any change by triggers, chained by hashes within its ticket.

    `subject` names what else it happened to, as in `whistle:12`, and `subject_to` the status that this has now.
    """

    __tablename__ = "ticket_event"
    __table_args__ = (UniqueConstraint("ticket_id", "number"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    number: int
    round: int
    verb: str = Field(max_length=40)
    role: Role = Field(sa_type=word_of(Role))
    person_id: int | None = Field(default=None, foreign_key="person.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    rule: str | None = Field(default=None, max_length=40)
    status_from: Status | None = Field(default=None, sa_type=word_of(Status))
    status_to: Status = Field(sa_type=word_of(Status))
    subject: str | None = Field(default=None, max_length=40, index=True)
    subject_to: str | None = Field(default=None, max_length=40)
    at: datetime = Field(index=True)
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    previous_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class TicketEventDetails(Table, table=True):
    """The words of an event: sealed, and erasable by law; the event keeps only their salted digest."""

    __tablename__ = "ticket_event_details"
    event_id: int = Field(primary_key=True, foreign_key="ticket_event.id", sa_column_kwargs={"autoincrement": False})
    salt: bytes = Field(sa_column=Column(LargeBinary(16), nullable=False))
    details: dict[str, Any] = Field(sa_column=Column(SealedJSON("ticket_event_details.details"), nullable=False))


class Assignment(Table, table=True):
    """Which unit held a ticket, for what, from when to when, due when, and how it ended."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ends_once"),
        Index(
            "ix_assignment_one_lead",
            "ticket_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND role = 'lead'"),
            postgresql_where=sa.text("ended_at IS NULL AND role = 'lead'"),
        ),
        Index("ix_assignment_ticket", "ticket_id", "id"),
        Index("ix_assignment_unit", "unit_id", "ticket_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    unit_id: int = Field(foreign_key="unit.id")
    role: HoldRole = Field(sa_type=word_of(HoldRole))
    duty: Duty = Field(sa_type=word_of(Duty))
    round: int
    started_at: datetime
    due_at: datetime
    is_provisional: bool = False
    ended_at: datetime | None = None
    ended_how: str | None = Field(default=None, max_length=20)


class Ask(Table, table=True):
    """What a unit asks and an officer decides: who asked for what, until when it is to be decided, and what came of it.

    The reason and the evidence stand in the events. `until` is what was asked for, and `granted_until` what was given.
    """

    __tablename__ = "ask"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (state = 'pending')", name="decided_once"),
        CheckConstraint("decider_unit_id IS NOT NULL OR decider_role = 'supervisor'", name="has_a_decider"),
        Index(
            "ix_ask_one_pending",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
        Index("ix_ask_ticket", "ticket_id", "id"),
        Index("ix_ask_decider", "decider_unit_id", "state", "due_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    round: int
    kind: AskKind = Field(sa_type=word_of(AskKind))
    state: AskState = Field(sa_type=word_of(AskState))
    unit_id: int = Field(foreign_key="unit.id")
    asked_by_id: int | None = Field(default=None, foreign_key="person.id")
    asked_at: datetime
    decider_role: Role = Field(sa_type=word_of(Role))
    decider_unit_id: int | None = Field(
        default=None, foreign_key="unit.id", description="None: supervision, whoever of it is outside the unit"
    )
    due_at: datetime
    is_provisional: bool = False
    suggested_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    until: date | None = None
    granted_until: date | None = None
    decided_at: datetime | None = None
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")


class LinkDay(Table, table=True):
    """How often a link was opened on one day of the county's; wishes are counted from the tickets."""

    __tablename__ = "link_day"
    link_id: int = Field(primary_key=True, foreign_key="link.id", sa_column_kwargs={"autoincrement": False})
    day: date = Field(primary_key=True)
    visits: int = 0


class Consent(Table, table=True):
    """She wants to be told of this wish this way, until she says stop. Without an `address`: the number of her wish.

    It is opened where a message leaves the house, and nowhere else.
    """

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("ticket_id", "way"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id")
    way: Way = Field(sa_type=word_of(Way))
    address: str | None = Field(default=None, sa_type=SealedText("consent.address"))
    given_at: datetime
    stopped_at: datetime | None = None


class EscalationFiring(Table, table=True):
    """A rule of the escalation table fires once per ticket and round (or holder): this row is the proof."""

    __tablename__ = "escalation_firing"
    __table_args__ = (Index("ix_escalation_firing_rule", "rule", "ticket_id"),)
    ticket_id: int = Field(primary_key=True, foreign_key="ticket.id")
    round: int = Field(primary_key=True)
    rule: str = Field(primary_key=True, max_length=40)
    at: datetime


class OutboxRow(Table, table=True):
    """Written beside its event; the relay plans its notices and takes it away in one transaction."""

    __tablename__ = "outbox"
    event_id: int = Field(primary_key=True, foreign_key="ticket_event.id", sa_column_kwargs={"autoincrement": False})


class Looked(StrEnum):
    """What there is to look at that tells who somebody is."""

    number = "number"
    voice = "voice"
    position = "position"


class Reveal(Table, table=True):
    """Who looked at what tells who a villager is, and when: looking is allowed and remembered.

    A look at the number is written down each time; a voice and a place once a `day`, on which they stay open to whoever
    looked. `was_holding`: the unit of whoever looked had the ticket just then; None where nobody wrote that down.
    """

    __tablename__ = "reveal"
    __table_args__ = (Index("ix_reveal_once_a_day", "ticket_id", "person_id", "what", "day", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    at: datetime
    what: Looked = Field(default=Looked.number, sa_type=word_of(Looked), sa_column_kwargs={"server_default": "number"})
    day: date | None = None
    was_holding: bool | None = None


class PictureState(StrEnum):
    received = "received"
    ready = "ready"
    refused = "refused"


class Attachment(Table, table=True):
    """A picture: kept by the hash of its content; `ready` once re-encoded without its metadata."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "ix_attachment_waiting",
            "id",
            sqlite_where=sa.text("state = 'received'"),
            postgresql_where=sa.text("state = 'received'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    event_id: int | None = Field(default=None, foreign_key="ticket_event.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    state: PictureState = Field(default=PictureState.received, sa_type=word_of(PictureState))
    original: str = Field(max_length=64, description="SHA-256 of what was sent")
    picture: str | None = Field(default=None, max_length=64, description="SHA-256 of the cleaned picture")
    media_type: str = Field(max_length=40)
    size: int
    width: int | None = None
    height: int | None = None
    keeps_position: bool = Field(default=False, description="She said that the picture may keep where it was taken")
    position: str | None = Field(default=None, sa_type=SealedText("attachment.position"))
    fingerprint: str | None = Field(default=None, max_length=16, description="64 bits in hex, alike for like pictures")
    attempts: int = 0
    created_at: datetime


class RatingMark(Table, table=True):
    """From where a rating came, as a keyed mark that names nobody; kept for three months, for the signals of gaming."""

    __tablename__ = "rating_mark"
    event_id: int = Field(primary_key=True, foreign_key="ticket_event.id", sa_column_kwargs={"autoincrement": False})
    device: str = Field(max_length=64)
    was_signed_in: bool = Field(default=False, description="The browser held the session of an official")
    at: datetime = Field(index=True)


class Voice(Table, table=True):
    """A recording: kept in the store by the hash of its content. It belongs to no ticket until its form is taken."""

    __tablename__ = "voice"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    event_id: int | None = Field(default=None, foreign_key="ticket_event.id")
    content: str = Field(max_length=64, description="SHA-256 of what is kept")
    media_type: str = Field(max_length=40)
    size: int
    seconds: int
    created_at: datetime


class KeptFile(Table, table=True):
    """A photograph or a recording of a form that came back: from where it came, as keyed marks, for a day at most."""

    __tablename__ = "kept_file"
    id: int | None = Field(default=None, primary_key=True)
    attachment_id: int | None = Field(default=None, foreign_key="attachment.id")
    voice_id: int | None = Field(default=None, foreign_key="voice.id")
    place: str = Field(max_length=64, index=True, description="The link, or the wish that was to be supplemented")
    address: str = Field(max_length=64, index=True)
    device: str = Field(max_length=64, index=True)
    size: int
    at: datetime = Field(index=True)


class QuietNumber(Table, table=True):
    """A telephone number, as a blind index, whose owner wants no short message of any wish."""

    __tablename__ = "quiet_number"
    number: str = Field(primary_key=True, max_length=64)
    since: datetime = Field(index=True)
