"""Whatever anybody does in whatever order, and however long nobody does anything, a wish is never lost.

`Life` keeps a case together with the holds that the service would write, and checks both after every step. A machine of
hypothesis looks for the shortest way to break it; a walk with fixed seeds adds the mass.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.cast import (
    CAST,
    COUNTY_DESK,
    COUNTY_PATH,
    NEWCOMER,
    OTHER_TICKET,
    OUTSIDERS,
    POWER_BUREAU,
    ROADS_BUREAU,
    TICKET,
    TOWN_DESK,
    WATER_BUREAU,
)
from tests.workflows.cases import SAMPLES, case_in, new_case, samples_of
from tests.workflows.china import CHINA, at, official_days
from workflows import asks, follow_ups, promises
from workflows import commands as c
from workflows.actors import IMPORTER, Actor, Post, system
from workflows.ask_words import AskKind
from workflows.cases import Case
from workflows.changes import Changes, Hold
from workflows.commands import COMMANDS, CallResult, CommandBase, Outcome
from workflows.decide import Decision, available, decide
from workflows.escalations import ESCALATIONS, due_rules, moment_of, next_alarm
from workflows.refusals import Refused
from workflows.sampling import SamplingRule
from workflows.statuses import OPEN, FollowUpRule, Role, Status
from workflows.time_limits import Urgency
from workflows.transitions import rows_of
from workflows.workdays import WorkCalendar

S = Status
UNITS = (WATER_BUREAU, POWER_BUREAU, ROADS_BUREAU, TOWN_DESK, COUNTY_DESK)
NEXT_YEAR_TOO = WorkCalendar(official_days(), frozenset(range(2004, 2031)))


def in_many_roles(person: int, unit: int) -> Actor:
    """One person who wears every hat, as in a small town."""
    return Actor(person=person, posts=tuple(Post(role, unit, COUNTY_PATH) for role in Role))


EVERYBODY: tuple[Actor, ...] = (
    *CAST.values(),
    *OUTSIDERS.values(),
    *(in_many_roles(200 + unit, unit) for unit in UNITS),
    Actor(person=300, posts=tuple(Post(Role.handler, unit, COUNTY_PATH) for unit in UNITS)),
)
USEFUL: tuple[Actor, ...] = (*CAST.values(), *EVERYBODY[-6:])

OTHERS_SAY: dict[str, tuple[CommandBase, ...]] = {
    "assign": tuple(c.Assign(unit=unit) for unit in UNITS)
    + tuple(c.Assign(unit=ROADS_BUREAU, supporting=UNITS[:2], urgency=urgency) for urgency in Urgency)
    + (c.Assign(unit=TOWN_DESK, supporting=(TOWN_DESK,)),),
    "reassign": tuple(c.Reassign(unit=unit, reason="不归我们管") for unit in UNITS),
    "contact": (c.Contact(is_reached=False, words="没人接"),),
    "withdraw": (c.Withdraw(),),
    "reply": (
        c.Reply(outcome=Outcome.for_now, words="开春后修好", promised_for=at("2027-04-01 00:00").date()),
        c.Reply(outcome=Outcome.for_now, words="早就修好了", promised_for=at("2020-04-01 00:00").date()),
        c.Reply(outcome=Outcome.referred, words="请找供电公司", referred_to="95598"),
    ),
}
DAYS = tuple(date(2026, 2, 13) + week * timedelta(weeks=1) for week in range(20))
LATER: dict[str, tuple[CommandBase, ...]] = {
    "request_extension": tuple(c.RequestExtension(until=day, reason="灯杆要从外地调来") for day in DAYS),
    "request_deferral": tuple(
        c.RequestDeferral(until=day, reason="等铁路完工以后改", evidence="铁路项目部的施工函") for day in DAYS
    ),
    "review_deferral": tuple(c.ReviewDeferral(until=day, reason="铁路还没有完工") for day in DAYS),
    "grant": (
        *(c.Grant(ask=kind) for kind in AskKind),
        *(c.Grant(ask=AskKind.giving_back, unit=unit) for unit in UNITS),
    ),
    "refuse": tuple(c.Refuse(ask=kind, note="现在就能办") for kind in AskKind),
    "rule": tuple(c.Rule(unit=unit, supporting=UNITS[:1], words="由它主办，不得再退") for unit in UNITS),
    "follow_up": tuple(
        c.FollowUp(result=CallResult.call_later, call_back_at=datetime.combine(day, time(10))) for day in DAYS
    ),
    "confirm_promise": (c.ConfirmPromise(is_kept=False, words="苗子没有来"),),
}
OTHERS_SAY |= LATER
WAYS: dict[str, tuple[CommandBase, ...]] = {verb: (*samples_of(verb), *OTHERS_SAY.get(verb, ())) for verb in COMMANDS}
ANYTHING = tuple(command for commands in WAYS.values() for command in commands)
TARGETS = (
    None,
    case_in(S.assigned),
    *(case_in(status, id=OTHER_TICKET) for status in (S.submitted, S.follow_up, S.closed)),
)

WITHOUT_ROUND = frozenset({"assign", "recalculate_due", "grant", "rule", "resume", "review_deferral"})
"""Besides a new round (and taking back, which is one) only these may touch the promise: before it is given, when a
calendar is published, and where an officer has said so."""

NUMBER = "2026-000007"
SAMPLES_DRAWN = (None, SamplingRule(1, "no", 1, "/1/"), SamplingRule(2, "all", 100, "/1/"))
"""Everybody is called; nobody is drawn; everybody is drawn."""

BEGINS_A_ROUND = {
    (None, S.submitted),
    (S.declined, S.submitted),
    (S.merged, S.submitted),
    (S.follow_up, S.in_progress),
    (S.closed, S.in_progress),
}


class Life:
    """One ticket from before it is handed in, its open holds, and the clock."""

    def __init__(self, case: Case, now: datetime) -> None:
        self.case, self.now = case, now
        self.lead: Hold | None = None
        self.supporting: dict[int, Hold] = {}

    def ask(self, command: CommandBase, actor: Actor) -> Decision | None:
        """None when it was refused: then nothing has changed. Any other error is a fault of the rules."""
        before = self.case
        try:
            decision = decide(before, command, actor, self.now)
        except Refused as refused:
            assert_reads_well(refused)
            return None
        assert_is_a_step(before, command, actor, self.now, decision)
        self._hold(decision.changes)
        known = {"id": TICKET} if before.status is None else {}
        self.case = decision.after.changed(**known)
        return decision

    def sweep(self) -> int:
        """What the scheduler does: each rule that is due performs its command and is remembered, one after another."""
        fired = 0
        while due := due_rules(self.case, self.now):
            fired += 1
            assert self.ask(due[0].command, system(due[0].name)) is not None
            self.case = self.case.changed(fired=self.case.fired | {due[0].name})
        alarm = next_alarm(self.case)
        assert alarm is None or alarm > self.now
        return fired

    def _hold(self, changes: Changes) -> None:
        """As the table of assignments is written: one open lead, each hold ended once."""
        assert changes.hold is None or changes.revised is None
        if changes.ended is not None:
            assert self.lead is not None, "only a hold that runs can end"
            self.lead = None
        if changes.hold is not None:
            assert self.lead is None, "one lead at a time"
            self.lead = changes.hold
        if changes.revised is not None:
            assert self.lead is not None and self.lead.unit == changes.revised.unit
            assert self.lead.duty is changes.revised.duty
            self.lead = changes.revised
        if changes.supporting is not None:
            self.supporting = {hold.unit: hold for hold in changes.supporting}
            assert len(self.supporting) == len(changes.supporting)
            assert not changes.released
        for unit in changes.released:
            del self.supporting[unit]

    def assert_sound(self) -> None:
        case = self.case
        if case.status is None:
            return
        assert case.id == TICKET and case.round >= 1
        assert case.created_at is not None and case.round_started_at is not None
        assert case.created_at <= case.round_started_at <= self.now
        if case.status in OPEN:
            assert_is_in_somebody_s_hands(case)
        else:
            assert (case.hold_since, case.hold_due, case.supporting) == (None, None, frozenset())
            assert case.closed_at is not None and case.closed_at <= self.now
            assert case.asks == ()
        assert_asks_are_in_somebody_s_hands(case)
        assert_the_alarm_is_right(case)
        assert_somebody_calls_her(case)
        self.assert_holds_agree()

    def assert_holds_agree(self) -> None:
        case = self.case
        assert case.supporting == self.supporting.keys()
        if self.lead is None:
            assert not case.is_open
        else:
            found = (self.lead.unit, self.lead.due_at, self.lead.is_provisional)
            assert found == (case.unit_id, case.hold_due, case.hold_is_provisional)
            assert case.lead_unit_id not in self.supporting, "one unit plays one part"


def assert_reads_well(refused: Refused) -> None:
    assert refused.http_status in {403, 409, 422}
    assert str(refused).endswith("。") and "{" not in str(refused)


def assert_is_in_somebody_s_hands(case: Case) -> None:
    assert None not in (case.unit_id, case.due_at, case.hold_since, case.hold_due)
    assert case.closed_at is None and case.merged_into_id is None
    assert case.due_at >= case.round_started_at and case.hold_due >= case.hold_since  # type: ignore[operator]
    assert (case.deferred_until is not None) is (case.status is S.deferred)
    if case.status in {S.assigned, S.in_progress, S.deferred}:
        assert case.unit_id == case.lead_unit_id and case.lead_unit_id in case.handling_units
    elif case.status is S.follow_up:
        assert case.unit_id not in case.handling_units or set(case.desks) <= case.handling_units
        assert case.answered_at is not None and case.answered_on_time is not None
    else:
        assert case.unit_id == case.desk


def assert_somebody_calls_her(case: Case) -> None:
    """Whoever waits to be asked stands in the queue, at a time that was not before the answer; nobody else does."""
    call = follow_ups.next_call(case)
    assert (call is not None) is (case.status is S.follow_up and not follow_ups.needs_no_call(case))
    if call is not None:
        assert case.hold_since is not None and case.hold_due is not None
        assert case.hold_since <= call and (case.call_back_at is None or call == case.call_back_at <= case.hold_due)
    assert case.follow_up_half_days <= case.follow_up_attempts


def assert_asks_are_in_somebody_s_hands(case: Case) -> None:
    """Each is decided by somebody outside, within a term; there is one of a kind."""
    assert case.pending_asks == len(case.asks) == len({ask.kind for ask in case.asks})
    for ask in case.asks:
        assert ask.due_at > ask.asked_at and ask.decider in {Role.dispatcher, Role.supervisor}
        assert ask.decider_unit is not None or ask.decider is Role.supervisor
        assert ask.decider_unit is None or ask.decider_unit not in {case.lead_unit_id, ask.unit}
    assert case.return_count <= asks.RETURNS_MOST and case.extension_count <= asks.EXTENSIONS_MOST


def assert_the_alarm_is_right(case: Case) -> None:
    moments = [moment for each in ESCALATIONS if (moment := moment_of(each, case)) is not None]
    assert next_alarm(case) == min(moments, default=None)
    assert not moments or case.is_open or promises.is_open(case)
    watched = {each.name for each in ESCALATIONS if case.status in each.statuses and each.when(case)}
    assert (next_alarm(case) is None) is (watched <= case.fired)


def assert_is_a_step(before: Case, command: CommandBase, actor: Actor, now: datetime, decision: Decision) -> None:
    after = decision.after
    assert decision == decide(before, command, actor, now), "the same question has the same answer"
    assert (decision.status_from, decision.status_to) == (before.status, after.status)
    assert any(
        before.status in row.start and decision.role in row.who and after.status == (row.to or before.status)
        for row in rows_of(command.verb)
    )
    assert_rounds_count_up(before, after, decision)
    assert_promises_are_kept(before, after, decision)
    assert_nothing_is_forgotten(before, after, decision)
    assert_only_her_word_counts(before, after, command, decision)
    assert_nobody_ends_it_over_her_head(before, actor, now, decision)
    if decision.role is Role.follow_up_officer and command.verb in {"follow_up", "close"}:
        assert not actor.units & before.handling_units and actor.person not in before.handled_by


def assert_rounds_count_up(before: Case, after: Case, decision: Decision) -> None:
    begins = (before.status, after.status) in BEGINS_A_ROUND
    assert after.round == before.round + begins, decision.verb
    if begins:
        assert after.fired == frozenset() and after.round_started_at is not None
    else:
        assert after.fired == before.fired - decision.changes.rearmed
        assert after.round_started_at == before.round_started_at or decision.verb == "resume"


def assert_promises_are_kept(before: Case, after: Case, decision: Decision) -> None:
    if after.round == before.round and decision.verb not in WITHOUT_ROUND:
        assert after.due_at == before.due_at, decision.verb
    if before.original_due_at is not None and decision.verb != "recalculate_due":
        assert after.original_due_at == before.original_due_at
    if before.answered_at is not None:
        assert (after.answered_at, after.answered_on_time) == (before.answered_at, before.answered_on_time)


def assert_nothing_is_forgotten(before: Case, after: Case, decision: Decision) -> None:
    assert before.handling_units <= after.handling_units and before.handled_by <= after.handled_by
    assert before.created_at in {None, after.created_at}
    assert before.first_satisfaction in {None, after.first_satisfaction}
    assert before.contacted_at in {None, after.contacted_at}
    assert (after.merged_into_id is not None) is (after.status is S.merged)
    assert after.reopen_count == before.reopen_count + (after.round > before.round and after.status is S.in_progress)
    assert (after.area_path, after.desks, after.follow_up_rule) == (
        before.area_path,
        before.desks,
        before.follow_up_rule,
    )


def assert_only_her_word_counts(before: Case, after: Case, command: CommandBase, decision: Decision) -> None:
    """What she said stands until she says something else; asking for it to be done again says that it is not right.

    An official who has it done again takes back her praise, and never her complaint.
    """
    asks_again = isinstance(command, c.Reopen) and decision.role is Role.resident
    if asks_again:
        assert (after.satisfaction, after.is_resolved, after.rated_round) == ("dissatisfied", False, before.round)
    elif isinstance(command, c.Rate) or (isinstance(command, c.FollowUp) and command.result == "answered"):
        judged = before.target if before.status is S.merged else before
        assert judged is not None
        assert (after.satisfaction, after.rated_round) == (command.satisfaction, judged.round)
    elif isinstance(command, c.Unmerge) or is_done_again_at_an_officials_word(before, after, command):
        assert (after.satisfaction, after.is_resolved, after.rated_round) == (None, None, None)
        assert after.first_satisfaction == before.first_satisfaction
    else:
        said = ("satisfaction", "first_satisfaction", "is_resolved", "was_contacted", "rated_round")
        assert [getattr(after, name) for name in said] == [getattr(before, name) for name in said]


def is_done_again_at_an_officials_word(before: Case, after: Case, command: CommandBase) -> bool:
    return isinstance(command, c.Reopen) and after.round > before.round and not follow_ups.has_complained(before)


def assert_nobody_ends_it_over_her_head(before: Case, actor: Actor, now: datetime, decision: Decision) -> None:
    """Without a word of hers it ends after three calls, or where none is asked for after her seven days."""
    if decision.verb != "close" or actor == IMPORTER:
        return
    if before.follow_up_half_days >= 3 and before.call_back_at is None:
        assert before.follow_up_attempts >= 3
        return
    assert before.follow_up_rule is FollowUpRule.never or before.is_drawn is False
    assert before.hold_since is not None
    assert now >= before.hold_since + timedelta(days=7)
    assert before.satisfaction != "dissatisfied" or before.rated_round != before.round


def minutes(amount: int) -> timedelta:
    return timedelta(minutes=amount)


START = at("2026-02-10 08:00")


class AnyLife(RuleBasedStateMachine):
    """Anybody does anything; hypothesis looks for the shortest way to an unsound ticket."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life(new_case(), START)

    @initialize(
        urgency=st.sampled_from(Urgency),
        needs_review=st.booleans(),
        follow_up_rule=st.sampled_from(FollowUpRule),
        sampling=st.sampled_from(SAMPLES_DRAWN),
        start=st.integers(0, 60 * 24 * 365),
    )
    def a_wish_is_made(self, start: int, **settings: Any) -> None:
        self.life = Life(new_case(number=NUMBER, **settings), START + minutes(start))

    @rule(who=st.sampled_from(USEFUL), which=st.randoms(use_true_random=False))
    def somebody_uses_a_button(self, who: Actor, which: random.Random) -> None:
        use_a_button(self.life, who, which)

    @rule(who=st.sampled_from(EVERYBODY), command=st.sampled_from(ANYTHING))
    def somebody_tries_anything(self, who: Actor, command: CommandBase) -> None:
        self.life.ask(command, who)

    @rule(amount=st.integers(0, 60 * 24 * 20))
    def time_passes(self, amount: int) -> None:
        self.life.now += minutes(amount)

    @rule(late=st.integers(0, 600))
    def the_sweep_comes_when_the_alarm_rings(self, late: int) -> None:
        ring(self.life, minutes(late))

    @rule()
    def two_schedulers_sweep_at_once(self) -> None:
        self.life.sweep()
        assert self.life.sweep() == 0

    @rule(other=st.sampled_from(TARGETS))
    def another_ticket_moves(self, other: Case | None) -> None:
        self.life.case = self.life.case.changed(target=other)

    @rule(calendar=st.sampled_from([CHINA, NEXT_YEAR_TOO]))
    def a_calendar_is_published(self, calendar: WorkCalendar) -> None:
        self.life.case = self.life.case.changed(calendar=calendar)

    @invariant()
    def the_ticket_is_sound(self) -> None:
        self.life.assert_sound()


