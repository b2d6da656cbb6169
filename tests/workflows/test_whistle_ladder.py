"""The ladder by looping over itself: each step at its moment, once, whatever is edited meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import POWER_BUREAU, SYSTEM, WATER_BUREAU
from tests.workflows.china import CHINA, at
from tests.workflows.whistle_cases import NOW, PLAYERS, RAISED, SAMPLES, call, case_in, milestone
from workflows import whistle_commands as c
from workflows.refusals import Refused
from workflows.terms import working_hours
from workflows.whistle_cases import DutyName, WhistleCase, WhistleDuty
from workflows.whistle_kinds import WhistleBook
from workflows.whistle_ladder import as_markdown, due_steps, moment_of, next_alarm
from workflows.whistle_roles import WhistleRole
from workflows.whistle_steps import LADDER, LadderStep, Rung
from workflows.whistle_words import WhistleKind, WhistleStatus
from workflows.whistles import decide_whistle

AWAITED = case_in(WhistleStatus.blown, calls=(call(WATER_BUREAU),))
"""Called on Monday 2 March at 10:00, to come by Wednesday at 18:00."""


def names(case: WhistleCase, moment: str) -> list[str]:
    return [each.step.name for each in due_steps(case, at(moment))]


def test_the_rungs_are_climbed_one_after_the_other() -> None:
    assert names(AWAITED, "2026-03-03 17:00") == []
    assert names(AWAITED, "2026-03-04 12:00") == ["report_soon"]
    assert names(AWAITED, "2026-03-04 18:00") == ["report_soon", "report_due"]
    assert names(AWAITED, "2026-03-05 15:00") == ["report_soon", "report_due", "report_supervision"]
    assert names(AWAITED, "2026-03-09 10:00")[-1] == "report_leader"


def test_what_fired_is_not_waited_for_again_and_the_next_one_is() -> None:
    first = due_steps(AWAITED, at("2026-03-04 12:00"))[0]
    after = decide_whistle(AWAITED, first.command(), SYSTEM, at("2026-03-04 12:00")).after
    assert names(after, "2026-03-04 12:00") == [] and next_alarm(after) == at("2026-03-04 18:00")
    with pytest.raises(Refused):
        decide_whistle(after, first.command(), SYSTEM, NOW)


def test_an_emergency_climbs_by_the_clock_on_the_wall() -> None:
    blown = case_in(WhistleStatus.blown, kind=WhistleKind.emergency)
    due = RAISED + timedelta(minutes=30)
    case = blown.changed(calls=(call(WATER_BUREAU, report_due_at=due),))
    moments = {each.step.name: each.at - RAISED for each in due_steps(case, RAISED + timedelta(days=1))}
    assert moments == {
        "emergency_half": timedelta(minutes=15),
        "emergency_due": timedelta(minutes=30),
        "emergency_supervision": timedelta(minutes=45),
        "emergency_leader": timedelta(minutes=60),
    }


def test_each_unit_has_a_ladder_of_its_own() -> None:
    both = case_in(WhistleStatus.blown)
    assert [each.duty.unit for each in due_steps(both, at("2026-03-04 18:00")) if each.step.name == "report_due"] == [
        WATER_BUREAU,
        POWER_BUREAU,
    ]


def test_a_moved_milestone_is_watched_anew() -> None:
    case = case_in(WhistleStatus.at_work, planned_at=NOW, milestones=(milestone(51, WATER_BUREAU),))
    late = at("2026-03-10 09:00")
    for each in due_steps(case, late):
        case = decide_whistle(case, each.command(), SYSTEM, late).after
    assert due_steps(case, late) == ()
    moved = decide_whistle(case, SAMPLES["change_milestone"], PLAYERS[WhistleRole.town], late).after
    assert names(moved, "2026-03-20 18:00") == ["milestone_soon", "milestone_due"]


def test_a_ladder_that_was_edited_fires_what_is_new_and_nothing_twice() -> None:
    moment = at("2026-03-04 18:00")
    case = AWAITED
    for each in due_steps(case, moment):
        case = decide_whistle(case, each.command(), SYSTEM, moment).after
    moved = tuple(replace(step, percent=10) if step.name == "report_soon" else step for step in LADDER)
    added = LadderStep("report_early", DutyName.report_in, Rung.contact, "请早点来。", percent=25)
    edited = case.changed(book=WhistleBook(ladder=(*moved, added)))
    assert names(edited, "2026-03-04 18:00") == ["report_early"]


def test_a_step_stands_before_after_at_or_in_percent_of_the_term() -> None:
    duty = WhistleDuty(DutyName.milestone, "milestone:1", WATER_BUREAU, RAISED, at("2026-03-06 18:00"))
    step = LadderStep("x", DutyName.milestone, Rung.contact, "请抓紧。")
    cases = (
        (step, "2026-03-06 18:00"),
        (replace(step, before=working_hours(2)), "2026-03-06 16:00"),
        (replace(step, after=working_hours(2)), "2026-03-09 11:00"),
        (replace(step, percent=50), "2026-03-04 15:00"),
    )
    for each, moment in cases:
        assert moment_of(each, duty, CHINA) == at(moment), each


def test_every_duty_has_steps_and_ends_high_enough() -> None:
    for name in DutyName:
        rungs = [step.rung for step in LADDER if step.duty is name]
        assert Rung.contact in rungs or name is DutyName.confirmation
        assert {Rung.supervision, Rung.leader} & set(rungs), name
    assert len({step.name for step in LADDER}) == len(LADDER)
    assert all(len(step.rule) <= 40 for step in LADDER)


@pytest.mark.parametrize("kind", WhistleKind)
def test_every_kind_has_all_rungs_for_those_who_do_not_come(kind: WhistleKind) -> None:
    steps = [step for step in LADDER if step.duty is DutyName.report_in and (not step.kinds or kind in step.kinds)]
    assert [step.rung for step in steps] == list(Rung)


def test_nothing_rings_once_the_whistle_has_ended() -> None:
    ended = decide_whistle(AWAITED, c.DismissWhistle(reason="不用了"), PLAYERS[WhistleRole.town], NOW).after
    assert next_alarm(ended) is None and due_steps(ended, at("2030-01-01 10:00")) == ()


def test_the_printed_table_has_a_line_for_each_step() -> None:
    lines = as_markdown().strip().splitlines()[2:]
    assert len(lines) == len(LADDER)
    assert all(f"`{step.name}`" in line for step, line in zip(LADDER, lines, strict=True))
