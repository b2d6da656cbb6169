"""What a verb changes besides the status: pure functions from a case to the changed columns and holds."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows import follow_ups, holds, promises
from workflows.actors import Actor
from workflows.cases import Case
from workflows.changes import Changes, Duty, Hold
from workflows.commands import Satisfaction
from workflows.statuses import Status
from workflows.supervision import NOT_SUPERVISED
from workflows.time_limits import Urgency


def nothing(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes()


def open_ticket(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """From the first second an open ticket has a unit and a deadline: the dispatch desk and its term."""
    hold = holds.begin(case, Duty.dispatch, case.desk, now, case.limits.dispatch(case.urgency))
    return Changes(
        {
            "round": 1,
            "created_at": now,
            "round_started_at": now,
            "unit_id": hold.unit,
            "due_at": hold.due_at,
            "due_is_provisional": hold.is_provisional,
        },
        hold=hold,
    )


def hand_to_unit(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return hand_over(case, command.unit, command.supporting, command.urgency or case.urgency, now, ended="dispatched")


def hand_over(
    case: Case, unit: int, supporting: Iterable[int], urgency: Urgency, now: datetime, *, ended: str
) -> Changes:
    """派单: the promise to the villager counts from the day she spoke, the unit's own term from today."""
    limit = case.limits.reply(urgency)
    started = case.round_started_at or now
    promise = case.calendar.add(started, limit)
    hold = holds.begin(case, Duty.handle, unit, now, limit)
    columns = {
        **to_lead(hold),
        "urgency": urgency,
        "due_at": promise,
        "original_due_at": case.original_due_at or promise,
        "due_is_provisional": holds.is_provisional(case, started, promise, limit),
        **({"overdue_at": None} if promise > now else {}),
    }
    return Changes(
        columns, ended=ended, hold=hold, supporting=tuple(holds.support(case, each, now, limit) for each in supporting)
    )


