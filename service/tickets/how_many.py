"""多少人: how many people say one matter. Cards, pages and the API all count here, so that they say the same number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, and_, case, cast, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.tickets.models import Ticket
from workflows.statuses import OPEN, Status


@dataclass(frozen=True)
class HowMany:
    """`wishes` say it, `open` of them are not answered for yet, and `people` stand behind them.

    A matter's wishes are those of its issue, or the one ticket where there is none, and whatever was merged into one of
    them (并单), however long the chain: her wish is not gone, only answered together with another. People are those who
    wrote them and the neighbours who said 我也是 (附议). Wishes of one telephone are one person; a wish without a
    telephone is one, too.
    """

    wishes: int = 0
    open: int = 0
    people: int = 0


_OF_ISSUE: Any = col(Ticket.issue_id)


def in_issues(session: Session, issue_ids: Sequence[int]) -> dict[int, HowMany]:
    """By issue, in one query. One without wishes is not there."""
    return _counted(session, _OF_ISSUE, col(Ticket.issue_id).in_(issue_ids)) if issue_ids else {}


def in_issue(session: Session, issue_id: int) -> HowMany:
    return in_issues(session, [issue_id]).get(issue_id, HowMany())


def of_matter(session: Session, ticket_id: int, issue_id: int | None) -> HowMany:
    """Of an issue, where the matter is one; else of this ticket alone."""
    if issue_id is not None:
        return in_issue(session, issue_id)
    return _counted(session, literal(ticket_id), col(Ticket.id) == ticket_id).get(ticket_id, HowMany())


def by_town_and_status(session: Session, issue_id: int) -> tuple[HowMany, list[tuple[int | None, Status, int]]]:
    """How many say an issue, and how many wishes of it are of this town and have come this far; together they are its
    `wishes`. In one query, which reads each wish once: an issue's page costs the same with many wishes as with few."""
    said = _said(_OF_ISSUE, col(Ticket.issue_id) == issue_id)
    writers = select(_writer(said)).distinct().subquery()
    rows = session.execute(
        select(
            said.c.town_id,
            said.c.status,
            func.count().label("wishes"),
            func.sum(said.c.endorsements).label("neighbours"),
            select(func.count()).select_from(writers).scalar_subquery().label("writers"),
        ).group_by(said.c.town_id, said.c.status)
    ).all()
    counted = HowMany(
        wishes=sum(row.wishes for row in rows),
        open=sum(row.wishes for row in rows if row.status in OPEN),
        people=sum(row.neighbours for row in rows) + (rows[0].writers if rows else 0),
    )
    return counted, [(row.town_id, row.status, row.wishes) for row in rows]


def _counted(session: Session, matter: ColumnElement[Any], which: ColumnElement[bool]) -> dict[int, HowMany]:
    """First by who wrote, then by matter: to count different ones a database would sort them, which costs more."""
    said = _said(matter, which)
    by_writer = (
        select(
            said.c.matter,
            func.count().label("wishes"),
            func.sum(case((said.c.status.in_(OPEN), 1), else_=0)).label("open"),
            func.sum(said.c.endorsements).label("neighbours"),
        )
        .group_by(said.c.matter, _writer(said))
        .subquery()
    )
    wanted = select(
        by_writer.c.matter,
        func.sum(by_writer.c.wishes).label("wishes"),
        func.sum(by_writer.c.open).label("open"),
        (func.count() + func.sum(by_writer.c.neighbours)).label("people"),
    )
    rows = session.execute(wanted.group_by(by_writer.c.matter))
    return {row.matter: HowMany(int(row.wishes), int(row.open), int(row.people)) for row in rows}


def _writer(said: CTE) -> ColumnElement[str]:
    """Wishes of one telephone are one person's; one without is somebody's of his own."""
    return func.coalesce(said.c.phone_index, cast(said.c.id, String))


def _said(matter: ColumnElement[Any], which: ColumnElement[bool]) -> CTE:
    """The wishes themselves, and those that follow them."""
    firsts = select(col(Ticket.id).label("id"), matter.label("matter")).where(which).cte("firsts")
    behind = _behind(firsts).cte("behind", recursive=True)
    behind = behind.union(_behind(behind))
    themselves = select(matter.label("matter"), *TOLD).where(which)
    return union_all(themselves, select(behind.c.matter, *TOLD).join(behind, col(Ticket.id) == behind.c.id)).cte("said")


def _behind(mains: CTE) -> Select[Any]:
    """One that was merged a moment ago is still in its own issue, and is counted there."""
    follower = aliased(Ticket)
    wanted = select(col(follower.id).label("id"), mains.c.matter)
    is_merged = and_(
        col(follower.merged_into_id).is_not(None),
        col(follower.status) == Status.merged,
        col(follower.issue_id).is_(None),
    )
    return wanted.join(mains, col(follower.merged_into_id) == mains.c.id).where(is_merged)


TOLD = tuple(map(col, (Ticket.id, Ticket.town_id, Ticket.status, Ticket.phone_index, Ticket.endorsements)))
