"""A villager says that she wants to be told of her wish, and says stop: the row, and an event in the ticket's chain."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select
from starlette.datastructures import FormData

from service.inserts import insert_into
from service.phones import is_mobile, normalise_phone
from service.sealing import TOKEN_LENGTH, blind_index, id_behind, secret_address
from service.tickets import lifecycle
from service.tickets.main_ticket import main_of
from service.tickets.models import Consent, QuietNumber, Ticket
from service.tickets.records import About
from service.typed import said
from workflows.actors import resident_of
from workflows.commands import Submit
from workflows.consents import AgreeToNotices, StopNotices, Way, check_agreeing
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.words import _

TICKED = "tell_by_sms"
NEEDS_A_MOBILE = _("要收短信，请写上手机号。")
IS_QUIET = _("这个号码说过半年里不再收短信，所以发不了。不用收短信也能办：进展随时可以自己看。")
MESSAGE, MARK_LENGTH = "message", 12
QUIET_FOR = timedelta(days=183)


def as_ticked(session: Session, form: FormData, command: Submit, ticket_id: int, now: datetime) -> None:
    """At sending. Raises Refused where the number that she gave cannot be sent a message."""
    if said(form, TICKED) != "true":
        return
    if not _can_be_texted(command.phone):
        raise Refused(NEEDS_A_MOBILE, field="phone")
    agree(session, ticket_id, Way.sms, now)


def agree(session: Session, ticket_id: int, way: Way, now: datetime, address: str | None = None) -> None:
    """Once for each way; who has said stop may begin again. Raises NotFound, Refused, WrongStatus."""
    ticket = lifecycle.locked(session, ticket_id)
    check_agreeing(main_of(session, ticket).status)
    if way is Way.sms:
        _check_number(session, address or ticket.phone, now)
    consent = _consent(session, ticket_id, way) or Consent(ticket_id=ticket_id, way=way, given_at=now)
    is_elsewhere = consent.address != _stored(way, address)
    is_new = consent.id is None or consent.stopped_at is not None or is_elsewhere
    consent.address = _stored(way, address)
    consent.given_at, consent.stopped_at = (now, None) if is_new else (consent.given_at, None)
    session.add(consent)
    session.flush()
    if is_new:
        _record(session, consent, AgreeToNotices(way=way), now)


def stop(session: Session, ticket_id: int, now: datetime) -> None:
    """Every way at once; a second time there is nothing to stop."""
    lifecycle.locked(session, ticket_id)
    for consent in in_force(session, ticket_id):
        consent.stopped_at, consent.address = now, None
        session.add(consent)
        session.flush()
        _record(session, consent, StopNotices(way=consent.way), now)


def stop_number(session: Session, ticket_id: int, now: datetime) -> None:
    """No short message of any wish to the number of this one: anybody may have named it in his. For half a year, and
    nobody can end it sooner: who has named it once could do so again. Ask first for a key that only a message holds."""
    number = number_of_hers(session, lifecycle.locked(session, ticket_id))
    if number:
        quiet = insert_into(session, QuietNumber).values(number=_quiet(number), since=now)
        session.execute(quiet.on_conflict_do_update(index_elements=["number"], set_={"since": now}))
    stop(session, ticket_id, now)


def is_quiet(session: Session, number: str, now: datetime) -> bool:
    """`number` is in the stored form."""
    found = session.get(QuietNumber, _quiet(number)) if number else None
    return found is not None and found.since > now - QUIET_FOR


def forget_old_quiet(session: Session, now: datetime) -> int:
    gone = session.execute(delete(QuietNumber).where(col(QuietNumber.since) < now - QUIET_FOR))
    return gone.rowcount  # type: ignore[attr-defined,no-any-return]


def _quiet(number: str) -> str:
    return blind_index(f"quiet {number}")


def _check_number(session: Session, phone: str | None, now: datetime) -> None:
    """Raise Refused."""
    if not _can_be_texted(phone):
        raise Refused(NEEDS_A_MOBILE, field="phone")
    if is_quiet(session, normalise_phone(phone or "") or "", now):
        raise Refused(IS_QUIET, field="phone")


def message_token(consent_id: int, given_at: datetime) -> str:
    """The key of her page in a short message. Only who holds the telephone has read this one: whoever named a number in
    his wish has other keys, and that of a message to himself is worth no more once he names another number."""
    return secret_address(MESSAGE, consent_id) + _mark(consent_id, given_at)


def consent_behind(session: Session, token: str) -> tuple[Consent | None, bool]:
    """And whether it still goes to the number to which this message went."""
    consent = session.get(Consent, id_behind(MESSAGE, token[:TOKEN_LENGTH]) or 0)
    if consent is None or consent.id is None:
        return None, False
    mark = _mark(consent.id, consent.given_at)
    return consent, secrets.compare_digest(token[TOKEN_LENGTH:].encode(), mark.encode())


def _mark(consent_id: int, given_at: datetime) -> str:
    return blind_index(f"message {consent_id} {given_at.timestamp()}")[:MARK_LENGTH]


def in_force(session: Session, ticket_id: int) -> Sequence[Consent]:
    wanted = select(Consent).where(Consent.ticket_id == ticket_id, col(Consent.stopped_at).is_(None))
    return session.exec(wanted.order_by(col(Consent.id))).all()


def _consent(session: Session, ticket_id: int, way: Way) -> Consent | None:
    return session.exec(select(Consent).where(Consent.ticket_id == ticket_id, Consent.way == way)).one_or_none()


def _record(session: Session, consent: Consent, command: AgreeToNotices | StopNotices, now: datetime) -> None:
    about = About(f"consent:{consent.id}", "stopped" if consent.stopped_at else "given")
    actor = resident_of(consent.ticket_id)
    lifecycle.record(session, consent.ticket_id, command, actor, Role.resident, now, about)


def _can_be_texted(phone: str | None) -> bool:
    digits = normalise_phone(phone) if phone else None
    return digits is not None and is_mobile(digits)


def _stored(way: Way, address: str | None) -> str | None:
    """A number in the one form in which it is sent to."""
    return normalise_phone(address) if address and way is Way.sms else address


def number_of_hers(session: Session, ticket: Ticket) -> str:
    """Where messages would go, for a page that shows it masked; empty when she left no mobile number."""
    consent = _consent(session, ticket.id or 0, Way.sms)
    phone = (consent.address if consent else None) or ticket.phone or ""
    return (normalise_phone(phone) or "") if _can_be_texted(phone) else ""
