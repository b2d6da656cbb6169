"""督办: how a supervision begins, is answered and rises; each level has a term of its own for the answer."""

from datetime import datetime
from typing import Any

from workflows.actors import Actor
from workflows.ask_words import SupervisionLevel
from workflows.cases import Case
from workflows.changes import Changes

LEVELS = tuple(SupervisionLevel)
"""From the mildest to the strictest."""

NOT_SUPERVISED: dict[str, Any] = {
    "supervised_at": None,
    "supervision_level": None,
    "supervision_due_at": None,
    "supervision_answered_at": None,
}
"""What a new round begins with: the events keep what was before."""


def is_unanswered(case: Case) -> bool:
    return case.supervision_level is not None and case.supervision_answered_at is None


def waits_at(level: SupervisionLevel, case: Case) -> bool:
    return is_unanswered(case) and case.supervision_level == level


def answer_due(case: Case, level: SupervisionLevel, now: datetime) -> datetime:
    return case.calendar.add(now, case.limits.term(f"answer_supervision_{level}"))


def supervise(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """Supervised again before it was answered, a ticket never falls back to a milder level."""
    level = max(command.level, case.supervision_level, key=LEVELS.index) if is_unanswered(case) else command.level
    return Changes(
        {
            "supervised_at": case.supervised_at or now,
            "supervision_level": level,
            "supervision_due_at": answer_due(case, level, now),
            "supervision_answered_at": None,
        }
    )


def settle(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """The answer ends the waiting and not the ticket: its own deadline runs on."""
    return Changes({"supervision_answered_at": now})
