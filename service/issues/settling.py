"""A job: wishes that were withdrawn, declined or merged leave their issue, and an issue without wishes ends."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.issues import lifecycle
from service.issues.casefile import has_others
from service.issues.models import Issue
from service.jobs import Surroundings, Tally, one_by_one
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.actors import system
from workflows.command_fields import CommandBase
from workflows.issue_commands import EndIssue, LeaveIssue
from workflows.issue_words import IssueStatus
from workflows.issues import CANNOT_BE_GROUPED
from workflows.words import _

BATCH = 500
GIVEN_UP = system("issue_member_gone")
GONE = _("这件已撤回、不予受理或并入别的件，不再和大家一起办。")
EMPTY = _("里面的心愿都撤回、不予受理或并走了。")


def settle_issues(around: Surroundings) -> Tally:
    """Costs as much as there are wishes in issues, read from one index."""
    with around.database.reading() as session:
        rows = [(row.issue_id, row.id) for row in session.execute(_given_up().limit(BATCH))]
    return one_by_one(around, rows, lambda session, row: let_go(session, *row, around.now))


def let_go(session: Session, issue_id: int, ticket_id: int, now: datetime) -> None:
    """Looked at again under the lock, so that two at once do it once."""
    issue = lifecycle.locked(session, issue_id)
    ticket = session.get_one(Ticket, ticket_id)
    if ticket.issue_id != issue_id or issue.status is IssueStatus.ended:
        return
    number = number_of(ticket_id, ticket.created_at)
    is_last = not has_others(session, issue_id, [ticket_id])
    command: CommandBase = EndIssue(reason=EMPTY) if is_last else LeaveIssue(ticket=number, reason=GONE)
    lifecycle.perform(session, issue_id, command, GIVEN_UP, now)


def _given_up() -> Any:
    return (
        select(Ticket.issue_id, Ticket.id)
        .join(Issue, col(Issue.id) == col(Ticket.issue_id))
        .where(
            col(Ticket.issue_id).is_not(None),
            col(Ticket.status).in_(CANNOT_BE_GROUPED),
            Issue.status != IssueStatus.ended,
        )
        .order_by(col(Ticket.id))
    )
