"""Reads of issues: which ones an official sees, the wishes of one in pages, and how many there are where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import Session, col, select

from service.accounts import scope
from service.errors import NotFound
from service.issues.lifecycle import subject_of
from service.issues.models import Issue, IssueTicket
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.queries import SUMMARY_COLUMNS, Story
from service.tickets.scope import visible_tickets
from workflows.actors import Actor
from workflows.commands import LARGEST_ID
from workflows.refusals import Refused
from workflows.words import _

ISSUES_ON_A_PAGE = 20
WISHES_ON_A_PAGE = 50
EVENTS_SHOWN = 30


@dataclass(frozen=True)
class Page:
    """`cursor` asks for the rows after these; None when there are no more."""

    rows: Sequence[Any]
    cursor: str | None


def visible_issues(actor: Actor) -> ColumnElement[bool]:
    """Those of one's area, and those in which a wish is that one sees."""
    has_ones_own = exists().where(col(Ticket.issue_id) == col(Issue.id), visible_tickets(actor))
    return or_(scope.in_areas(col(Issue.area_path), scope.area_paths(actor)), has_ones_own)


def seen_issue(session: Session, actor: Actor, issue_id: int) -> Issue:
    """The issue, if this actor can see it; NotFound otherwise, as if it did not exist."""
    if not 0 < issue_id <= LARGEST_ID:
        raise NotFound()
    found = session.exec(select(Issue).where(Issue.id == issue_id, visible_issues(actor))).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_issues(session: Session, actor: Actor, cursor: str | None = None, most: int = ISSUES_ON_A_PAGE) -> Page:
    """The newest first."""
    wanted = select(Issue).where(visible_issues(actor), *_beyond(col(Issue.id) < _id_in(cursor), cursor))
    rows = session.exec(wanted.order_by(col(Issue.id).desc()).limit(most + 1)).all()
    return Page(rows[:most], str(rows[most - 1].id) if len(rows) > most else None)


def wishes_of(
    session: Session, actor: Actor, issue_id: int, cursor: str | None = None, most: int = WISHES_ON_A_PAGE
) -> Page:
    """The wishes that this actor sees, the oldest first; read along one index, however many there are."""
    wanted = (
        select(*SUMMARY_COLUMNS)  # type: ignore[call-overload]
        .join(IssueTicket, col(IssueTicket.ticket_id) == col(Ticket.id))
        .where(
            IssueTicket.issue_id == issue_id,
            col(IssueTicket.left_at).is_(None),
            visible_tickets(actor),
            *_beyond(col(IssueTicket.ticket_id) > _id_in(cursor), cursor),
        )
    )
    rows = session.execute(wanted.order_by(col(IssueTicket.ticket_id)).limit(most + 1)).all()
    return Page(rows[:most], str(rows[most - 1].id) if len(rows) > most else None)


def story_of_issue(session: Session, issue_id: int) -> list[Story]:
    """What happened to it as a whole, the oldest first; who joined is told on the page of each wish."""
    rows = session.execute(
        select(TicketEvent, TicketEventDetails)
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(TicketEvent.subject == subject_of(issue_id), TicketEvent.verb != "join_issue")
        .order_by(col(TicketEvent.id).desc())
        .limit(EVENTS_SHOWN)
    ).all()
    return [Story(event, words.details if words else {}, (), not words) for event, words in reversed(rows)]


def _beyond(condition: ColumnElement[bool], cursor: str | None) -> tuple[ColumnElement[bool], ...]:
    return (condition,) if cursor else ()


def _id_in(cursor: str | None) -> int:
    """Raise Refused for a cursor that is none of ours."""
    typed = cursor or "0"
    if not (typed.isascii() and typed.isdigit() and int(typed) <= LARGEST_ID):
        raise Refused(_("这一页的地址不对，请从第一页看起。"), field="cursor")
    return int(typed)
