"""Supervision: each level has its term, an unanswered one rises once a round, and only the answer ends the waiting."""

from datetime import timedelta

import pytest

from tests.cast import DISPATCHER, HANDLER, RESIDENT, SUPERVISOR, SUPPORTER
from tests.workflows.cases import NOW, SAMPLES, UNDER_NOTICE, case_in
from tests.workflows.china import at
from workflows.actors import system
from workflows.ask_words import SUPERVISION_WORDS, SupervisionLevel
from workflows.commands import AnswerSupervision, CommandBase, Satisfaction, Supervise
from workflows.decide import available, decide
from workflows.escalations import due_rules
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import Status
from workflows.supervision import LEVELS, is_unanswered

FRIDAY = at("2026-03-06 11:00")
ANSWER = AnswerSupervision(words="材料已到，周五前换好")


def at_level(level: SupervisionLevel) -> CommandBase:
    return Supervise(note="请尽快办好", level=level)


@pytest.mark.parametrize(
    ("level", "due"),
    [
        (SupervisionLevel.notice, "2026-03-11 18:00"),
        (SupervisionLevel.leader, "2026-03-10 18:00"),
        (SupervisionLevel.listed, "2026-03-09 18:00"),
    ],
)
def test_the_stricter_the_level_the_sooner_the_answer_is_due(level: SupervisionLevel, due: str) -> None:
    after = decide(case_in(Status.in_progress), at_level(level), SUPERVISOR, FRIDAY).after
    assert (after.supervision_level, after.supervision_due_at) == (level, at(due))
    assert is_unanswered(after) and after.due_at == case_in(Status.in_progress).due_at


def test_every_level_has_words_and_they_rise_in_the_order_of_the_table() -> None:
    assert SUPERVISION_WORDS.keys() == set(LEVELS)
    assert [str(level) for level in LEVELS] == ["notice", "leader", "listed"]


def test_an_unanswered_supervision_never_falls_back_to_a_milder_level() -> None:
    listed = decide(case_in(Status.in_progress), at_level(SupervisionLevel.listed), SUPERVISOR, FRIDAY).after
    again = decide(listed, at_level(SupervisionLevel.notice), SUPERVISOR, FRIDAY).after
    assert again.supervision_level is SupervisionLevel.listed
    answered = decide(listed, ANSWER, HANDLER, FRIDAY).after
    anew = decide(answered, at_level(SupervisionLevel.notice), SUPERVISOR, FRIDAY).after
    assert anew.supervision_level is SupervisionLevel.notice and is_unanswered(anew)


def test_the_unit_answers_and_the_waiting_is_over() -> None:
    case = case_in(Status.in_progress, **UNDER_NOTICE)
    after = decide(case, ANSWER, HANDLER, NOW).after
    assert after.supervision_answered_at == NOW and after.status is Status.in_progress
    assert [rule.name for rule in due_rules(after, NOW + timedelta(days=60)) if "unanswered" in rule.name] == []
    with pytest.raises(Refused, match="没有等着答复的督办"):
        decide(after, ANSWER, HANDLER, NOW)


def test_nobody_answers_for_the_unit_and_nobody_is_asked_who_is_not_supervised() -> None:
    case = case_in(Status.in_progress, **UNDER_NOTICE)
    for other in (SUPERVISOR, SUPPORTER, DISPATCHER, RESIDENT):
        with pytest.raises(NotPermitted):
            decide(case, ANSWER, other, NOW)
    assert AnswerSupervision in available(case, HANDLER, NOW)
    assert AnswerSupervision not in available(case_in(Status.in_progress), HANDLER, NOW)


def test_before_anybody_has_it_the_desk_answers() -> None:
    case = case_in(Status.submitted, **UNDER_NOTICE)
    assert decide(case, ANSWER, DISPATCHER, NOW).after.supervision_answered_at == NOW


def test_silence_raises_it_twice_and_then_it_stays_listed() -> None:
    case = case_in(Status.in_progress, **UNDER_NOTICE, fired=frozenset({"due_soon", "overdue", "long_overdue"}))
    levels = []
    for _ in range(5):
        due = case.supervision_due_at
        assert due is not None
        for rule in due_rules(case, due):
            after = decide(case, rule.command, system(rule.name), due).after
            case = after.changed(fired=after.fired | {rule.name})
            levels.append(case.supervision_level)
    assert levels == [SupervisionLevel.leader, SupervisionLevel.listed]


def test_a_new_round_begins_without_supervision() -> None:
    case = case_in(Status.follow_up, **UNDER_NOTICE)
    rating = SAMPLES["rate"].model_copy(update={"satisfaction": Satisfaction.dissatisfied, "words": "还是不亮"})
    again = decide(case, rating, RESIDENT, NOW).after
    assert (again.supervised_at, again.supervision_level, again.supervision_due_at) == (None, None, None)


def test_each_time_it_runs_over_is_counted_over_all_rounds() -> None:
    once = decide(case_in(Status.in_progress), SAMPLES["mark_overdue"], system("overdue"), NOW).after
    assert once.overdue_count == 1
    again = decide(once.changed(round=2, overdue_at=None), SAMPLES["mark_overdue"], system("overdue"), NOW).after
    assert again.overdue_count == 2


def test_a_level_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        Supervise.model_validate({"note": "快办", "level": "thunder"})
