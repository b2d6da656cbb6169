"""Lists of tickets as sections: columns by name, rows read in pages so that a hundred thousand cost no memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Cell, Column, Kind, Section
from service.reports.documents.counts import count_of
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.commands import CHOICE_WORDS
from workflows.statuses import ENDED, SOURCE_WORDS, STAGE_WORDS, STATUS_WORDS, UNANSWERED, Stage
from workflows.words import _

PAGE = 1000
WORDS_MOST = 300
SHORT = 20
PRIVATE = _("（诉求人只愿意让承办人看内容）")
Ticketed = Row[Any]
Value = Callable[[Asked, Ticketed], Cell]


@dataclass(frozen=True)
class TicketColumn:
    key: str
    words: str
    kind: Kind
    width: int
    value: Value


def number(asked: Asked, row: Ticketed) -> str:
    return number_of(row.id, row.created_at)


def what(asked: Asked, row: Ticketed) -> str:
    """The masked words, as officials may read them anywhere; what she wants few to read is not printed."""
    return asked.say(PRIVATE) if row.is_private else " ".join(row.public_text.split())[:WORDS_MOST]


def whose(asked: Asked, row: Ticketed) -> str:
    """Who must act now; of what has ended, who handled it."""
    ended = row.status in ENDED
    return asked.known.unit_name((row.lead_unit_id or row.unit_id) if ended else row.unit_id)


def local(asked: Asked, moment: datetime | None) -> datetime | None:
    """By the county's clock and without a zone, as sheets know moments."""
    return moment.astimezone(asked.words.zone).replace(tzinfo=None, microsecond=0) if moment else None


def is_late(asked: Asked) -> ColumnElement[bool]:
    """超期没答复, as on the board and in the workbench: what was answered waits for the villager, and not for a unit."""
    return and_(col(Ticket.status).in_(UNANSWERED), col(Ticket.due_at) < asked.now)


def days_late(asked: Asked, row: Ticketed) -> int | None:
    """Begun days past the deadline, of what still waits for its answer."""
    if row.status not in UNANSWERED or row.due_at is None or row.due_at >= asked.now:
        return None
    return int((asked.now - row.due_at).days) + 1


def choice(asked: Asked, value: Any) -> str:
    return asked.said(CHOICE_WORDS, value)


