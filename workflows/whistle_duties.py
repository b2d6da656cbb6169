"""Who owes what until when: a whistle that is open always has a duty, and the earliest one says who holds it."""

from collections.abc import Callable, Iterator
from datetime import datetime

from workflows.whistle_cases import CallCase, DutyName, WhistleCase, WhistleDuty
from workflows.whistle_words import CallState, WhistleStatus

AT_IT = frozenset({WhistleStatus.blown, WhistleStatus.at_work})
WHISTLE = "whistle"


def duties_of(case: WhistleCase) -> tuple[WhistleDuty, ...]:
    """All that is owed now, the earliest first; nothing once the whistle has ended."""
    found = [duty for find in FINDERS for duty in find(case)] if case.is_open else []
    return tuple(sorted(found, key=lambda duty: duty.due_at))


def held(case: WhistleCase) -> WhistleCase:
    """With the unit that must act now, until when, and whether that hangs on an unpublished calendar."""
    duties = duties_of(case)
    if not duties:
        return case.changed(unit_id=None, due_at=None, is_provisional=False)
    is_provisional = any(duty.is_provisional for duty in duties)
    return case.changed(unit_id=duties[0].unit, due_at=duties[0].due_at, is_provisional=is_provisional)


def _approval(case: WhistleCase) -> Iterator[WhistleDuty]:
    if case.status is WhistleStatus.raised:
        yield _of_the_whistle(case, DutyName.approval, case.town_unit_id, case.raised_at, case.approve_due_at)


def _confirmation(case: WhistleCase) -> Iterator[WhistleDuty]:
    if case.awaits_confirmation:
        yield _of_the_whistle(case, DutyName.confirmation, case.town_unit_id, case.blown_at, case.confirm_due_at)


def _report_in(case: WhistleCase) -> Iterator[WhistleDuty]:
    for call in case.calls if case.status in AT_IT else ():
        if call.state is CallState.called:
            yield WhistleDuty(
                DutyName.report_in,
                _subject(call),
                call.unit_id,
                call.called_at,
                call.report_due_at,
                call.is_provisional,
            )


def _ruling(case: WhistleCase) -> Iterator[WhistleDuty]:
    for call in case.calls if case.status in AT_IT else ():
        if call.state is CallState.contested:
            assert call.contested_at is not None and call.contest_due_at is not None
            is_guess = case.is_guess(call.contested_at, case.term("whistle_rule", call.contested_at))
            yield WhistleDuty(
                DutyName.ruling,
                _subject(call),
                case.ruling_unit_id,
                call.contested_at,
                call.contest_due_at,
                is_guess,
            )


def _work(case: WhistleCase) -> Iterator[WhistleDuty]:
    """The plan, and once every milestone is done, the completion: both are owed by the lead, once it has come."""
    lead = case.lead
    if case.status is WhistleStatus.at_work and lead and lead.state is CallState.reported and not case.open_milestones:
        name = DutyName.plan if case.planned_at is None else DutyName.completion
        yield _of_the_whistle(case, name, lead.unit_id, case.work_since, case.work_due_at)


def _milestones(case: WhistleCase) -> Iterator[WhistleDuty]:
    for each in case.open_milestones if case.status is WhistleStatus.at_work else ():
        moved = f".{each.moves}" if each.moves else ""
        yield WhistleDuty(DutyName.milestone, f"milestone:{each.id}{moved}", each.unit_id, each.planned_at, each.due_at)


def _acceptance(case: WhistleCase) -> Iterator[WhistleDuty]:
    if case.status is WhistleStatus.completed:
        yield _of_the_whistle(case, DutyName.acceptance, case.town_unit_id, case.completed_at, case.accept_due_at)


Finder = Callable[[WhistleCase], Iterator[WhistleDuty]]
FINDERS: tuple[Finder, ...] = (_approval, _confirmation, _report_in, _ruling, _work, _milestones, _acceptance)

LIMIT_OF: dict[DutyName, str] = {
    DutyName.approval: "whistle_approve",
    DutyName.confirmation: "whistle_confirm",
    DutyName.report_in: "whistle_report",
    DutyName.ruling: "whistle_rule",
    DutyName.plan: "whistle_plan",
    DutyName.completion: "whistle_complete",
    DutyName.acceptance: "whistle_accept",
}
"""The row of the time limits by which each duty is owed; milestones have a date."""


def _of_the_whistle(
    case: WhistleCase, name: DutyName, unit: int | None, since: datetime | None, due_at: datetime | None
) -> WhistleDuty:
    assert unit is not None and since is not None and due_at is not None
    subject = WHISTLE if name not in OWED_AGAIN else f"{WHISTLE}:{since:%y%m%d%H%M%S}"
    return WhistleDuty(name, subject, unit, since, due_at, case.is_guess(since, case.term(LIMIT_OF[name], since)))


OWED_AGAIN = frozenset({DutyName.plan, DutyName.completion, DutyName.acceptance})
"""A new lead plans anew, and what was not accepted is completed anew: the ladder watches each time."""


def _subject(call: CallCase) -> str:
    return f"call:{call.id}" + (".ruled" if call.is_ruled else "")
