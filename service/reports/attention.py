"""What needs a hand now: a row each, counted among the open tickets and linked to the very ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlmodel import Session, col

from service.accounts.visits import Visit
from service.tickets.models import IS_OPEN, Assignment, EscalationFiring, Ticket
from service.tickets.scope import in_area
from workflows.changes import HoldRole
from workflows.statuses import UNANSWERED, Status
from workflows.time_limits import Limits
from workflows.warnings import RULE
from workflows.words import _
from workflows.workdays import WorkCalendar

NOTHING: Mapping[str, int] = {}
HOT_FROM = 5
"""An issue of so many wishes is hot."""


@dataclass(frozen=True)
class Moment:
    now: datetime
    limits: Limits
    calendar: WorkCalendar


def moment_of(visit: Visit) -> Moment:
    return Moment(visit.now, visit.known.limits, visit.known.calendar)


Condition = Callable[[Moment], ColumnElement[bool]]


@dataclass(frozen=True)
class Concern:
    """`words` follow the number, `title` heads the list; `tone` is how pressing it is where there is any."""

    key: str
    words: str
    title: str
    explained: str
    tone: str
    condition: Condition


def is_late(at: Moment) -> ColumnElement[bool]:
    return and_(col(Ticket.status).in_(UNANSWERED), col(Ticket.due_at) < at.now)


def is_soon_due(at: Moment) -> ColumnElement[bool]:
    edge = at.calendar.add(at.now, at.limits.term("due_soon_before"))
    return and_(
        col(Ticket.status).in_(UNANSWERED - {Status.submitted}),
        col(Ticket.due_at) >= at.now,
        col(Ticket.due_at) <= edge,
    )


def is_undispatched(at: Moment) -> ColumnElement[bool]:
    return and_(col(Ticket.status) == Status.submitted, col(Ticket.due_at) < at.now)


def is_unacknowledged(at: Moment) -> ColumnElement[bool]:
    """Assigned longer ago than the term: told by where the term would have had to begin."""
    edge = at.calendar.subtract(at.now, at.limits.term("acknowledge"))
    return and_(col(Ticket.status) == Status.assigned, _held_since(edge))


def waits_for_follow_up(at: Moment) -> ColumnElement[bool]:
    due = select(Assignment.id).where(  # type: ignore[call-overload]
        col(Assignment.ticket_id) == col(Ticket.id), col(Assignment.ended_at).is_(None), col(Assignment.due_at) < at.now
    )
    return and_(col(Ticket.status) == Status.follow_up, due.exists())


def is_supervised(at: Moment) -> ColumnElement[bool]:
    return and_(IS_OPEN, col(Ticket.supervised_at).is_not(None))


def is_done_again(at: Moment) -> ColumnElement[bool]:
    return and_(IS_OPEN, col(Ticket.reopen_count) > 0)


def waits_for_a_word(at: Moment) -> ColumnElement[bool]:
    return col(Ticket.pending_asks) > 0


def is_warned_of(at: Moment) -> ColumnElement[bool]:
    hers = (col(EscalationFiring.ticket_id) == col(Ticket.id), col(EscalationFiring.rule).like(f"{RULE}%"))
    given: ColumnElement[bool] = select(col(EscalationFiring.ticket_id)).where(*hers).exists()
    return given


def is_hot(at: Moment) -> ColumnElement[bool]:
    """In an issue of many wishes, ended ones too."""
    issue = col(Ticket.issue_id)
    many = select(issue).where(issue.is_not(None)).group_by(issue).having(func.count() >= HOT_FROM)
    return issue.in_(many)


def _held_since(edge: datetime) -> ColumnElement[bool]:
    held = select(Assignment.id).where(  # type: ignore[call-overload]
        col(Assignment.ticket_id) == col(Ticket.id),
        col(Assignment.ended_at).is_(None),
        col(Assignment.role) == HoldRole.lead,
        col(Assignment.started_at) < edge,
    )
    held_long: ColumnElement[bool] = held.exists()
    return held_long


# fmt: off
CONCERNS: tuple[Concern, ...] = (
    # key, after the number, above the list, explained, tone, condition
    Concern("late",            _("件超期没答复"), _("超期没答复的"), _("过了期限，和工作台的“超期”是同一批"), "overdue", is_late),
    Concern("undispatched",    _("件没派出去"),  _("没派出去的"),  _("过了派单时限"),       "overdue", is_undispatched),
    Concern("unacknowledged",  _("件没签收"),    _("没签收的"),    _("过了签收时限"),       "overdue", is_unacknowledged),
    Concern("soon_due",        _("件快到期"),    _("快到期的"),    _("一个工作日内到期"),    "soon",    is_soon_due),
    Concern("not_followed_up", _("件该回访了"),  _("该回访的"),    _("过了回访时限"),       "soon",    waits_for_follow_up),
    Concern("supervised",      _("件在督办"),    _("在督办的"),    _("还没办结"),          "soon",    is_supervised),
    Concern("done_again",      _("件在重办"),    _("在重办的"),    _("群众不满意，重新办理"), "soon",    is_done_again),
    Concern("asked",    _("件等着批"),         _("等着批的"),         _("承办单位申请了退单、延期、挂账或剔除，还没有人定"), "soon", waits_for_a_word),
    Concern("warned",   _("件有预警"),         _("有预警的"),         _("险情的话、退了又退、办了又办、同一户反复提"), "soon", is_warned_of),
)
# fmt: on
# fmt: off
BESIDES: tuple[Concern, ...] = (
    Concern("hot",      _("件是好多人说的事"), _("好多人说的事"),     _("同一个共性问题里的，一共至少五件"), "soon", is_hot),
)
# fmt: on
"""Looked up whenever somebody looks, for it hangs on other tickets: there are few of them at any time."""
BY_KEY = {concern.key: concern for concern in (*CONCERNS, *BESIDES)}


def count_concerns(
    session: Session,
    area_path: str,
    at: Moment,
    kind: ColumnElement[bool] | None = None,
    kept: Mapping[str, int] = NOTHING,
) -> list[tuple[Concern, int]]:
    """Of `kind`, where not all of the place's tickets are meant; what is `kept` already need not be counted."""
    here = and_(IS_OPEN, in_area(area_path), true() if kind is None else kind)
    return [
        (concern, kept[concern.key] if concern.key in kept else _count(session, and_(here, concern.condition(at))))
        for concern in (*CONCERNS, *BESIDES)
    ]


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    counted: int = session.execute(select(func.count()).select_from(Ticket).where(condition)).scalar_one()
    return counted
