"""The only door through which a ticket moves: decide, then write ticket, event, holds and outbox in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from service.directory.models import Category
from service.directory.reference import Reference, reference
from service.errors import Conflict, NotFound, TooMany
from service.inserts import write_waiting
from service.tickets import chain
from service.tickets.casefile import case_of, new_case, whistle_runs
from service.tickets.firings import refuse_a_second_time, remembering
from service.tickets.main_ticket import main_of
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.numbers import id_of
from service.tickets.records import FROM_NOWHERE, About, Origin, insert_ticket, last_hash, update_ticket, write_event
from service.tickets.scope import visible_tickets
from workflows import escalations, follow_ups
from workflows.actors import Actor
from workflows.cases import Case
from workflows.changes import NO_CHANGES, Changes
from workflows.commands import CommandBase, Merge, Rate, RequestDeferral, Submit
from workflows.decide import Decision, decide, stays
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.words import _

_HANDED_IN = select(col(Ticket.id), col(Ticket.created_at), col(Ticket.version), col(Ticket.due_at))
_BY_SOURCE = _HANDED_IN.where(col(Ticket.source_key) == bindparam("source"))
_BY_KEY = _HANDED_IN.where(col(Ticket.link_id) == bindparam("link"), col(Ticket.idempotency_key) == bindparam("key"))

AN_HOUR, ACTS_AN_HOUR = timedelta(hours=1), 30


@dataclass(frozen=True)
class Performed:
    """What was written. `is_repeat`: this very wish or rating had come in before, and nothing was written now."""

    ticket_id: int
    created_at: datetime
    event_id: int | None = None
    decision: Decision | None = None
    version: int = 1
    due_at: datetime | None = None
    is_repeat: bool = False


def submit(
    session: Session,
    command: Submit,
    actor: Actor,
    now: datetime,
    origin: Origin = FROM_NOWHERE,
    *,
    is_quiet: bool = False,
) -> Performed:
    """Take in a wish. The same idempotency or source key a second time answers with the first ticket.

    `is_quiet` tells nobody (history that is imported). Raises Refused and its family.
    """
    if (known := _handed_in_before(session, origin)) is not None:
        return known
    known_data = reference(session)
    if command.area not in known_data.areas:
        raise Refused(_("没有这个地方，请重新选择所在地。"), field="area")
    _check_names(command, known_data)
    case = new_case(command, known_data)
    decision = _with_alarm(decide(case, command, actor, now))
    ticket_id = insert_ticket(session, command, actor, decision, known_data, origin)
    if ticket_id is None:
        return _handed_in_at_the_same_moment(session, origin)
    event_id = write_event(session, ticket_id, command, actor, decision, now, (1, chain.START), is_quiet)
    return Performed(ticket_id, now, event_id, decision, due_at=decision.after.due_at)


def perform(
    session: Session,
    ticket_id: int,
    command: CommandBase,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    *,
    is_quiet: bool = False,
) -> Performed:
    """Do what is asked of a ticket. `version` is what the asker saw: Conflict when somebody was quicker.

    Raises NotFound, Conflict, Refused, WrongStatus, NotPermitted; then nothing has been written.
    """
    ticket = locked(session, ticket_id)
    if _has_said_so(session, ticket, command, actor):
        return Performed(ticket_id, ticket.created_at, None, None, ticket.version, ticket.due_at, is_repeat=True)
    if version is not None and version != ticket.version:
        raise Conflict()
    known_data = reference(session)
    _check_names(command, known_data)
    _check_pace(session, ticket_id, actor, now)
    case = _complete(session, ticket, command, actor, known_data)
    refuse_a_second_time(case, actor)
    decision = _with_alarm(remembering(decide(case, command, actor, now), actor))
    number = ticket.version + 1
    link_in_chain = (number, last_hash(session, ticket_id, ticket.version))
    update_ticket(session, ticket, decision, _category(command, known_data))
    event_id = write_event(session, ticket_id, command, actor, decision, now, link_in_chain, is_quiet)
    for child in decision.changes.children:
        submit(session, child, actor, now, Origin(parent_id=ticket_id), is_quiet=is_quiet)
    return Performed(ticket_id, case.created_at or now, event_id, decision, number, decision.after.due_at)


def record(
    session: Session,
    ticket_id: int,
    command: CommandBase,
    actor: Actor,
    role: Role,
    now: datetime,
    about: About,
    changes: Changes = NO_CHANGES,
) -> Performed:
    """Write down what happened to something that hangs on a ticket: a whistle, an issue, a claim.

    Whoever calls has decided already, by the table of that thing. The ticket keeps its status; `changes` may set its
    columns and let units join or leave it. The event stands in the ticket's chain, under `about`.
    """
    ticket = locked(session, ticket_id)
    case = case_of(session, ticket, reference(session))
    decision = _with_alarm(stays(case, command.verb, role, changes, now))
    number = ticket.version + 1
    link_in_chain = (number, last_hash(session, ticket_id, ticket.version))
    update_ticket(session, ticket, decision, None)
    event_id = write_event(
        session, ticket_id, command, actor, decision, now, link_in_chain, is_quiet=False, about=about
    )
    return Performed(ticket_id, case.created_at or now, event_id, decision, number, decision.after.due_at)


def _handed_in_before(session: Session, origin: Origin) -> Performed | None:
    connection = session.connection()
    if origin.source_key is not None:
        row = connection.execute(_BY_SOURCE, {"source": origin.source_key}).first()
    elif origin.idempotency_key is not None and origin.link is not None:
        row = connection.execute(_BY_KEY, {"link": origin.link.id, "key": origin.idempotency_key}).first()
    else:
        return None
    return Performed(row.id, row.created_at, None, None, row.version, row.due_at, is_repeat=True) if row else None


def _handed_in_at_the_same_moment(session: Session, origin: Origin) -> Performed:
    if (known := _handed_in_before(session, origin)) is None:
        raise Conflict()
    return known


def locked(session: Session, ticket_id: int) -> Ticket:
    """The ticket, held until the transaction ends: a second writer waits here and then sees what the first one did."""
    write_waiting(session)
    wanted = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
    found = session.exec(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _has_said_so(session: Session, ticket: Ticket, command: CommandBase, actor: Actor) -> bool:
    """Whether it is her own last rating of this round once more: nobody need be told twice."""
    if not isinstance(command, Rate) or actor.ticket != ticket.id or ticket.satisfaction != command.satisfaction:
        return False
    ratings = select(TicketEvent.id).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.round == ticket.round, TicketEvent.verb == command.verb
    )
    last = session.exec(ratings.order_by(col(TicketEvent.number).desc()).limit(1)).first()
    words = session.get(TicketEventDetails, last) if last is not None else None
    return words is not None and words.details == command.details()


def _check_names(command: CommandBase, known: Reference) -> None:
    """Units and categories that a command names have to exist and be in service."""
    named = [*getattr(command, "supporting", ()), *getattr(command, "units", ()), getattr(command, "unit", None)]
    if any(unit is not None and (unit not in known.units or not known.units[unit].is_active) for unit in named):
        raise Refused(_("没有这个单位，或者它已经停用，请重新选择。"), field="unit")
    category = getattr(command, "category", None)
    if category is not None and category not in known.categories_by_key:
        raise Refused(_("没有这个事项，请重新选择。"), field="category")


def _check_pace(session: Session, ticket_id: int, actor: Actor, now: datetime) -> None:
    """Whoever holds a secret address may say much, but not without end: every act of hers rings at somebody's desk."""
    if actor.ticket is None:
        return
    hers = (TicketEvent.ticket_id == ticket_id, TicketEvent.role == Role.resident, TicketEvent.at > now - AN_HOUR)
    if session.exec(select(func.count()).select_from(TicketEvent).where(*hers)).one() >= ACTS_AN_HOUR:
        raise TooMany(seconds=int(AN_HOUR.total_seconds()))


