"""A county's own kinds: each goes by one of the table in whatever the county has not said of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import WATER_BUREAU
from tests.workflows.whistle_cases import NOW, PLAYERS, RAISED, call, case_in
from workflows import whistle_commands as c
from workflows.emergency import in_emergency
from workflows.terms import Term, hours, minutes, working_days
from workflows.time_limits import Limits
from workflows.whistle_cases import WhistleCase
from workflows.whistle_kinds import (
    DEFAULT_KINDS,
    Approval,
    KindRow,
    WhistleBook,
    next_own,
    own_limits,
    with_added_kinds,
)
from workflows.whistle_ladder import due_steps
from workflows.whistle_roles import WhistleRole
from workflows.whistle_steps import LADDER, unwatched
from workflows.whistle_words import WhistleKind, WhistleStatus
from workflows.whistles import decide_whistle

FLOOD = KindRow("own_1", "防汛抢险", Approval.after, goes_by=WhistleKind.emergency, english="Flood rescue")
COURTYARD = KindRow("own_2", "院落会上定的事", Approval.none, goes_by=WhistleKind.community)
KINDS = {**DEFAULT_KINDS, "own_1": FLOOD, "own_2": COURTYARD}
BOOK = WhistleBook(kinds=KINDS, ladder=tuple(with_added_kinds(step, KINDS.values()) for step in LADDER))
LIMITS = Limits.defaults().with_added(own_limits(KINDS.values()))


def flooded(**values: object) -> WhistleCase:
    return case_in(WhistleStatus.blown, kind="own_1", book=BOOK, limits=LIMITS, **values)


@pytest.mark.parametrize(
    ("limit", "term"),
    [
        ("whistle_report", minutes(30)),
        ("whistle_contest", minutes(30)),
        ("whistle_rule", minutes(30)),
        ("whistle_plan", hours(24)),
        ("whistle_accept", working_days(3)),
    ],
)
def test_the_terms_of_an_added_kind_are_those_of_the_one_it_goes_by(limit: str, term: Term) -> None:
    assert flooded().term(limit) == term


def test_its_own_terms_come_first_and_an_emergency_shortens_them_as_it_does_the_other_ones() -> None:
    own = LIMITS.with_overrides({"whistle_report_own_1": hours(2)})
    assert flooded().changed(limits=own).term("whistle_report") == hours(2)
    assert in_emergency(own).terms["whistle_report_own_1"] == minutes(15)
    assert in_emergency(own).terms["whistle_plan_own_2"] == working_days(1)
    with pytest.raises(ValueError, match="whistle_report_own_9"):
        own.with_overrides({"whistle_report_own_9": hours(2)})


def test_the_ladder_watches_over_it_as_over_the_one_it_goes_by() -> None:
    late = replace(call(WATER_BUREAU), called_at=RAISED, report_due_at=RAISED + timedelta(minutes=30))
    fired = [each.step.name for each in due_steps(flooded(calls=(late,)), RAISED + timedelta(minutes=46))]
    assert fired == ["emergency_half", "emergency_due", "emergency_supervision"]
    assert unwatched(BOOK.ladder, KINDS) is None


def test_what_is_late_may_not_go_unheard_at_any_kind() -> None:
    without = tuple(step for step in BOOK.ladder if step.name != "ruling_due")
    assert unwatched(without, KINDS) == ("裁定异议", "emergency"), "what reminds before the due time is not enough"
    apart = tuple(replace(step, kinds=step.kinds - {"own_1"}) for step in BOOK.ladder)
    assert unwatched(apart, KINDS) == ("报到", "own_1")


def test_who_blows_it_and_whom_it_calls_follow_the_kind_it_goes_by() -> None:
    assert FLOOD.is_urgent and not FLOOD.is_beside_the_town
    assert COURTYARD.is_beside_the_town and not COURTYARD.is_urgent
    assert BOOK.beside_the_town == {"community", "liaison", "own_2"}


def test_a_kind_that_is_switched_off_while_its_whistle_runs_lets_it_run_to_its_end() -> None:
    off = replace(BOOK, kinds={**KINDS, "own_1": replace(FLOOD, is_offered=False)})
    case = flooded(calls=(call(WATER_BUREAU, is_lead=True),)).changed(book=off)
    came = decide_whistle(case, c.ReportIn(is_on_site=True, place="河堤"), PLAYERS[WhistleRole.called_lead], NOW).after
    assert came.status is WhistleStatus.at_work and came.work_due_at == NOW + timedelta(hours=24)
    assert off.offered_kinds == tuple(row for row in KINDS.values() if row.kind != "own_1")


def test_a_new_one_never_takes_the_name_of_an_old_one() -> None:
    assert next_own(DEFAULT_KINDS) == "own_1"
    assert next_own([*DEFAULT_KINDS, "own_2", "own_10"]) == "own_11"
