"""Reads of oversight: tickets under supervision and tickets that were warned of, as far as the reader sees them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func
from sqlmodel import col, select

from service.accounts.visits import Visit
from service.oversight.early_warning import given_to
from service.tickets.models import IS_OPEN, EscalationFiring, Ticket
from service.tickets.numbers import number_of
from service.tickets.scope import visible_tickets
from workflows.ask_words import SUPERVISION_WORDS
from workflows.supervision import LEVELS
from workflows.warnings import WARNINGS, Warning
from workflows.words import _

PAGE = 50
WORDS_SHOWN = 90
COLUMNS: tuple[Any, ...] = (
    *(Ticket.id, Ticket.created_at, Ticket.public_text, Ticket.status, Ticket.area_id, Ticket.unit_id),
    *(Ticket.lead_unit_id, Ticket.due_at, Ticket.closed_at, Ticket.supervision_level, Ticket.supervision_due_at),
    *(Ticket.supervision_answered_at, Ticket.supervised_at),
)


@dataclass(frozen=True)
class Filter:
    """One way to look at a register: `name` stands in the address."""

    name: str
    words: str
    condition: Callable[[], ColumnElement[bool]]


@dataclass(frozen=True)
class ListedRow:
    """A ticket in a register; `level` is empty and `warnings` too where there is none."""

    id: int
    number: str
    url: str
    words: str
    row: Row[Any]
    area_name: str
    unit_name: str
    level: str
    is_listed: bool
    warnings: Sequence[Warning]


@dataclass(frozen=True)
class Page:
    rows: Sequence[ListedRow]
    total: int
    cursor: int | None


IS_SUPERVISED: ColumnElement[bool] = col(Ticket.supervision_level).is_not(None)
IS_ANSWERED: ColumnElement[bool] = col(Ticket.supervision_answered_at).is_not(None)

SUPERVISION_FILTERS: tuple[Filter, ...] = (
    Filter("unanswered", _("没有答复的"), lambda: and_(IS_SUPERVISED, ~IS_ANSWERED, IS_OPEN)),
    Filter("listed", _("挂牌督办的"), lambda: and_(col(Ticket.supervision_level) == LEVELS[-1], IS_OPEN)),
    Filter("answered", _("已答复的"), lambda: and_(IS_SUPERVISED, IS_ANSWERED)),
    Filter("open", _("还在办的"), lambda: and_(IS_SUPERVISED, IS_OPEN)),
    Filter("ended", _("没有答复就结束的"), lambda: and_(IS_SUPERVISED, ~IS_ANSWERED, ~IS_OPEN)),
)


def warned_of(rules: Sequence[str]) -> ColumnElement[bool]:
    fired = select(EscalationFiring.ticket_id).where(col(EscalationFiring.rule).in_(rules))
    return col(Ticket.id).in_(fired)


WARNING_FILTERS: tuple[Filter, ...] = (
    Filter("all", _("全部预警"), lambda: and_(IS_OPEN, warned_of([row.rule for row in WARNINGS]))),
    *(Filter(row.name, row.words, lambda row=row: and_(IS_OPEN, warned_of([row.rule]))) for row in WARNINGS),  # type: ignore[misc]
)
"""Only what is still open: what has ended needs no warning."""


def chosen(filters: Sequence[Filter], name: str) -> Filter:
    """An address that means nothing shows the first."""
    return next((each for each in filters if each.name == name), filters[0])


def page_of(visit: Visit, which: Filter, cursor: int | None) -> Page:
    """The newest first; the number of queries does not depend on the number of rows."""
    conditions = [visible_tickets(visit.actor), which.condition()]
    wanted = select(*COLUMNS).where(*conditions)
    if cursor is not None:
        wanted = wanted.where(col(Ticket.id) < cursor)
    rows = visit.session.execute(wanted.order_by(col(Ticket.id).desc()).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    given = given_to(visit.session, [row.id for row in shown])
    return Page(
        [_listed(visit, row, given) for row in shown],
        count_of(visit, which),
        shown[-1].id if len(rows) > PAGE else None,
    )


def count_of(visit: Visit, which: Filter) -> int:
    counted = select(func.count()).select_from(Ticket).where(visible_tickets(visit.actor), which.condition())
    return visit.session.exec(counted).one()


def warnings_in(rules: Sequence[str]) -> list[Warning]:
    return [row for row in WARNINGS if row.rule in rules]


def _listed(visit: Visit, row: Row[Any], given: Mapping[int, Sequence[str]]) -> ListedRow:
    number = number_of(row.id, row.created_at)
    words = " ".join(row.public_text.split())
    return ListedRow(
        id=row.id,
        number=number,
        url=f"/desk/tickets/{number}",
        words=words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1] + "…",
        row=row,
        area_name=visit.known.place_name(row.area_id),
        unit_name=visit.known.unit_name(row.unit_id if row.closed_at is None else row.lead_unit_id or row.unit_id),
        level=SUPERVISION_WORDS[row.supervision_level] if row.supervision_level else "",
        is_listed=row.supervision_level == LEVELS[-1],
        warnings=warnings_in(given.get(row.id, ())),
    )
