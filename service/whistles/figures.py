"""Report-in on time for the figures: the ticket of every call, once for each unit that was called.

Counted as `workflows/whistle_figures.py` counts, which a test holds it to.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import col

from service.whistles.models import Whistle, WhistleCall
from workflows.whistle_words import CallState


def reported_in_time(now: datetime) -> Select[int]:
    return _tickets(and_(col(WhistleCall.reported_at).is_not(None), ~_was_late()))


def was_due(now: datetime) -> Select[int]:
    """Those that came, and those whose term is over."""
    is_over = and_(col(WhistleCall.state) == CallState.called, col(WhistleCall.report_due_at) < now)
    return _tickets(or_(col(WhistleCall.reported_at).is_not(None), _was_late(), is_over))


def not_yet_due(now: datetime) -> Select[int]:
    still = col(WhistleCall.report_due_at) >= now
    return _tickets(and_(col(WhistleCall.state) == CallState.called, still, ~_was_late()))


def _was_late() -> ColumnElement[bool]:
    late: ColumnElement[bool] = func.coalesce(col(WhistleCall.was_late), False).is_(True)
    return late


def _tickets(condition: ColumnElement[bool]) -> Select[int]:
    wanted = select(col(Whistle.ticket_id)).join(WhistleCall, col(WhistleCall.whistle_id) == col(Whistle.id))
    return wanted.where(col(Whistle.blown_at).is_not(None), condition)
