"""What a decision writes: the whistle, its calls and milestones, what has fired, and the facts that notices need."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.masking import mask_text
from service.whistles.casefile import CALL_NAMES, MILESTONE_NAMES, SAME_NAMES, calls_of, milestones_of
from service.whistles.models import Milestone, Whistle, WhistleCall, WhistleFiring
from workflows.whistle_cases import WhistleCase
from workflows.whistle_commands import EscalateWhistle, WhistleCommand
from workflows.whistle_ladder import next_alarm
from workflows.whistle_words import WhistleStatus
from workflows.whistles import WhistleDecision, duties_of

KEPT = frozenset({"id", "ticket_id", "area_path", "kind", "reason", "town_unit_id", "blown_by_id"})
"""What a whistle is from the beginning."""


def insert_whistle(
    session: Session, case: WhistleCase, public_text: str, issue_id: int | None, person: int | None
) -> Whistle:
    """The row alone, so that its calls have something to hang on; version 0 is counted up by the first write."""
    values = {name: getattr(case, name) for name in SAME_NAMES if name != "id"}
    whistle = Whistle.model_validate(
        {**values, "version": 0, "public_text": public_text, "issue_id": issue_id, "blown_by_id": person}
    )
    session.add(whistle)
    session.flush()
    return whistle


def write_whistle(
    session: Session, whistle: Whistle, decision: WhistleDecision, after: WhistleCase, now: datetime
) -> None:
    assert whistle.id is not None
    _write_calls(session, whistle.id, after)
    write_milestones(session, whistle.id, after)
    for subject, step in after.fired - decision.before.fired:
        session.add(WhistleFiring(whistle_id=whistle.id, subject=subject, step=step, at=now))
    for name in SAME_NAMES:
        if name not in KEPT:
            setattr(whistle, name, getattr(after, name))
    whistle.version += 1
    session.flush()
    whistle.alarm_at = next_alarm(_as_written(session, whistle.id, after))
    session.flush()


def facts_of(whistle: Whistle, decision: WhistleDecision, command: WhistleCommand) -> dict[str, Any]:
    """For notices and stories: which whistle, whom this concerns, and until when who has to do something."""
    after = decision.after
    return {
        "whistle": whistle.id,
        "whistle_kind": str(after.kind),
        "whistle_status": decision.status_to.value,
        "town": after.town_unit_id,
        "blown_by": after.blown_by_id,
        "awaits": _awaits(after),
        "lead_unit": after.lead.unit_id if after.lead else None,
        "called": sorted(units_concerned(decision, command)),
        "ruling": after.ruling_unit_id,
        "holder": whistle.unit_id,
        "until": whistle.due_at.isoformat() if whistle.due_at else None,
        **_of_a_step(decision, command),
        **_of_a_milestone(decision, command),
    }


def units_concerned(decision: WhistleDecision, command: WhistleCommand) -> set[int]:
    """The called units that an event is about: those that it names, else all whose call was running.

    Nobody before a whistle is blown: what was only asked of the principal is nobody else's.
    """
    if isinstance(command, EscalateWhistle):
        return {duty.unit for duty in duties_of(decision.before) if duty.subject == command.subject}
    if decision.after.blown_at is None:
        return set()
    named = {getattr(command, name, None) for name in ("unit", "replacement")} - {None}
    changed = {
        call.unit_id
        for call in decision.after.calls
        if (before := decision.before.call_of(call.unit_id)) is None or before.state is not call.state
    }
    if command.verb in OF_SOME_UNITS:
        return {unit for unit in named | changed if unit is not None}
    running = decision.before.active_calls or decision.after.active_calls
    return {call.unit_id for call in running}


OF_SOME_UNITS = frozenset({"report_in", "contest_call", "rule_on_call", "hand_over_part", "score_call", "call_more"})


def _awaits(after: WhistleCase) -> str | None:
    """What the principal still has to say to it."""
    if after.status is WhistleStatus.raised:
        return "approval"
    return "confirmation" if after.awaits_confirmation else None


def _of_a_step(decision: WhistleDecision, command: WhistleCommand) -> dict[str, Any]:
    """What is owed may be owed until another moment than the first of all duties."""
    if not isinstance(command, EscalateWhistle):
        return {}
    duty = next((each for each in duties_of(decision.before) if each.subject == command.subject), None)
    step = next((each for each in decision.after.book.ladder if each.name == command.step), None)
    if duty is None or step is None:
        return {}
    return {"to": step.rung.value, "owes": duty.unit, "until": duty.due_at.isoformat()}


def _of_a_milestone(decision: WhistleDecision, command: WhistleCommand) -> dict[str, Any]:
    """A story names the step of the plan as it was called at that moment."""
    subject = getattr(command, "subject", "") or f"milestone:{getattr(command, 'milestone', '')}"
    steps = {f"milestone:{each.id}": each.title for each in decision.before.milestones}
    title = steps.get(subject.partition(".")[0])
    return {"about": mask_text(title)} if title else {}


def _write_calls(session: Session, whistle_id: int, after: WhistleCase) -> None:
    rows = {row.id: row for row in calls_of(session, whistle_id)}
    for call in after.calls:
        values = {name: getattr(call, name) for name in CALL_NAMES if name != "id"}
        if call.id is None:
            session.add(WhistleCall.model_validate({**values, "whistle_id": whistle_id}))
        else:
            _set(rows[call.id], values)


def write_milestones(session: Session, whistle_id: int, after: WhistleCase) -> None:
    rows = {row.id: row for row in milestones_of(session, whistle_id)}
    for each in after.milestones:
        values = {name: getattr(each, name) for name in MILESTONE_NAMES if name != "id"}
        if each.id is None:
            title = mask_text(each.title)
            session.add(Milestone.model_validate({**values, "title": title, "whistle_id": whistle_id}))
        else:
            _set(rows[each.id], values)


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _as_written(session: Session, whistle_id: int, after: WhistleCase) -> WhistleCase:
    """With the ids that new calls and milestones have now: the ladder speaks of them by these."""
    calls = {row.unit_id: row.id for row in calls_of(session, whistle_id)}
    places = {row.position: row.id for row in milestones_of(session, whistle_id)}
    numbered = after
    for call in after.calls:
        numbered = numbered.with_call(call.unit_id, id=calls[call.unit_id])
    milestones = tuple(replace(each, id=places[each.position]) for each in numbered.milestones)
    return numbered.changed(milestones=milestones)
