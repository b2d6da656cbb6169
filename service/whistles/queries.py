"""Reads of whistles: which an actor sees, which are open and who is late, and what happened at one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, tuple_
from sqlmodel import Session, col, select

from service.accounts import scope
from service.errors import NotFound
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.queries import Story, photos_of
from service.whistles.casefile import calls_of, milestones_of
from service.whistles.models import IS_OPEN, Milestone, Whistle, WhistleCall
from workflows.actors import Actor
from workflows.command_fields import LARGEST_ID
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.whistle_words import CallState, MilestoneState, WhistleStatus
from workflows.words import _

__all__ = [
    "Only",
    "WhistlePage",
    "calls_of",
    "count_whistles",
    "events_of",
    "milestones_of",
    "open_whistles",
    "seen_whistle",
    "visible_whistles",
]

PAGE = 50
COUNTY_DEPTH = 2
"""Slashes in the path of the county itself."""


class Only(StrEnum):
    """Which of the open ones: somebody has not come, something is late, or my units have to act."""

    not_reported_in = "not_reported_in"
    late = "late"
    mine = "mine"


@dataclass(frozen=True)
class WhistlePage:
    """`cursor` asks for the whistles after these; None when there are no more."""

    rows: Sequence[Whistle]
    cursor: str | None


def visible_whistles(actor: Actor) -> ColumnElement[bool]:
    """Those of his areas, those that his unit blew, and those that it was called to once they are blown."""
    units = scope.units(actor)
    called = _a_call(col(WhistleCall.unit_id).in_(units))
    own = col(Whistle.town_unit_id).in_(units) | on_a_ticket_of(actor)
    by_unit = (own, and_(col(Whistle.blown_at).is_not(None), called)) if units else ()
    heads = [post.area_path for post in actor.posts if post.is_head and post.area_path.count("/") > COUNTY_DEPTH]
    return scope.visible(actor, col(Whistle.area_path), scope.in_areas(col(Whistle.area_path), heads), *by_unit)


def on_a_ticket_of(actor: Actor, roles: Iterable[Role] = Role) -> ColumnElement[bool]:
    """It is the town's whistle; the office or village that has the wish in its hands goes on with it."""
    posts = [post for post in actor.posts if post.area_path.count("/") > COUNTY_DEPTH and post.role in set(roles)]
    units = {post.unit for post in posts}
    return exists().where(col(Ticket.id) == col(Whistle.ticket_id), col(Ticket.lead_unit_id).in_(units))


def seen_whistle(session: Session, actor: Actor, whistle_id: int | None) -> Whistle:
    """The whistle, if this actor can see it; NotFound otherwise, as if it did not exist."""
    found = session.exec(select(Whistle).where(Whistle.id == (whistle_id or 0), visible_whistles(actor))).one_or_none()
    if found is None:
        raise NotFound()
    return found


def open_whistles(
    session: Session,
    actor: Actor,
    now: datetime,
    only: Only | None = None,
    cursor: str | None = None,
    most: int = PAGE,
) -> WhistlePage:
    """Open whistles that this actor sees, in the order of time left."""
    conditions = [IS_OPEN, visible_whistles(actor), *_narrowed(actor, only, now)]
    if cursor is not None:
        conditions.append(_after(cursor))
    wanted = select(Whistle).where(*conditions).order_by(col(Whistle.due_at), col(Whistle.id)).limit(most + 1)
    rows = session.exec(wanted).all()
    return WhistlePage(rows[:most], _cursor(rows[most - 1]) if len(rows) > most else None)


def count_whistles(session: Session, actor: Actor, now: datetime, only: Only | None = None, most: int = 1000) -> int:
    """How many of them, counted no further than `most`."""
    found = select(col(Whistle.id)).where(IS_OPEN, visible_whistles(actor), *_narrowed(actor, only, now)).limit(most)
    counted: int = session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    return counted


def events_of(session: Session, whistle_id: int) -> list[Story]:
    """All that happened at a whistle, oldest first; it may have moved from one ticket to another on its way."""
    rows = session.execute(
        select(TicketEvent, TicketEventDetails)
        .outerjoin(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(TicketEvent.subject == f"whistle:{whistle_id}")
        .order_by(col(TicketEvent.id))
    ).all()
    photos = [photo for ticket in {event.ticket_id for event, _words in rows} for photo in photos_of(session, ticket)]
    return [
        Story(event, words.details if words else {}, [each for each in photos if each.event_id == event.id], not words)
        for event, words in rows
    ]


def _narrowed(actor: Actor, only: Only | None, now: datetime) -> list[ColumnElement[bool]]:
    return [NARROWED[only](actor, now)] if only is not None else []


def _somebody_has_not_come(actor: Actor, now: datetime) -> ColumnElement[bool]:
    awaited = _a_call(col(WhistleCall.state) == CallState.called)
    return and_(col(Whistle.blown_at).is_not(None), awaited)


def _is_late(actor: Actor, now: datetime) -> ColumnElement[bool]:
    return col(Whistle.due_at) < now


def _waits_for_him(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """What is owed first, and whatever else one of his units owes: coming, a ruling, the plan or a milestone."""
    units = actor.units
    rules = any(post.role is Role.dispatcher and post.area_path.count("/") <= COUNTY_DEPTH for post in actor.posts)
    awaited = _a_call(col(WhistleCall.unit_id).in_(units), col(WhistleCall.state) == CallState.called)
    leads = _a_call(
        col(WhistleCall.unit_id).in_(units), col(WhistleCall.is_lead).is_(True), col(WhistleCall.ended_at).is_(None)
    )
    own = (col(Milestone.unit_id).in_(units), col(Milestone.state) == MilestoneState.planned)
    milestone = (
        select(Milestone.id).where(col(Milestone.whistle_id) == col(Whistle.id), *own).correlate(Whistle).exists()
    )
    return or_(
        col(Whistle.unit_id).in_(units),
        and_(col(Whistle.blown_at).is_not(None), awaited),
        and_(col(Whistle.status) == WhistleStatus.at_work, col(Whistle.work_due_at).is_not(None), leads),
        milestone,
        *((_a_call(col(WhistleCall.state) == CallState.contested),) if rules else ()),
    )


def _a_call(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Said of the whistle alone, so that it holds in a query that lists calls as well."""
    wanted = select(WhistleCall.id).where(col(WhistleCall.whistle_id) == col(Whistle.id), *conditions)
    return wanted.correlate(Whistle).exists()


NARROWED: dict[Only, Any] = {
    Only.not_reported_in: _somebody_has_not_come,
    Only.late: _is_late,
    Only.mine: _waits_for_him,
}


def _cursor(row: Whistle) -> str:
    assert row.due_at is not None
    return f"{row.due_at.isoformat()}~{row.id}"


def _after(cursor: str) -> ColumnElement[bool]:
    """Raise Refused for a cursor that is none of ours."""
    due_at, _tilde, whistle_id = cursor.rpartition("~")
    try:
        moment, last = datetime.fromisoformat(due_at).astimezone(UTC), int(whistle_id)
        if not 0 <= last <= LARGEST_ID:
            raise OverflowError(whistle_id)
    except (ValueError, OverflowError):
        raise Refused(_("这一页的地址不对，请从第一页看起。"), field="cursor") from None
    return tuple_(col(Whistle.due_at), col(Whistle.id)) > (moment, last)
