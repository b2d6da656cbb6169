"""Writes of the outbox that people ask for: read, and sent once more."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from notifications.notices import ChannelName
from service.directory.models import Person, Unit
from service.errors import NotFound
from service.inserts import insert_into
from service.outbox.models import Delivery, DeliveryState
from service.outbox.planning import UNPLANNED
from service.outbox.queries import mine
from service.tickets.models import OutboxRow
from workflows.refusals import WrongStatus
from workflows.words import _

MAY_BE_SENT_AGAIN = frozenset({DeliveryState.given_up, DeliveryState.waiting})


def read(session: Session, person_id: int, delivery_id: int, now: datetime) -> Delivery:
    """Raise NotFound for a message to somebody else."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or (delivery.person_id, delivery.channel) != (person_id, ChannelName.inbox):
        raise NotFound()
    delivery.read_at = delivery.read_at or now
    return delivery


def read_all(session: Session, person_id: int, until: int, now: datetime) -> None:
    """All up to this one: what arrived while the page was being read is still new."""
    unread = update(Delivery).where(mine(person_id), col(Delivery.read_at).is_(None), col(Delivery.id) <= until)
    session.execute(unread.values(read_at=now))


def send_again(session: Session, delivery: Delivery, now: datetime) -> None:
    """With a fresh set of attempts, to the address as it is now: whoever presses this has just mended it."""
    if delivery.state not in MAY_BE_SENT_AGAIN:
        raise WrongStatus(_("这条通知已经发出，或者正在发，不用再发。"))
    if delivery.channel == UNPLANNED:
        session.delete(delivery)
        session.execute(insert_into(session, OutboxRow).values(event_id=delivery.event_id).on_conflict_do_nothing())
        return
    delivery.state, delivery.attempts, delivery.next_attempt_at = DeliveryState.waiting, 0, now
    delivery.address = _address(session, delivery) or delivery.address


def _address(session: Session, delivery: Delivery) -> str | None:
    if delivery.consent_id is not None:
        return None
    if delivery.unit_id is not None:
        return session.get_one(Unit, delivery.unit_id).robot_url
    return session.get_one(Person, delivery.person_id).email
