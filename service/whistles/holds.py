"""A called unit supports the ticket while its call lasts, so that it sees what it was called for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from service.whistles.models import Whistle, WhistleCall
from workflows import holds
from workflows.cases import Case
from workflows.changes import Changes
from workflows.whistle_cases import ACTIVE_CALL, CallCase, WhistleCase
from workflows.whistle_words import OPEN_WHISTLE, WhistleStatus


def changes_for(
    session: Session, whistle: Whistle, after: WhistleCase, ticket: Case, now: datetime
) -> tuple[WhistleCase, Changes]:
    """What the whistle changes of the ticket's holds, and the whistle that remembers it; an ended ticket has none."""
    if not ticket.is_open:
        return after, Changes()
    present = ticket.supporting | {ticket.lead_unit_id}
    called = {call.unit_id for call in after.active_calls} if after.status is not WhistleStatus.raised else set()
    wanted = called - after.dissolved if after.is_open else set()
    joining = wanted - present
    leaving = {call.unit_id for call in after.calls if call.joined_ticket} - wanted
    leaving = (leaving & ticket.supporting) - _passed_to_others(session, whistle, leaving)
    term = ticket.limits.reply(ticket.urgency)
    joined = tuple(holds.support(ticket, unit, now, term) for unit in sorted(joining))
    mine = {call.unit_id for call in after.calls if call.joined_ticket and call.unit_id in wanted}
    calls = now_joined(after.calls, mine | joining)
    return after.changed(calls=calls), Changes(joined=joined, released=frozenset(leaving))


def now_joined(calls: Iterable[CallCase], units: Iterable[int]) -> tuple[CallCase, ...]:
    """The calls, with who of them supports the ticket because of this whistle."""
    joined = set(units)
    return tuple(replace(call, joined_ticket=call.unit_id in joined) for call in calls)


def _passed_to_others(session: Session, whistle: Whistle, leaving: set[int]) -> set[int]:
    """Units that another whistle on the same ticket has called as well: it is for that one now that they stay."""
    wanted = (
        select(WhistleCall)
        .join(Whistle, col(Whistle.id) == col(WhistleCall.whistle_id))
        .where(
            Whistle.ticket_id == whistle.ticket_id,
            Whistle.id != whistle.id,
            col(Whistle.status).in_(OPEN_WHISTLE),
            col(WhistleCall.state).in_(ACTIVE_CALL),
            col(WhistleCall.unit_id).in_(leaving),
        )
    )
    calls = session.exec(wanted).all() if leaving else []
    for call in calls:
        call.joined_ticket = True
    return {call.unit_id for call in calls}
