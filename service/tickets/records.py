"""What a decision writes: the ticket's columns, the event with its words, the holds and the outbox row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from notifications.notices import notices_for
from service.directory.models import Category, Link
from service.directory.reference import Reference
from service.errors import Conflict
from service.inserts import insert_for_id, insert_or_skip, insert_soon
from service.masking import mask_text
from service.phones import normalise_phone
from service.sealing import blind_index
from service.tickets import ask_rows, chain, holdings, search, voices
from service.tickets.models import (
    Attachment,
    EscalationFiring,
    OutboxRow,
    Ticket,
    TicketEvent,
    TicketEventDetails,
)
from workflows import escalations
from workflows.actors import Actor
from workflows.commands import CommandBase, Submit
from workflows.decide import Decision
from workflows.statuses import STAGE_OF, Source


@dataclass(frozen=True)
class Origin:
    """Where a wish came in, besides what it says: kept on the ticket, no part of the command."""

    link: Link | None = None
    idempotency_key: str | None = None
    source_key: str | None = None
    parent_id: int | None = None


FROM_NOWHERE = Origin()


@dataclass(frozen=True)
class About:
    """What else an event happened to, as in `whistle:12`, and the status that this has now."""

    subject: str | None = None
    subject_to: str | None = None


THE_TICKET = About()


def insert_ticket(
    session: Session, command: Submit, actor: Actor, decision: Decision, known: Reference, origin: Origin
) -> int | None:
    """The new row's id; None when a twin with the same key was written at this very moment."""
    values = ticket_values(command, actor, decision, known, origin)
    ticket_id = insert_or_skip(session, Ticket, values)
    if ticket_id is not None:
        search.index(session, ticket_id, values["public_text"])
    return ticket_id


def ticket_values(
    command: Submit, actor: Actor, decision: Decision, known: Reference, origin: Origin, version: int = 1
) -> dict[str, Any]:
    """The columns of a new ticket; those that nothing is said of keep their defaults."""
    after = decision.after
    category = known.categories_by_key.get(command.category or "")
    return {
        **decision.changes.columns,
        "version": version,
        "source": command.source,
        "kind": command.kind,
        "category_id": category.id if category else None,
        "area_id": command.area,
        "area_path": after.area_path,
        "town_id": town_of(after.area_path),
        "link_id": origin.link.id if origin.link else None,
        "entered_by_id": actor.person,
        "meeting": command.meeting,
        "parent_id": origin.parent_id,
        "idempotency_key": origin.idempotency_key,
        "source_key": origin.source_key,
        "wish": command.text,
        "public_text": mask_text(command.text),
        "name": command.name,
        "phone": command.phone,
        "place": command.place,
        "position": command.position,
        "phone_index": phone_index(command.phone),
        "is_nameless": command.is_nameless,
        "is_private": command.is_private,
        "is_for_other": command.is_for_other,
        "is_shared": command.source is Source.link and not command.is_private,
        "status": decision.status_to,
        "stage": STAGE_OF[decision.status_to],
        "urgency": after.urgency,
        "needs_review": after.needs_review,
        "follow_up_rule": after.follow_up_rule,
    }


def town_of(area_path: str) -> int | None:
    """The area right below the county: `/1/4/17/` lies in 4; the county itself in none."""
    parts = area_path.strip("/").split("/")
    return int(parts[1]) if len(parts) > 1 else None


def phone_index(phone: str | None) -> str | None:
    """What a telephone number is found by, however it was typed."""
    digits = normalise_phone(phone) if phone else None
    return blind_index(digits) if digits else None


