"""Whatever anybody does to a whistle in whatever order, and whenever: nothing open is without holder and deadline."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.cast import HANDLER, POWER_BUREAU, ROADS_BUREAU, SUPPORTER, SYSTEM, WATER_BUREAU, WRONG_HANDLER
from tests.workflows.whistle_cases import CALL, PLAYERS, RAISED, SAMPLES, new_case
from workflows import whistle_commands as c
from workflows.refusals import Refused
from workflows.whistle_cases import WhistleCase
from workflows.whistle_commands import CallRuling, ContestGround, WhistleCommand
from workflows.whistle_duties import duties_of
from workflows.whistle_kinds import BESIDE_THE_TOWN
from workflows.whistle_ladder import due_steps, next_alarm
from workflows.whistle_roles import WhistleRole
from workflows.whistle_words import CallState, WhistleKind
from workflows.whistles import available_on_whistle, decide_whistle

ACTORS = (*PLAYERS.values(), WRONG_HANDLER)
BUREAUS = (WATER_BUREAU, POWER_BUREAU, ROADS_BUREAU)
HANDLERS = {WATER_BUREAU: HANDLER, POWER_BUREAU: SUPPORTER, ROADS_BUREAU: WRONG_HANDLER}
PEOPLE_SAY = [verb for verb in SAMPLES if verb not in {"blow_whistle", "escalate_whistle", "rule_on_call", "plan_work"}]


class AnyWhistle(RuleBasedStateMachine):
    """One whistle, three bureaus, and a clock that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = RAISED
        self.case: WhistleCase = new_case()
        self.ids = 100
        self.fired: list[tuple[str, str]] = []

    @initialize(kind=st.sampled_from(WhistleKind), role=st.sampled_from([WhistleRole.town, WhistleRole.principal]))
    def blow(self, kind: WhistleKind, role: WhistleRole) -> None:
        own = BUREAUS if kind in BESIDE_THE_TOWN else ()
        self.case = new_case(kind=kind, own_units=frozenset(own))
        self.say(CALL.model_copy(update={"kind": kind}), PLAYERS[role])

    def say(self, command: WhistleCommand, actor: Any) -> None:
        """Who is refused has changed nothing; new rows get their numbers as the database would give them."""
        try:
            after = decide_whistle(self.case, command, actor, self.now).after
        except Refused:
            return
        calls = tuple(each if each.id else replace(each, id=self._next_id()) for each in after.calls)
        plan = tuple(each if each.id else replace(each, id=self._next_id()) for each in after.milestones)
        self.case = after.changed(calls=calls, milestones=plan)

    def _next_id(self) -> int:
        self.ids += 1
        return self.ids

    @rule(verb=st.sampled_from(PEOPLE_SAY), actor=st.sampled_from(ACTORS))
    def anybody_says_anything(self, verb: str, actor: Any) -> None:
        self.say(SAMPLES[verb], actor)

    @rule(unit=st.sampled_from(BUREAUS))
    def somebody_comes(self, unit: int) -> None:
        self.say(SAMPLES["report_in"], HANDLERS[unit])

    @rule(unit=st.sampled_from(BUREAUS))
    def somebody_contests(self, unit: int) -> None:
        self.say(SAMPLES["contest_call"], HANDLERS[unit])

    @rule(unit=st.sampled_from(BUREAUS), decision=st.sampled_from(CallRuling), other=st.sampled_from(BUREAUS))
    def somebody_rules(self, unit: int, decision: CallRuling, other: int) -> None:
        if (decision is CallRuling.replaced) and unit == other:
            return
        replacement = other if decision is CallRuling.replaced else None
        command = c.RuleOnCall(unit=unit, decision=decision, replacement=replacement, words="裁定")
        self.say(command, PLAYERS[WhistleRole.ruling_officer])

    @rule(unit=st.sampled_from(BUREAUS), others=st.sampled_from(BUREAUS), day=st.integers(0, 20))
    def the_lead_plans(self, unit: int, others: int, day: int) -> None:
        lead = self.case.lead
        if lead is not None:
            due = (self.now + timedelta(days=day)).date()
            drafts = tuple(c.MilestoneDraft(title="一段路", unit=each, due=due) for each in (unit, others))
            self.say(c.PlanWork(milestones=drafts), HANDLERS[lead.unit_id])

    @rule(is_done=st.booleans(), by=st.sampled_from(BUREAUS))
    def a_milestone_is_reported(self, is_done: bool, by: int) -> None:
        for each in self.case.open_milestones[:1]:
            self.say(c.ReportMilestone(milestone=each.id or 0, words="做了", is_done=is_done), HANDLERS[by])

    @rule(unit=st.sampled_from(BUREAUS))
    def a_unit_is_dissolved(self, unit: int) -> None:
        self.case = self.case.changed(dissolved=self.case.dissolved | {unit})
        said = c.ContestCall(ground=ContestGround.unit_dissolved, words="这个单位撤销了", unit=unit)
        self.say(said, SYSTEM)

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 3, 24 * 30]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_clock_ticks(self) -> None:
        for each in due_steps(self.case, self.now):
            self.fired.append((each.duty.subject, each.step.name))
            self.say(each.command(), SYSTEM)
        assert due_steps(self.case, self.now) == ()

    @invariant()
    def an_open_whistle_has_a_holder_and_a_deadline(self) -> None:
        case = self.case
        assert case.is_open == (case.unit_id is not None) == (case.due_at is not None) == bool(duties_of(case))
        assert case.is_open == (case.ended_at is None and case.status is not None)

    @invariant()
    def every_running_call_and_milestone_has_one_too(self) -> None:
        for call in self.case.calls:
            assert call.is_active == (call.ended_at is None)
            assert call.state is not CallState.contested or call.contest_due_at is not None
            assert not call.is_active or self.case.is_open
        units = {self.case.town_unit_id, *(call.unit_id for call in self.case.active_calls)}
        assert all(self.case.is_open and each.unit_id in units for each in self.case.open_milestones)

    @invariant()
    def one_unit_leads(self) -> None:
        leads = [call for call in self.case.active_calls if call.is_lead]
        assert len(leads) == (1 if self.case.is_open else 0)

    @invariant()
    def the_clock_rings_once_and_only_while_it_is_open(self) -> None:
        assert len(self.fired) == len(set(self.fired))
        assert self.case.is_open or next_alarm(self.case) is None

    @invariant()
    def somebody_can_always_go_on(self) -> None:
        offered = {
            each.__name__ for actor in PLAYERS.values() for each in available_on_whistle(self.case, actor, self.now)
        }
        assert not self.case.is_open or offered - {"NoteWhistle", "EscalateWhistle", "MoveWhistle", "TellTicketEnded"}


AnyWhistle.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyWhistle = AnyWhistle.TestCase
