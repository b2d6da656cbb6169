"""Reads of the wall: published wishes of the county or a town, the newest first, and how many stand in each column."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, false, func, tuple_
from sqlmodel import Session, col, select

from service.directory.models import Area
from service.directory.reference import Reference
from service.errors import NotFound
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.queries import Story
from service.tickets.search import tokens_of
from workflows.commands import LARGEST_ID
from workflows.refusals import Refused
from workflows.wall import COLUMNS, SHOWABLE, Column
from workflows.words import _

PAGE = 20
ANSWERS = ("reply", "approve_reply")
SHOW_PHOTOS = "show_photos"


@dataclass(frozen=True)
class Asked:
    """What stands in the address: the place, the key of a category and words to look for."""

    place: Area
    category: str = ""
    text: str = ""


@dataclass(frozen=True)
class Found:
    """`cursor` asks for the wishes after these; None at the end."""

    tickets: Sequence[Ticket]
    cursor: str | None


def place_asked(known: Reference, area_id: int | None) -> Area:
    """The county, or one of its towns; no other place has a wall. Raises NotFound."""
    area = known.areas.get(area_id) if area_id is not None else known.county
    if area is None or (area is not known.county and area.parent_id != known.county.id):
        raise NotFound()
    return area


def find_wishes(
    session: Session,
    known: Reference,
    asked: Asked,
    column: Column | None = None,
    cursor: str | None = None,
    most: int = PAGE,
) -> Found:
    """Raises Refused for a cursor that is none of ours."""
    statuses = column.statuses if column else SHOWABLE
    conditions = [*_conditions(known, asked), col(Ticket.status).in_(statuses)]
    if cursor:
        conditions.append(_after(cursor))
    newest = (col(Ticket.published_at).desc(), col(Ticket.id).desc())
    rows = session.exec(select(Ticket).where(*conditions).order_by(*newest).limit(most + 1)).all()
    last = rows[most - 1] if len(rows) > most else None
    return Found(rows[:most], f"{last.published_at.isoformat()}~{last.id}" if last and last.published_at else None)


def count_wishes(session: Session, known: Reference, asked: Asked) -> dict[str, int]:
    """By the key of the column."""
    wanted = select(col(Ticket.status), func.count()).where(*_conditions(known, asked))
    counted = {row[0]: row[1] for row in session.execute(wanted.group_by(col(Ticket.status)))}
    return {each.key: sum(counted.get(status, 0) for status in each.statuses) for each in COLUMNS}


def answers_to(session: Session, ticket_ids: Sequence[int]) -> dict[int, list[Story]]:
    """The replies, approvals and choices of photographs of these wishes, oldest first, in one query."""
    rows = session.execute(
        select(TicketEvent, TicketEventDetails)
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(col(TicketEvent.ticket_id).in_(ticket_ids), col(TicketEvent.verb).in_((*ANSWERS, SHOW_PHOTOS)))
        .order_by(col(TicketEvent.ticket_id), col(TicketEvent.number))
    )
    found: dict[int, list[Story]] = {}
    for event, words in rows:
        found.setdefault(event.ticket_id, []).append(Story(event, words.details if words else {}))
    return found


def _conditions(known: Reference, asked: Asked) -> list[ColumnElement[bool]]:
    """Whatever the column `published_at` says, nothing stands here that she kept from her neighbours."""
    found: list[ColumnElement[bool]] = [col(Ticket.published_at).is_not(None), col(Ticket.is_shared).is_(True)]
    if asked.place is not known.county:
        found.append(col(Ticket.town_id) == asked.place.id)
    if asked.category:
        category = known.categories_by_key.get(asked.category)
        found.append(col(Ticket.category_id) == category.id if category else false())
    if asked.text.strip():
        found.append(_mentions(asked.text))
    return found


def _mentions(asked: str) -> ColumnElement[bool]:
    """Only what the wall itself says is found, the words that an official has added to hers among it. The index of all
    tickets knows other words, hers; what stands on the wall is few enough to be read through."""
    tokens = tokens_of(asked)[:24]
    said = func.lower(col(Ticket.wall_text))
    return and_(*(said.contains(token, autoescape=True) for token in tokens)) if tokens else false()


def _after(cursor: str) -> ColumnElement[bool]:
    moment, _tilde, ticket_id = cursor.rpartition("~")
    try:
        if not 0 <= int(ticket_id) <= LARGEST_ID:
            raise ValueError(ticket_id)
        at = datetime.fromisoformat(moment).astimezone(UTC)
        return tuple_(col(Ticket.published_at), col(Ticket.id)) < (at, int(ticket_id))
    except (ValueError, OverflowError):
        raise Refused(_("这一页的地址不对，请从第一页看起。"), field="cursor") from None
