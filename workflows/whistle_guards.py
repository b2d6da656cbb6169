"""Conditions of the whistle's table that read aloud; each carries the sentence that a refused person reads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.actors import Actor
from workflows.statuses import WITH_UNIT, Status
from workflows.whistle_cases import CallCase, WhistleCase
from workflows.whistle_commands import MILESTONES_AT_ALL, CallRuling, ContestGround
from workflows.whistle_effects import spoken_for
from workflows.whistle_kinds import Approval
from workflows.whistle_roles import WhistleRole, spoken_units, standing_at
from workflows.whistle_words import CallState
from workflows.words import _

WhistleTest = Callable[[WhistleCase, Any, Actor, datetime], bool]
Telling = Callable[[WhistleCase, Any], dict[str, Any]]

WHISTLED_FOR = WITH_UNIT | {Status.deferred}
"""A wish that is still at the dispatch desk has nobody yet who could say that he cannot do it alone."""


def nothing_more(case: WhistleCase, command: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class WhistleGuard:
    """`reads_command` is false where the answer is known before anything is typed: it then hides the button as well.

    `told` fills the placeholders of the sentence.
    """

    name: str
    sentence: str
    test: WhistleTest
    reads_command: bool = False
    told: Telling = nothing_more

    def holds(self, case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
        return self.test(case, command, actor, now)


def guard(
    sentence: str, *, reads_command: bool = False, told: Telling = nothing_more
) -> Callable[[WhistleTest], WhistleGuard]:
    return lambda test: WhistleGuard(test.__name__, sentence, test, reads_command, told)


@guard(_("这件心愿现在没有单位在办，还不能为它吹哨。"))
def ticket_is_being_handled(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.ticket_status in WHISTLED_FOR


@guard(_("这次吹哨不等补批。"))
def awaits_confirmation(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.awaits_confirmation


@guard(_("应急吹哨要先由镇主要负责人补批，才能验收。"))
def was_confirmed(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return not case.awaits_confirmation


@guard(_("您的单位没有被叫到，或者已经报到过了。"))
def has_still_to_come(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return _state_of(case, command, actor) is CallState.called


@guard(_("县里已经裁定必须报到，不能再提异议。"))
def was_not_ruled_in(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = spoken_for(case, command, actor)
    return call is not None and not call.is_ruled


@guard(_("提异议的期限已经过了，请先报到。"))
def contests_in_time(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = spoken_for(case, command, actor)
    return call is not None and now <= case.until(call.called_at, case.term("whistle_contest", call.called_at))


@guard(_("请选一条依据。"), reads_command=True)
def cites_a_ground(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return command.ground is not ContestGround.unit_dissolved


@guard(_("这个单位还在，由它自己说。"), reads_command=True)
def unit_is_dissolved(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = case.call_of(command.unit)
    owes = call is not None and call.state in {CallState.called, CallState.reported}
    return owes and command.unit in case.dissolved and command.ground is ContestGround.unit_dissolved


@guard(_("没有等着裁定的异议。"))
def something_is_contested(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return any(call.state is CallState.contested for call in case.calls)


@guard(_("这个单位没有等着裁定的异议。"), reads_command=True)
def is_contested(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = case.call_of(command.unit)
    return call is not None and call.state is CallState.contested


@guard(_("这个单位已经撤销，不能要它报到。"), reads_command=True)
def can_still_come(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return command.decision is not CallRuling.must_come or command.unit not in case.dissolved


@guard(_("请先报到。"))
def has_come(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    """The town is there anyway."""
    if WhistleRole.town in standing_at(actor, case):
        return True
    return any(call.has_come for call in _own_calls(case, actor))


@guard(_("您的单位没有要移交的任务，或者还没有报到。"))
def has_a_part_to_hand_over(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = spoken_for(case, command, actor, CallState.reported)
    return call is not None and call.state is CallState.reported and not call.is_lead


@guard(_("您的单位还有没做完的节点，请先做完，或者请牵头单位改节点。"))
def has_no_open_milestone(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = spoken_for(case, command, actor, CallState.reported)
    return call is None or all(each.unit_id != call.unit_id for each in case.open_milestones)


@guard(_("现场会要开过了才能记。"), reads_command=True)
def was_held_already(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(command.held_on <= now.astimezone(case.calendar.zone).date())


@guard(_("节点的日期不能在今天以前。"), reads_command=True)
def dates_lie_ahead(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    today = now.astimezone(case.calendar.zone).date()
    drafts = getattr(command, "milestones", ())
    dates = [draft.due for draft in drafts] + [getattr(command, "due", None)]
    return all(due is None or due >= today for due in dates)


@guard(_("节点要交给参加这次吹哨的单位。"), reads_command=True)
def units_take_part(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    partners = {case.town_unit_id, *(call.unit_id for call in case.active_calls)}
    return all(draft.unit in partners for draft in command.milestones)


@guard(_("计划的步骤太多了，请合并几步。"), reads_command=True)
def plan_is_not_endless(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return len(case.milestones) + len(command.milestones) <= MILESTONES_AT_ALL


@guard(_("没有还没做完的节点。"))
def some_milestone_is_open(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(case.open_milestones)


@guard(_("没有这个节点，或者它已经做完了。"), reads_command=True)
def milestone_is_open(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    milestone = case.milestone(command.milestone)
    return milestone is not None and milestone.is_open


@guard(_("这个节点由另一个单位来报。"), reads_command=True)
def milestone_is_theirs(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    """The lead answers for the whole plan and may report each of its steps."""
    milestone = case.milestone(command.milestone)
    speaks = WhistleRole.called_lead in standing_at(actor, case)
    return speaks or (milestone is not None and milestone.unit_id in actor.units)


@guard(_("还有节点没有做完，请先做完，或者改节点。"))
def every_milestone_is_done(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return not case.open_milestones


@guard(_("还有异议等着裁定。"))
def nothing_is_contested(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return not any(call.state is CallState.contested for call in case.calls)


@guard(_("没有可以打分的单位了。"))
def somebody_is_to_be_scored(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return any(call.is_to_be_scored for call in case.calls)


@guard(_("这个单位不打分：没有叫它，县里裁定它不必来，或者已经打过分了。"), reads_command=True)
def call_is_to_be_scored(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = case.call_of(command.unit)
    return call is not None and call.is_to_be_scored


@guard(_("没有等着重算的期限。"))
def due_is_provisional(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.is_provisional


@guard(_("这一级已经提醒过了。"), reads_command=True)
def has_not_fired(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return (command.subject, command.step) not in case.fired


def choose(test: WhistleTest) -> WhistleGuard:
    """Which of several rows for one verb applies: it chooses and never refuses."""
    return WhistleGuard(test.__name__, "", test, reads_command=True)


@choose
def needs_no_approval(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    return case.approval is not Approval.before


@choose
def speaks_for_the_lead(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = spoken_for(case, command, actor)
    return call is not None and call.is_lead


@choose
def releases_the_last(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    others = [call for call in case.active_calls if call.unit_id != command.unit]
    return command.decision is CallRuling.released and not others


@choose
def leaves_a_lead_who_came(case: WhistleCase, command: Any, actor: Actor, now: datetime) -> bool:
    call = case.call_of(command.unit)
    others = [each for each in case.active_calls if each.unit_id != command.unit]
    is_led_by_it = call is not None and call.is_lead
    return command.decision is CallRuling.released and is_led_by_it and any(each.has_come for each in others)


def _state_of(case: WhistleCase, command: Any, actor: Actor) -> CallState | None:
    call = spoken_for(case, command, actor)
    return call.state if call else None


def _own_calls(case: WhistleCase, actor: Actor) -> list[CallCase]:
    units = spoken_units(actor, case)
    return [call for call in case.calls if call.unit_id in units]
