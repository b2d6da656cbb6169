"""The table of time limits, by looping over itself."""

import pytest

from workflows.terms import Term, days, hours, minutes, working_days, working_hours
from workflows.time_limits import TIME_LIMITS, Limits, Urgency

LIMITS = Limits.defaults()


def test_the_table_holds_the_limits_of_practice() -> None:
    assert {row.name: row.term for row in TIME_LIMITS} == {
        "reply_danger": hours(2),
        "reply_urgent": hours(24),
        "reply_ordinary": working_days(5),
        "reply_complex": working_days(15),
        "reply_development": days(30),
        "dispatch": working_hours(4),
        "dispatch_danger": minutes(30),
        "acknowledge": working_days(1),
        "acknowledge_danger": minutes(30),
        "contact": working_days(1),
        "review": working_days(1),
        "rating": days(7),
        "follow_up": working_days(3),
        "call_back_most": days(15),
        "call_back": working_hours(4),
        "reopen": days(15),
        "expedite_interval": hours(24),
        "return_window": working_days(2),
        "extension_most": working_days(10),
        "due_soon_before": working_days(1),
        "supervise_undispatched_after": working_days(1),
        "answer_supervision_notice": working_days(3),
        "answer_supervision_leader": working_days(2),
        "answer_supervision_listed": working_days(1),
        "supervise_after": working_days(5),
        "decide_ask": working_days(1),
        "report_undecided_after": working_days(1),
        "deferral_most": days(92),
        "review_soon_before": working_days(3),
        "promise_soon_before": working_days(3),
        "claim_contact": days(7),
        "inquiry": working_days(3),
        "whistle_approve": working_hours(4),
        "whistle_confirm": hours(24),
        "whistle_report_emergency": minutes(30),
        "whistle_report_enforcement": hours(24),
        "whistle_report_priority": working_days(3),
        "whistle_report_public_concern": working_days(2),
        "whistle_report_community": working_days(2),
        "whistle_report_liaison": hours(24),
        "whistle_contest": working_days(1),
        "whistle_contest_emergency": minutes(30),
        "whistle_rule": working_days(1),
        "whistle_rule_emergency": minutes(30),
        "whistle_plan_emergency": hours(24),
        "whistle_plan_enforcement": working_days(5),
        "whistle_plan_priority": working_days(5),
        "whistle_plan_public_concern": working_days(5),
        "whistle_plan_community": working_days(5),
        "whistle_plan_liaison": working_days(5),
        "whistle_complete": working_days(2),
        "whistle_accept": working_days(3),
    }


def test_every_row_is_named_once_and_says_what_it_is_and_where_it_comes_from() -> None:
    assert len({row.name for row in TIME_LIMITS}) == len({row.words for row in TIME_LIMITS}) == len(TIME_LIMITS)
    assert all(row.words and row.source for row in TIME_LIMITS)


@pytest.mark.parametrize("urgency", Urgency)
def test_every_urgency_has_a_limit_for_each_duty(urgency: Urgency) -> None:
    duties = (LIMITS.reply, LIMITS.dispatch, LIMITS.acknowledge, LIMITS.contact, LIMITS.review)
    assert all(duty(urgency).amount > 0 for duty in duties)
    assert LIMITS.reply(urgency) == LIMITS.term(f"reply_{urgency}")


def test_danger_has_limits_of_its_own() -> None:
    assert (LIMITS.dispatch(Urgency.danger), LIMITS.dispatch(Urgency.urgent)) == (minutes(30), working_hours(4))
    assert (LIMITS.acknowledge(Urgency.danger), LIMITS.acknowledge(Urgency.ordinary)) == (minutes(30), working_days(1))
    assert LIMITS.contact(Urgency.danger) == LIMITS.term("contact")


@pytest.mark.parametrize("name", [row.name for row in TIME_LIMITS])
def test_every_limit_can_be_changed_alone(name: str) -> None:
    changed = LIMITS.with_overrides({name: minutes(7)})
    assert {row.name: row.term for row in changed} == {row.name: row.term for row in LIMITS} | {name: minutes(7)}
    assert Limits.defaults() == LIMITS != changed


def test_a_limit_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="do not match the table: replay_danger"):
        LIMITS.with_overrides({"replay_danger": hours(2)})
    with pytest.raises(ValueError, match="do not match the table"):
        Limits({"dispatch": hours(2)})
    with pytest.raises(KeyError):
        LIMITS.term("tea_break")


def test_terms_read_as_officials_say_them() -> None:
    assert [LIMITS.reply(urgency).in_words() for urgency in Urgency] == [
        "2 小时",
        "24 小时",
        "5 个工作日",
        "15 个工作日",
        "30 天",
    ]


def test_a_term_takes_its_unit_as_the_database_has_it() -> None:
    assert Term(5, "working_days") == working_days(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="fortnights"):
        Term(5, "fortnights")  # type: ignore[arg-type]
