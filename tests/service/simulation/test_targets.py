"""What a year comes to for any number of wishes, and how the words of villagers add up to its satisfaction."""

import pytest

from service.simulation.targets import basically_over, dissatisfied_over, targets


def test_the_county_is_known_for_these_figures() -> None:
    year = targets(3_891)
    assert (year.collected, year.concluded, year.open) == (3_891, 3_825, 66)
    assert (year.whistles, year.issues) == (40, 60)


@pytest.mark.parametrize("wishes", [100, 1_000, 3_891, 1_000_000])
def test_any_number_comes_out_in_proportion(wishes: int) -> None:
    year = targets(wishes)
    assert abs(year.concluded / wishes - 3_825 / 3_891) < 1 / wishes
    own_reasons = year.open_complaints + year.deferred + year.open_whistles + 6 * year.open_issues
    assert own_reasons <= year.open


@pytest.mark.parametrize("valid", [*range(1_000, 4_000, 37), 800_000])
def test_the_words_make_98_59_percent_to_the_second_decimal(valid: int) -> None:
    dissatisfied = dissatisfied_over(valid, 0)
    basically = basically_over(valid, dissatisfied)
    score = valid - dissatisfied - 0.1 * basically
    assert round(100 * score / valid, 2) == 98.59
    assert dissatisfied + basically <= 0.07 * valid


def test_complaints_that_stand_are_counted_whatever_the_rate() -> None:
    assert dissatisfied_over(100, 5) == 5
    assert basically_over(100, 5) == 0
