"""Looking back: every finding in every status, a draw that all can repeat, a ring in which nobody meets himself."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import (
    HANDLER,
    OTHER_TOWN_DESK,
    OTHER_TOWN_PATH,
    TOWN_PATH,
    VILLAGE_PATH,
    WRONG_HANDLER,
    official,
)
from tests.workflows.cases import case_in
from workflows import inspections
from workflows.inspection_words import FINDING_WORDS, Finding
from workflows.inspections import CONSEQUENCES, GUARDS, Item, RecordInspection, Round, check, decide, draw, ring
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import Role, Status

INSPECTOR = official(120, Role.handler, OTHER_TOWN_DESK, OTHER_TOWN_PATH)
TODAY = date(2026, 3, 10)
ROUND = Round(TOWN_PATH, OTHER_TOWN_DESK, OTHER_TOWN_PATH, date(2026, 2, 1), date(2026, 2, 28), 10, "2026-3", TODAY)
PLANNED = replace(ROUND, due=date(2026, 3, 20))


def item(status: Status = Status.closed, **values: object) -> Item:
    return Item(**{"case": case_in(status), "inspector_unit": OTHER_TOWN_DESK, **values})  # type: ignore[arg-type]


def found(finding: Finding) -> RecordInspection:
    return RecordInspection(finding=finding, words="上门问过，灯没有亮")


TAKEN_AWAY = {Status.withdrawn, Status.merged}


@pytest.mark.parametrize(("finding", "status", "lead_is_active"), list(product(Finding, Status, (True, False))))
def test_every_finding_in_every_status_has_one_consequence(
    finding: Finding, status: Status, lead_is_active: bool
) -> None:
    this = item(status, lead_is_active=lead_is_active)
    if status in TAKEN_AWAY:
        with pytest.raises(Refused, match="不用核查"):
            decide(this, found(finding), INSPECTOR)
        return
    again = "reopen" if lead_is_active else "new_wish"
    wanted = again if finding is Finding.untrue and status is Status.closed else "nothing"
    assert decide(this, found(finding), INSPECTOR) == wanted


def test_every_row_is_reached_and_every_finding_has_words() -> None:
    assert {row.finding for row in CONSEQUENCES} == set(Finding) == FINDING_WORDS.keys()
    situations = [item(), item(lead_is_active=False), item(Status.in_progress)]
    reached = {
        next(row for row in CONSEQUENCES if row.finding is finding and row.holds(each))
        for finding, each in product(Finding, situations)
    }
    assert reached == set(CONSEQUENCES)


REFUSED: dict[str, Item] = {
    "round_is_open": item(is_round_open=False),
    "is_not_inspected_yet": item(finding=Finding.confirmed),
    "was_not_taken_away": item(Status.merged),
    "did_not_handle_it": item(case=case_in(Status.closed, handled_by=frozenset({120}))),
}


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_every_guard_refuses_with_its_own_sentence(guard: inspections.InspectionGuard) -> None:
    with pytest.raises(Refused, match=guard.sentence):
        decide(REFUSED[guard.name], found(Finding.confirmed), INSPECTOR)
    assert not inspections.may_record(REFUSED[guard.name], INSPECTOR)
    assert inspections.may_record(item(), INSPECTOR)


@pytest.mark.parametrize("who", [HANDLER, WRONG_HANDLER])
def test_only_people_of_the_inspecting_unit_record(who: object) -> None:
    with pytest.raises(NotPermitted):
        decide(item(), found(Finding.confirmed), who)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"inspector_area_path": TOWN_PATH}, "不能自己查自己"),
        ({"inspector_area_path": VILLAGE_PATH}, "不能自己查自己"),
        ({"area_path": "/1/"}, "不能自己查自己"),
        ({"closed_until": date(2026, 1, 1)}, "不能早于开始"),
        ({"closed_from": date(2026, 3, 11), "closed_until": date(2026, 3, 12)}, "还没有到的日子"),
        ({"due": TODAY}, "要在今天之后"),
    ],
)
def test_a_round_that_cannot_be_is_refused_with_a_sentence(wrong: dict[str, object], sentence: str) -> None:
    check(PLANNED, TODAY)
    with pytest.raises(Refused, match=sentence):
        check(replace(PLANNED, **wrong), TODAY)  # type: ignore[arg-type]


IDS = st.sets(st.integers(1, 10**6), max_size=80)


@given(IDS, st.integers(1, 100), st.text(min_size=1, max_size=10))
def test_the_draw_can_be_repeated_by_anybody(ids: set[int], percent: int, seed: str) -> None:
    drawn = draw(ids, percent, seed)
    assert drawn == draw(sorted(ids, reverse=True), percent, seed)
    assert set(drawn) <= ids and len(set(drawn)) == len(drawn)
    assert len(drawn) == -(-len(ids) * percent // 100)
    assert bool(drawn) is bool(ids)


@given(IDS, st.integers(1, 99), st.text(min_size=1, max_size=10))
def test_who_draws_more_draws_the_same_ones_and_others(ids: set[int], percent: int, seed: str) -> None:
    assert set(draw(ids, percent, seed)) <= set(draw(ids, percent + 1, seed))


def test_another_seed_draws_others_and_a_round_has_an_end() -> None:
    assert draw(range(1000), 5, "one") != draw(range(1000), 5, "two")
    assert len(draw(range(100_000), 100, "one")) == inspections.TOGETHER_MOST


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=14, unique=True), st.integers(0, 60))
def test_in_the_ring_everybody_inspects_and_is_inspected_and_nobody_himself(places: list[int], turn: int) -> None:
    pairs = ring(places, turn)
    assert [who for who, _whom in pairs] == places
    assert sorted(whom for _who, whom in pairs) == sorted(places)
    assert all(who != whom for who, whom in pairs)


@given(st.lists(st.integers(1, 1000), min_size=3, max_size=14, unique=True), st.integers(0, 60))
def test_the_next_turn_meets_somebody_else_until_all_were_met(places: list[int], turn: int) -> None:
    assert ring(places, turn) != ring(places, turn + 1)
    met = {ring(places, turn + more)[0][1] for more in range(len(places) - 1)}
    assert met == set(places[1:])


@pytest.mark.parametrize("places", [[], [4]])
def test_one_alone_makes_no_ring(places: list[int]) -> None:
    with pytest.raises(Refused, match="至少要有两个地方"):
        ring(places, 0)


def test_the_printed_table_has_a_line_for_each_row() -> None:
    assert len(inspections.as_markdown().splitlines()) == len(CONSEQUENCES) + 2
