"""From an event to its deliveries: one for each person or group chat that hears of it, by each channel."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from notifications.messages import Message, Values, render
from notifications.notices import Audience, ChannelName, Notice, NoticeUrgency, notices_for
from notifications.retries import earliest_send
from service.database import Database
from service.directory.reference import Reference, reference
from service.inserts import insert_into
from service.jobs import Surroundings, Tally, one_by_one
from service.outbox.addresses import Address, addresses
from service.outbox.models import Delivery, DeliveryState
from service.outbox.scenes import Memory, Scene
from service.outbox.wording import Told, fit_for, for_claimant, values_of
from service.settings import settings
from service.tickets.models import OutboxRow, Ticket, TicketEvent, TicketEventDetails
from workflows.time_limits import Urgency
from workflows.words import _

log = structlog.get_logger()

_TOLD = (
    select(TicketEvent, TicketEventDetails, Ticket)
    .join(Ticket, col(Ticket.id) == col(TicketEvent.ticket_id))
    .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
)

BATCH = 500
TOGETHER = 25
BREATH = 0.02
"""Seconds between two lots: villagers who send their wishes go first."""
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
    tallies = []
    for at in range(0, len(waiting), TOGETHER):
        time.sleep(BREATH if at else 0)
        tallies.append(_plan_some(around, waiting[at : at + TOGETHER]))
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
        tellers = _told_together(session, event_ids)
        plans = [_planned(session, event_id, around.now, memory, tellers) for event_id in event_ids]
    try:
        around.database.together(lambda session: _write_all(session, plans, around.now))
    except OperationalError:
        raise
    except Exception:
        log.exception("notices not planned together")
        return one_by_one(around, plans, lambda session, plan: _write(session, plan, around.now))
    return Tally(done=len(plans))


def _write_all(session: Session, plans: list[Plan], now: datetime) -> None:
    """Without those whose outbox row somebody else has taken away."""
    event_ids = [plan.event_id for plan in plans]
    gone = delete(OutboxRow).where(col(OutboxRow.event_id).in_(event_ids)).returning(col(OutboxRow.event_id))
    taken = set(session.execute(gone).scalars())
    ours = [plan for plan in plans if plan.event_id in taken]
    for plan in ours:
        if plan.error is not None:
            _give_up(session, plan.event_id, now, plan.error)
    _insert(session, [row for plan in ours for row in plan.rows])


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert_into(session, Delivery).on_conflict_do_nothing(), rows)


def _planned(session: Session, event_id: int, now: datetime, memory: Memory, read: dict[int, Told]) -> Plan:
    """Trouble with the database may pass; anything else would fail the next time as well."""
    try:
        told = read.get(event_id) or _told(session, event_id)
        return Plan(event_id, tuple(_deliveries(session, told, reference(session), now, memory)))
    except OperationalError:
        raise
    except Exception as error:
        log.exception("notice not planned", event_id=event_id)
        return Plan(event_id, error=error)


def _write(session: Session, plan: Plan, now: datetime) -> None:
    """Nothing, when somebody else has taken the outbox row away."""
    _write_all(session, [plan], now)


def _told_together(session: Session, event_ids: list[int]) -> dict[int, Told]:
    """Nothing where one of them cannot be read: then each is read by itself, and only that one fails."""
    try:
        rows = session.execute(_TOLD.where(col(TicketEvent.id).in_(event_ids))).all()
    except OperationalError:
        raise
    except Exception:
        log.exception("events not read together")
        return {}
    return {event.id: Told(event, words.details if words else {}, ticket) for event, words, ticket in rows}


def _told(session: Session, event_id: int) -> Told:
    event, words, ticket = session.execute(_TOLD.where(col(TicketEvent.id) == event_id)).one()
    return Told(event, words.details if words else {}, ticket)


def _deliveries(
    session: Session, told: Told, known: Reference, now: datetime, memory: Memory
) -> Iterator[dict[str, Any]]:
    """In the order of the table; who was addressed by an earlier row is not addressed again by the same channel."""
    scene = Scene(session, told.ticket, known, memory, told.details)
    values = values_of(session, told, known, now)
    kind = known.whistles.kinds.get(told.details.get("whistle_kind", ""))
    is_danger = told.ticket.urgency is Urgency.danger or (kind is not None and kind.is_urgent)
    addressed: set[tuple[str, str]] = set()
    worded: dict[tuple[str, Values], Message] = {}
    for notice in notices_for(told.event.verb, told.event.status_to):
        may_read = for_claimant(told, values) if notice.audience is Audience.claimant else values
        fitting = fit_for(notice.channel, may_read, told.ticket)
        for address in addresses(scene, notice, told.event):
            if (notice.channel, address.mark) not in addressed:
                addressed.add((notice.channel, address.mark))
                spoken = (notice.template, address.wording(fitting))
                worded[spoken] = worded.get(spoken) or render(notice, spoken[1], settings().language)
                words = {"subject": worded[spoken].subject, "body": worded[spoken].body}
                yield _row(told.event, notice, address, notice.urgency_when(is_danger), now) | words


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
        "consent_id": address.consent_id,
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
