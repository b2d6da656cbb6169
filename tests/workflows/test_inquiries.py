"""问诉求人: the holder's term stands while it waits for her, her promise does not move, and the wait has an end."""

import pytest

from tests.cast import HANDLER, RESIDENT
from tests.workflows.cases import ACKNOWLEDGED, INQUIRED, PROMISED, case_in
from tests.workflows.china import at
from workflows import commands as c
from workflows.actors import system
from workflows.cases import Case
from workflows.decide import decide
from workflows.escalations import due_rules, next_alarm
from workflows.refusals import Refused
from workflows.statuses import Status
from workflows.time_limits import Urgency

QUESTION = c.Inquire(words="坏的是哪几盏？")
TWO_DAYS_ON = at("2026-03-06 10:00")


def asked(**values: object) -> Case:
    return decide(case_in(Status.in_progress, **values), QUESTION, HANDLER, INQUIRED).after


def test_what_is_left_of_the_term_is_left_when_she_has_answered() -> None:
    """Asked on Wednesday at ten and answered on Friday at ten: two working days later on Wednesday evening."""
    decision = decide(asked(), c.Supplement(text="村口那三盏"), RESIDENT, TWO_DAYS_ON)
    assert decision.changes.revised is not None
    assert decision.changes.revised.due_at == at("2026-03-11 18:00")
    assert decision.after.hold_due == at("2026-03-11 18:00")
    assert decision.after.due_at == PROMISED


def test_what_an_official_writes_down_for_her_ends_the_wait_as_well() -> None:
    decision = decide(asked(), c.Supplement(text="电话里说是村口那三盏"), HANDLER, TWO_DAYS_ON)
    assert decision.after.hold_due == at("2026-03-11 18:00")


def test_urgent_time_runs_by_the_clock_on_the_wall() -> None:
    urgent = asked(urgency=Urgency.urgent, hold_due=at("2026-03-04 20:00"))
    decision = decide(urgent, c.Supplement(text="村口"), RESIDENT, at("2026-03-04 15:30"))
    assert decision.after.hold_due == at("2026-03-05 01:30")


def test_who_was_late_before_he_asked_is_given_nothing() -> None:
    late = asked(hold_due=ACKNOWLEDGED)
    assert decide(late, c.Supplement(text="村口"), RESIDENT, TWO_DAYS_ON).after.hold_due == ACKNOWLEDGED


def test_a_word_that_nobody_asked_for_moves_no_clock() -> None:
    decision = decide(case_in(Status.in_progress), c.Supplement(text="第二盏也灭了"), RESIDENT, TWO_DAYS_ON)
    assert (decision.changes.revised, decision.changes.columns) == (None, {})


def test_the_wait_ends_by_itself_after_three_working_days() -> None:
    case = asked(due_at=at("2026-03-31 18:00"))
    assert next_alarm(case) == at("2026-03-09 18:00")
    assert [rule.name for rule in due_rules(case, at("2026-03-09 18:00"))] == ["inquiry_unanswered"]
    lapsed = decide(case, c.LapseInquiry(), system("inquiry_unanswered"), at("2026-03-09 18:00")).after
    assert lapsed.hold_due == at("2026-03-13 17:00")
    assert "inquiry_unanswered" not in [rule.name for rule in due_rules(lapsed, at("2026-03-30 18:00"))]


def test_one_hand_asks_once_and_never_where_life_is_in_danger() -> None:
    answered = decide(asked(), c.Supplement(text="村口"), RESIDENT, TWO_DAYS_ON).after
    for case, words in ((asked(), "问过一次"), (answered, "问过一次")):
        with pytest.raises(Refused, match=words):
            decide(case, QUESTION, HANDLER, TWO_DAYS_ON)
    with pytest.raises(Refused, match="突发的事等不得"):
        decide(case_in(Status.in_progress, urgency=Urgency.danger), QUESTION, HANDLER, INQUIRED)


def test_who_takes_it_next_may_ask_anew() -> None:
    replied = decide(asked(), c.Reply(outcome="resolved", words="三盏都修好了"), HANDLER, TWO_DAYS_ON).after
    assert (replied.inquired_at, replied.inquiry_ended_at) == (None, None)


def test_nothing_lapses_where_nobody_waits() -> None:
    with pytest.raises(Refused, match="没有等着诉求人回的话"):
        decide(case_in(Status.in_progress), c.LapseInquiry(), system("inquiry_unanswered"), TWO_DAYS_ON)
