"""The draw of the follow-ups: the same for whoever draws again, fair, and chosen by nobody."""

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import COUNTY_PATH, FOLLOW_UP_OFFICER, OTHER_TOWN_PATH, RESIDENT, REVIEWER, SYSTEM, TOWN_PATH
from tests.workflows.cases import ANSWERED, NOW, RATING_ENDS, SAMPLES, SECOND, case_in
from workflows import commands as c
from workflows import follow_ups, sampling
from workflows.cases import Case
from workflows.commands import Satisfaction
from workflows.decide import decide
from workflows.escalations import due_rules
from workflows.refusals import Refused
from workflows.sampling import SamplingRule, is_drawn, lot, rule_for
from workflows.statuses import FollowUpRule, Status
from workflows.tallies import Facts, tally

SEEDS, NUMBERS = st.text(min_size=1, max_size=40), st.integers(1, 10**9).map(lambda number: f"2026-{number:06d}")
NUMBER = "2026-000007"
SPARED, TAKEN = SamplingRule(1, "no", 1, "/1/"), SamplingRule(2, "all", 100, "/1/")


def test_a_lot_is_what_any_tool_computes_from_the_published_seed() -> None:
    digest = hmac.new("2026 年 11 月".encode(), b"2026-000123", hashlib.sha256).hexdigest()
    by_hand = Fraction(int(digest[:16], 16) >> 11, 2**53)
    assert lot("2026 年 11 月", "2026-000123") == by_hand


def test_a_published_draw_never_changes() -> None:
    """Written down once: a draw of last year has to come out the same in ten years."""
    drawn = [number for number in range(1, 41) if is_drawn(SamplingRule(1, "seed", 20, "/"), f"2026-{number:06d}")]
    assert drawn == PUBLISHED


PUBLISHED = [7, 8, 15, 19, 20, 25, 35, 38]


@given(SEEDS, NUMBERS)
def test_a_lot_lies_between_none_and_one_and_is_the_same_again(seed: str, number: str) -> None:
    assert 0 <= lot(seed, number) < 1
    assert lot(seed, number) == lot(seed, number)


@given(SEEDS, NUMBERS, st.integers(1, 100), st.integers(1, 100))
def test_whoever_is_drawn_is_drawn_at_any_higher_share(seed: str, number: str, one: int, other: int) -> None:
    low, high = sorted((one, other))
    drawn = [is_drawn(SamplingRule(1, seed, percent, "/"), number) for percent in (low, high, 100)]
    assert drawn == sorted(drawn) and drawn[-1]


@pytest.mark.parametrize("percent", [1, 10, 50, 90])
def test_the_share_comes_out_as_it_was_published(percent: int) -> None:
    many = 20_000
    drawn = sum(is_drawn(SamplingRule(1, "2026", percent, "/"), f"2026-{number:06d}") for number in range(many))
    assert abs(drawn / many - percent / 100) < 0.012


def test_another_seed_draws_others() -> None:
    numbers = [f"2026-{number:06d}" for number in range(400)]
    one, other = ({number for number in numbers if lot(seed, number) < 0.5} for seed in ("one", "other"))
    assert 60 < len(one & other) < 140


RULES = (
    SamplingRule(1, "s", 50, COUNTY_PATH),
    SamplingRule(2, "s", 20, TOWN_PATH),
    SamplingRule(3, "s", 10, COUNTY_PATH, category_id=5),
    SamplingRule(4, "s", 30, TOWN_PATH),
)


@pytest.mark.parametrize(
    ("path", "category", "wanted"),
    [
        ("/1/4/9/", None, 4),
        ("/1/4/9/", 6, 4),
        ("/1/4/9/", 5, 3),
        (OTHER_TOWN_PATH, None, 1),
        (OTHER_TOWN_PATH, 5, 3),
        ("/2/", 5, None),
    ],
)
def test_the_category_goes_before_the_place_and_the_nearer_place_before_the_wider(
    path: str, category: int | None, wanted: int | None
) -> None:
    found = rule_for(RULES, path, category, NOW)
    assert (found and found.id) == wanted
    assert rule_for([replace(rule, since=NOW) for rule in RULES], path, category, NOW - timedelta(seconds=1)) is None


