"""The figures: identities that no set of tickets can break, and numbers from the literature."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.china import at
from workflows.answer_days import MEDIAN, NINETY, Days, days_between, percentile
from workflows.ask_words import PromiseState
from workflows.commands import Outcome, Satisfaction
from workflows.definitions import WINDOW_WORDS
from workflows.facts import Facts
from workflows.formulas import in_percent
from workflows.measures import BY_KEY, CATALOGUE, COUNTED
from workflows.rates import (
    DEFAULT_WEIGHTS,
    HEADLINE,
    MEASURES,
    Rate,
    Weights,
    composite,
    conclusion_rate,
    is_rankable,
    on_time_rate,
    ranks,
    resolution_rate,
    response_rate,
    satisfaction_rate,
    share,
    wilson,
)
from workflows.statuses import OPEN, Status
from workflows.tallies import COUNTS, Tally, tally, total

NOW = at("2026-11-20 10:00")
DAY = timedelta(days=1)
PAST, AHEAD = NOW - timedelta(days=1), NOW + timedelta(days=1)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    status = draw(st.sampled_from(Status))
    main = st.sampled_from([other for other in Status if other is not Status.merged])
    perhaps = st.none() | st.booleans()
    return Facts(
        status,
        due_at=draw(st.sampled_from([None, PAST, NOW, AHEAD])),
        answered_on_time=draw(perhaps),
        contacted_at=draw(st.sampled_from([None, PAST])),
        was_contacted=draw(perhaps),
        outcome=draw(st.none() | st.sampled_from(Outcome)),
        is_resolved=draw(perhaps),
        satisfaction=draw(st.none() | st.sampled_from(Satisfaction)),
        follow_up_attempts=draw(st.integers(0, 3)),
        is_excluded=draw(st.booleans()),
        main_status=draw(main) if status is Status.merged else None,
    )


# Every count is a sum over tickets, so that what a few of them cannot break, many cannot either.
tickets = st.lists(facts(), max_size=8)


def tally_of(*facts: Facts, now: datetime = NOW) -> Tally:
    return total(tally(each, now) for each in facts)


def closed(**values: object) -> Facts:
    return Facts(Status.closed, **values)  # type: ignore[arg-type]


class TestWhateverTheTickets:
    @given(tickets)
    def test_collected_is_concluded_and_open(self, tickets: list[Facts]) -> None:
        counts = tally_of(*tickets)
        assert counts.collected == len(tickets) == counts.concluded + counts.open

    @given(tickets)
    def test_each_part_adds_up_to_its_whole(self, tickets: list[Facts]) -> None:
        counts = tally_of(*tickets)
        assert counts.concluded == counts.closed + counts.declined + counts.withdrawn + counts.merged
        assert counts.open == counts.open_overdue + counts.not_yet_due
        assert counts.open_merged <= counts.open
        assert counts.valid == counts.satisfied + counts.basically_satisfied + counts.dissatisfied

    @given(tickets)
    def test_every_closed_ticket_is_heard_silent_or_excluded(self, tickets: list[Facts]) -> None:
        only_closed = [each for each in tickets if each.status is Status.closed]
        counts = tally_of(*only_closed)
        assert counts.closed == counts.valid + counts.unreachable + counts.unrated + counts.excluded

    @given(tickets, st.integers(0, 8))
    def test_a_county_is_the_sum_of_its_towns(self, tickets: list[Facts], cut: int) -> None:
        assert tally_of(*tickets) == tally_of(*tickets[:cut]) + tally_of(*tickets[cut:])

    @given(tickets)
    def test_rates_are_shares_with_their_interval_around_them(self, tickets: list[Facts]) -> None:
        for measure in MEASURES:
            rate = measure.of(tally_of(*tickets), DEFAULT_WEIGHTS)
            if rate.value is None or rate.low is None or rate.high is None:
                assert rate == Rate(0, 0, None, None, None)
            else:
                assert 0 <= rate.low <= rate.value <= rate.high <= 1
                assert rate.value == rate.numerator / rate.denominator

    @given(tickets)
    def test_exclusion_touches_nothing_but_the_rates_over_valid_tickets(self, tickets: list[Facts]) -> None:
        adjusted, raw = (tally_of(*tickets), tally_of(*(each.as_if_not_excluded() for each in tickets)))
        untouched = (*COUNTS[: COUNTS.index("valid")], *(name for name in COUNTS if name.startswith("raw_")))
        assert [getattr(adjusted, name) for name in untouched] == [getattr(raw, name) for name in untouched]
        assert adjusted.valid <= raw.valid and raw.excluded == 0

    @given(facts())
    def test_one_ticket_is_counted_once(self, facts: Facts) -> None:
        assert set(asdict(tally(facts, NOW)).values()) <= {0, 1}


class TestWhatCounts:
    @pytest.mark.parametrize("status", [status for status in Status if status is not Status.merged])
    def test_every_status_is_either_open_or_concluded(self, status: Status) -> None:
        counts = tally(Facts(status), NOW)
        assert (counts.open, counts.concluded) == ((1, 0) if status in OPEN else (0, 1))

    def test_a_merged_wish_ends_with_the_ticket_it_was_merged_into(self) -> None:
        waiting, done = (
            tally(Facts(Status.merged, main_status=main), NOW) for main in (Status.in_progress, Status.closed)
        )
        assert (waiting.open, waiting.merged, waiting.concluded) == (1, 0, 0)
        assert (done.open, done.merged, done.concluded, done.closed) == (0, 1, 1, 0)

    @pytest.mark.parametrize(
        ("status", "main"), [(Status.merged, None), (Status.merged, Status.merged), (Status.closed, Status.closed)]
    )
    def test_only_a_merged_wish_has_a_main_ticket(self, status: Status, main: Status | None) -> None:
        with pytest.raises(ValueError, match="a merged ticket, and only a merged one"):
            Facts(status, main_status=main)

    @pytest.mark.parametrize(
        ("ticket", "is_late"),
        [
            (Facts(Status.in_progress, due_at=PAST), True),
            (Facts(Status.in_progress, due_at=NOW), False),
            (Facts(Status.in_progress, due_at=AHEAD), False),
            (Facts(Status.replied, due_at=PAST), True),
            (Facts(Status.follow_up, due_at=PAST, answered_on_time=True), False),
            (Facts(Status.follow_up, due_at=PAST, answered_on_time=False), True),
            (Facts(Status.in_progress, due_at=PAST, answered_on_time=True), True),
            (Facts(Status.in_progress, due_at=AHEAD, answered_on_time=False), False),
            (Facts(Status.closed, due_at=PAST, answered_on_time=False), False),
            (Facts(Status.merged, due_at=PAST, main_status=Status.assigned), True),
        ],
    )
    def test_late_is_an_open_ticket_without_answer_or_with_a_late_one(self, ticket: Facts, is_late: bool) -> None:
        assert ticket.is_overdue(NOW) is is_late

    def test_reopening_does_not_clear_away_the_villagers_word(self) -> None:
        again = Facts(Status.in_progress, due_at=AHEAD, satisfaction=Satisfaction.dissatisfied)
        assert satisfaction_rate(tally(again, NOW)).value == 0

    @pytest.mark.parametrize("status", [Status.declined, Status.withdrawn])
    def test_what_was_not_handled_is_never_valid(self, status: Status) -> None:
        assert tally(Facts(status, satisfaction=Satisfaction.satisfied), NOW).valid == 0

    def test_the_villagers_word_goes_before_the_units(self) -> None:
        word = {"satisfaction": Satisfaction.satisfied}
        denied = closed(**word, outcome=Outcome.resolved, is_resolved=False, contacted_at=PAST, was_contacted=False)
        unsaid = closed(**word, outcome=Outcome.resolved, contacted_at=PAST)
        partly = closed(**word, outcome=Outcome.partly_resolved)
        counts = [(tally(each, NOW).resolved, tally(each, NOW).contacted) for each in (denied, unsaid, partly)]
        assert counts == [(0, 0), (1, 1), (0, 0)]

    def test_silence_is_told_apart(self) -> None:
        counts = tally_of(closed(), closed(follow_up_attempts=3), closed(is_excluded=True))
        assert (counts.unrated, counts.unreachable, counts.excluded, counts.valid) == (1, 1, 1, 0)


class TestTheRates:
    COUNTY = Tally(
        collected=120, concluded=100, open=20, open_overdue=5, not_yet_due=15, closed=95, declined=5,
        closed_on_time=85, valid=80, contacted=76, resolved=60, satisfied=50, basically_satisfied=20, dissatisfied=10,
        closed_as_promised=80, open_past_original=6, dispatched=110, returned=11, dispatch_settled=100, right_first=88,
        answered=97, redone=9, backlog=4, promises_due=8, promises_kept=7, promises_open=3, heard=83,
    )  # fmt: skip

    def test_are_numerator_over_denominator(self) -> None:
        parts = {
            measure.key: (rate.numerator, rate.denominator)
            for measure in MEASURES
            if (rate := measure.of(self.COUNTY, DEFAULT_WEIGHTS))
        }
        assert parts == {
            "conclusion_rate": (100, 120),
            "on_time_rate": (85, 100),
            "original_on_time_rate": (80, 101),
            "response_rate": (76, 80),
            "resolution_rate": (60, 80),
            "satisfaction_rate": (68, 80),
            "composite": (64.8, 80),
            "return_rate": (11, 110),
            "first_dispatch_right": (88, 100),
            "redo_rate": (9, 97),
            "backlog_rate": (4, 20),
            "promises_kept": (7, 8),
            "follow_up_coverage": (83, 95),
        }

    def test_the_composite_is_the_weighted_sum_of_the_three(self) -> None:
        three = (response_rate, resolution_rate, satisfaction_rate)
        parts = [rate(self.COUNTY).value or 0 for rate in three]
        assert composite(self.COUNTY).value == pytest.approx(
            sum(w * p for w, p in zip((0.1, 0.5, 0.4), parts, strict=True))
        )

    def test_weights_are_configuration(self) -> None:
        weights = Weights(basically=0.8, response=0.2, resolution=0.4, satisfaction=0.4)
        assert satisfaction_rate(self.COUNTY, weights).numerator == 66
        assert composite(self.COUNTY, weights).numerator == pytest.approx(0.2 * 76 + 0.4 * 60 + 0.4 * 66)

    @pytest.mark.parametrize("wrong", [{"basically": 1.1}, {"response": -0.1}, {"response": 0.2}])
    def test_weights_that_make_no_whole_are_refused(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValueError, match="make 1 together"):
            Weights(**wrong)

    def test_nobody_heard_means_no_rate(self) -> None:
        nobody = Tally(collected=3, concluded=3, closed=3, unrated=3)
        none = Rate(0, 0, None, None, None)
        assert [rate(nobody) for rate in (response_rate, resolution_rate, satisfaction_rate, composite)] == [none] * 4
        assert none.percent is None and conclusion_rate(nobody).value == 1

    def test_an_extension_is_counted_both_ways(self) -> None:
        """Answered within what was granted, and after what was promised first."""
        late = closed(
            satisfaction=Satisfaction.satisfied, original_due_at=NOW - DAY, answered_at=NOW, answered_on_time=True
        )
        counts = tally_of(late)
        assert (counts.closed_on_time, counts.closed_as_promised) == (1, 0)
        waiting = Facts(status=Status.deferred, due_at=NOW + DAY, original_due_at=NOW - DAY)
        counts = tally_of(waiting)
        assert (counts.open_overdue, counts.open_past_original) == (0, 1)

    def test_raw_rates_leave_nothing_out(self) -> None:
        counts = tally_of(
            *2 * [closed(satisfaction=Satisfaction.satisfied)],
            closed(satisfaction=Satisfaction.dissatisfied, is_excluded=True),
        )
        assert satisfaction_rate(counts).value == 1
        assert (satisfaction_rate(counts.raw).numerator, satisfaction_rate(counts.raw).denominator) == (2, 3)

    def test_a_backlog_cannot_be_hidden_by_not_closing_it(self) -> None:
        assert on_time_rate(Tally(closed=1, closed_on_time=1, open_overdue=9)).value == 0.1

    def test_all_content_is_exactly_one(self) -> None:
        happy = Tally(valid=7, contacted=7, resolved=7, satisfied=7)
        assert (composite(happy).value, composite(happy).high) == (1, 1)

    @pytest.mark.parametrize(("numerator", "denominator"), [(3771, 3825), (3836, 3891)])
    def test_one_percentage_can_hide_two_denominators(self, numerator: int, denominator: int) -> None:
        assert share(numerator, denominator).percent == 98.59

    @pytest.mark.parametrize(
        ("numerator", "denominator", "printed"),
        [
            *((1, 32, 3.13), (201, 20_000, 1.01), (3, 3, 100.0), (0, 3, 0.0)),
            *((19_999, 20_000, 99.99), (99_996, 100_000, 99.99), (1, 100_000, 0.01)),
        ],
    )
    def test_halves_go_up_and_nearly_all_is_not_all(self, numerator: int, denominator: int, printed: float) -> None:
        assert share(numerator, denominator).percent == printed

    @pytest.mark.parametrize(("part", "digits", "printed"), [(0.9996, 1, "99.9"), (0.999, 0, "99"), (1, 1, "100.0")])
    def test_fewer_decimals_do_not_make_it_whole(self, part: float, digits: int, printed: str) -> None:
        assert str(in_percent(part, digits)) == printed

    @pytest.mark.parametrize(("numerator", "denominator"), [(2, 1), (-1, 1), (1, 0)])
    def test_more_than_the_whole_is_refused(self, numerator: int, denominator: int) -> None:
        with pytest.raises(ValueError, match="is no share"):
            share(numerator, denominator)


class TestTheInterval:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "low", "high"),
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_is_the_one_published_by_newcombe_1998(
        self, numerator: int, denominator: int, low: float, high: float
    ) -> None:
        assert tuple(round(bound, 4) for bound in wilson(numerator, denominator)) == (low, high)

    @given(st.integers(1, 5000), st.data())
    def test_is_the_same_from_the_other_side(self, denominator: int, data: st.DataObject) -> None:
        numerator = data.draw(st.integers(0, denominator))
        low, high = wilson(numerator, denominator)
        assert wilson(denominator - numerator, denominator) == pytest.approx((1 - high, 1 - low))

    @pytest.mark.parametrize(("valid", "may_rank"), [(0, False), (9, False), (10, True)])
    def test_below_the_minimum_nobody_is_ranked(self, valid: int, may_rank: bool) -> None:
        rate = satisfaction_rate(Tally(valid=valid))
        assert is_rankable(rate) is may_rank
        assert not is_rankable(replace(rate, denominator=0), minimum=0)


class TestHowItWent:
    @pytest.mark.parametrize(
        ("ticket", "counted"),
        [
            (Facts(Status.submitted), ()),
            (Facts(Status.assigned, is_dispatched=True), ("dispatched",)),
            (
                Facts(Status.in_progress, is_dispatched=True, is_acknowledged=True),
                ("dispatched", "dispatch_settled", "right_first"),
            ),
            (
                Facts(Status.assigned, is_dispatched=True, was_moved=True, return_count=1),
                ("dispatched", "dispatch_settled", "returned"),
            ),
            (Facts(Status.in_progress, created_at=NOW - 31 * DAY), ("backlog",)),
            (Facts(Status.in_progress, created_at=NOW - 30 * DAY), ()),
            (closed(created_at=NOW - 31 * DAY, answered_at=NOW), ("answered",)),
            (closed(answered_at=NOW, reopen_count=1), ("answered", "redone")),
            (closed(promise_state=PromiseState.open), ("promises_open",)),
            (closed(promise_state=PromiseState.broken), ("promises_due",)),
            (closed(promise_state=PromiseState.kept), ("promises_due", "promises_kept")),
            (closed(promise_state=PromiseState.kept, promise_confirmed=False), ("promises_due",)),
            (closed(satisfaction=Satisfaction.satisfied, is_excluded=True), ("heard",)),
        ],
    )
    def test_each_count_holds_what_it_says_and_nothing_else(self, ticket: Facts, counted: tuple[str, ...]) -> None:
        counts, way = tally(ticket, NOW), COUNTS[COUNTS.index("dispatched") :]
        assert {name for name in way if getattr(counts, name)} == set(counted)

    @pytest.mark.parametrize(
        ("days", "median", "ninety"),
        [({}, None, None), ({3: 1}, 3, 3), ({1: 5, 9: 5}, 1, 9), ({1: 9, 40: 1}, 1, 1), ({1: 89, 2: 1, 60: 10}, 1, 2)],
    )
    def test_days_are_told_by_the_nearest_rank(self, days: Days, median: int | None, ninety: int | None) -> None:
        assert (percentile(days, MEDIAN), percentile(days, NINETY)) == (median, ninety)

    @pytest.mark.parametrize(("seconds", "days"), [(0, 1), (1, 1), (86400, 1), (86401, 2), (10 * 86400, 10)])
    def test_a_begun_day_counts_whole(self, seconds: int, days: int) -> None:
        assert days_between(seconds) == days

    def test_like_units_share_a_place_and_who_has_too_few_has_none(self) -> None:
        units = {"a": share(19, 20), "b": share(38, 40), "c": share(5, 10), "d": share(9, 9), "e": share(0, 0)}
        assert ranks(units) == {"a": 1, "b": 1, "c": 3}


class TestThePage:
    def test_every_row_of_the_catalogue_is_whole_and_names_what_stands_behind_it(self) -> None:
        assert len(CATALOGUE) == len(BY_KEY)
        assert all(row.words and row.numerator and row.exclusions and row.window in WINDOW_WORDS for row in CATALOGUE)
        assert all({*row.above, *row.below, row.pending} <= set(COUNTS) for row in MEASURES)
        assert all(row.denominator and row.floor for row in CATALOGUE if row not in COUNTED)

    def test_every_measure_is_named_and_defined(self) -> None:
        assert [measure.key for measure in MEASURES] == [measure.of.__name__ for measure in MEASURES]
        filled = [(m.words, m.numerator.format(**asdict(DEFAULT_WEIGHTS)), m.denominator) for m in MEASURES]
        assert all(all(words) and "{" not in "".join(words) for words in filled)

    def test_the_head_shows_the_four_figures_of_the_county(self) -> None:
        county = Tally(
            collected=3891, concluded=3825, open=66, closed=3825, valid=3825, satisfied=3771, dissatisfied=54
        )
        shown = {
            row.key: (
                row.count(county) if row.count else None,
                row.rate(county, DEFAULT_WEIGHTS).percent if row.rate else None,
            )
            for row in HEADLINE
        }
        assert shown == {
            "collected": (3891, None),
            "concluded": (3825, 98.3),
            "open": (66, None),
            "satisfaction": (None, 98.59),
        }
