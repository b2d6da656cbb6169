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
from service.outbox.audiences import Addressees, Memory, Scene, addressees
from service.outbox.models import Delivery, DeliveryState
from service.outbox.wording import Told, fit_for, values_of
from service.settings import settings
from service.tickets.models import OutboxRow, Ticket, TicketEvent, TicketEventDetails
from workflows.time_limits import Urgency
from workflows.words import _

log = structlog.get_logger()

BATCH = 500
TOGETHER = 25
UNPLANNED = "planning"
"""Stands in place of a channel where the words or the people of a notice could not be found: a person has to look."""


@dataclass(frozen=True)
class Plan:
    """The deliveries of one event, or why there can be none."""

    event_id: int
    rows: tuple[dict[str, Any], ...] = ()
    error: Exception | None = None


def plan_notices(around: Surroundings) -> Tally:
    """Plan what waits in the outbox. Words and people are found while nothing is locked; then some events are written
    at once, in the same commit as the wishes that arrive just then.

    Safe twice at once: whoever takes the outbox row away plans, and the other finds it gone.
    """
    waiting = _waiting(around.database)
    tallies = [_plan_some(around, waiting[at : at + TOGETHER]) for at in range(0, len(waiting), TOGETHER)]
    failed = [tally for tally in tallies if tally.failed]
    return Tally(
        sum(tally.done for tally in tallies),
        sum(tally.failed for tally in failed),
        failed[-1].error if failed else None,
    )


def _waiting(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.exec(select(OutboxRow.event_id).order_by(col(OutboxRow.event_id)).limit(BATCH)))


def _plan_some(around: Surroundings, event_ids: list[int]) -> Tally:
    if not around.goes_on():
        return Tally()
    with around.database.reading() as session:
        memory: Memory = {}
        plans = [_planned(session, event_id, around.now, memory) for event_id in event_ids]
    try:
        around.database.together(lambda session: _write_all(session, plans, around.now))
    except OperationalError:
        raise
    except Exception:
        log.exception("notices not planned together")
        return one_by_one(around, plans, lambda session, plan: _write(session, plan, around.now))
    return Tally(done=len(plans))


def _write_all(session: Session, plans: list[Plan], now: datetime) -> None:
    for plan in plans:
        _write(session, plan, now)


def _planned(session: Session, event_id: int, now: datetime, memory: Memory) -> Plan:
    """Trouble with the database may pass; anything else would fail the next time as well."""
    try:
        told = _told(session, event_id)
        return Plan(event_id, tuple(_deliveries(session, told, reference(session), now, memory)))
    except OperationalError:
        raise
    except Exception as error:
        log.exception("notice not planned", event_id=event_id)
        return Plan(event_id, error=error)


def _write(session: Session, plan: Plan, now: datetime) -> None:
    """Nothing, when somebody else has taken the outbox row away."""
    if not _taken(session, plan.event_id):
        return
    if plan.error is not None:
        _give_up(session, plan.event_id, now, plan.error)
    elif plan.rows:
        session.execute(insert_into(session, Delivery).on_conflict_do_nothing(), list(plan.rows))


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


def _deliveries(
    session: Session, told: Told, known: Reference, now: datetime, memory: Memory
) -> Iterator[dict[str, Any]]:
    """In the order of the table; who was addressed by an earlier row is not addressed again by the same channel."""
    scene = Scene(session, told.ticket, known, memory)
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
        last_error=_("通知没有生成") + f"（{type(error).__name__}）",
    )
    session.add(row)
