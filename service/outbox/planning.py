"""From an event to its deliveries: one for each person or group chat that hears of it, by each channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from notifications.channels import CHANNELS
from notifications.channels.base import Addressee
from notifications.messages import render
from notifications.notices import ChannelName, Notice, NoticeUrgency, notices_for
from notifications.retries import earliest_send
from service.database import Database
from service.directory.models import Person
from service.directory.reference import Reference, reference
from service.inserts import insert_into
from service.jobs import Surroundings, Tally, one_by_one
from service.outbox.audiences import Addressees, Scene, addressees
from service.outbox.models import Delivery, DeliveryState
from service.outbox.wording import Told, fit_for, values_of
from service.settings import settings
from service.tickets.models import OutboxRow, Ticket, TicketEvent, TicketEventDetails
from workflows.time_limits import Urgency

log = structlog.get_logger()

BATCH = 500
UNPLANNED = "planning"
"""Stands in place of a channel where the words or the people of a notice could not be found: a person has to look."""


def plan_notices(around: Surroundings) -> Tally:
    """Plan what waits in the outbox, each event in its own transaction.

    Safe twice at once: whoever takes the outbox row away plans, and the other finds it gone.
    """
    waiting = _waiting(around.database)
    return one_by_one(around, waiting, lambda session, event_id: _plan_or_give_up(session, event_id, around.now))


def _waiting(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.exec(select(OutboxRow.event_id).order_by(col(OutboxRow.event_id)).limit(BATCH)))


def _plan_or_give_up(session: Session, event_id: int, now: datetime) -> None:
    """Trouble with the database may pass; anything else would fail the next time as well."""
    try:
        with session.begin_nested():
            plan(session, event_id, now)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("notice not planned", event_id=event_id)
        _give_up(session, event_id, now, error)


def plan(session: Session, event_id: int, now: datetime) -> bool:
    """Write the deliveries of one event; False when somebody else has done so."""
    if not _taken(session, event_id):
        return False
    told = _told(session, event_id)
    rows = list(_deliveries(session, told, reference(session), now))
    if rows:
        session.execute(insert_into(session, Delivery).on_conflict_do_nothing(), rows)
    return True


def _taken(session: Session, event_id: int) -> bool:
    gone = session.execute(delete(OutboxRow).where(col(OutboxRow.event_id) == event_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def _told(session: Session, event_id: int) -> Told:
    event, words, ticket = session.execute(
        select(TicketEvent, TicketEventDetails, Ticket)
        .join(Ticket, col(Ticket.id) == col(TicketEvent.ticket_id))
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(TicketEvent.id == event_id)
    ).one()
    return Told(event, words.details if words else {}, ticket)


@dataclass(frozen=True)
class Address:
    """`mark` tells addresses of one notice apart in the delivery's key."""

    mark: str
    address: str = ""
    person_id: int | None = None
    unit_id: int | None = None


def _deliveries(session: Session, told: Told, known: Reference, now: datetime) -> Iterator[dict[str, Any]]:
    """In the order of the table; who was addressed by an earlier row is not addressed again by the same channel."""
    scene = Scene(session, told.ticket, known)
    values = values_of(session, told, known, now)
    is_danger = told.ticket.urgency is Urgency.danger
    addressed: set[tuple[str, str]] = set()
    for notice in notices_for(told.event.verb, told.event.status_to):
        message = render(notice, fit_for(notice.channel, values, told.ticket), settings().language)
        for address in _addresses(scene, notice, told.event.person_id):
            if (notice.channel, address.mark) not in addressed:
                addressed.add((notice.channel, address.mark))
                words = {"subject": message.subject, "body": message.body}
                yield _row(told.event, notice, address, notice.urgency_when(is_danger), now) | words


def _addresses(scene: Scene, notice: Notice, actor: int | None) -> list[Address]:
    """Whoever acted knows already."""
    found = addressees(scene, notice.audience)
    if CHANNELS[notice.channel].addressee is Addressee.unit:
        return _robots(scene, found)
    people = sorted(found.people - {actor})
    if notice.channel is ChannelName.email:
        return _mailboxes(scene, people)
    return [Address(f"person {person}", person_id=person) for person in people]


def _robots(scene: Scene, found: Addressees) -> list[Address]:
    units = (scene.known.units[unit] for unit in found.units)
    return [
        Address(f"unit {unit.id}", unit.robot_url, unit_id=unit.id)
        for unit in units
        if unit.robot_url and unit.is_active
    ]


def _mailboxes(scene: Scene, people: list[int]) -> list[Address]:
    if settings().smtp_url is None:
        return []
    rows = scene.session.execute(select(Person.id, Person.email).where(col(Person.id).in_(people))).all()
    return [Address(f"person {row.id}", row.email, person_id=row.id) for row in rows if row.email]


def _row(event: TicketEvent, notice: Notice, address: Address, urgency: NoticeUrgency, now: datetime) -> dict[str, Any]:
    """What the inbox shows needs no sending: the row itself is the message."""
    is_there = notice.channel is ChannelName.inbox
    return {
        "key": f"{event.id} {notice.audience} {notice.channel} {address.mark}",
        "event_id": event.id,
        "ticket_id": event.ticket_id,
        "verb": notice.verb,
        "audience": notice.audience,
        "channel": notice.channel,
        "is_emergency": urgency is NoticeUrgency.emergency,
        "person_id": address.person_id,
        "unit_id": address.unit_id,
        "address": address.address,
        "state": DeliveryState.sent if is_there else DeliveryState.waiting,
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": now if is_there else earliest_send(now, urgency, notice.channel),
        "sent_at": now if is_there else None,
    }


def _give_up(session: Session, event_id: int, now: datetime, error: Exception) -> None:
    """The event leaves the outbox as a row that a person sees; pressing "again" there puts it back."""
    if not _taken(session, event_id):
        return
    event = session.get_one(TicketEvent, event_id)
    row = Delivery(
        key=f"{event_id} {UNPLANNED}",
        event_id=event_id,
        ticket_id=event.ticket_id,
        verb=event.verb,
        audience="",
        channel=UNPLANNED,
        subject="",
        body="",
        state=DeliveryState.given_up,
        created_at=now,
        next_attempt_at=now,
        last_error=f"通知没有生成（{type(error).__name__}）",
    )
    session.add(row)
