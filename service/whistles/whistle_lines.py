"""Who was called and who has come, the plan step by step, and the scores: as lines of the whistle's page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from service.accounts.visits import Visit
from service.directory.models import Person
from service.fields import Action, Choice
from service.local_words import LocalWords
from service.whistles import listing, page_words
from service.whistles.models import Milestone, Whistle, WhistleCall
from service.whistles.page_words import Look
from workflows.whistle_words import CallState, MilestoneState, WhistleStatus
from workflows.words import _


@dataclass(frozen=True)
class CallLine:
    """`part` says whether it leads or supports, and nothing of who was let off; `came` who came, when and where."""

    unit: str
    phone: str | None
    part: str
    has_come: bool
    look: Look
    came: str


@dataclass(frozen=True)
class Step:
    """One milestone; the addresses open its form, where the reader may say something of it."""

    id: int
    title: str
    unit: str
    due_at: datetime
    look: Look
    is_public: bool
    url_report: str | None
    url_change: str | None


@dataclass(frozen=True)
class ScoreLine:
    unit: str
    is_scored: bool
    speed: int | None
    work: int | None
    result: int | None


def called(visit: Visit, whistle: Whistle, calls: Sequence[WhistleCall], local: LocalWords) -> dict[str, Any]:
    counted = [call for call in calls if page_words.is_counted(call)]
    ranked = sorted(calls, key=lambda call: (call.state is CallState.released, not call.is_lead, call.id or 0))
    names = _names(visit, {call.reported_by_id for call in calls if call.reported_by_id})
    return {
        "calls": [_call(visit, whistle, call, names, local) for call in ranked],
        "arrived": sum(call.state in page_words.HAS_COME for call in counted),
        "expected": len(counted),
    }


def _call(visit: Visit, whistle: Whistle, call: WhistleCall, names: dict[int, str], local: LocalWords) -> CallLine:
    unit = visit.known.units.get(call.unit_id)
    is_blown = whistle.status is not WhistleStatus.raised
    return CallLine(
        unit=visit.known.unit_name(call.unit_id),
        phone=unit.phone if unit else None,
        part=_part(call, local),
        has_come=call.reported_at is not None,
        look=page_words.call_look(call, visit.now, local, is_blown=is_blown),
        came=page_words.came(call, names.get(call.reported_by_id or 0, ""), local),
    )


def _part(call: WhistleCall, local: LocalWords) -> str:
    if call.state is CallState.released:
        return ""
    return local._(_("主办") if call.is_lead else _("协办"))


def _names(visit: Visit, people: set[int]) -> dict[int, str]:
    rows = visit.session.exec(select(Person).where(col(Person.id).in_(people))).all() if people else []
    return {person.id: person.name for person in rows if person.id is not None}


def planned(
    visit: Visit, whistle: Whistle, steps: Sequence[Milestone], actions: Iterable[Action], local: LocalWords
) -> dict[str, Any]:
    kept = [step for step in steps if step.state is not MilestoneState.dropped]
    asked = {(action.verb, choice.value) for action in actions for choice in _milestones_in(action)}
    return {
        "steps": [_step(visit, whistle, step, asked, local) for step in sorted(steps, key=lambda each: each.due_at)],
        "done": sum(step.state is MilestoneState.done for step in kept),
        "planned": len(kept),
    }


def _milestones_in(action: Action) -> Sequence[Choice]:
    return next((field.choices for field in action.fields if field.name == "milestone"), ())


def _step(visit: Visit, whistle: Whistle, step: Milestone, asked: set[tuple[str, str]], local: LocalWords) -> Step:
    def opens(verb: str) -> str | None:
        is_asked = (verb, str(step.id)) in asked
        return f"{listing.url_of(whistle)}?open={verb}&milestone={step.id}#{verb}" if is_asked else None

    return Step(
        id=step.id or 0,
        title=step.title,
        unit=visit.known.unit_name(step.unit_id),
        due_at=step.due_at,
        look=page_words.milestone_look(step, visit.now, local),
        is_public=step.is_public,
        url_report=opens("report_milestone"),
        url_change=opens("change_milestone"),
    )


def scores(visit: Visit, whistle: Whistle, calls: Sequence[WhistleCall]) -> list[ScoreLine]:
    """Once the town may score, or has scored, each unit stands there: also one that nobody has scored yet."""
    if whistle.status is not WhistleStatus.accepted and not any(call.scored_at for call in calls):
        return []
    return [
        ScoreLine(visit.known.unit_name(call.unit_id), call.scored_at is not None, call.speed, call.work, call.result)
        for call in calls
        if page_words.is_counted(call)
    ]