def use_a_button(life: Life, who: Actor, which: random.Random) -> Decision | None:
    """Like people at a screen, who get much further than those who try anything."""
    buttons = available(life.case, who, life.now)
    if not buttons:
        return None
    verbs = [button.model_fields["verb"].default for button in buttons]
    [verb] = which.choices(verbs, [SELDOM if verb in ENDS_EARLY else 1 for verb in verbs])
    return life.ask(which.choice(WAYS[verb]), who)


ENDS_EARLY, SELDOM = frozenset({"withdraw", "merge", "decline"}), 0.15
"""Otherwise few tickets would live to be answered."""


def ring(life: Life, late: timedelta) -> None:
    alarm = next_alarm(life.case)
    if alarm is not None:
        life.now = max(life.now, alarm + late)
    life.sweep()


TestAnyLife = AnyLife.TestCase
TestAnyLife.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


# The mass: thousands of steps a second, the same ones on every machine.

LIVES, STEPS = 120, 100


@pytest.mark.parametrize("seed", range(4))
def test_no_sequence_of_commands_and_clock_ticks_loses_a_wish(seed: int) -> None:
    which = random.Random(seed)
    reached: Counter[Status | None] = Counter()
    for number, (urgency, review, rule_of_calling) in enumerate(lots(which)):
        drawn_by = SAMPLES_DRAWN[number % 3]
        settled = {"urgency": urgency, "needs_review": review, "follow_up_rule": rule_of_calling}
        life = Life(new_case(number=NUMBER, sampling=drawn_by, **settled), START)
        life.ask(SAMPLES["submit"], NEWCOMER)
        if number % 2:
            bring_her_the_answer(life)
        for _ in range(STEPS):
            live_on(life, which)
            life.assert_sound()
            reached[life.case.status] += 1
    assert set(reached) == set(Status), "the walk has to come everywhere to say anything"


