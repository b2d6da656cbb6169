"""What an attempt to ask the villager changes: the count of attempts, the call-back, her words, a wish of its own."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows import effects, follow_ups, holds
from workflows.actors import Actor
from workflows.cases import Case
from workflows.changes import Changes
from workflows.commands import ContactWay, FollowUp
from workflows.statuses import Source

REMINDER = "not_followed_up"


def record_attempt(case: Case, command: FollowUp, actor: Actor, now: datetime) -> Changes:
    """Nobody answered. A call-back that she asked for moves the deadline, and with it the reminder."""
    at = follow_ups.call_back_of(case, command)
    columns = {
        **_attempt(command, now),
        "follow_up_attempts": case.follow_up_attempts + 1,
        "follow_up_half_days": case.follow_up_half_days + follow_ups.is_another_half_day(case, now),
        "call_back_at": at,
    }
    later = holds.to_call_back(case, at) if at is not None else None
    if later is None or case.hold_due is None or later.due_at <= case.hold_due:
        return Changes(columns)
    return Changes(columns, revised=later, rearmed=case.fired & {REMINDER})


def conclude(case: Case, command: FollowUp, actor: Actor, now: datetime) -> Changes:
    return _heard(case, command, now, effects.conclude_with_rating(case, command, actor, now))


def conclude_without_cause(case: Case, command: FollowUp, actor: Actor, now: datetime) -> Changes:
    """不满意没有道理: explained, marked, and counted as what she said."""
    changes = _heard(case, command, now, effects.conclude_with_rating(case, command, actor, now))
    return replace(changes, columns={**changes.columns, "is_groundless": True})


def start_new_round(case: Case, command: FollowUp, actor: Actor, now: datetime) -> Changes:
    changes = effects.start_new_round_with_rating(case, command, actor, now)
    return replace(changes, children=_new_need(case, command))


def _heard(case: Case, command: FollowUp, now: datetime, changes: Changes) -> Changes:
    columns = {**changes.columns, **_attempt(command, now), "call_back_at": None}
    return replace(changes, columns=columns, children=_new_need(case, command))


def _attempt(command: FollowUp, now: datetime) -> dict[str, Any]:
    return {"attempted_at": now, "attempt_result": command.result}


def _new_need(case: Case, command: FollowUp) -> tuple[Any, ...]:
    """What else she needs becomes a wish of her own; whoever stood in her yard heard it on a home visit."""
    if command.new_need is None:
        return ()
    visited = {"source": Source.home_visit} if command.way is ContactWay.visit else {}
    said = {"text": command.new_need, "photos": (), **visited}
    return (case.extra["submission"].model_copy(update=said),)
