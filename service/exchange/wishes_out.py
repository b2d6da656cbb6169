"""Writes wishes into a sheet that Excel opens and another county can take in; people are masked unless asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, func
from sqlmodel import Session, col, select

from service.directory.models import AreaLevel
from service.directory.reference import Reference, reference
from service.exchange.headings import BY_NAME
from service.exchange.sheets import Cell
from service.exchange.writing import sheet_file
from service.masking import mask_name, mask_phone, mask_text
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.numbers import number_of
from service.tickets.scope import in_area
from workflows.commands import CHOICE_WORDS
from workflows.statuses import SOURCE_WORDS, STATUS_WORDS, Status

PAGE = 500
HIDDEN = "***"


@dataclass(frozen=True)
class WishFilter:
    """`since` and `until` are about the moment of handing in, the end left out; None asks for everything."""

    since: datetime | None = None
    until: datetime | None = None
    area_path: str | None = None
    status: Status | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(col(Ticket.created_at) >= self.since)
        if self.until is not None:
            found.append(col(Ticket.created_at) < self.until)
        if self.area_path is not None:
            found.append(in_area(self.area_path))
        if self.status is not None:
            found.append(col(Ticket.status) == self.status)
        return found


@dataclass(frozen=True)
class Page:
    """What the cells of some wishes need besides their rows; `answers` are the last words of the unit, by ticket."""

    known: Reference
    zone: tzinfo
    in_clear: bool
    answers: Mapping[int, str] = field(default_factory=dict)

    def local(self, moment: datetime | None) -> datetime | None:
        """A sheet knows the county's wall clock only."""
        return moment.astimezone(self.zone).replace(tzinfo=None, microsecond=0) if moment else None

    def place(self, area_id: int, level: AreaLevel) -> str:
        return next((area.name for area in self.known.lineage(area_id) if area.level is level), "")


Wish = Row[Any]
Value = Callable[[Wish, Page], Cell]


@dataclass(frozen=True)
class OutColumn:
    heading: str
    width: int
    value: Value


def named(name: str, width: int, value: Value) -> OutColumn:
    """Under the heading by which our own import knows it again."""
    return OutColumn(BY_NAME[name].label, width, value)


def choice(value: Any) -> str:
    return CHOICE_WORDS[value] if value is not None else ""


def yes_or_no(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


def answer(wish: Wish, page: Page) -> str:
    words = page.answers.get(wish.id, "")
    return words if page.in_clear else mask_text(words)


# fmt: off
COLUMNS: tuple[OutColumn, ...] = (
    named("number",       14, lambda wish, page: number_of(wish.id, wish.created_at)),
    named("source",       10, lambda wish, page: SOURCE_WORDS[wish.source]),
    named("kind",         10, lambda wish, page: choice(wish.kind)),
    named("category",     12, lambda wish, page: page.known.category_name(wish.category_id)),
    named("text",         60, lambda wish, page: wish.wish if page.in_clear else wish.public_text),
    named("name",         10, lambda wish, page: wish.name if page.in_clear else mask_name(wish.name)),
    named("phone",        14, lambda wish, page: wish.phone if page.in_clear else mask_phone(wish.phone)),
    named("town",         12, lambda wish, page: page.place(wish.area_id, AreaLevel.town)),
    named("village",      12, lambda wish, page: page.place(wish.area_id, AreaLevel.village)),
    named("group",        10, lambda wish, page: page.place(wish.area_id, AreaLevel.group)),
    named("place",        20, lambda wish, page: wish.place if page.in_clear or not wish.place else HIDDEN),
    named("submitted_at", 17, lambda wish, page: page.local(wish.created_at)),
    named("unit",         22, lambda wish, page: page.known.unit_name(wish.lead_unit_id)),
    named("status",       10, lambda wish, page: STATUS_WORDS[wish.status]),
    OutColumn("期限",     17, lambda wish, page: page.local(wish.due_at)),
    named("answer",       60, answer),
    named("answered_at",  17, lambda wish, page: page.local(wish.answered_at)),
    OutColumn("按时答复", 10, lambda wish, page: yes_or_no(wish.answered_on_time)),
    named("outcome",      14, lambda wish, page: choice(wish.outcome) if wish.answered_at else ""),
    OutColumn("群众说解决了", 12, lambda wish, page: yes_or_no(wish.is_resolved)),
    named("satisfaction", 10, lambda wish, page: choice(wish.satisfaction)),
    OutColumn("重办次数", 10, lambda wish, page: wish.reopen_count),
    OutColumn("结束时间", 17, lambda wish, page: page.local(wish.closed_at)),
)
# fmt: on

ROW = (
    *(Ticket.id, Ticket.created_at, Ticket.source, Ticket.kind, Ticket.category_id, Ticket.area_id, Ticket.public_text),
    *(Ticket.status, Ticket.lead_unit_id, Ticket.due_at, Ticket.answered_at, Ticket.answered_on_time, Ticket.outcome),
    *(Ticket.is_resolved, Ticket.satisfaction, Ticket.reopen_count, Ticket.closed_at),
    *(Ticket.wish, Ticket.name, Ticket.phone, Ticket.place),
)


def count_wishes(session: Session, wanted: WishFilter) -> int:
    return session.exec(select(func.count()).select_from(Ticket).where(*wanted.conditions)).one()


def write_wishes(
    session: Session, path: Path, wanted: WishFilter, zone: tzinfo, *, in_clear: bool, progress: Callable[[int], None]
) -> int:
    """How many were written. Raises Refused for a file that cannot be written, or more rows than Excel takes."""
    written = 0
    headings, widths = [each.heading for each in COLUMNS], [each.width for each in COLUMNS]
    with sheet_file(path, headings, widths, "心愿") as writer:
        for rows in _pages(session, wanted):
            answers = _answers(session, [row.id for row in rows if row.answered_at])
            page = Page(reference(session), zone, in_clear, answers)
            for row in rows:
                writer.write([each.value(row, page) for each in COLUMNS])
            written += len(rows)
            progress(written)
    return written


def _pages(session: Session, wanted: WishFilter) -> Iterator[Sequence[Wish]]:
    last = 0
    while True:
        query: Any = select(*ROW).where(*wanted.conditions, col(Ticket.id) > last)  # type: ignore[call-overload]
        rows = session.execute(query.order_by(col(Ticket.id)).limit(PAGE)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _answers(session: Session, ticket_ids: Sequence[int]) -> dict[int, str]:
    """A later reply takes the place of the one before."""
    wanted = (
        select(TicketEvent.ticket_id, TicketEventDetails.details)
        .join(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(col(TicketEvent.ticket_id).in_(ticket_ids), TicketEvent.verb == "reply")
        .order_by(col(TicketEvent.ticket_id), col(TicketEvent.number))
    )
    return {ticket_id: str(details.get("words", "")) for ticket_id, details in session.execute(wanted)}
