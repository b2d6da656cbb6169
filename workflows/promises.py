"""承诺: a dated promise after an answer "for now" is watched until it is kept or broken, also on a closed ticket."""

from datetime import date, datetime
from typing import Any

from workflows import holds
from workflows.actors import Actor
from workflows.ask_words import PromiseState
from workflows.cases import Case
from workflows.changes import Changes
from workflows.commands import Outcome
from workflows.guards import guard
from workflows.statuses import Status
from workflows.words import _

WATCHED = frozenset(
    {Status.assigned, Status.in_progress, Status.deferred, Status.replied, Status.follow_up, Status.closed}
)
"""Where an answer was given and may still be worth something: also while the matter is done again."""


def begins(case: Case, columns: dict[str, Any]) -> dict[str, Any]:
    """What the answer that goes out now does to the promise; one that was kept or broken stays so until the next."""
    outcome, promised = columns.get("outcome", case.outcome), columns.get("promised_for", case.promised_for)
    if outcome == Outcome.for_now and promised is not None:
        return {"promise_state": PromiseState.open, "promise_settled_at": None, "promise_confirmed": None}
    return {"promise_state": None, "promised_for": None} if is_open(case) else {}


def day_after_reply(case: Case, promised_for: date | None) -> date | None:
    """Until another answer has gone out, the promise that she has been given stands with its day."""
    return case.promised_for if promised_for is None and is_open(case) else promised_for


def is_open(case: Case) -> bool:
    return case.promise_state == PromiseState.open and case.promised_for is not None


def due_of(case: Case) -> datetime | None:
    return None if case.promised_for is None else holds.evening_of(case, case.promised_for)


def keep(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """One that was broken stays broken: it was kept late."""
    state = PromiseState.kept if is_open(case) else case.promise_state
    return Changes({"promise_state": state, "promise_settled_at": now})


def break_it(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes({"promise_state": PromiseState.broken})


def confirm(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes({"promise_confirmed": command.is_kept})


@guard(_("没有等着兑现的承诺。"))
def a_promise_stands(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.promise_state is not None and case.promise_settled_at is None


@guard(_("没有等着兑现的承诺。"))
def a_promise_is_open(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return is_open(case)


@guard(_("答应的日子还没有到，到了再告诉我们。"))
def the_promise_has_come(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    if case.promise_state is None or case.promised_for is None:
        return False
    return not is_open(case) or now.astimezone(case.calendar.zone).date() >= case.promised_for


@guard(_("您已经告诉过我们了，谢谢。"))
def she_has_not_said_it_yet(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.promise_confirmed is None
