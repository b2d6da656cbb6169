"""Where a villager's number is opened: at the moment when a message to her leaves, and only if she still wants it."""

from sqlmodel import Session

from service.outbox.models import Delivery
from service.phones import normalise_phone
from service.tickets.models import Consent, Ticket
from workflows.consents import Way


def is_still_wanted(session: Session, consent_id: int) -> bool:
    """What she does not want any more is not sent, and not kept."""
    return session.get_one(Consent, consent_id).stopped_at is None


def address_of(session: Session, delivery: Delivery) -> str:
    """The address of a message as it is now; empty when there is none, which its channel refuses."""
    if delivery.consent_id is None:
        return delivery.address
    consent = session.get_one(Consent, delivery.consent_id)
    if consent.way is Way.wechat or consent.address:
        return consent.address or ""
    return normalise_phone(session.get_one(Ticket, consent.ticket_id).phone or "") or ""
