"""The figures of whistles: what counts, what does not, and no rate where nothing was due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflows.whistle_figures import CallFacts, Need, Punctuality, Scores, by_unit, need, punctuality, scores
from workflows.whistle_words import CallState

DUE = datetime(2026, 3, 4, 10, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
AWAITED = CallFacts(1, CallState.called, DUE)
IN_TIME = CallFacts(1, CallState.reported, DUE, reported_at=DUE - AN_HOUR, was_late=False)
LATE = CallFacts(1, CallState.completed, DUE, reported_at=DUE + AN_HOUR, was_late=True)
ABSENT = CallFacts(1, CallState.released, DUE, was_late=True)
RELEASED = CallFacts(1, CallState.released, DUE)
CONTESTED = CallFacts(1, CallState.contested, DUE)
ASKED_FOR = replace(AWAITED, was_blown=False)


def test_late_and_absent_are_counted_apart() -> None:
    found = punctuality([IN_TIME, IN_TIME, LATE, ABSENT, RELEASED], DUE)
    assert (found.n, found.on_time, found.late, found.absent, found.rate) == (4, 2, 1, 1, 0.5)


def test_whoever_is_awaited_is_absent_only_after_its_term() -> None:
    assert punctuality([AWAITED], DUE) == Punctuality()
    assert punctuality([AWAITED], DUE + AN_HOUR) == Punctuality(1, 0, 1)


def test_nothing_due_is_no_rate() -> None:
    assert punctuality([RELEASED, CONTESTED, ASKED_FOR], DUE + AN_HOUR).rate is None
    assert scores([IN_TIME]) == Scores()
    assert need([None]).rate is None


def test_scores_are_averages_by_unit() -> None:
    mine = [replace(IN_TIME, scores=(5, 4, 3)), replace(LATE, scores=(3, 4, 5)), ABSENT]
    theirs = [replace(IN_TIME, unit_id=2)]
    found = by_unit([*mine, *theirs], DUE)
    assert found[1].scores == Scores(2, 4.0, 4.0, 4.0)
    assert found[1].punctuality.rate == 1 / 3
    assert found[2].scores.n == 0 and found[2].punctuality.rate == 1.0


def test_needless_whistles_are_counted_of_those_that_were_ruled_on() -> None:
    assert need([True, False, None, False]) == Need(3, 2)
    assert need([True, False, None, False]).rate == 2 / 3


@given(st.lists(st.sampled_from([AWAITED, IN_TIME, LATE, ABSENT, RELEASED, CONTESTED, ASKED_FOR])))
def test_every_call_is_one_thing_at_most(calls: list[CallFacts]) -> None:
    found = punctuality(calls, DUE + AN_HOUR)
    assert found.on_time >= 0 and found.on_time + found.late + found.absent == found.n <= len(calls)
    assert found.rate is None or 0 <= found.rate <= 1
