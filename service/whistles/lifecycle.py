"""The only door through which a whistle moves: decide, then write its rows and the event in its ticket's chain."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, select

from service.directory.reference import Reference, reference
from service.errors import Conflict, NotFound
from service.masking import mask_text
from service.tickets import lifecycle as tickets
from service.tickets.casefile import case_of
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.records import About
from service.whistles.casefile import new_whistle, whistle_case_of
from service.whistles.holds import changes_for, now_joined
from service.whistles.models import Whistle
from service.whistles.moving import moved_to
from service.whistles.records import facts_of, insert_whistle, write_whistle
from service.whistles.speaking import speaker
from workflows.actors import Actor, system
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.whistle_commands import BlowWhistle, MoveWhistle, WhistleCommand
from workflows.whistle_words import OPEN_WHISTLE, WhistleStatus
from workflows.whistles import WhistleDecision, decide_whistle
from workflows.words import _


@dataclass(frozen=True)
class WhistlePerformed:
    """What was written: the whistle as it stands now, and its ticket's number."""

    whistle_id: int
    number: str
    version: int
    status: WhistleStatus
    unit_id: int | None
    due_at: datetime | None
    event_id: int | None


def blow(session: Session, ticket_id: int, command: BlowWhistle, actor: Actor, now: datetime) -> int:
    """Blow a whistle on a ticket, or ask the principal for it; the new whistle's id.

    Raises NotFound, Refused, WrongStatus, NotPermitted; then nothing has been written.
    """
    ticket = _alone_with(session, ticket_id)
    known = reference(session)
    _check_units(command, known)
    _check_book(command, known)
    if command.issue is not None and command.issue != ticket.issue_id:
        raise Refused(_("这件心愿不在这件共性问题里。"), field="issue")
    case = new_whistle(session, case_of(session, ticket, known), command, ticket.issue_id, actor, known)
    decision = decide_whistle(case, command, actor, now)
    text = mask_text(command.text)
    whistle = insert_whistle(session, decision.after, text, ticket.issue_id, actor.person)
    _write(session, whistle, command, actor, decision, now, known)
    assert whistle.id is not None
    return whistle.id


def _alone_with(session: Session, ticket_id: int) -> Ticket:
    """The wish, held until the transaction ends; of an issue's wishes the first is held as well, so that two towns that
    blow for one matter at once come one after the other. Always the lower number first."""
    issue = session.exec(select(Ticket.issue_id).where(Ticket.id == ticket_id)).one_or_none()
    if issue is not None:
        first = session.exec(select(func.min(Ticket.id)).where(Ticket.issue_id == issue)).one()
        tickets.locked(session, first or ticket_id)
    return tickets.locked(session, ticket_id)


def perform(
    session: Session,
    whistle_id: int,
    command: WhistleCommand,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> WhistlePerformed:
    """Do what is asked of a whistle. `version` is what the asker saw: Conflict when somebody was quicker.

    Raises NotFound, Conflict, Refused, WrongStatus, NotPermitted; then nothing has been written.
    """
    whistle = locked_whistle(session, whistle_id)
    if version is not None and version != whistle.version:
        raise Conflict()
    known = reference(session)
    follow(session, whistle, now, known)
    _check_units(command, known)
    decision = decide_whistle(whistle_case_of(session, whistle, known), command, actor, now)
    return _write(session, whistle, command, actor, decision, now, known)


def locked_whistle(session: Session, whistle_id: int) -> Whistle:
    """Its ticket first and then itself, always in this order; a second writer waits and sees what the first one did."""
    ticket_id = session.exec(select(Whistle.ticket_id).where(Whistle.id == whistle_id)).one_or_none()
    if ticket_id is None:
        raise NotFound()
    tickets.locked(session, ticket_id)
    wanted = select(Whistle).where(Whistle.id == whistle_id).with_for_update()
    found = session.exec(wanted.execution_options(populate_existing=True)).one()
    if found.ticket_id != ticket_id:
        raise Conflict()
    return found


def follow(session: Session, whistle: Whistle, now: datetime, known: Reference) -> bool:
    """What happened to its wish takes an open whistle along to another, whose followers are told from then on."""
    found = moved_to(session, whistle) if whistle.status in OPEN_WHISTLE else None
    if found is None:
        return False
    ticket, why = found
    assert ticket.id is not None
    tickets.locked(session, ticket.id)
    command, mover = MoveWhistle(into=number_of(ticket.id, ticket.created_at)), system(why)
    _leave(session, whistle, command, mover, now, known)
    whistle.ticket_id = ticket.id
    session.flush()
    case = whistle_case_of(session, whistle, known)
    alone = case.changed(calls=now_joined(case.calls, frozenset()))
    _write(session, whistle, command, mover, decide_whistle(alone, command, mover, now), now, known)
    return True


def _leave(
    session: Session, whistle: Whistle, command: MoveWhistle, mover: Actor, now: datetime, known: Reference
) -> None:
    """A wish that goes on without its whistle keeps none of the units that were called; nobody is told twice."""
    ticket_case = case_of(session, session.get_one(Ticket, whistle.ticket_id), known)
    if not ticket_case.is_open:
        return
    gone = whistle_case_of(session, whistle, known).changed(status=WhistleStatus.dismissed)
    _after, changes = changes_for(session, whistle, gone, ticket_case, now)
    about = About(f"whistle:{whistle.id}", whistle.status)
    tickets.record(session, whistle.ticket_id, command, mover, Role.system, now, about, changes)


def _write(
    session: Session,
    whistle: Whistle,
    command: WhistleCommand,
    actor: Actor,
    decision: WhistleDecision,
    now: datetime,
    known: Reference,
) -> WhistlePerformed:
    ticket_case = case_of(session, session.get_one(Ticket, whistle.ticket_id), known)
    after, changes = changes_for(session, whistle, decision.after, ticket_case, now)
    write_whistle(session, whistle, decision, after, now)
    role, spokesman = speaker(actor, decision, command)
    told = command.with_facts(**facts_of(whistle, decision, command))
    about = About(f"whistle:{whistle.id}", decision.status_to)
    done = tickets.record(session, whistle.ticket_id, told, spokesman, role, now, about, changes)
    assert whistle.id is not None
    return WhistlePerformed(
        whistle.id,
        number_of(done.ticket_id, done.created_at),
        whistle.version,
        decision.status_to,
        whistle.unit_id,
        whistle.due_at,
        done.event_id,
    )


def _check_book(command: BlowWhistle, known: Reference) -> None:
    if command.kind not in known.whistles.kinds:
        raise Refused(_("没有这一类哨，请重新选择。"), field="kind")
    if command.reason not in known.whistles.reasons:
        raise Refused(_("没有这条原因，请重新选择。"), field="reason")


def _check_units(command: WhistleCommand, known: Reference) -> None:
    """Units that are called, planned or suggested have to exist and be in service; one that is ruled on need not be."""
    named = [
        *(("lead", unit) for unit in [getattr(command, "lead", None)]),
        *(("supporting", unit) for unit in getattr(command, "supporting", ())),
        *(("replacement", unit) for unit in [getattr(command, "replacement", None)]),
        *(("suggested_unit", unit) for unit in [getattr(command, "suggested_unit", None)]),
        *(("milestones", draft.unit) for draft in getattr(command, "milestones", ())),
        *(("unit", unit) for unit in [command.unit if command.verb == "call_more" else None]),  # type: ignore[attr-defined]
    ]
    for name, unit in named:
        if unit is not None and (unit not in known.units or not known.units[unit].is_active):
            raise Refused(_("没有这个单位，或者它已经停用，请重新选择。"), field=name)
