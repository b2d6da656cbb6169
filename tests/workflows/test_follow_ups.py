"""Her word from round to round: what she said last counts, and silence never becomes satisfaction."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import CAST, FOLLOW_UP_OFFICER, HANDLER, RESIDENT, SUPERVISOR, SYSTEM
from tests.workflows.cases import (
    ANSWERED,
    FOLLOW_UP_DUE,
    NOW,
    RATING_ENDS,
    SAMPLES,
    SECOND,
    WISH,
    case_in,
    samples_of,
)
from tests.workflows.china import at
from workflows import commands as c
from workflows import follow_ups
from workflows.actors import Actor
from workflows.cases import Case
from workflows.commands import CallResult, CommandBase, Satisfaction
from workflows.decide import available, decide
from workflows.escalations import ESCALATIONS, moment_of
from workflows.refusals import Refused
from workflows.statuses import FollowUpRule, Role, Source, Status
from workflows.tallies import Facts, Tally, tally

S = Status
UNREACHABLE = c.FollowUp(result=CallResult.unreachable)
DISSATISFIED = c.Rate(satisfaction=Satisfaction.dissatisfied)
LATER = NOW + timedelta(days=400)


def lived(case: Case, *steps: tuple[CommandBase, Actor], now: datetime = NOW) -> Case:
    """A call in vain is tried again three days later."""
    for command, actor in steps:
        case = decide(case, command, actor, now).after
        now += timedelta(days=3) if command is UNREACHABLE else timedelta(0)
    return case


def counted(case: Case) -> Tally:
    known = {field.name for field in fields(Case)} & {field.name for field in fields(Facts)}
    return tally(Facts(**{name: getattr(case, name) for name in known}), LATER)


ANSWERED_AGAIN = ((SAMPLES["reply"], HANDLER), (SAMPLES["approve_reply"], SYSTEM))
THREE_CALLS = ((UNREACHABLE, FOLLOW_UP_OFFICER),) * 3 + ((SAMPLES["close"], FOLLOW_UP_OFFICER),)
SATISFIED = case_in(S.closed, is_resolved=True, was_contacted=True)


def reopened(by: Actor = RESIDENT, *, case: Case = SATISFIED) -> Case:
    return lived(case, (SAMPLES["reopen"], by))


def is_silently_closed(case: Case) -> bool:
    """Closed in its second round, in which she has said nothing."""
    return case.status is S.closed and case.round == 2 and case.rated_round != 2


class TestWhoAsksForItToBeDoneAgain:
    def test_says_that_it_is_not_right(self) -> None:
        case = reopened()
        assert (case.satisfaction, case.is_resolved, case.rated_round) == (Satisfaction.dissatisfied, False, 1)
        assert (case.round, case.first_satisfaction) == (2, Satisfaction.satisfied), "the first word stays the first"

    def test_has_said_her_first_word_when_she_had_said_none(self) -> None:
        silent = case_in(S.closed, satisfaction=None, first_satisfaction=None, rated_round=None)
        case = reopened(case=silent)
        assert (case.satisfaction, case.first_satisfaction) == (Satisfaction.dissatisfied,) * 2

    @pytest.mark.parametrize("official", [SUPERVISOR, FOLLOW_UP_OFFICER])
    def test_takes_her_praise_back_as_an_official_for_she_is_asked_anew(self, official: Actor) -> None:
        case = reopened(official)
        assert (case.satisfaction, case.is_resolved, case.rated_round) == (None, None, None)
        assert case.first_satisfaction == Satisfaction.satisfied

    @pytest.mark.parametrize("anybody", [RESIDENT, SUPERVISOR])
    def test_may_say_how_it_was_once_more(self, anybody: Actor) -> None:
        asked = lived(reopened(anybody), *ANSWERED_AGAIN)
        assert c.Rate in available(asked, RESIDENT, NOW)
        content = lived(asked, (SAMPLES["rate"], RESIDENT))
        assert (content.status, content.satisfaction, content.rated_round) == (S.closed, Satisfaction.satisfied, 2)
        silent = lived(asked, *THREE_CALLS)
        assert c.Rate in available(silent, RESIDENT, NOW), "also after the telephone rang in vain"


class TestSilence:
    def test_after_an_official_had_it_done_again_is_never_satisfaction(self) -> None:
        unreachable = lived(reopened(SUPERVISOR), *ANSWERED_AGAIN, *THREE_CALLS)
        counts = counted(unreachable)
        assert (counts.satisfied, counts.valid, counts.unreachable) == (0, 0, 1)

    def test_after_a_round_that_she_asked_for_is_never_satisfaction(self) -> None:
        assert (counted(SATISFIED).satisfied, counted(SATISFIED).resolved) == (1, 1)
        unreachable = lived(reopened(), *ANSWERED_AGAIN, *THREE_CALLS)
        assert is_silently_closed(unreachable)
        counts = counted(unreachable)
        assert (counts.valid, counts.dissatisfied, counts.resolved) == (1, 1, 0), "her last word counts"
        assert (counts.satisfied, counts.basically_satisfied) == (0, 0)

    def test_where_no_call_is_asked_for_is_no_satisfaction_either(self) -> None:
        uncalled = lived(reopened(case=SATISFIED.changed(follow_up_rule=FollowUpRule.never)), *ANSWERED_AGAIN)
        closed = lived(uncalled, (SAMPLES["close"], SYSTEM), now=LATER)
        assert is_silently_closed(closed)
        assert (counted(closed).satisfied, counted(closed).dissatisfied, counted(closed).resolved) == (0, 1, 0)

    def test_from_the_beginning_is_no_word_at_all(self) -> None:
        counts = counted(lived(case_in(S.follow_up), *THREE_CALLS))
        assert (counts.valid, counts.satisfied, counts.dissatisfied, counts.unreachable) == (0, 0, 0, 1)

    def test_is_satisfaction_only_once_she_says_so(self) -> None:
        closed = lived(reopened(), *ANSWERED_AGAIN, *THREE_CALLS, (SAMPLES["rate"], RESIDENT))
        assert (counted(closed).satisfied, counted(closed).dissatisfied) == (1, 0)


class TestWhereNoCallIsAskedFor:
    CASE = case_in(S.follow_up, follow_up_rule=FollowUpRule.never)

    def test_an_officer_closes_after_her_seven_days(self) -> None:
        assert follow_ups.rating_ends(self.CASE, ANSWERED) == RATING_ENDS == ANSWERED + timedelta(days=7)
        with pytest.raises(Refused):
            lived(self.CASE, (SAMPLES["close"], FOLLOW_UP_OFFICER), now=RATING_ENDS - SECOND)
        assert lived(self.CASE, (SAMPLES["close"], FOLLOW_UP_OFFICER), now=RATING_ENDS).status is S.closed

    def test_a_villager_who_is_dissatisfied_is_called_all_the_same(self) -> None:
        told = lived(self.CASE, (DISSATISFIED, RESIDENT))
        assert told.status is S.follow_up and not follow_ups.needs_no_call(told)
        for actor in (FOLLOW_UP_OFFICER, SYSTEM):
            with pytest.raises(Refused):
                lived(told, (SAMPLES["close"], actor), now=LATER)
        assert lived(told, *THREE_CALLS, now=LATER).status is S.closed

    def test_what_she_said_of_an_earlier_round_asks_for_no_call_about_this_one(self) -> None:
        again = lived(self.CASE, (DISSATISFIED.model_copy(update={"words": "还是不亮"}), RESIDENT), *ANSWERED_AGAIN)
        assert (again.round, again.rated_round, again.satisfaction) == (2, 1, Satisfaction.dissatisfied)
        assert follow_ups.needs_no_call(again)

    @pytest.mark.parametrize("status", [status for status in S if status is not S.follow_up])
    def test_nobody_closes_what_is_not_answered(self, status: Status) -> None:
        case = case_in(status, follow_up_rule=FollowUpRule.never)
        assert all(c.Close not in available(case, CAST[role], LATER) for role in Role)


@pytest.mark.parametrize("rule", [FollowUpRule.always, FollowUpRule.if_unrated])
def test_other_categories_call_whatever_she_said(rule: FollowUpRule) -> None:
    for word in (None, *Satisfaction):
        case = case_in(S.follow_up, follow_up_rule=rule, satisfaction=word, rated_round=1)
        assert not follow_ups.needs_no_call(case) and not follow_ups.may_end_uncalled(case, LATER)


# Calls: when they count, when the next one is due, and what a promised one does to the deadline.

CALL = {name: c.FollowUp(result=CallResult(name)) for name in ("unreachable", "wrong_number", "refused")}
FRIDAY_MORNING, FRIDAY_EVENING = at("2026-03-13 10:00"), at("2026-03-13 19:30")
SATURDAY, MONDAY_MORNING, MONDAY_AFTERNOON = at("2026-03-14 10:00"), at("2026-03-16 09:10"), at("2026-03-16 14:10")
ASKED = case_in(S.follow_up)


def later(at_this: datetime) -> c.FollowUp:
    return c.FollowUp(result=CallResult.call_later, call_back_at=at_this)


def tried_at(*moments: datetime) -> Case:
    case = ASKED
    for moment in moments:
        case = decide(case, CALL["unreachable"], FOLLOW_UP_OFFICER, moment).after
    return case


@pytest.mark.parametrize(
    ("moments", "half_days"),
    [
        ((FRIDAY_MORNING,), 1),
        ((FRIDAY_MORNING, FRIDAY_MORNING + SECOND, FRIDAY_MORNING + timedelta(hours=1)), 1),
        ((FRIDAY_MORNING, FRIDAY_EVENING), 2),
        ((FRIDAY_EVENING, SATURDAY, SATURDAY + timedelta(days=1), MONDAY_MORNING - timedelta(hours=10)), 1),
        ((FRIDAY_MORNING, SATURDAY, MONDAY_MORNING), 3),
        ((FRIDAY_MORNING, MONDAY_MORNING, MONDAY_AFTERNOON), 3),
        # 清明, 4 to 6 April 2026: the calls of a holiday belong to the afternoon before it
        ((at("2026-04-03 15:00"), at("2026-04-04 10:00"), at("2026-04-05 15:00"), at("2026-04-06 10:00")), 1),
    ],
)
def test_only_calls_in_different_working_half_days_count(moments: tuple[datetime, ...], half_days: int) -> None:
    case = tried_at(*moments)
    assert (case.follow_up_attempts, case.follow_up_half_days) == (len(moments), half_days)
    assert (c.Close in available(case, FOLLOW_UP_OFFICER, LATER)) is (half_days >= 3)


@pytest.mark.parametrize(
    ("tried", "wanted"),
    [
        ("2026-03-13 10:00", "2026-03-13 14:00"),
        ("2026-03-13 15:00", "2026-03-16 09:00"),
        ("2026-03-14 10:00", "2026-03-16 09:00"),
        ("2026-03-16 07:30", "2026-03-16 14:00"),
        ("2026-04-03 17:00", "2026-04-07 09:00"),
    ],
)
def test_a_call_in_vain_is_tried_again_in_the_next_working_half_day(tried: str, wanted: str) -> None:
    assert follow_ups.next_call(tried_at(at(tried))) == at(wanted)


def test_she_is_called_when_her_own_term_is_over_or_at_once_when_she_has_rated() -> None:
    assert follow_ups.next_call(ASKED) == RATING_ENDS
    rated = lived(ASKED.changed(follow_up_rule=FollowUpRule.always), (SAMPLES["rate"], RESIDENT))
    assert rated.status is S.follow_up and follow_ups.next_call(rated) == ANSWERED
    assert follow_ups.next_call(case_in(S.closed)) is None


class TestACallThatIsPromised:
    def test_comes_at_its_time_and_leaves_an_ample_deadline_alone(self) -> None:
        decision = decide(ASKED, later(at("2026-03-16 09:30")), FOLLOW_UP_OFFICER, FRIDAY_MORNING)
        assert follow_ups.next_call(decision.after) == at("2026-03-16 09:30")
        assert decision.after.hold_due == FOLLOW_UP_DUE and decision.changes.revised is None

    def test_moves_the_deadline_and_the_reminder_when_it_lies_behind_them(self) -> None:
        case = ASKED.changed(fired=frozenset({"not_followed_up"}))
        after = decide(case, later(at("2026-03-24 10:00")), FOLLOW_UP_OFFICER, at("2026-03-18 10:00")).after
        assert after.hold_due == at("2026-03-24 16:00") and after.fired == frozenset()
        [reminder] = [each for each in ESCALATIONS if each.name == "not_followed_up"]
        assert moment_of(reminder, after) == after.hold_due
        provisional = after.changed(hold_is_provisional=True)
        assert decide(provisional, SAMPLES["recalculate_due"], SYSTEM, LATER).after.hold_due == after.hold_due

    def test_may_be_named_in_the_county_s_time_or_with_a_zone(self) -> None:
        naive = decide(ASKED, later(datetime(2026, 3, 16, 9, 30)), FOLLOW_UP_OFFICER, FRIDAY_MORNING).after  # noqa: DTZ001
        assert naive.call_back_at == at("2026-03-16 09:30")

    @pytest.mark.parametrize("when", ["2026-03-13 10:00", "2026-03-01 10:00", "2026-03-28 10:01", "2199-01-01 10:00"])
    def test_lies_ahead_and_not_too_far(self, when: str) -> None:
        with pytest.raises(Refused, match="约好的时间"):
            decide(ASKED, later(at(when)), FOLLOW_UP_OFFICER, FRIDAY_MORNING)

    def test_is_kept_before_anybody_says_that_she_could_not_be_reached(self) -> None:
        case = tried_at(FRIDAY_MORNING, FRIDAY_EVENING, MONDAY_MORNING)
        promised = decide(case, later(at("2026-03-17 10:00")), FOLLOW_UP_OFFICER, MONDAY_AFTERNOON).after
        with pytest.raises(Refused, match="约好的时间也打过"):
            decide(promised, SAMPLES["close"], FOLLOW_UP_OFFICER, LATER)
        in_vain = decide(promised, CALL["unreachable"], FOLLOW_UP_OFFICER, at("2026-03-17 10:05")).after
        assert in_vain.call_back_at is None and c.Close in available(in_vain, FOLLOW_UP_OFFICER, LATER)


class TestAComplaintWithoutCause:
    SAID = samples_of("follow_up")[-1]
    AFTER = decide(ASKED, SAID, FOLLOW_UP_OFFICER, NOW).after

    def test_starts_no_new_round_and_is_marked(self) -> None:
        assert (self.AFTER.status, self.AFTER.round, self.AFTER.is_groundless) == (S.closed, 1, True)

    def test_is_counted_as_dissatisfied_all_the_same(self) -> None:
        assert (counted(self.AFTER).dissatisfied, counted(self.AFTER).satisfied, counted(self.AFTER).valid) == (1, 0, 1)

    def test_may_be_brought_back_by_the_villager(self) -> None:
        again = decide(self.AFTER, SAMPLES["reopen"], RESIDENT, NOW).after
        assert (again.status, again.round, again.is_groundless) == (S.in_progress, 2, False)


ANSWER: dict[str, Any] = {
    "result": "answered",
    "was_contacted": True,
    "is_resolved": True,
    "satisfaction": "satisfied",
}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"result": "call_later"}, "call_back_at"),
        ({"result": "call_later", "call_back_at": "1970-01-01T00:00"}, "call_back_at"),
        ({"result": "unreachable", "new_need": "还想修一条排水沟"}, "new_need"),
        ({"result": "refused", "done_on_the_spot": "带去补办了证"}, "done_on_the_spot"),
        ({**ANSWER, "is_groundless": True, "explained": "讲清楚了"}, "is_groundless"),
        ({**ANSWER, "satisfaction": "dissatisfied", "words": "慢", "is_groundless": True}, "explained"),
        ({**ANSWER, "satisfaction": "dissatisfied", "is_groundless": True, "explained": "讲清楚了"}, "words"),
        ({**ANSWER, "is_resolved": False, "words": "没好", "done_on_the_spot": "补办了"}, "is_resolved"),
    ],
)
def test_a_record_of_a_call_that_contradicts_itself_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        c.FollowUp.model_validate(values)
    assert refused.value.field == field


@pytest.mark.parametrize(("way", "source"), [("visit", Source.home_visit), ("phone", WISH.source)])
def test_a_new_need_becomes_a_wish_of_the_same_villager(way: str, source: Source) -> None:
    heard = c.FollowUp.model_validate({**ANSWER, "way": way, "new_need": "还想修一条排水沟"})
    [child] = decide(ASKED, heard, FOLLOW_UP_OFFICER, NOW).changes.children
    assert (child.text, child.source, child.phone, child.area) == ("还想修一条排水沟", source, WISH.phone, WISH.area)
    assert decide(ASKED, c.FollowUp.model_validate(ANSWER), FOLLOW_UP_OFFICER, NOW).changes.children == ()


@pytest.mark.parametrize("result", [result for result in CallResult if result is not CallResult.answered])
def test_whatever_became_of_a_call_that_nobody_answered_it_is_never_satisfaction(result: CallResult) -> None:
    values = {"call_back_at": at("2026-03-14 10:00")} if result is CallResult.call_later else {}
    tried = decide(ASKED, c.FollowUp(result=result, **values), FOLLOW_UP_OFFICER, FRIDAY_MORNING).after
    assert (tried.status, tried.attempt_result, tried.satisfaction) == (S.follow_up, result, None)
    closed = tried.changed(status=S.closed)
    assert (counted(closed).unreachable, counted(closed).satisfied, counted(closed).valid) == (1, 0, 0)
