"""The rows of asks: written when something is asked, settled when it is decided or lapses, read while it is pending."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from service.inserts import insert_row
from service.tickets.models import Ask, EscalationFiring
from workflows.actors import Actor
from workflows.ask_words import AskState
from workflows.decide import Decision
from workflows.pending_asks import PendingAsk, Settled


def write(session: Session, ticket_id: int, decision: Decision, actor: Actor, now: datetime) -> None:
    """Settled first: the index of pending ones has room for one of each kind."""
    changes = decision.changes
    for settled in changes.settled:
        _settle(session, ticket_id, settled, actor, now)
    if changes.asked is not None:
        insert_row(session, Ask, values(ticket_id, decision.after.round, changes.asked))
    if changes.rearmed:
        _rearm(session, ticket_id, decision.after.round, changes.rearmed)


def pending(session: Session, ticket_id: int) -> tuple[PendingAsk, ...]:
    """In the order in which they were asked."""
    wanted = select(Ask).where(Ask.ticket_id == ticket_id, Ask.state == AskState.pending).order_by(col(Ask.id))
    return tuple(as_pending(row) for row in session.exec(wanted))


def as_pending(row: Ask) -> PendingAsk:
    return PendingAsk(
        kind=row.kind,
        unit=row.unit_id,
        decider=row.decider_role,
        decider_unit=row.decider_unit_id,
        asked_at=row.asked_at,
        due_at=row.due_at,
        is_provisional=row.is_provisional,
        asked_by=row.asked_by_id,
        suggested_unit=row.suggested_unit_id,
        until=row.until,
    )


def values(ticket_id: int, round: int, ask: PendingAsk) -> dict[str, Any]:
    """The columns of what was asked just now."""
    return {
        "ticket_id": ticket_id,
        "round": round,
        "kind": ask.kind,
        "state": AskState.pending,
        "unit_id": ask.unit,
        "asked_by_id": ask.asked_by,
        "asked_at": ask.asked_at,
        "decider_role": ask.decider,
        "decider_unit_id": ask.decider_unit,
        "due_at": ask.due_at,
        "is_provisional": ask.is_provisional,
        "suggested_unit_id": ask.suggested_unit,
        "until": ask.until,
    }


def settled_values(settled: Settled, actor: Actor, now: datetime) -> dict[str, Any]:
    """Nobody has decided on what lapses."""
    decided_by = None if settled.state is AskState.lapsed else actor.person
    return {"state": settled.state, "decided_at": now, "decided_by_id": decided_by, "granted_until": settled.until}


def _settle(session: Session, ticket_id: int, settled: Settled, actor: Actor, now: datetime) -> None:
    waiting = (col(Ask.ticket_id) == ticket_id, col(Ask.kind) == settled.kind, col(Ask.state) == AskState.pending)
    decided = settled_values(settled, actor, now)
    session.execute(update(Ask).where(*waiting).values(decided).execution_options(synchronize_session="fetch"))


def _rearm(session: Session, ticket_id: int, round: int, rules: frozenset[str]) -> None:
    """What has fired in this round is forgotten: the moment that these rules count from has moved."""
    fired = (col(EscalationFiring.ticket_id) == ticket_id, col(EscalationFiring.round) == round)
    session.execute(delete(EscalationFiring).where(*fired, col(EscalationFiring.rule).in_(sorted(rules))))