def answered(rule: SamplingRule | None, **values: Any) -> Case:
    case = case_in(Status.replied, number=NUMBER, sampling=rule, **values)
    return decide(case, SAMPLES["approve_reply"], REVIEWER, ANSWERED).after


class TestAWishThatIsNotDrawn:
    CASE = answered(SPARED)

    def test_says_so_with_its_rule(self) -> None:
        assert (self.CASE.is_drawn, self.CASE.sampling_rule_id) == (False, 1)
        assert (answered(TAKEN).is_drawn, answered(TAKEN).sampling_rule_id) == (True, 2)
        assert (answered(None).is_drawn, answered(None).sampling_rule_id) == (None, None), "everybody is called"

    def test_closes_by_the_clock_when_her_own_term_is_over_and_says_why(self) -> None:
        assert due_rules(self.CASE, RATING_ENDS - SECOND) == ()
        [rule] = due_rules(self.CASE, RATING_ENDS)
        assert rule.name == "close_undrawn" and "没有抽到" in rule.command.details()["reason"]
        closed = decide(self.CASE, rule.command, SYSTEM, RATING_ENDS).after
        assert closed.status is Status.closed

    def test_is_counted_as_not_asked_and_never_as_satisfied(self) -> None:
        counts = tally(Facts(Status.closed, answered_on_time=True), NOW)
        assert (counts.unrated, counts.unreachable, counts.valid, counts.satisfied) == (1, 0, 0, 0)

    def test_stands_in_nobody_s_queue(self) -> None:
        assert follow_ups.next_call(self.CASE) is None
        assert follow_ups.next_call(answered(TAKEN)) == RATING_ENDS == follow_ups.next_call(answered(None))

    def test_is_called_all_the_same_when_she_says_that_something_is_wrong(self) -> None:
        told = decide(self.CASE, c.Rate(satisfaction=Satisfaction.dissatisfied), RESIDENT, NOW).after
        assert follow_ups.next_call(told) is not None
        with_no_call = SAMPLES["close"]
        with pytest.raises(Refused):
            decide(told.changed(follow_up_half_days=0), with_no_call, FOLLOW_UP_OFFICER, RATING_ENDS)

    def test_ends_at_once_when_she_is_content_even_where_everybody_else_is_called(self) -> None:
        asked = answered(SPARED, follow_up_rule=FollowUpRule.always)
        assert decide(asked, SAMPLES["rate"], RESIDENT, NOW).status_to is Status.closed
        assert decide(
            answered(TAKEN, follow_up_rule=FollowUpRule.always), SAMPLES["rate"], RESIDENT, NOW
        ).status_to is (Status.follow_up)


@pytest.mark.parametrize("values", [{"round": 2}, {"number": None}, {"follow_up_rule": FollowUpRule.never}])
def test_what_is_done_again_has_no_number_or_is_never_called_is_not_drawn(values: dict[str, Any]) -> None:
    case = case_in(Status.replied, **{"number": NUMBER, "sampling": SPARED, **values})
    assert follow_ups.draw(case) == {"is_drawn": None, "sampling_rule_id": None}


def test_a_new_round_forgets_the_draw() -> None:
    again = decide(answered(SPARED).changed(status=Status.closed, closed_at=NOW), SAMPLES["reopen"], RESIDENT, NOW)
    assert (again.after.is_drawn, again.after.sampling_rule_id) == (None, None)


def test_lots_are_whole_fractions_of_what_a_float_holds() -> None:
    assert lot("s", NUMBER) * sampling.WHOLE == int(lot("s", NUMBER) * sampling.WHOLE)
