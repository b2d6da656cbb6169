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


def by_town_and_status(session: Session, issue_id: int) -> list[tuple[int | None, Status, int]]:
    """So many wishes of an issue are of this town and have come this far; together they are its `wishes`."""
    said = _said(_OF_ISSUE, col(Ticket.issue_id) == issue_id)
    rows = session.execute(
        select(said.c.town_id, said.c.status, func.count().label("wishes")).group_by(said.c.town_id, said.c.status)
    )
    return [(row.town_id, row.status, row.wishes) for row in rows]


def _counted(session: Session, matter: ColumnElement[Any], which: ColumnElement[bool]) -> dict[int, HowMany]:
    said = _said(matter, which)
    writers = func.count(func.coalesce(said.c.phone_index, cast(said.c.id, String)).distinct())
    wanted = select(
        said.c.matter,
        func.count().label("wishes"),
        func.sum(case((said.c.status.in_(OPEN), 1), else_=0)).label("open"),
        (writers + func.sum(said.c.endorsements)).label("people"),
    )
    rows = session.execute(wanted.group_by(said.c.matter))
    return {row.matter: HowMany(row.wishes, row.open, row.people) for row in rows}


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
    is_merged = and_(col(follower.status) == Status.merged, col(follower.issue_id).is_(None))
    return wanted.join(mains, col(follower.merged_into_id) == mains.c.id).where(is_merged)


TOLD = tuple(map(col, (Ticket.id, Ticket.town_id, Ticket.status, Ticket.phone_index, Ticket.endorsements)))
