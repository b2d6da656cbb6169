"""Lays an issue's rows out as the case that its table decides on."""

from collections.abc import Sequence

from sqlalchemy import true
from sqlmodel import Session, col, select

from service.directory.reference import Reference
from service.issues.models import Issue, IssueTicket
from service.tickets.models import Ticket
from service.tickets.numbers import id_of
from service.tickets.scope import visible_tickets
from workflows.actors import Actor
from workflows.command_fields import CommandBase
from workflows.issues import CANNOT_BE_GROUPED, Grouped, IssueCase, common_area


def case_of(
    session: Session, issue: Issue | None, command: CommandBase | None, actor: Actor, known: Reference
) -> IssueCase:
    """With the wishes that the command names, where the actor can see them; the clock sees all."""
    wanted = numbers_in(command)
    named = grouped(session, [id_of(number) or 0 for number in wanted], actor) if wanted else ()
    zone, knows_all = known.calendar.zone, len(named) == len(set(wanted))
    if issue is None:
        area = common_area(wish.area_path for wish in named) if named else known.county.path
        return IssueCase(area, zone, named=tuple(named), knows_all=knows_all)
    return IssueCase(
        common_area([issue.area_path, *(wish.area_path for wish in named)]),
        zone,
        id=issue.id,
        status=issue.status,
        main_ticket_id=issue.main_ticket_id,
        handling_units=_handling_units(session, issue),
        others=_others(session, issue, named) if wanted else 0,
        named=tuple(named),
        knows_all=knows_all,
    )


def numbers_in(command: CommandBase | None) -> Sequence[str]:
    one = getattr(command, "ticket", None)
    return (one,) if one else tuple(dict.fromkeys(getattr(command, "tickets", ())))


def grouped(session: Session, ids: Sequence[int], actor: Actor) -> list[Grouped]:
    """The oldest first."""
    may_see = true() if actor.rule else visible_tickets(actor)
    rows = session.execute(_COLUMNS.where(col(Ticket.id).in_(ids), may_see).order_by(col(Ticket.id)))
    return [Grouped(row.id, row.area_path, row.status, row.issue_id) for row in rows]


def members_of(session: Session, issue_id: int) -> list[Grouped]:
    rows = session.execute(_COLUMNS.where(col(Ticket.issue_id) == issue_id).order_by(col(Ticket.id)))
    return [Grouped(row.id, row.area_path, row.status, row.issue_id) for row in rows]


def _handling_units(session: Session, issue: Issue) -> frozenset[int]:
    """Three towns may each have some of its wishes in hand."""
    units = session.exec(select(Ticket.lead_unit_id).where(Ticket.issue_id == issue.id).distinct())
    return frozenset(unit for unit in units if unit is not None)


def _others(session: Session, issue: Issue, named: Sequence[Grouped]) -> int:
    """Whether anybody would be left who can stand for it: one is enough to know."""
    return int(has_others(session, issue.id or 0, [wish.id for wish in named]))


def has_others(session: Session, issue_id: int, leaving: Sequence[int]) -> bool:
    """One that was merged or withdrawn a moment ago is still in it, and stands for nothing."""
    left = (
        select(IssueTicket.id)
        .join(Ticket, col(Ticket.id) == col(IssueTicket.ticket_id))
        .where(
            IssueTicket.issue_id == issue_id,
            col(IssueTicket.left_at).is_(None),
            col(IssueTicket.ticket_id).not_in(leaving),
            col(Ticket.status).not_in(CANNOT_BE_GROUPED),
        )
    )
    return session.exec(left.limit(1)).first() is not None


_COLUMNS = select(Ticket.id, Ticket.area_path, Ticket.status, Ticket.issue_id)
