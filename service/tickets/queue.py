"""The list at the left of the workbench: what is asked for stands in the address, rows come by the time left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, select

from service.accounts.visits import Visit
from service.directory.reference import Reference
from service.fields import Choice, Field
from service.tickets.desk_choices import category_choices
from service.tickets.models import Assignment, Ticket
from service.tickets.numbers import number_of
from service.tickets.queries import SUMMARY_COLUMNS, count_tickets, find_tickets
from service.tickets.views import IN_BULK, VIEWS, Asked, View, is_for, offered_in_bulk
from workflows.changes import HoldRole
from workflows.statuses import OPEN, STATUS_WORDS, Status
from workflows.words import _

COUNTED_MOST = 1000
WORDS_SHOWN = 90
HOLDER_MUST_BE_QUICK = frozenset({Status.replied, Status.follow_up})
"""The unit has answered: what runs now is the term of whoever reviews or calls."""


@dataclass(frozen=True)
class QueueRow:
    """`key` says which ticket, in which state, somebody has ticked."""

    number: str
    url: str
    key: str
    words: str
    status: Status
    area_name: str
    category_name: str
    unit_name: str
    due_at: datetime | None
    is_open: bool
    is_new: bool
    is_here: bool
    urgency: str
    round: int
    is_supervised: bool
    is_expedited: bool


@dataclass(frozen=True)
class Queue:
    """What `_queue.html` draws."""

    views: Sequence[tuple[str, str, str, str | None, bool]]
    rows: Sequence[QueueRow]
    cursor: str | None
    filters: Sequence[Field]
    has_filters: bool
    search: str
    view: str
    query: str
    bulk_statuses: frozenset[Status]


def queue_of(visit: Visit, asked: Asked, here: int | None = None) -> Queue:
    """Always the same number of queries, however long the list is. Raise TooMany for a search that was one too many."""
    if asked.refused is not None:
        raise asked.refused
    page = find_tickets(visit.session, visit.actor, asked.wanted(visit.known, visit.actor, visit.now), asked.cursor)
    return Queue(
        views=[_view(visit, asked, view) for view in VIEWS if is_for(view, visit.actor)],
        rows=rows_of(visit.session, visit.known, page.rows, asked.query, here),
        cursor=page.cursor,
        filters=_filters(visit, asked),
        has_filters=asked.has_filters,
        search=asked.text,
        view=asked.view.name,
        query=asked.query,
        bulk_statuses=frozenset(IN_BULK[verb][1] for verb in offered_in_bulk(visit.actor)),
    )


def _view(visit: Visit, asked: Asked, view: View) -> tuple[str, str, str, str | None, bool]:
    wanted = replace(asked, view=view).wanted(visit.known, visit.actor, visit.now)
    count = count_tickets(visit.session, visit.actor, wanted, COUNTED_MOST) if view.is_counted else None
    said = None if count is None else f"{count}" if count < COUNTED_MOST else f"{COUNTED_MOST - 1}+"
    return view.name, view.words, f"/desk?{asked.with_view(view.name)}", said, view is asked.view


def rows_of(
    session: Session, known: Reference, rows: Sequence[Row[Any]], query: str = "", here: int | None = None
) -> list[QueueRow]:
    own_terms = _own_terms(session, (row.id for row in rows if row.status in HOLDER_MUST_BE_QUICK))
    return [_row(row, known, own_terms, query, here) for row in rows]


def _row(row: Row[Any], known: Reference, own_terms: Mapping[int, datetime], query: str, here: int | None) -> QueueRow:
    number = number_of(row.id, row.created_at)
    return QueueRow(
        number=number,
        url=url_of(number, query),
        key=f"{number}~{row.version}",
        words=_short(row.public_text),
        status=row.status,
        area_name=known.place_name(row.area_id),
        category_name=known.category_name(row.category_id),
        unit_name=known.unit_name(row.unit_id),
        due_at=own_terms.get(row.id, row.due_at),
        is_open=row.status in OPEN,
        is_new=row.status in {Status.submitted, Status.assigned},
        is_here=row.id == here,
        urgency=row.urgency,
        round=row.round,
        is_supervised=row.supervised_at is not None,
        is_expedited=row.expedited_at is not None,
    )


def url_of(number: str, query: str = "") -> str:
    return f"/desk/tickets/{number}" + (f"?{query}" if query else "")


def summaries(session: Session, ids: Sequence[int]) -> list[Row[Any]]:
    """The rows of these tickets, in the order of the ids."""
    rows = session.execute(select(*SUMMARY_COLUMNS).where(col(Ticket.id).in_(ids))).all()  # type: ignore[call-overload]
    return sorted(rows, key=lambda row: ids.index(row.id))


def _own_terms(session: Session, ids: Iterable[int]) -> dict[int, datetime]:
    wanted = select(Assignment.ticket_id, Assignment.due_at).where(
        col(Assignment.ticket_id).in_(list(ids)),
        col(Assignment.ended_at).is_(None),
        col(Assignment.role) == HoldRole.lead,
    )
    return {row.ticket_id: row.due_at for row in session.execute(wanted)}


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1] + "…"


def _filters(visit: Visit, asked: Asked) -> list[Field]:
    statuses = [Choice(str(status), words) for status, words in STATUS_WORDS.items()]
    below = [
        area for path in sorted({post.area_path for post in visit.actor.posts}) for area in _areas(path, visit.known)
    ]
    areas = [Choice(str(area.id), visit.known.place_name(area.id or 0)) for area in below]
    rows = (
        ("status", _("状态"), statuses, asked.status),
        ("category", _("事项"), category_choices(visit.known), asked.category),
        ("area", _("地方"), areas, asked.area),
    )
    return [
        Field(name, label, "select", choices=choices, value=None if value is None else str(value))
        for name, label, choices, value in rows
        if choices
    ]


def _areas(path: str, known: Reference) -> Sequence[Any]:
    return known.below(int(path.rstrip("/").rpartition("/")[2]))
