"""Asks from both sides: what may be asked when, who decides, what each decision changes, and what ends an ask."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cast import (
    COUNTY_DESK,
    COUNTY_PATH,
    DISPATCHER,
    HANDLER,
    POWER_BUREAU,
    RESIDENT,
    REVIEWER,
    ROADS_BUREAU,
    SUPERVISOR,
    TOWN_DESK,
    TOWN_PATH,
    WATER_BUREAU,
    official,
)
from tests.workflows.cases import (
    ASSIGNED,
    BY_THE_DESK,
    DECIDE_BY,
    EXTENDED_TO,
    FRESH,
    NOW,
    PROMISED,
    REVIEWED_ON,
    SAMPLES,
    SECOND,
    case_in,
    pending,
    ready_for,
)
from tests.workflows.china import at
from workflows import commands as c
from workflows.actors import Actor, Post, system
from workflows.ask_guards import GUARDS
from workflows.ask_words import AskKind, AskState
from workflows.asks import may_decide
from workflows.cases import Case
from workflows.decide import Decision, available, decide
from workflows.escalations import BY_NAME, due_rules, moment_of
from workflows.pending_asks import Settled
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import Role
from workflows.statuses import Status as S
from workflows.transitions import TRANSITIONS

COUNTY_DISPATCHER = official(120, Role.dispatcher, COUNTY_DESK, COUNTY_PATH)
OF_THE_LEAD = official(121, Role.dispatcher, WATER_BUREAU, COUNTY_PATH)
OF_THE_SUPPORT = official(122, Role.supervisor, POWER_BUREAU, COUNTY_PATH)
WITH_A_POST_INSIDE = Actor(
    person=123, posts=(Post(Role.dispatcher, TOWN_DESK, TOWN_PATH), Post(Role.handler, WATER_BUREAU, COUNTY_PATH))
)
WHO_ASKED = Actor(person=HANDLER.person, posts=DISPATCHER.posts)


def refusal(case: Case, command: Any, actor: Actor, now: Any = NOW) -> str | None:
    """The name of the guard that refuses, or the kind of refusal; None when it goes through."""
    try:
        decide(case, command, actor, now)
    except (WrongStatus, NotPermitted) as refused:
        return type(refused).__name__
    except Refused as refused:
        return next(name for name, guard in GUARDS.items() if guard.sentence == refused.sentence)
    return None


def asked(kind: AskKind, status: S = S.in_progress, **values: Any) -> Case:
    return case_in(status, **{**FRESH, "asks": (pending(kind),), "pending_asks": 1, **values})


def granted(kind: AskKind, actor: Actor = DISPATCHER, status: S = S.in_progress, **fields: Any) -> Decision:
    return decide(asked(kind, status), c.Grant(ask=kind, **fields), actor, NOW)


# Asking


@pytest.mark.parametrize(
    ("verb", "kind", "decider"),
    [
        ("request_return", AskKind.giving_back, (Role.dispatcher, TOWN_DESK)),
        ("request_extension", AskKind.extension, (Role.dispatcher, TOWN_DESK)),
        ("request_deferral", AskKind.deferral, (Role.dispatcher, TOWN_DESK)),
        ("request_exclusion", AskKind.exclusion, (Role.supervisor, None)),
        ("request_consultation", AskKind.consultation, (Role.dispatcher, COUNTY_DESK)),
    ],
)
def test_every_ask_has_a_decider_outside_and_a_term_and_leaves_the_ticket_where_it_is(
    verb: str, kind: AskKind, decider: tuple[Role, int | None]
) -> None:
    case = case_in(S.in_progress, **FRESH)
    decision = decide(case, SAMPLES[verb], HANDLER, NOW)
    [ask] = decision.after.asks
    assert (ask.kind, ask.unit, ask.asked_by) == (kind, WATER_BUREAU, HANDLER.person)
    assert (ask.decider, ask.decider_unit) == decider
    assert ask.due_at == at("2026-03-09 18:00"), "one working day, and Friday is today"
    assert decision.changes.columns == {"pending_asks": 1}
    assert (decision.after.due_at, decision.after.unit_id) == (case.due_at, WATER_BUREAU)
    assert refusal(decision.after, SAMPLES[verb], HANDLER) == f"no_{kind.replace('giving_back', 'return')}_is_pending"


def test_a_desk_that_handles_the_matter_itself_is_passed_over() -> None:
    by_the_town = official(130, Role.handler, TOWN_DESK, TOWN_PATH)
    case = case_in(S.in_progress, unit_id=TOWN_DESK, lead_unit_id=TOWN_DESK)
    [ask] = decide(case, SAMPLES["request_extension"], by_the_town, NOW).after.asks
    assert (ask.decider, ask.decider_unit) == (Role.dispatcher, COUNTY_DESK)
    supported = case.changed(supporting=frozenset({COUNTY_DESK}))
    [ask] = decide(supported, SAMPLES["request_extension"], by_the_town, NOW).after.asks
    assert (ask.decider, ask.decider_unit) == (Role.supervisor, None)


def test_a_return_is_asked_within_two_working_days_of_the_assignment() -> None:
    case, last = case_in(S.assigned), at("2026-03-04 18:00")
    assert case.hold_since == ASSIGNED
    assert refusal(case, SAMPLES["request_return"], HANDLER, last) is None
    assert refusal(case, SAMPLES["request_return"], HANDLER, last + SECOND) == "is_within_the_return_window"
    assert c.RequestReturn not in available(case, HANDLER, last + SECOND)


def test_a_third_return_and_one_of_a_ruled_unit_are_refused() -> None:
    assert refusal(case_in(S.assigned, **FRESH, return_count=1), SAMPLES["request_return"], HANDLER) is None
    twice = case_in(S.assigned, **FRESH, return_count=2)
    assert refusal(twice, SAMPLES["request_return"], HANDLER) == "was_not_returned_too_often"
    ruled = case_in(S.assigned, **FRESH, ruled_unit_id=WATER_BUREAU)
    assert refusal(ruled, SAMPLES["request_return"], HANDLER) == "was_not_named_by_a_ruling"
    of_another = case_in(S.assigned, **FRESH, ruled_unit_id=ROADS_BUREAU)
    assert refusal(of_another, SAMPLES["request_return"], HANDLER) is None


def test_an_extension_is_asked_before_expiry_twice_at_most_and_for_ten_working_days() -> None:
    case = case_in(S.in_progress)
    assert refusal(case, SAMPLES["request_extension"], HANDLER, PROMISED - SECOND) is None
    assert refusal(case, SAMPLES["request_extension"], HANDLER, PROMISED) == "is_not_due_yet"
    twice = case.changed(extension_count=2)
    assert refusal(twice, SAMPLES["request_extension"], HANDLER) == "was_not_extended_too_often"
    for until, wanted in (
        (date(2026, 3, 23), None),
        (date(2026, 3, 24), "extends_no_further_than_allowed"),
        (date(2026, 3, 9), "extends_no_further_than_allowed"),
        (date(1, 1, 1), "extends_no_further_than_allowed"),
        (date(9999, 12, 31), "extends_no_further_than_allowed"),
    ):
        command = c.RequestExtension(until=until, reason="灯杆要从外地调来")
        assert refusal(case, command, HANDLER) == wanted, until


def test_what_is_put_off_is_looked_at_within_a_quarter() -> None:
    for until, wanted in (
        (date(2026, 3, 7), None),
        (date(2026, 6, 6), None),
        (date(2026, 3, 6), "is_looked_at_within_a_quarter"),
        (date(2026, 6, 7), "is_looked_at_within_a_quarter"),
        (date(9999, 12, 31), "is_looked_at_within_a_quarter"),
    ):
        command = c.RequestDeferral(until=until, reason="等铁路完工", evidence="铁路项目部的函")
        assert refusal(case_in(S.in_progress), command, HANDLER) == wanted, until
        command = c.ReviewDeferral(until=until, reason="铁路还没有完工")
        assert refusal(case_in(S.deferred), command, DISPATCHER) == wanted, until


def test_nothing_is_put_off_while_a_whistle_runs_for_it() -> None:
    whistled = case_in(S.in_progress, whistle_runs=True)
    assert refusal(whistled, SAMPLES["request_deferral"], HANDLER) == "no_whistle_runs"
    assert c.RequestDeferral not in available(whistled, HANDLER, NOW)
    asked_before = asked(AskKind.deferral, whistle_runs=True)
    assert refusal(asked_before, c.Grant(ask=AskKind.deferral), DISPATCHER) == "no_whistle_runs"
    for let in (
        c.Refuse(ask=AskKind.deferral, note="等办完"),
        c.RequestExtension(until=EXTENDED_TO, reason="灯杆要从外地调来"),
    ):
        assert refusal(asked_before, let, HANDLER if let.verb == "request_extension" else DISPATCHER) is None


def test_what_is_excluded_is_not_excluded_again() -> None:
    case = case_in(S.in_progress, is_excluded=True)
    assert refusal(case, SAMPLES["request_exclusion"], HANDLER) == "counts_in_the_statistics"


# Deciding


@pytest.mark.parametrize("kind", AskKind)
@pytest.mark.parametrize("verb", ["grant", "refuse", "rule"])
def test_nobody_decides_who_has_the_ticket_in_his_hands_or_asked(kind: AskKind, verb: str) -> None:
    case = asked(kind)
    for actor in (OF_THE_LEAD, OF_THE_SUPPORT, WITH_A_POST_INSIDE, WHO_ASKED):
        assert not may_decide(case, case.asks[0], actor)
        assert c.COMMANDS[verb] not in available(case, actor, NOW)
        refused = refusal(case, SAMPLES[verb].model_copy(update={"ask": kind} if verb != "rule" else {}), actor)
        assert refused is not None


def test_a_decider_of_the_asking_unit_is_told_so() -> None:
    case = asked(AskKind.extension)
    assert refusal(case, c.Grant(ask=AskKind.extension), OF_THE_LEAD) == "has_an_ask_to_decide"
    assert refusal(case, c.Refuse(ask=AskKind.extension, note="不行"), WITH_A_POST_INSIDE) == "has_an_ask_to_decide"


def test_the_desk_decides_and_so_does_the_county_s_above_it() -> None:
    case = asked(AskKind.extension)
    assert refusal(case, c.Grant(ask=AskKind.extension), DISPATCHER) is None
    assert refusal(case, c.Grant(ask=AskKind.extension), COUNTY_DISPATCHER) is None
    assert refusal(case, c.Grant(ask=AskKind.extension), SUPERVISOR) == "has_an_ask_to_decide"
    of_the_county = case.changed(asks=(pending(AskKind.extension, decider_unit=COUNTY_DESK),))
    assert refusal(of_the_county, c.Grant(ask=AskKind.extension), DISPATCHER) == "has_an_ask_to_decide"
    of_a_desk_that_is_gone = case.changed(asks=(pending(AskKind.extension, decider_unit=99),))
    assert refusal(of_a_desk_that_is_gone, c.Grant(ask=AskKind.extension), DISPATCHER) is None


def test_supervision_decides_on_exclusion_and_may_on_deferral() -> None:
    assert refusal(asked(AskKind.exclusion), c.Grant(ask=AskKind.exclusion), DISPATCHER) == "NotPermitted"
    assert refusal(asked(AskKind.exclusion), c.Grant(ask=AskKind.exclusion), SUPERVISOR) is None
    assert refusal(asked(AskKind.deferral), c.Grant(ask=AskKind.deferral), SUPERVISOR) is None


def test_what_nobody_asked_or_somebody_decided_already_is_not_decided() -> None:
    assert refusal(case_in(S.in_progress), c.Grant(ask=AskKind.extension), DISPATCHER) == "something_is_asked"
    other = asked(AskKind.deferral)
    assert refusal(other, c.Grant(ask=AskKind.extension), DISPATCHER) == "is_pending"
    two = other.changed(asks=(pending(AskKind.deferral), pending(AskKind.exclusion)))
    assert refusal(two, c.Refuse(ask=AskKind.exclusion, note="不行"), DISPATCHER) == "decides_this_one"
    once = decide(other, c.Refuse(ask=AskKind.deferral, note="现在就能办"), DISPATCHER, NOW).after
    assert refusal(once, c.Grant(ask=AskKind.deferral), COUNTY_DISPATCHER) == "something_is_asked"


def test_a_granted_return_gives_another_unit_its_own_term_and_keeps_the_promise() -> None:
    for unit in (None, WATER_BUREAU):
        command = c.Grant(ask=AskKind.giving_back, unit=unit)
        assert refusal(asked(AskKind.giving_back), command, DISPATCHER) == "names_another_unit"
    decision = granted(AskKind.giving_back, unit=ROADS_BUREAU)
    after = decision.after
    assert (after.status, after.lead_unit_id, after.return_count) == (S.assigned, ROADS_BUREAU, 1)
    assert (after.due_at, after.hold_since, after.hold_due) == (PROMISED, NOW, at("2026-03-13 18:00"))
    assert after.asks == () and decision.changes.settled == (Settled(AskKind.giving_back, AskState.granted),)


def test_a_second_return_is_ruled_by_the_county_and_who_is_named_keeps_it() -> None:
    case = asked(AskKind.giving_back, S.assigned, return_count=1)
    again = c.Grant(ask=AskKind.giving_back, unit=ROADS_BUREAU)
    assert refusal(case, again, COUNTY_DISPATCHER) == "is_the_first_return"
    [ask] = decide(case.changed(asks=(), return_count=1), SAMPLES["request_return"], HANDLER, NOW).after.asks
    assert ask.decider_unit == COUNTY_DESK
    ruled = decide(case.changed(asks=(ask,)), SAMPLES["rule"], COUNTY_DISPATCHER, NOW).after
    assert (ruled.lead_unit_id, ruled.ruled_unit_id, ruled.return_count) == (ROADS_BUREAU, ROADS_BUREAU, 2)
    assert (ruled.status, ruled.due_at, ruled.supporting) == (S.assigned, PROMISED, frozenset({POWER_BUREAU}))
    other = c.Reassign(unit=WATER_BUREAU, reason="换一家")
    assert refusal(ruled, other, DISPATCHER) == "a_ruling_is_changed_by_the_county_only"
    assert refusal(ruled, other, COUNTY_DISPATCHER) is None


def test_a_ruling_may_leave_the_ticket_where_it_is() -> None:
    case = asked(AskKind.consultation).changed(asks=BY_THE_DESK)
    decision = decide(case, c.Rule(unit=WATER_BUREAU, words="还是由水利局主办"), COUNTY_DISPATCHER, NOW)
    after = decision.after
    assert (after.status, after.lead_unit_id, after.ruled_unit_id) == (S.in_progress, WATER_BUREAU, WATER_BUREAU)
    assert (after.hold_since, after.hold_due, after.return_count) == (case.hold_since, case.hold_due, 0)
    states = {each.kind: each.state for each in decision.changes.settled}
    assert states[AskKind.consultation] is AskState.granted


def test_a_consultation_about_a_wish_that_nobody_claims_dispatches_it_with_its_promise() -> None:
    case = decide(case_in(S.submitted), SAMPLES["request_consultation"], DISPATCHER, NOW).after
    assert case.asks[0].unit == TOWN_DESK
    assert refusal(case, SAMPLES["rule"], DISPATCHER) == "rules_from_outside", "the desk that asks does not rule"
    after = decide(case, SAMPLES["rule"], COUNTY_DISPATCHER, NOW).after
    assert (after.status, after.due_at, after.original_due_at) == (S.assigned, PROMISED, PROMISED)
    assert after.asks == ()


def test_only_what_the_county_decides_is_ruled() -> None:
    assert refusal(asked(AskKind.extension), SAMPLES["rule"], COUNTY_DISPATCHER) == "something_is_to_be_ruled"
    assert refusal(asked(AskKind.giving_back), SAMPLES["rule"], COUNTY_DISPATCHER) == "something_is_to_be_ruled"


def test_a_granted_extension_moves_promise_and_hold_and_keeps_the_original() -> None:
    fired = frozenset({"due_soon", "overdue", "unacknowledged"})
    case = asked(AskKind.extension, fired=fired, overdue_at=NOW)
    after = decide(case, c.Grant(ask=AskKind.extension), DISPATCHER, NOW).after
    evening = at("2026-03-13 18:00")
    assert (after.due_at, after.hold_due, after.original_due_at) == (evening, evening, PROMISED)
    assert (after.extension_count, after.status, after.overdue_at) == (1, S.in_progress, None)
    assert after.fired == {"unacknowledged"}, "the promise is watched again"
    shorter = decide(case, c.Grant(ask=AskKind.extension, until=date(2026, 3, 11)), DISPATCHER, NOW)
    assert shorter.after.due_at == at("2026-03-11 18:00")
    assert shorter.changes.settled == (Settled(AskKind.extension, AskState.granted, date(2026, 3, 11)),)
    longer = c.Grant(ask=AskKind.extension, until=date(2026, 4, 30))
    assert refusal(case, longer, DISPATCHER) == "extends_no_further_than_allowed"
    assert date(2026, 3, 13) == EXTENDED_TO


def test_what_is_put_off_keeps_its_unit_and_comes_back_by_itself_with_a_new_promise() -> None:
    after = granted(AskKind.deferral).after
    morning = at("2026-05-08 09:00")
    assert (after.status, after.unit_id, after.deferred_until) == (S.deferred, WATER_BUREAU, REVIEWED_ON)
    assert (after.due_at, after.hold_due, after.original_due_at) == (morning, morning, PROMISED)
    assert [rule.name for rule in due_rules(after, morning - timedelta(days=30))] == [], "nothing runs meanwhile"
    back = decide(after, BY_NAME["review_date"].command, system("review_date"), morning).after
    assert (back.status, back.deferred_until, back.unit_id) == (S.in_progress, None, WATER_BUREAU)
    assert (back.due_at, back.hold_due) == (at("2026-05-14 18:00"),) * 2, "five working days, with the make-up day"
    assert back.original_due_at == PROMISED


def test_what_its_villager_takes_back_while_it_is_put_off_is_looked_at_no_more() -> None:
    put_off = granted(AskKind.deferral).after
    given_up = decide(put_off, SAMPLES["withdraw"], RESIDENT, NOW).after
    assert (given_up.status, given_up.deferred_until) == (S.withdrawn, None)


def test_a_review_gives_a_new_date_from_outside_and_is_watched_again() -> None:
    case = granted(AskKind.deferral).after.changed(fired=frozenset({"review_soon"}))
    assert refusal(case, SAMPLES["review_deferral"], OF_THE_LEAD) == "acts_from_outside"
    again = decide(case, c.ReviewDeferral(until=date(2026, 6, 1), reason="铁路还没有完工"), SUPERVISOR, NOW).after
    assert (again.deferred_until, again.due_at) == (date(2026, 6, 1), at("2026-06-01 09:00"))
    assert moment_of(BY_NAME["review_soon"], again) == at("2026-05-27 09:00")


def test_an_exclusion_leaves_the_work_as_it_is() -> None:
    after = decide(asked(AskKind.exclusion), c.Grant(ask=AskKind.exclusion), SUPERVISOR, NOW).after
    assert after.is_excluded and (after.status, after.due_at) == (S.in_progress, PROMISED)


# What ends an ask, and who hears when nobody decides


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.verb}-{row.to}")
def test_whatever_ends_the_hold_ends_the_asks_and_nothing_else_does(row: Any) -> None:
    """退单、转派、反馈、撤回、并单、办结……: what the unit asked for is no question any more."""
    for status in row.start - {None}:
        case = ready_for(row.verb, status, asks=BY_THE_DESK)
        for actor in (DISPATCHER, HANDLER, RESIDENT, REVIEWER, COUNTY_DISPATCHER, SUPERVISOR, system("x")):
            try:
                decision = decide(case, SAMPLES[row.verb], actor, NOW)
            except Refused:
                continue
            states = {each.kind: each.state for each in decision.changes.settled}
            if decision.changes.ended is not None:
                assert decision.after.asks == () and set(states) == set(AskKind)
                assert decision.changes.columns["pending_asks"] == 0
            else:
                assert AskState.lapsed not in states.values()


def test_nobody_decides_and_supervision_hears_of_it() -> None:
    case = asked(AskKind.extension)
    assert "undecided" not in [rule.name for rule in due_rules(case, DECIDE_BY - SECOND)]
    assert "undecided" in [rule.name for rule in due_rules(case, DECIDE_BY)]
    pressed = case.changed(fired=frozenset({"undecided"}))
    assert moment_of(BY_NAME["undecided_long"], pressed) == at("2026-03-09 18:00")
    asked_again = decide(pressed, SAMPLES["request_deferral"], HANDLER, NOW).after
    assert "undecided" not in asked_again.fired, "another ask is watched again"


def test_a_dissolved_unit_gives_its_ticket_back_to_the_desk_and_the_promise_stays() -> None:
    for status in (S.assigned, S.in_progress, S.deferred):
        case = case_in(status, asks=BY_THE_DESK, fired=frozenset({"undispatched"}))
        after = decide(case, SAMPLES["return_to_desk"], system("dissolved"), NOW).after
        assert (after.status, after.unit_id, after.lead_unit_id) == (S.submitted, TOWN_DESK, None)
        assert (after.due_at, after.asks, after.supporting) == (PROMISED, (), frozenset())
        assert moment_of(BY_NAME["undispatched"], after) == after.hold_due
