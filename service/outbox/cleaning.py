"""Forgets what was told: read messages of the bell after a season, what went by robot or mail after half a year."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_
from sqlmodel import Session, col

from notifications.notices import ChannelName
from service.outbox.models import Delivery, DeliveryState

READ_KEPT = timedelta(days=90)
SENT_KEPT = timedelta(days=180)


def forget_old_deliveries(session: Session, now: datetime) -> int:
    """What nobody has read, and what could not be sent, stays until a person has seen to it."""
    is_read = col(Delivery.read_at) < now - READ_KEPT
    went_out = and_(
        col(Delivery.state) == DeliveryState.sent,
        col(Delivery.channel) != ChannelName.inbox,
        col(Delivery.sent_at) < now - SENT_KEPT,
    )
    gone = session.execute(delete(Delivery).where(or_(is_read, went_out)))
    return gone.rowcount  # type: ignore[attr-defined,no-any-return]
