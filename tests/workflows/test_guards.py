"""Each guard from both sides, and that a button is hidden only by what is known before a word is typed."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.cast import (
    COUNTY_DESK,
    COUNTY_PATH,
    DISPATCHER,
    FOLLOW_UP_OFFICER,
    HANDLER,
    NEWCOMER,
    OTHER_TICKET,
    RESIDENT,
    REVIEWER,
    ROADS_BUREAU,
    SUPERVISOR,
    SYSTEM,
    WATER_BUREAU,
)
from tests.workflows.cases import (
    FOLLOW_UP_DUE,
    NOW,
    RATING_ENDS,
    REOPENING_ENDS,
    SAMPLES,
    SECOND,
    WISH,
    case_in,
    new_case,
    ready_case,
)
from workflows import ask_guards, promises
from workflows import commands as c
from workflows.actors import IMPORTER, Actor, Post
from workflows.commands import Outcome, Satisfaction
from workflows.decide import available, decide
from workflows.guards import Guard
from workflows.refusals import Refused
from workflows.statuses import ENDED, FollowUpRule, Role, Source, Status
from workflows.transitions import TRANSITIONS

S = Status
GUARDS: dict[str, Guard] = {guard.name: guard for row in TRANSITIONS for guard in row.guards}


def refusal(case: Any, command: Any, actor: Actor, now: Any = NOW) -> str | None:
    """The sentence that is read when it is refused, None when it goes through."""
    try:
        decide(case, command, actor, now)
    except Refused as refused:
        return refused.sentence if type(refused) is Refused else type(refused).__name__
    return None


def sentence(name: str) -> str:
    return GUARDS[name].sentence


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS.keys())
def test_guards_that_hide_a_button_need_nothing_typed(guard: Guard) -> None:
    if not guard.reads_command:
        answers = [guard.holds(ready_case(status), None, actor, NOW) for status in S for actor in (RESIDENT, HANDLER)]
        assert all(isinstance(answer, bool) for answer in answers)
    assert guard.sentence.endswith("。")


def test_whoever_handled_a_matter_does_not_follow_it_up() -> None:
    case, command = ready_case(S.follow_up), SAMPLES["follow_up"]
    officer = Role.follow_up_officer
    outside = Actor(person=300, posts=(Post(officer, COUNTY_DESK, COUNTY_PATH),))
    of_the_unit = Actor(person=300, posts=(Post(officer, WATER_BUREAU, COUNTY_PATH),))
    with_two_posts = Actor(person=300, posts=(*outside.posts, Post(Role.handler, WATER_BUREAU, COUNTY_PATH)))
    who_did_it = Actor(person=HANDLER.person, posts=outside.posts)
    assert refusal(case, command, outside) is None
    for actor in (of_the_unit, with_two_posts, who_did_it):
        assert refusal(case, command, actor) == sentence("acts_from_outside_the_handling_units")
        assert c.FollowUp not in available(case, actor, NOW)


def test_a_unit_that_handled_an_earlier_round_is_not_outside_either() -> None:
    case = ready_case(S.follow_up, handling_units=frozenset({ROADS_BUREAU, WATER_BUREAU}))
    of_the_first_unit = Actor(person=300, posts=(Post(Role.follow_up_officer, ROADS_BUREAU, COUNTY_PATH),))
    assert refusal(case, SAMPLES["close"], of_the_first_unit) == sentence("acts_from_outside_the_handling_units")
    assert refusal(case, SAMPLES["close"], FOLLOW_UP_OFFICER) is None


@pytest.mark.parametrize("verb", ["approve_reply", "send_back"])
def test_nobody_reviews_a_reply_of_his_own(verb: str) -> None:
    case = ready_case(S.replied, replied_by_id=REVIEWER.person)
    assert refusal(case, SAMPLES[verb], REVIEWER) == sentence("is_not_the_author_of_the_reply")
    assert refusal(ready_case(S.replied), SAMPLES[verb], REVIEWER) is None


def test_an_imported_reply_has_no_author_and_is_approved_by_the_import() -> None:
    assert refusal(ready_case(S.replied, replied_by_id=None), SAMPLES["approve_reply"], SYSTEM) is None
    assert refusal(ready_case(S.replied, replied_by_id=None), SAMPLES["approve_reply"], REVIEWER) is None


@pytest.mark.parametrize(
    ("promised_for", "is_ahead"),
    [(date(2026, 3, 5), False), (date(2026, 3, 6), False), (date(2026, 3, 7), True), (None, True)],
)
def test_a_promise_lies_after_today(promised_for: date | None, is_ahead: bool) -> None:
    outcome = Outcome.for_now if promised_for else Outcome.explained
    command = c.Reply(outcome=outcome, words="先用临时水管供水", promised_for=promised_for)
    wanted = None if is_ahead else sentence("promise_lies_ahead")
    assert refusal(ready_case(S.in_progress), command, HANDLER) == wanted


def test_today_is_the_county_s_today() -> None:
    """At half past midnight on 7 March in Shanghai it is still the 6th in UTC."""
    after_midnight = NOW.replace(day=7, hour=0, minute=30)
    command = c.Reply(outcome=Outcome.for_now, words="先用临时水管供水", promised_for=date(2026, 3, 7))
    assert refusal(ready_case(S.in_progress), command, HANDLER, after_midnight) == sentence("promise_lies_ahead")


@pytest.mark.parametrize("verb", ["reopen", "rate"])
def test_a_villager_has_fifteen_days_to_come_back_and_officials_have_no_limit(verb: str) -> None:
    case, command = ready_case(S.closed), SAMPLES[verb]
    assert refusal(case, command, RESIDENT, REOPENING_ENDS) is None
    assert refusal(case, command, RESIDENT, REOPENING_ENDS + SECOND) == sentence("is_within_the_reopening_window")
    assert refusal(case, SAMPLES["reopen"], SUPERVISOR, REOPENING_ENDS + timedelta(days=400)) is None


def test_a_villager_urges_once_a_day_and_officials_as_often_as_they_must() -> None:
    urge = SAMPLES["expedite"]
    once = decide(ready_case(S.in_progress), urge, RESIDENT, NOW).after
    for later, wanted in (
        (timedelta(hours=24) - SECOND, sentence("was_not_urged_lately")),
        (timedelta(hours=24), None),
    ):
        assert refusal(once, urge, RESIDENT, NOW + later) == wanted
        assert (c.Expedite in available(once, RESIDENT, NOW + later)) is (wanted is None)
    assert [refusal(once, urge, actor) for actor in (DISPATCHER, SUPERVISOR, SYSTEM)] == [None] * 3


def test_an_urging_by_officials_does_not_use_up_the_villager_s() -> None:
    urged = decide(ready_case(S.in_progress), SAMPLES["expedite"], DISPATCHER, NOW).after
    assert refusal(urged, SAMPLES["expedite"], RESIDENT) is None


def test_a_closed_wish_is_rated_once() -> None:
    rated = ready_case(S.closed, satisfaction=Satisfaction.satisfied, rated_round=1)
    assert refusal(rated, SAMPLES["rate"], RESIDENT) == sentence("is_not_rated_yet")
    assert refusal(ready_case(S.closed), SAMPLES["rate"], RESIDENT) is None


def test_a_new_round_is_rated_anew() -> None:
    again = ready_case(S.closed, satisfaction=Satisfaction.dissatisfied, rated_round=1, round=2)
    assert c.Rate in available(again, RESIDENT, NOW)
    rated = decide(again, SAMPLES["rate"], RESIDENT, NOW).after
    assert (rated.satisfaction, rated.rated_round) == (Satisfaction.satisfied, 2)
    assert refusal(rated, SAMPLES["rate"], RESIDENT) == sentence("is_not_rated_yet")


def test_discontent_after_closing_needs_a_word() -> None:
    wordless = c.Rate(satisfaction=Satisfaction.dissatisfied)
    assert refusal(ready_case(S.closed), wordless, RESIDENT) == sentence("says_why")
    assert refusal(ready_case(S.follow_up), wordless, RESIDENT) is None


@pytest.mark.parametrize("status", [None, *S])
def test_a_wish_is_merged_only_into_another_open_one(status: Status | None) -> None:
    target = case_in(status, id=OTHER_TICKET) if status else None
    ended = sentence("main_ticket_is_open") if status in ENDED else None
    wanted = ended if status else sentence("main_ticket_is_known")
    assert refusal(ready_case(S.assigned, target=target), SAMPLES["merge"], DISPATCHER) == wanted


@pytest.mark.parametrize("status", Status)
def test_who_follows_another_ticket_judges_its_answer_once_there_is_one(status: Status) -> None:
    followed = case_in(status, id=OTHER_TICKET)
    wanted = None if status in {S.follow_up, S.closed} else sentence("main_ticket_is_answered")
    assert refusal(ready_case(S.merged, target=followed), SAMPLES["rate"], RESIDENT) == wanted


@pytest.mark.parametrize(("rated", "answered"), [(1, 1), (2, 2)])
def test_each_answer_of_a_followed_ticket_is_judged_once(rated: int, answered: int) -> None:
    case = ready_case(S.merged, target=case_in(S.follow_up, id=OTHER_TICKET, round=answered), rated_round=rated)
    assert refusal(case, SAMPLES["rate"], RESIDENT) == sentence("has_not_judged_that_answer")
    anew = case.changed(target=case_in(S.follow_up, id=OTHER_TICKET, round=answered + 1))
    assert refusal(anew, SAMPLES["rate"], RESIDENT) is None


def test_a_wish_is_not_merged_into_itself() -> None:
    itself = ready_case(S.assigned, target=case_in(S.assigned))
    assert refusal(itself, SAMPLES["merge"], DISPATCHER) == sentence("is_not_merged_into_itself")


def test_a_unit_does_not_support_itself() -> None:
    command = c.Assign(unit=WATER_BUREAU, supporting=(WATER_BUREAU,))
    assert refusal(case_in(S.submitted), command, DISPATCHER) == sentence("lead_is_not_among_the_supporting")


def test_a_wish_is_passed_on_to_another_unit() -> None:
    command = c.Reassign(unit=WATER_BUREAU, reason="还是原单位")
    assert refusal(case_in(S.assigned), command, DISPATCHER) == sentence("goes_to_another_unit")


@pytest.mark.parametrize(
    ("attempts", "rule", "may"),
    [(2, "if_unrated", False), (3, "always", True), (3, "never", True), (2, "never", False), (0, "never", False)],
)
def test_an_unreachable_villager_was_tried_three_times(attempts: int, rule: str, may: bool) -> None:
    case = ready_case(S.follow_up, follow_up_half_days=attempts, follow_up_rule=FollowUpRule(rule))
    assert refusal(case, SAMPLES["close"], FOLLOW_UP_OFFICER) == (None if may else sentence("was_tried_often_enough"))
    assert (c.Close in available(case, FOLLOW_UP_OFFICER, NOW)) is may


@pytest.mark.parametrize("actor", [FOLLOW_UP_OFFICER, SYSTEM], ids=["an officer", "the clock"])
@pytest.mark.parametrize(
    ("said_in_round", "word", "may"),
    [
        (None, None, True),
        (1, Satisfaction.dissatisfied, True),
        (2, Satisfaction.dissatisfied, False),
        (2, Satisfaction.satisfied, True),
    ],
)
def test_where_no_call_is_asked_for_she_has_her_seven_days_first(
    actor: Actor, said_in_round: int | None, word: Satisfaction | None, may: bool
) -> None:
    """And somebody calls all the same when she has said in this round that she is dissatisfied."""
    values = {"round": 2, "rated_round": said_in_round, "satisfaction": word, "follow_up_half_days": 0}
    case = ready_case(S.follow_up, follow_up_rule=FollowUpRule.never, hold_due=FOLLOW_UP_DUE, **values)
    refused = sentence("was_tried_often_enough")
    for moment, wanted in (
        (NOW, refused),
        (RATING_ENDS - SECOND, refused),
        (RATING_ENDS, None if may else refused),
        (FOLLOW_UP_DUE + timedelta(days=400), None if may else refused),
    ):
        assert refusal(case, SAMPLES["close"], actor, moment) == wanted
        assert (c.Close in available(case, FOLLOW_UP_OFFICER, moment)) is (wanted is None)


@pytest.mark.parametrize("rule", [FollowUpRule.if_unrated, FollowUpRule.always])
def test_her_silence_ends_nothing_where_a_call_is_asked_for(rule: FollowUpRule) -> None:
    case = ready_case(S.follow_up, follow_up_half_days=0, follow_up_rule=rule)
    wanted = sentence("was_tried_often_enough")
    assert refusal(case, SAMPLES["close"], FOLLOW_UP_OFFICER, NOW + timedelta(days=400)) == wanted


@pytest.mark.parametrize("rule", FollowUpRule)
def test_imported_history_is_closed_once_nobody_can_be_asked_any_more(rule: FollowUpRule) -> None:
    case = ready_case(S.follow_up, follow_up_half_days=0, follow_up_rule=rule, hold_due=FOLLOW_UP_DUE)
    assert refusal(case, SAMPLES["close"], IMPORTER, FOLLOW_UP_DUE - SECOND) == sentence("time_to_ask_is_over")
    assert refusal(case, SAMPLES["close"], IMPORTER, FOLLOW_UP_DUE) is None


def test_the_clock_and_the_officers_close_by_the_rule_of_attempts() -> None:
    case = ready_case(S.follow_up, follow_up_half_days=0, hold_due=FOLLOW_UP_DUE)
    for actor in (SYSTEM, FOLLOW_UP_OFFICER):
        assert refusal(case, SAMPLES["close"], actor, FOLLOW_UP_DUE) == sentence("was_tried_often_enough")


@pytest.mark.parametrize("source", Source)
def test_only_officials_say_where_a_wish_was_collected(source: Source) -> None:
    wish = WISH.model_copy(update={"source": source})
    from_the_link = source in {Source.link, Source.open311}
    assert refusal(new_case(), wish, NEWCOMER) == (None if from_the_link else sentence("source_is_true"))
    assert refusal(new_case(), wish, HANDLER) is None
    assert refusal(new_case(), wish, SYSTEM) is None


@pytest.mark.parametrize(("due", "hold", "may"), [(False, False, False), (True, False, True), (False, True, True)])
def test_only_provisional_deadlines_are_counted_again(due: bool, hold: bool, may: bool) -> None:
    case = case_in(S.assigned, due_is_provisional=due, hold_is_provisional=hold)
    assert refusal(case, SAMPLES["recalculate_due"], SYSTEM) == (None if may else sentence("due_is_provisional"))


@pytest.mark.parametrize(("answered_at", "may"), [(None, True), (NOW, False)])
def test_only_a_supervision_that_waits_is_answered(answered_at: datetime | None, may: bool) -> None:
    case = ready_case(S.in_progress, supervision_answered_at=answered_at)
    wanted = sentence("supervision_waits_for_an_answer")
    assert refusal(case, SAMPLES["answer_supervision"], HANDLER) == (None if may else wanted)


def test_a_promise_lies_within_ten_years() -> None:
    """The working calendar does not reach for ever, and no county plans further."""
    for promised, is_fine in ((date(2036, 12, 31), True), (date(2037, 1, 1), False), (date(9999, 12, 31), False)):
        command = c.Reply(outcome=Outcome.for_now, words="开春后修好", promised_for=promised)
        wanted = None if is_fine else sentence("promise_is_within_reach")
        assert refusal(ready_case(S.in_progress), command, HANDLER) == wanted


def of_the_asks() -> set[str]:
    """Tried in test_asks.py and test_promises.py, among what they are about; those of the wall in test_wall.py."""
    return {guard.name for module in (ask_guards, promises) for guard in vars(module).values() if type(guard) is Guard}


def test_every_guard_is_tried_above() -> None:
    tried = {
        "acts_from_outside_the_handling_units",
        "call_back_is_soon",
        "due_is_provisional",
        "goes_to_another_unit",
        "is_in_the_pool",
        "is_not_for_officials_only",
        "is_on_the_wall",
        "neighbours_may_read_it",
        "is_not_merged_into_itself",
        "shames_nobody",
        "tells_not_who_she_is",
        "villager_has_agreed",
        "is_not_rated_yet",
        "is_not_the_author_of_the_reply",
        "is_within_the_reopening_window",
        "lead_is_not_among_the_supporting",
        "has_not_judged_that_answer",
        "main_ticket_is_answered",
        "main_ticket_is_known",
        "main_ticket_is_open",
        "promise_is_within_reach",
        "promise_lies_ahead",
        "says_why",
        "source_is_true",
        "supervision_waits_for_an_answer",
        "time_to_ask_is_over",
        "was_not_urged_lately",
        "was_tried_often_enough",
        # in test_inquiries.py
        "can_wait",
        "she_is_asked",
        "was_not_asked_before",
    }
    assert GUARDS.keys() - of_the_asks() == tried