def update_ticket(session: Session, ticket: Ticket, decision: Decision, category: Category | None) -> None:
    """Raise Conflict when the row is no longer the one that was decided on."""
    values = {
        **decision.changes.columns,
        **_masked(decision.changes.columns),
        **({"category_id": category.id} if category else {}),
        "needs_review": decision.after.needs_review,
        "follow_up_rule": decision.after.follow_up_rule,
        "status": decision.status_to,
        "stage": STAGE_OF[decision.status_to],
        "version": ticket.version + 1,
    }
    wanted = update(Ticket).where(col(Ticket.id) == ticket.id, col(Ticket.version) == ticket.version).values(values)
    if session.execute(wanted.execution_options(synchronize_session=False)).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict()
    session.expire(ticket)


def _masked(columns: Mapping[str, Any]) -> dict[str, str]:
    """What anybody reads is masked once more, whoever wrote it."""
    return {"wall_text": mask_text(columns["wall_text"])} if columns.get("wall_text") else {}


def write_event(
    session: Session,
    ticket_id: int,
    command: CommandBase,
    actor: Actor,
    decision: Decision,
    now: datetime,
    number_and_hash: tuple[int, bytes],
    is_quiet: bool,
    about: About = THE_TICKET,
) -> int:
    """The event with its words, the holds, and the outbox row: what makes the change a fact."""
    event, words = event_values(ticket_id, command, actor, decision, now, number_and_hash, about)
    event_id = insert_for_id(session, TicketEvent, event)
    insert_soon(session, TicketEventDetails, {"event_id": event_id, **words})
    holdings.write(session, ticket_id, decision, now)
    ask_rows.write(session, ticket_id, decision, actor, now)
    if actor.rule in escalations.BY_NAME:
        firing = EscalationFiring(ticket_id=ticket_id, round=decision.after.round, rule=actor.rule or "", at=now)
        session.add(firing)
    if photos := getattr(command, "photos", ()):
        _bind_photos(session, ticket_id, event_id, photos)
    if voice := getattr(command, "voice", None):
        voices.bind(session, ticket_id, event_id, voice)
    if not is_quiet and notices_for(decision.verb, decision.status_to):
        insert_soon(session, OutboxRow, {"event_id": event_id})
    return event_id


def event_values(
    ticket_id: int,
    command: CommandBase,
    actor: Actor,
    decision: Decision,
    now: datetime,
    number_and_hash: tuple[int, bytes],
    about: About = THE_TICKET,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of an event, and those of its words."""
    details, salt = command.details(), chain.new_salt()
    number, previous = number_and_hash
    facts = {
        "ticket_id": ticket_id,
        "number": number,
        "round": decision.after.round,
        "verb": decision.verb,
        "role": decision.role,
        "person_id": actor.person,
        "unit_id": _acting_unit(actor, decision),
        "rule": actor.rule,
        "status_from": decision.status_from,
        "status_to": decision.status_to,
        "subject": about.subject,
        "subject_to": about.subject_to,
    }
    digest = chain.digest_of(details, salt)
    seal = {"digest": digest, "previous_hash": previous, "hash": chain.hash_of(facts, now, digest, previous)}
    return {**facts, "at": now, **seal}, {"salt": salt, "details": details}


def _acting_unit(actor: Actor, decision: Decision) -> int | None:
    """The unit for which a person acted: that of the post whose role the rules accepted."""
    fitting = [post for post in actor.posts if post.role is decision.role]
    held = [post for post in fitting if post.unit in {decision.after.lead_unit_id, decision.after.unit_id}]
    chosen = held or fitting or list(actor.posts)
    return chosen[0].unit if chosen else None


def _bind_photos(session: Session, ticket_id: int, event_id: int, photos: tuple[int, ...]) -> None:
    free = update(Attachment).where(col(Attachment.id).in_(photos), col(Attachment.ticket_id).is_(None))
    session.execute(free.values(ticket_id=ticket_id, event_id=event_id))


def last_hash(session: Session, ticket_id: int, number: int) -> bytes:
    wanted = select(TicketEvent.hash).where(TicketEvent.ticket_id == ticket_id, TicketEvent.number == number)
    return session.exec(wanted).one()
