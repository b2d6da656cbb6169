"""Reads of the outbox: a person's bell, and what became of each message."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func
from sqlmodel import Session, col, select

from notifications.notices import ChannelName
from service.accounts.scope import in_areas
from service.directory.models import Person
from service.errors import NotFound
from service.outbox.models import Delivery, DeliveryState
from service.tickets.models import Ticket
from workflows.actors import Actor
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.words import _

PAGE = 50
COUNTED_MOST = 1000
BELL_MOST = 100
NEWEST = 2**31 - 1
"""Ids are no larger on PostgreSQL."""
WATCHES_DELIVERIES = frozenset({Role.administrator, Role.supervisor})


@dataclass(frozen=True)
class Slice:
    """`cursor` asks for the rows after these; None when there are no more."""

    rows: Sequence[Row[Any]]
    cursor: str | None


def mine(person_id: int) -> ColumnElement[bool]:
    return and_(col(Delivery.person_id) == person_id, col(Delivery.channel) == ChannelName.inbox)


def unread_count(session: Session, person_id: int) -> int:
    """What the bell shows, counted no further than it can."""
    unread = select(col(Delivery.id)).where(mine(person_id), col(Delivery.read_at).is_(None)).limit(BELL_MOST)
    return _count(session, unread)


def inbox(session: Session, person_id: int, cursor: str | None = None, most: int = PAGE) -> Slice:
    """First what is unread, then what was read, the newest first. Rows are (Delivery, created_at of the ticket)."""
    is_new, last = _position(cursor) if cursor is not None else (True, NEWEST)
    rows = _part(session, person_id, col(Delivery.read_at).is_(None), last, most + 1) if is_new else []
    if len(rows) <= most:
        start = NEWEST if is_new else last
        rows += _part(session, person_id, col(Delivery.read_at).is_not(None), start, most + 1 - len(rows))
    return Slice(rows[:most], _cursor(rows[most - 1].Delivery) if len(rows) > most else None)


def _part(session: Session, person_id: int, half: ColumnElement[bool], before: int, most: int) -> list[Row[Any]]:
    """Two questions, because each has an index that gives the order and their union has none."""
    wanted = _with_ticket().where(mine(person_id), half, col(Delivery.id) < before)
    return list(session.execute(wanted.order_by(col(Delivery.id).desc()).limit(most)).all())


def newest_in(session: Session, person_id: int) -> int:
    """The last message that has arrived so far; 0 when there is none."""
    return session.execute(select(func.max(Delivery.id)).where(mine(person_id))).scalar() or 0


def _with_ticket() -> Any:
    return select(Delivery, col(Ticket.created_at)).join(Ticket, col(Ticket.id) == col(Delivery.ticket_id))


def _cursor(delivery: Delivery) -> str:
    return f"{'read' if delivery.read_at else 'new'}~{delivery.id}"


def _position(cursor: str) -> tuple[bool, int]:
    """Raise Refused for a cursor that is none of ours."""
    group, _tilde, last = cursor.partition("~")
    return group == "new", _number(last)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(_("这一页的地址不对，请从第一页看起。"), field="cursor")
    return min(int(text), NEWEST)


def watched(actor: Actor) -> ColumnElement[bool]:
    """Messages about tickets of the areas that this administrator or supervisor is there for."""
    paths = {post.area_path for post in actor.posts if post.role in WATCHES_DELIVERIES}
    return in_areas(col(Ticket.area_path), paths)


def deliveries(
    session: Session, actor: Actor, state: DeliveryState | None = None, cursor: str | None = None, most: int = PAGE
) -> Slice:
    """The newest first. Rows are (Delivery, created_at of the ticket, name of the person)."""
    conditions = [watched(actor), *([col(Delivery.state) == state] if state else [])]
    if cursor is not None:
        conditions.append(col(Delivery.id) < _number(cursor))
    wanted = _with_ticket().add_columns(col(Person.name).label("person_name"))
    wanted = wanted.outerjoin(Person, col(Person.id) == col(Delivery.person_id)).where(*conditions)
    rows = session.execute(wanted.order_by(col(Delivery.id).desc()).limit(most + 1)).all()
    return Slice(rows[:most], str(rows[most - 1].Delivery.id) if len(rows) > most else None)


def count_deliveries(session: Session, actor: Actor, state: DeliveryState) -> int:
    """Counted no further than a person would read."""
    found = select(col(Delivery.id)).join(Ticket, col(Ticket.id) == col(Delivery.ticket_id))
    found = found.where(watched(actor), Delivery.state == state).limit(COUNTED_MOST)
    return _count(session, found)


def _count(session: Session, found: Any) -> int:
    counted: int = session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    return counted


def watched_delivery(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    """Raise NotFound for one that this actor cannot see."""
    wanted = select(Delivery).join(Ticket, col(Ticket.id) == col(Delivery.ticket_id))
    found = session.exec(wanted.where(Delivery.id == delivery_id, watched(actor)).with_for_update()).one_or_none()
    if found is None:
        raise NotFound()
    return found