def _complete(session: Session, ticket: Ticket, command: CommandBase, actor: Actor, known: Reference) -> Case:
    """The case, with what only this command needs: the main ticket of a merge, the villager's words for a split."""
    case = case_of(session, ticket, known)
    if isinstance(command, Merge):
        main = session.exec(
            select(Ticket).where(Ticket.id == id_of(command.into), visible_tickets(actor))
        ).one_or_none()
        return case.changed(target=case_of(session, main, known) if main else None)
    if ticket.merged_into_id is not None:
        return case.changed(target=case_of(session, main_of(session, ticket), known))
    if isinstance(command, RequestDeferral):
        case = case.changed(whistle_runs=whistle_runs(session, ticket))
    category = _category(command, known)
    if category is not None:
        case = case.changed(
            urgency=category.urgency, needs_review=category.needs_review, follow_up_rule=category.follow_up_rule
        )
    return case.changed(extra={"submission": as_submitted(ticket, known)})


def _category(command: CommandBase, known: Reference) -> Category | None:
    return known.categories_by_key.get(getattr(command, "category", None) or "")


def as_submitted(ticket: Ticket, known: Reference) -> Submit:
    category = known.categories.get(ticket.category_id or 0)
    return Submit.model_construct(
        kind=ticket.kind,
        text=ticket.wish,
        area=ticket.area_id,
        category=category.key if category else None,
        place=ticket.place,
        position=ticket.position,
        name=ticket.name,
        phone=ticket.phone,
        is_nameless=ticket.is_nameless,
        is_private=ticket.is_private,
        is_for_other=ticket.is_for_other,
        has_consent=ticket.is_for_other,
        photos=(),
        source=ticket.source,
        meeting=ticket.meeting,
    )


def _with_alarm(decision: Decision) -> Decision:
    moments = {"alarm_at": escalations.next_alarm(decision.after), "call_at": follow_ups.next_call(decision.after)}
    columns = {**decision.changes.columns, **moments}
    return replace(decision, changes=replace(decision.changes, columns=columns))
