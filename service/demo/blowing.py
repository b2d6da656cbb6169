"""Plays what happens at a whistle by the whistles' own door, and what their clock would do meanwhile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.tickets.models import OutboxRow, TicketEvent
from service.whistles import lifecycle, sweep
from service.whistles.casefile import milestones_of
from service.whistles.models import Whistle
from workflows.actors import Actor
from workflows.commands import CommandBase
from workflows.whistle_commands import BlowWhistle, WhistleCommand


def with_rows(
    fields: Mapping[str, Any], units: Mapping[str, int], session: Session, whistle: Whistle | None
) -> dict[str, Any]:
    """Units and milestones as rows: tales name units by their keys, and milestones by their place in the plan."""
    found = dict(fields)
    if "lead" in found:
        found["lead"] = units[found["lead"]]
        found["supporting"] = tuple(units[key] for key in found["supporting"])
    if "milestones" in found:
        found["milestones"] = [{**each, "unit": units[each["unit"]]} for each in found["milestones"]]
    if "milestone" in found and whistle is not None:
        found["milestone"] = milestones_of(session, whistle.id or 0)[found["milestone"]].id
    return found


def act(
    session: Session, ticket_id: int, whistle: Whistle | None, command: CommandBase, actor: Actor, at: datetime
) -> Whistle:
    assert isinstance(command, WhistleCommand)
    if isinstance(command, BlowWhistle):
        whistle = session.get_one(Whistle, lifecycle.blow(session, ticket_id, command, actor, at))
    else:
        assert whistle is not None
        lifecycle.perform(session, whistle.id or 0, command, actor, at)
    session.flush()
    return whistle


def let_the_clock_act(session: Session, whistle: Whistle, at: datetime) -> None:
    sweep.fire_next(session, whistle.id or 0, at)
    session.flush()


def tell_nobody(session: Session, ticket_id: int, at: datetime) -> None:
    """Of what is old news."""
    then = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket_id, TicketEvent.at == at)
    session.execute(delete(OutboxRow).where(col(OutboxRow.event_id).in_(then)))