def bring_her_the_answer(life: Life) -> None:
    """By chance few come so far, and what she says then has rules of its own."""
    for verb, role in ROAD:
        life.ask(SAMPLES[verb], CAST[role])
        life.assert_sound()
    assert life.case.status is S.follow_up


ROAD = (
    ("assign", Role.dispatcher),
    ("acknowledge", Role.handler),
    ("reply", Role.handler),
    ("approve_reply", Role.reviewer),
)


def lots(which: random.Random) -> Sequence[tuple[Urgency, bool, FollowUpRule]]:
    every = list(product(Urgency, (True, False), FollowUpRule))
    return [which.choice(every) for _ in range(LIVES)]


def live_on(life: Life, which: random.Random) -> None:
    throw = which.random()
    if throw < 0.6:
        use_a_button(life, which.choice(USEFUL), which)
    elif throw < 0.75:
        life.ask(which.choice(ANYTHING), which.choice(EVERYBODY))
    elif throw < 0.85:
        life.now += minutes(which.randrange(60 * 24 * 4))
    elif throw < 0.95:
        ring(life, minutes(which.randrange(300)))
    else:
        calendar = which.choice([CHINA, NEXT_YEAR_TOO])
        life.case = life.case.changed(target=which.choice(TARGETS), calendar=calendar)
