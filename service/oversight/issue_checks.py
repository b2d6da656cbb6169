"""What `weiyuan check` asks of issues: each open one has a main ticket, and memberships agree with tickets."""

from collections.abc import Iterable

from sqlalchemy import and_, exists, or_
from sqlmodel import Session, col, select

from service.issues.models import Issue, IssueTicket
from service.tickets.models import Ticket
from workflows.issue_words import IssueStatus

STAYS = col(IssueTicket.left_at).is_(None)


def issues_without_main_ticket(session: Session) -> Iterable[str]:
    is_a_member = exists().where(
        col(IssueTicket.issue_id) == col(Issue.id), col(IssueTicket.ticket_id) == col(Issue.main_ticket_id), STAYS
    )
    wanted = select(Issue.id).where(Issue.status != IssueStatus.ended, ~is_a_member)
    return [f"issue {found}" for found in session.exec(wanted)]


def tickets_against_memberships(session: Session) -> Iterable[str]:
    """Both ways round: a ticket that says nothing of its row, and one that names an issue without a row."""
    rows = (
        select(Ticket.id)
        .outerjoin(IssueTicket, and_(col(IssueTicket.ticket_id) == col(Ticket.id), STAYS))
        .where(
            or_(
                col(Ticket.issue_id).is_not(None) & col(IssueTicket.id).is_(None),
                col(IssueTicket.id).is_not(None) & col(Ticket.issue_id).is_distinct_from(col(IssueTicket.issue_id)),
            )
        )
    )
    return [f"ticket {found}" for found in session.exec(rows)]