def pass_on(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """改派: another unit starts its own term; what the villager was promised stays."""
    hold = holds.begin(case, Duty.handle, command.unit, now, case.limits.reply(case.urgency))
    return Changes(to_lead(hold), ended="reassigned", hold=hold, released=case.supporting & {hold.unit})


def acknowledge(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes({"acknowledged_at": now})


def note_contact(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """响应: only a talk that happened counts, and only the first one sets the time."""
    return Changes({"contacted_at": now} if command.is_reached and case.contacted_at is None else {})


def hand_to_reviewer(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    hold = holds.begin(case, Duty.review, case.desk, now, case.limits.term("review"))
    return Changes({**_reply(case, command, actor, now), "unit_id": hold.unit}, ended="replied", hold=hold)


def answer_at_once(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return _answer(case, now, ended="replied", columns=_reply(case, command, actor, now))


def answer(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return _answer(case, now, ended="approved", columns={})


def hand_back(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    hold = holds.to_mend(case, now)
    return Changes({"unit_id": hold.unit}, ended="sent_back", hold=hold)


def record_rating(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes(_opinion(case, command))


def conclude_with_rating(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes({**_opinion(case, command), "closed_at": now}, ended="closed", supporting=())


def conclude(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    return Changes({"closed_at": now}, ended="closed", supporting=())


def end_without_answer(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """What was put off (挂账) and is taken back is looked at no more."""
    return Changes({"closed_at": now, "deferred_until": None}, ended="ended", supporting=())


def join_main_ticket(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    assert case.target is not None
    columns = {"merged_into_id": case.target.id, "closed_at": now}
    return Changes(columns, ended="merged", supporting=())


def record_word_on_main_answer(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """并单 keeps every author: she says what she thinks of the answer that hers got, too. It moves nobody's ticket."""
    assert case.target is not None
    return Changes({**_opinion(case, command), "rated_round": case.target.round})


NOT_SAID_YET: dict[str, Any] = {"satisfaction": None, "is_resolved": None, "was_contacted": None, "rated_round": None}
"""Praise belongs to its round: if she cannot be reached after the next one, it does not stand in for a word. What she
complained of stays until she says otherwise."""


def start_new_round(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """重办: a new promise, a new term for the same unit; what the first round was due stays in `original_due_at`.

    An exclusion was of the round before: what is done again counts again, unless its unit asks anew.
    """
    assert case.lead_unit_id is not None
    hold = holds.begin(case, Duty.handle, case.lead_unit_id, now, case.limits.reply(case.urgency))
    columns = {
        "round": case.round + 1,
        "round_started_at": now,
        "unit_id": hold.unit,
        "due_at": hold.due_at,
        "due_is_provisional": hold.is_provisional,
        "replied_at": None,
        "replied_by_id": None,
        "closed_at": None,
        "overdue_at": None,
        **NOT_SUPERVISED,
        **follow_ups.NOTHING_TRIED,
        "reopen_count": case.reopen_count + 1,
        "is_excluded": False,
        **({} if follow_ups.has_complained(case) else NOT_SAID_YET),
    }
    return Changes(columns, ended=_end_of_open_hold(case, "reopened"), hold=hold)


def start_new_round_at_her_word(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """Asking for it to be done again is a word too: whatever she said before, it is not resolved."""
    changes = start_new_round(case, command, actor, now)
    opinion = {"satisfaction": Satisfaction.dissatisfied, "is_resolved": False, "rated_round": case.round}
    first = {"first_satisfaction": case.first_satisfaction or Satisfaction.dissatisfied}
    return replace(changes, columns={**changes.columns, **opinion, **first})


def start_new_round_with_rating(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    changes = start_new_round(case, command, actor, now)
    return replace(changes, columns={**changes.columns, **_opinion(case, command)})


def take_back(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """A wish that should not have been declined returns to the desk that leads until somebody else has it.

    It is a round of its own: the dispatch term runs again, so the rules that watch over it have to fire again.
    """
    changes = open_ticket(case, command, actor, now)
    anew = {"created_at": case.created_at, "round": case.round + 1, "closed_at": None, **NOT_SUPERVISED}
    return Changes({**changes.columns, **anew}, hold=changes.hold)


def stand_alone_again(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """撤销并单: what was no duplicate goes back to the desk, as a round of its own; whoever had it before had it then."""
    changes = take_back(case, command, actor, now)
    alone = {"merged_into_id": None, "lead_unit_id": None, "acknowledged_at": None, "overdue_at": None, **NOT_SAID_YET}
    return replace(changes, columns={**changes.columns, **alone})


def split_off(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """拆单: each part becomes a wish of its own, from the same villager and place."""
    return Changes(children=tuple(case.extra["submission"].model_copy(update={"text": part}) for part in command.parts))


def urge(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    columns = {"expedited_at": now}
    return Changes({**columns, "resident_expedited_at": now} if actor.ticket is not None else columns)


def mark_overdue(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """What the desk let lie is not counted against the unit that gets it afterwards."""
    count = case.overdue_count if case.status is Status.submitted else case.overdue_count + 1
    return Changes({"overdue_at": case.overdue_at or now, "overdue_count": count})


def recalculate(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """A year's calendar was published: the same terms are counted again from the same beginnings."""
    promise = holds.same_promise(case)
    return Changes(promise, revised=holds.same_hold(case.changed(**promise)) if case.hold_is_provisional else None)


def to_lead(hold: Hold) -> dict[str, Any]:
    return {"unit_id": hold.unit, "lead_unit_id": hold.unit, "acknowledged_at": None}


def _reply(case: Case, command: Any, actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "outcome": command.outcome,
        "promised_for": promises.day_after_reply(case, command.promised_for),
        "replied_at": now,
        "replied_by_id": actor.person,
    }


def _answer(case: Case, now: datetime, *, ended: str, columns: dict[str, Any]) -> Changes:
    """The villager is told: the first answer decides whether the promise was kept."""
    assert case.due_at is not None
    hold = holds.to_follow_up(case, case.follow_up_desk, now)
    first = {} if case.answered_at else {"answered_at": now, "answered_on_time": now <= case.due_at}
    promise = promises.begins(case, columns)
    return Changes(
        {**columns, **first, **promise, **follow_ups.draw(case), "unit_id": hold.unit}, ended=ended, hold=hold
    )


def _opinion(case: Case, command: Any) -> dict[str, Any]:
    """First and last word are kept apart; an answer that a call did not give changes nothing."""
    given = {
        "satisfaction": command.satisfaction,
        "is_resolved": command.is_resolved,
        "was_contacted": getattr(command, "was_contacted", None),
    }
    said = {column: value for column, value in given.items() if value is not None}
    first = case.first_satisfaction or command.satisfaction
    return {**said, "first_satisfaction": first, "rated_round": case.round}


def _end_of_open_hold(case: Case, how: str) -> str | None:
    return how if case.is_open else None
