"""Shorter limits in an emergency: every row is shorter than the default, and never longer than the county's own."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.china import CHINA, at
from workflows import emergency
from workflows.emergency import EMERGENCY_LIMITS, in_emergency, kind_offered
from workflows.terms import Term, TermUnit, hours, minutes, working_days, working_hours
from workflows.time_limits import DEFAULT_TERMS, Limits
from workflows.whistle_words import WhistleKind

MONDAY = at("2026-03-02 10:00")


@pytest.mark.parametrize(("name", "term"), EMERGENCY_LIMITS)
def test_every_emergency_limit_ends_before_the_usual_one(name: str, term: Term) -> None:
    assert CHINA.add(MONDAY, term) < CHINA.add(MONDAY, DEFAULT_TERMS[name])
    assert in_emergency(Limits.defaults()).terms[name] == term


def test_what_the_table_does_not_name_stays() -> None:
    usual, now = Limits.defaults(), in_emergency(Limits.defaults())
    named = {name for name, _term in EMERGENCY_LIMITS}
    assert {name for name in usual.terms if usual.terms[name] != now.terms[name]} == named
    assert in_emergency(now) == now


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        (working_days(1), working_days(1)),
        (working_days(9), working_days(2)),
        (working_hours(30), working_days(2)),
        (hours(20), working_days(2)),
    ],
)
def test_a_county_that_is_quicker_already_stays_so(own: Term, wanted: Term) -> None:
    limits = Limits.defaults().with_overrides({"reply_ordinary": own})
    assert in_emergency(limits).terms["reply_ordinary"] == wanted


@given(st.integers(1, 100), st.sampled_from([TermUnit.minutes, TermUnit.hours, TermUnit.days]))
def test_natural_limits_never_grow(amount: int, unit: TermUnit) -> None:
    own = Term(amount, unit)
    now = in_emergency(Limits.defaults().with_overrides({"reply_urgent": own})).terms["reply_urgent"]
    assert now.length <= min(own.length, timedelta(hours=12))


def test_half_an_hour_of_the_countys_own_is_kept() -> None:
    limits = Limits.defaults().with_overrides({"dispatch": minutes(30)})
    assert in_emergency(limits).terms["dispatch"] == minutes(30)


def test_the_emergency_whistle_stands_first_and_is_chosen_only_in_an_emergency() -> None:
    assert next(iter(WhistleKind)) is WhistleKind.emergency
    assert kind_offered(is_emergency=True) is WhistleKind.emergency
    assert kind_offered(is_emergency=False) is WhistleKind.public_concern


def test_the_printed_table_has_a_line_for_each_limit() -> None:
    assert len(emergency.as_markdown().splitlines()) == len(EMERGENCY_LIMITS) + 2
