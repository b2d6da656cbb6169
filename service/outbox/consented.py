"""Where a villager's number is opened: at the moment when a message to her leaves, and only if she still wants it."""

from datetime import datetime

from sqlmodel import Session

from service.outbox.models import Delivery
from service.phones import normalise_phone
from service.tickets.consents import is_quiet
from service.tickets.models import Consent, Ticket
from workflows.consents import Way


def is_still_wanted(session: Session, delivery: Delivery, now: datetime) -> bool:
    """What she does not want any more is not sent, and not kept; a number may want no message of anybody's wish."""
    consent = session.get(Consent, delivery.consent_id) if delivery.consent_id is not None else None
    if consent is None:
        return delivery.consent_id is None
    is_quieted = consent.way is Way.sms and is_quiet(session, address_of(session, delivery), now)
    return consent.stopped_at is None and not is_quieted


def address_of(session: Session, delivery: Delivery) -> str:
    """The address of a message as it is now; empty when there is none, which its channel refuses."""
    if delivery.consent_id is None:
        return delivery.address
    consent = session.get_one(Consent, delivery.consent_id)
    if consent.way is Way.wechat or consent.address:
        return consent.address or ""
    return normalise_phone(session.get_one(Ticket, consent.ticket_id).phone or "") or ""
