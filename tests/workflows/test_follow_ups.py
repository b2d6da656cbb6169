"""Her word from round to round: what she said last counts, and silence never becomes satisfaction."""

from dataclasses import fields
from datetime import datetime, timedelta

import pytest

from tests.cast import CAST, FOLLOW_UP_OFFICER, HANDLER, RESIDENT, SUPERVISOR, SYSTEM
from tests.workflows.cases import ANSWERED, NOW, RATING_ENDS, SAMPLES, SECOND, case_in
from workflows import commands as c
from workflows import follow_ups
from workflows.actors import Actor
from workflows.cases import Case
from workflows.commands import CallResult, CommandBase, Satisfaction
from workflows.decide import available, decide
from workflows.refusals import Refused
from workflows.statuses import FollowUpRule, Role, Status
from workflows.tallies import Facts, Tally, tally

S = Status
UNREACHABLE = c.FollowUp(result=CallResult.unreachable)
DISSATISFIED = c.Rate(satisfaction=Satisfaction.dissatisfied)
LATER = NOW + timedelta(days=400)


def lived(case: Case, *steps: tuple[CommandBase, Actor], now: datetime = NOW) -> Case:
    for command, actor in steps:
        case = decide(case, command, actor, now).after
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