# fmt: off
COLUMNS: tuple[TicketColumn, ...] = (
    TicketColumn("number",      _("编号"),     Kind.text,   13, number),
    TicketColumn("created_at",  _("收到时间"),  Kind.moment, 17, lambda asked, row: local(asked, row.created_at)),
    TicketColumn("place",       _("地方"),     Kind.text,   20, lambda asked, row: asked.place_name(row.area_id)),
    TicketColumn("source",      _("来源"),     Kind.text,   10, lambda asked, row: asked.said(SOURCE_WORDS, row.source)),
    TicketColumn("theme",       _("事项"),     Kind.text,   12, lambda asked, row: asked.known.category_name(row.category_id)),
    TicketColumn("what",        _("说的是什么"), Kind.text,  48, what),
    TicketColumn("stage",       _("到了哪一步"), Kind.text,  10, lambda asked, row: asked.said(STAGE_WORDS, Stage(row.stage))),
    TicketColumn("status",      _("状态"),     Kind.text,   10, lambda asked, row: asked.said(STATUS_WORDS, row.status)),
    TicketColumn("unit",        _("责任单位"),  Kind.text,   20, whose),
    TicketColumn("lead",        _("主办单位"),  Kind.text,   20, lambda asked, row: asked.known.unit_name(row.lead_unit_id)),
    TicketColumn("due_at",      _("期限"),     Kind.moment, 17, lambda asked, row: local(asked, row.due_at)),
    TicketColumn("days_late",   _("超期天数"),  Kind.number,  9, days_late),
    TicketColumn("answered_at", _("答复时间"),  Kind.moment, 17, lambda asked, row: local(asked, row.answered_at)),
    TicketColumn("closed_at",   _("结束时间"),  Kind.moment, 17, lambda asked, row: local(asked, row.closed_at)),
    TicketColumn("said",        _("诉求人的话"), Kind.text,  10, lambda asked, row: choice(asked, row.satisfaction)),
    TicketColumn("redone",      _("重办次数"),  Kind.number,  9, lambda asked, row: row.reopen_count),
    TicketColumn("returned",    _("退单次数"),  Kind.number,  9, lambda asked, row: row.return_count),
    TicketColumn("attempts",    _("回访次数"),  Kind.number,  9, lambda asked, row: row.follow_up_attempts),
    TicketColumn("result",      _("最近一次回访"), Kind.text, 12, lambda asked, row: choice(asked, row.attempt_result)),
    TicketColumn("promised_for", _("承诺日期"), Kind.day,    12, lambda asked, row: row.promised_for),
    TicketColumn("deferred_until", _("复核日期"), Kind.day,  12, lambda asked, row: row.deferred_until),
    TicketColumn("neighbours",  _("附议"),     Kind.number,  8, lambda asked, row: row.endorsements),
)
# fmt: on
BY_KEY = {column.key: column for column in COLUMNS}
READ = (
    *(Ticket.id, Ticket.created_at, Ticket.area_id, Ticket.source, Ticket.category_id, Ticket.public_text),
    *(Ticket.is_private, Ticket.stage, Ticket.status, Ticket.unit_id, Ticket.lead_unit_id, Ticket.due_at),
    *(Ticket.answered_at, Ticket.closed_at, Ticket.satisfaction, Ticket.reopen_count, Ticket.return_count),
    *(Ticket.follow_up_attempts, Ticket.attempt_result, Ticket.promised_for, Ticket.deferred_until),
    *(Ticket.endorsements, Ticket.promise_state, Ticket.promise_confirmed, Ticket.supervision_level),
)


def tickets(
    asked: Asked,
    key: str,
    words: str,
    names: tuple[str | TicketColumn, ...],
    *conditions: ColumnElement[bool],
    order: Any = Ticket.id,
    **more: Any,
) -> Section:
    """Those of the place for which all conditions hold, in the order of a column that is never empty then."""
    chosen = [BY_KEY[name] if isinstance(name, str) else name for name in names]

    def rows() -> Iterator[tuple[Cell, ...]]:
        for row in _read(asked, order, conditions):
            yield tuple(column.value(asked, row) for column in chosen)

    columns = tuple(Column(each.key, asked.say(each.words), each.kind, each.width) for each in chosen)
    return Section(key, asked.say(words), columns, rows, count_of(asked, *conditions), **more)


def at_most(asked: Asked, section: Section, most: int = SHORT) -> Section:
    """For a paper: the first few, and how many there are."""
    rows = [row for _number, row in zip(range(most), section.rows(), strict=False)]
    more = asked.say(_("共 {total} 件，这里列出前 {most} 件。"), total=section.total, most=most)
    notes = (*section.notes, more) if section.total > most else section.notes
    return replace(section, rows=lambda: rows, notes=notes)


def _read(asked: Asked, order: Any, conditions: tuple[ColumnElement[bool], ...]) -> Iterator[Ticketed]:
    """Page after page from where the last one ended, so that the last page costs no more than the first."""
    wanted: Any = select(*READ, order.label("placed")).where(asked.here, *conditions)  # type: ignore[call-overload]
    page = wanted.order_by(order, col(Ticket.id)).limit(PAGE)
    last = None
    while True:
        beyond = _beyond(order, last)
        found = asked.session.execute(page if beyond is None else page.where(beyond)).all()
        yield from found
        if len(found) < PAGE:
            return
        last = found[-1]


def _beyond(order: Any, last: Ticketed | None) -> ColumnElement[bool] | None:
    if last is None:
        return None
    return or_(order > last.placed, and_(order == last.placed, col(Ticket.id) > last.id))
