"""What `weiyuan check` asks of whistles: all that is open has a holder and a deadline, and no call is forgotten."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from service.directory.models import Area
from service.tickets.models import TicketEvent
from service.whistles.models import Milestone, Whistle, WhistleCall
from workflows.whistle_cases import ACTIVE_CALL
from workflows.whistle_words import OPEN_WHISTLE, CallState, MilestoneState, WhistleStatus

IS_OPEN = col(Whistle.status).in_(OPEN_WHISTLE)
ANSWERED = frozenset({WhistleStatus.raised, WhistleStatus.blown, WhistleStatus.at_work})


def whistles_without_holder(session: Session) -> Iterable[str]:
    """An open one says who must act until when; an ended one says neither, and no alarm waits for it."""
    held = and_(col(Whistle.unit_id).is_not(None), col(Whistle.due_at).is_not(None))
    free = and_(
        col(Whistle.unit_id).is_(None),
        col(Whistle.due_at).is_(None),
        col(Whistle.alarm_at).is_(None),
        col(Whistle.ended_at).is_not(None),
    )
    return _whistles(session, or_(and_(IS_OPEN, ~held), and_(~IS_OPEN, ~free)))


def milestones_without_holder(session: Session) -> Iterable[str]:
    """An open one stands in an open whistle, with a date and a unit that takes part, or the desk of the town now."""
    takes_part = (
        select(WhistleCall.id)
        .where(
            col(WhistleCall.whistle_id) == col(Milestone.whistle_id),
            col(WhistleCall.unit_id) == col(Milestone.unit_id),
            col(WhistleCall.state).in_(ACTIVE_CALL),
        )
        .exists()
    )
    of_the_town = or_(
        col(Milestone.unit_id) == col(Whistle.town_unit_id),
        col(Milestone.unit_id).in_(select(Area.desk_unit_id).where(col(Area.desk_unit_id).is_not(None))),
    )
    lost = or_(~IS_OPEN, and_(~takes_part, ~of_the_town))
    wanted = (
        select(col(Milestone.id))
        .join(Whistle, col(Whistle.id) == col(Milestone.whistle_id))
        .where(col(Milestone.state) == MilestoneState.planned, lost)
    )
    return [f"milestone {found}" for found in session.execute(wanted).scalars()]


def calls_without_term(session: Session) -> Iterable[str]:
    """A call that runs belongs to an open whistle and has not ended; one that ended says when."""
    is_running = col(WhistleCall.state).in_(ACTIVE_CALL)
    half_ended = is_running != col(WhistleCall.ended_at).is_(None)
    return _calls(session, or_(half_ended, and_(is_running, ~IS_OPEN)))


def contests_without_officer(session: Session) -> Iterable[str]:
    """While a call is contested, somebody has to rule until a certain moment."""
    is_contested = col(WhistleCall.state) == CallState.contested
    nobody = or_(col(WhistleCall.contest_due_at).is_(None), col(Whistle.status).not_in(ANSWERED))
    return _calls(session, is_contested, nobody)


def whistles_without_lead(session: Session) -> Iterable[str]:
    """Exactly one of the units that are called leads."""
    leads = (
        select(func.count())
        .where(
            col(WhistleCall.whistle_id) == col(Whistle.id),
            col(WhistleCall.is_lead),
            col(WhistleCall.state).in_(ACTIVE_CALL),
        )
        .scalar_subquery()
    )
    return _whistles(session, IS_OPEN, leads != 1)


def whistles_against_events(session: Session) -> Iterable[str]:
    """The status is what the last event about it says."""
    last = (
        select(TicketEvent.subject, func.max(col(TicketEvent.id)).label("id"))
        .where(col(TicketEvent.subject).like("whistle:%"))
        .group_by(col(TicketEvent.subject))
        .subquery()
    )
    told = (
        select(last.c.subject, TicketEvent.subject_to)
        .join(TicketEvent, col(TicketEvent.id) == last.c.id)
        .order_by(last.c.subject)
    )
    said = {row.subject: row.subject_to for row in session.execute(told)}
    rows = session.execute(select(col(Whistle.id), col(Whistle.status))).all()
    return [f"whistle {row.id}" for row in rows if said.get(f"whistle:{row.id}") != row.status]


def _whistles(session: Session, *conditions: ColumnElement[bool]) -> list[str]:
    return [f"whistle {found}" for found in session.execute(select(col(Whistle.id)).where(*conditions)).scalars()]


def _calls(session: Session, *conditions: ColumnElement[bool]) -> list[str]:
    wanted = (
        select(col(WhistleCall.id)).join(Whistle, col(Whistle.id) == col(WhistleCall.whistle_id)).where(*conditions)
    )
    return [f"call {found}" for found in session.execute(wanted).scalars()]
