"""日跟进: what one unit has to see to on this day: late, due today, not acknowledged, whistles, promises, reviews."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from service.reports.attention import Moment, waits_for_follow_up
from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Column, Kind, Section, table
from service.reports.documents.ticket_rows import is_late, local, tickets
from service.reports.documents.told import PIECES, WISHES, counted
from service.tickets.models import IS_OPEN, Ticket
from service.whistles.models import Milestone, Whistle, WhistleCall
from workflows.ask_words import PromiseState
from workflows.statuses import UNANSWERED, Status
from workflows.whistle_words import CallState, MilestoneState
from workflows.words import _

COLUMNS = ("number", "place", "theme", "what", "status", "due_at", "days_late")
PROMISED = ("number", "place", "theme", "what", "promised_for")
PUT_OFF = ("number", "place", "theme", "what", "deferred_until")
AHEAD = timedelta(days=3)
UNITS = {"calls": PIECES, "milestones": PIECES}


def made(asked: Asked) -> Body:
    """Tickets are those that the unit must act on; promises are those that it made."""
    mine = and_(IS_OPEN, col(Ticket.unit_id) == (asked.unit.id if asked.unit else 0))
    sections = (
        *(
            tickets(asked, key, words, COLUMNS, mine, condition, order=col(Ticket.due_at))
            for key, words, condition in _today(asked)
        ),
        _promises(asked),
        tickets(
            asked, "reviews", _("挂账该复核的"), PUT_OFF, mine, *_reviewed(asked), order=col(Ticket.deferred_until)
        ),
        *_whistles(asked),
    )
    told = tuple(counted(asked, each.key, each.words, each.total, UNITS.get(each.key, WISHES)) for each in sections)
    return Body(told, sections)


def _today(asked: Asked) -> tuple[tuple[str, str, ColumnElement[bool]], ...]:
    """What was answered has another term: until the villager has been asked."""
    due, status = col(Ticket.due_at), col(Ticket.status)
    edge, waits = max(asked.period.until, asked.now), status.in_(UNANSWERED)
    at = Moment(asked.now, asked.known.limits, asked.known.calendar)
    return (
        ("late", _("过了期限的"), is_late(asked)),
        ("due_today", _("今天到期的"), and_(waits, due >= asked.now, due < edge)),
        ("unacknowledged", _("等着签收的"), and_(due >= edge, status == Status.assigned)),
        ("not_followed_up", _("过了回访时限的"), waits_for_follow_up(at)),
        ("pressed", _("督办的和群众催过的"), and_(or_(~waits, due >= edge), _is_pressed())),
    )


def _is_pressed() -> ColumnElement[bool]:
    return (col(Ticket.supervision_level).is_not(None)) | (col(Ticket.resident_expedited_at).is_not(None))


def _promises(asked: Asked) -> Section:
    unit = asked.unit.id if asked.unit else 0
    soon = asked.period.last + AHEAD
    return tickets(
        asked,
        "promises",
        _("三天内要兑现的承诺"),
        PROMISED,
        col(Ticket.lead_unit_id) == unit,
        col(Ticket.promise_state) == PromiseState.open,
        col(Ticket.promised_for) <= soon,
        order=col(Ticket.promised_for),
    )


def _reviewed(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return col(Ticket.status) == Status.deferred, col(Ticket.deferred_until) <= asked.period.last + AHEAD


def _whistles(asked: Asked) -> tuple[Section, Section]:
    unit = asked.unit.id if asked.unit else 0
    calls = (
        select(Whistle, WhistleCall)
        .join(WhistleCall, col(WhistleCall.whistle_id) == col(Whistle.id))
        .where(col(WhistleCall.unit_id) == unit, col(WhistleCall.state) == CallState.called)
        .where(col(Whistle.blown_at).is_not(None), col(Whistle.ended_at).is_(None))
        .order_by(col(WhistleCall.report_due_at))
    )
    called = [
        (whistle.id, asked.named(asked.known.whistles.kinds, whistle.kind), local(asked, call.report_due_at))
        for whistle, call in asked.session.execute(calls)
    ]
    due = (
        select(Milestone)
        .where(col(Milestone.unit_id) == unit, col(Milestone.state) == MilestoneState.planned)
        .where(col(Milestone.due_at) < asked.period.until + AHEAD)
        .order_by(col(Milestone.due_at))
    )
    planned = [(each.whistle_id, each.title, local(asked, each.due_at)) for each in asked.session.scalars(due)]
    number = Column("whistle", asked.say(_("哨")), Kind.number, 8)
    until = Column("due_at", asked.say(_("期限")), Kind.moment, 17)
    kind, title = Column("kind", asked.say(_("种类")), width=16), Column("title", asked.say(_("节点")), width=36)
    return (
        table("calls", asked.say(_("等着报到的哨")), (number, kind, until), called),
        table("milestones", asked.say(_("三天内的节点")), (number, title, until), planned),
    )
