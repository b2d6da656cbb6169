"""Who holds a ticket: what a decision ends, begins and revises of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from service.inserts import insert_soon
from service.tickets.models import Assignment
from workflows.changes import Hold, HoldRole
from workflows.decide import Decision, began_by

LEADS_NOW = "leads_now"
"""How the hold of a supporting unit ends that takes over the lead."""

RELEASED = "released"
"""How it ends for a unit that is needed no longer."""


def write(session: Session, ticket_id: int, decision: Decision, now: datetime) -> None:
    changes = decision.changes
    if changes.ended is not None:
        _end(session, ticket_id, HoldRole.lead, changes.ended, now)
    if changes.supporting is not None and decision.status_from is not None:
        _end(session, ticket_id, HoldRole.supporting, changes.ended or "replaced", now)
    for unit in changes.released:
        how = LEADS_NOW if changes.hold is not None and changes.hold.unit == unit else RELEASED
        _end(session, ticket_id, HoldRole.supporting, how, now, unit)
    for hold in began_by(changes):
        insert_soon(session, Assignment, hold_values(hold, ticket_id, decision.after.round, now))
    if changes.revised is not None:
        _revise(session, ticket_id, changes.revised)


def _end(session: Session, ticket_id: int, role: HoldRole, how: str, now: datetime, unit: int | None = None) -> None:
    running = update(Assignment).where(
        col(Assignment.ticket_id) == ticket_id, col(Assignment.role) == role, col(Assignment.ended_at).is_(None)
    )
    if unit is not None:
        running = running.where(col(Assignment.unit_id) == unit)
    session.execute(running.values(ended_at=now, ended_how=how).execution_options(synchronize_session="fetch"))


def _revise(session: Session, ticket_id: int, hold: Hold) -> None:
    running = update(Assignment).where(
        col(Assignment.ticket_id) == ticket_id, col(Assignment.role) == hold.role, col(Assignment.ended_at).is_(None)
    )
    session.execute(running.values(due_at=hold.due_at, is_provisional=hold.is_provisional))


def hold_values(hold: Hold, ticket_id: int, round: int, now: datetime) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "unit_id": hold.unit,
        "role": hold.role,
        "duty": hold.duty,
        "round": round,
        "started_at": now,
        "due_at": hold.due_at,
        "is_provisional": hold.is_provisional,
    }
