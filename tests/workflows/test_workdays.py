"""Working time, against the official years 2004 to 2026 and against itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.china import CHINA, SHANGHAI, YEARS, at, days_of, official_days
from workflows.terms import LENGTHS, days, hours, minutes, working_days, working_hours
from workflows.workdays import DayKind, SpecialDay, Term, TermUnit, WorkCalendar, WorkingHours

PLAIN = WorkCalendar()
WORKING_UNITS = (TermUnit.working_hours, TermUnit.working_days)

microseconds = st.integers(0, int(timedelta(days=21 * 365).total_seconds()) * 1_000_000)
moments = microseconds.map(lambda amount: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(microseconds=amount))
amounts = st.integers(1, 60)
terms = st.builds(Term, amounts, st.sampled_from(TermUnit))
working_terms = st.builds(Term, amounts, st.sampled_from(WORKING_UNITS))


def calendar_with(**days: DayKind) -> WorkCalendar:
    """Keywords are written d_2026_03_03."""
    specials = {date(*map(int, key[2:].split("_"))): SpecialDay(kind, "三月三") for key, kind in days.items()}
    return WorkCalendar(specials, frozenset({2026, 2027}))


class TestTheOfficialYears:
    @pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
    def test_have_as_many_working_days_as_announced(self, year: int, count: int) -> None:
        assert CHINA.working_days_of(year) == count

    def test_2026_has_six_made_up_days(self) -> None:
        made_up = [day for day in days_of(2026) if day.weekday() >= 5 and CHINA.kind_of(day) is DayKind.working]
        assert [f"{day:%m-%d}" for day in made_up] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]

    @pytest.mark.parametrize("year", [2024, 2025, 2026])
    def test_agree_day_by_day_with_another_library(self, year: int) -> None:
        other = holidays.country_holidays("CN", years=year)
        assert [day for day in days_of(year) if other.is_working_day(day) != (CHINA.kind_of(day) != DayKind.off)] == []

    def test_changed_december_only_in_the_days_that_count_as_year_end(self) -> None:
        december = {day for day in official_days() if day.month == 12}
        assert min((day.month, day.day) for day in december) == (12, 29)


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("start", "amount", "due"),
        [
            ("2026-03-02 10:00", 1, "2026-03-03 18:00"),
            ("2026-03-02 08:00", 1, "2026-03-03 18:00"),
            ("2026-03-02 23:59", 1, "2026-03-03 18:00"),
            ("2026-03-06 10:00", 1, "2026-03-09 18:00"),
            ("2026-03-07 10:00", 1, "2026-03-09 18:00"),
            ("2026-03-02 10:00", 5, "2026-03-09 18:00"),
            ("2026-09-28 10:00", 5, "2026-10-10 18:00"),
            ("2026-10-03 10:00", 5, "2026-10-13 18:00"),
            ("2026-02-13 17:00", 1, "2026-02-14 18:00"),
            ("2025-12-31 10:00", 1, "2026-01-04 18:00"),
        ],
        ids=str,
    )
    def test_end_at_closing_time_and_leave_out_the_first_day(self, start: str, amount: int, due: str) -> None:
        assert CHINA.add(at(start), working_days(amount)) == at(due)

    def test_count_a_half_day_as_a_day_that_ends_when_the_office_closes(self) -> None:
        calendar = calendar_with(d_2026_03_03=DayKind.morning, d_2026_03_04=DayKind.afternoon)
        ends = [calendar.add(at("2026-03-02 10:00"), working_days(amount)) for amount in (1, 2)]
        assert ends == [at("2026-03-03 12:00"), at("2026-03-04 18:00")]

    @pytest.mark.parametrize(
        ("due", "amount", "warned"),
        [
            ("2026-03-03 18:00", 1, "2026-03-02 09:00"),
            ("2026-03-02 18:00", 1, "2026-02-28 09:00"),
            ("2026-03-01 12:00", 1, "2026-02-28 09:00"),
            ("2026-10-10 18:00", 5, "2026-09-28 09:00"),
            ("2026-01-04 18:00", 2, "2025-12-30 09:00"),
        ],
        ids=str,
    )
    def test_count_backwards_to_an_opening(self, due: str, amount: int, warned: str) -> None:
        assert CHINA.subtract(at(due), working_days(amount)) == at(warned)


class TestWorkingHours:
    @pytest.mark.parametrize(
        ("start", "amount", "due"),
        [
            ("2026-03-02 09:00", 3, "2026-03-02 12:00"),
            ("2026-03-02 09:00", 4, "2026-03-02 15:00"),
            ("2026-03-02 11:30", 4, "2026-03-02 17:30"),
            ("2026-03-02 13:00", 4, "2026-03-02 18:00"),
            ("2026-03-02 16:00", 4, "2026-03-03 11:00"),
            ("2026-03-06 17:30", 4, "2026-03-09 14:30"),
            ("2026-09-30 17:00", 4, "2026-10-08 12:00"),
            ("2025-12-31 17:00", 2, "2026-01-04 10:00"),
        ],
        ids=str,
    )
    def test_are_walked_through_the_opening_hours(self, start: str, amount: int, due: str) -> None:
        assert CHINA.add(at(start), working_hours(amount)) == at(due)

    @pytest.mark.parametrize(
        ("due", "amount", "start"),
        [
            ("2026-03-02 18:00", 4, "2026-03-02 14:00"),
            ("2026-03-03 11:00", 4, "2026-03-02 16:00"),
            ("2026-03-02 15:00", 1, "2026-03-02 14:00"),
            ("2026-01-04 10:00", 2, "2025-12-31 17:00"),
            ("2026-01-04 09:30", 8, "2025-12-30 17:30"),
        ],
        ids=str,
    )
    def test_are_walked_backwards_too(self, due: str, amount: int, start: str) -> None:
        assert CHINA.subtract(at(due), working_hours(amount)) == at(start)

    def test_keep_to_the_half_that_is_worked(self) -> None:
        calendar = calendar_with(d_2026_03_03=DayKind.morning, d_2026_03_04=DayKind.afternoon)
        ends = [calendar.add(at("2026-03-02 17:00"), working_hours(amount)) for amount in (4, 5)]
        assert ends == [at("2026-03-03 12:00"), at("2026-03-04 15:00")]

    def test_may_differ_from_office_to_office(self) -> None:
        summer = replace(CHINA, hours=WorkingHours((time(8), time(12)), (time(15), time(18, 30))))
        assert summer.add(at("2026-03-02 17:30"), working_hours(2)) == at("2026-03-03 09:00")

    @pytest.mark.parametrize("hours", [((9, 12), (11, 18)), ((12, 9), (14, 18)), ((9, 12), (18, 14))])
    def test_that_overlap_or_run_backwards_are_refused(self, hours: tuple[tuple[int, int], tuple[int, int]]) -> None:
        with pytest.raises(ValueError, match="without overlapping"):
            WorkingHours(*((time(opens), time(closes)) for opens, closes in hours))


class TestNaturalTime:
    @pytest.mark.parametrize(
        ("term", "length"),
        [
            (minutes(30), timedelta(minutes=30)),
            (hours(2), timedelta(hours=2)),
            (days(30), timedelta(days=30)),
        ],
    )
    def test_is_exact_and_stops_for_nothing(self, term: Term, length: timedelta) -> None:
        start = at("2026-10-01 23:17:05.000123")
        assert (CHINA.add(start, term), CHINA.subtract(start, term)) == (start + length, start - length)

    @pytest.mark.parametrize("unit", TermUnit)
    def test_nothing_at_all_ends_at_once(self, unit: TermUnit) -> None:
        start = at("2026-10-03 23:17")
        assert (CHINA.add(start, Term(0, unit)), CHINA.subtract(start, Term(0, unit))) == (start, start)


class TestOpening:
    @pytest.mark.parametrize(
        ("moment", "is_working", "opening"),
        [
            ("2026-03-02 09:00", True, "2026-03-02 09:00"),
            ("2026-03-02 11:59", True, "2026-03-02 11:59"),
            ("2026-03-02 12:00", False, "2026-03-02 14:00"),
            ("2026-03-02 18:00", False, "2026-03-03 09:00"),
            ("2026-03-07 10:00", False, "2026-03-09 09:00"),
            ("2026-10-01 10:00", False, "2026-10-08 09:00"),
            ("2026-10-10 10:00", True, "2026-10-10 10:00"),
            ("2025-12-31 20:00", False, "2026-01-04 09:00"),
        ],
    )
    def test_is_known_for_every_moment(self, moment: str, is_working: bool, opening: str) -> None:
        assert (CHINA.is_working(at(moment)), CHINA.next_opening(at(moment))) == (is_working, at(opening))


class TestAProvisionalDate:
    @pytest.mark.parametrize(
        ("start", "end", "year"),
        [
            ("2026-03-02", "2026-12-24", None),
            ("2026-12-24", "2026-12-25", 2027),
            ("2026-12-30", "2027-01-05", 2027),
            ("2027-03-01", "2027-03-02", 2027),
            ("2003-12-01", "2004-02-01", 2003),
            ("2025-12-29", "2026-01-05", None),
        ],
    )
    def test_reaches_into_what_is_not_announced(self, start: str, end: str, year: int | None) -> None:
        known = CHINA.unannounced_year(at(start), at(end)), CHINA.is_provisional(at(start), at(end))
        assert known == (year, year is not None)

    def test_follows_the_local_date(self) -> None:
        eve = datetime(2026, 12, 24, 16, 0, tzinfo=UTC)
        assert CHINA.is_provisional(eve, eve) and not CHINA.is_provisional(
            eve - timedelta(seconds=1), eve - timedelta(seconds=1)
        )


class TestTheEdges:
    def test_a_calendar_without_working_days_says_so(self) -> None:
        off = {day: SpecialDay(DayKind.off, "") for year in range(2010, 2050) for day in days_of(year)}
        calendar, moment = WorkCalendar(off), at("2026-03-02 10:00")
        attempts = [lambda: calendar.next_opening(moment)]
        attempts += [lambda term=term: calendar.add(moment, term) for term in (working_days(1), working_hours(1))]
        attempts += [lambda term=term: calendar.subtract(moment, term) for term in (working_days(1), working_hours(1))]
        for attempt in attempts:
            with pytest.raises(ValueError, match="too little working time within 10 years of 2026-03-02"):
                attempt()

    @pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
    def test_years_far_away_are_refused(self, year: int) -> None:
        with pytest.raises(ValueError, match="knows the years 1900 to 2200"):
            PLAIN.add(datetime(year, 6, 1, tzinfo=UTC), working_days(1))

    def test_the_last_year_does_not_overflow(self) -> None:
        with pytest.raises(ValueError, match="knows the years"):
            PLAIN.add(datetime(2200, 12, 31, tzinfo=UTC), working_days(5))

    def test_a_moment_without_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="without a time zone"):
            PLAIN.add(datetime(2026, 3, 2), working_days(1))  # noqa: DTZ001

    @pytest.mark.parametrize("amount", [-1, 100_001])
    def test_a_term_has_a_sane_amount(self, amount: int) -> None:
        with pytest.raises(ValueError, match="between 0 and 100000"):
            working_days(amount)

    def test_the_days_given_are_copied(self) -> None:
        days = {date(2026, 3, 3): SpecialDay(DayKind.off, "三月三")}
        calendar = WorkCalendar(days)
        days.clear()
        assert calendar.kind_of(date(2026, 3, 3)) is DayKind.off


class TestAlways:
    @given(moments, moments, terms)
    def test_who_starts_later_ends_no_earlier(self, one: datetime, other: datetime, term: Term) -> None:
        first, second = sorted((one, other))
        assert CHINA.add(first, term) <= CHINA.add(second, term)

    @given(moments, terms)
    def test_one_more_ends_later(self, start: datetime, term: Term) -> None:
        assert CHINA.add(start, term) < CHINA.add(start, replace(term, amount=term.amount + 1))

    @given(moments, terms)
    def test_no_term_ends_before_it_starts(self, start: datetime, term: Term) -> None:
        assert CHINA.add(start, term) > start > CHINA.subtract(start, term)

    @given(moments, working_terms)
    def test_a_working_term_ends_in_working_time(self, start: datetime, term: Term) -> None:
        assert CHINA.is_working(CHINA.add(start, term) - timedelta(microseconds=1))
        assert CHINA.is_working(CHINA.subtract(start, term))

    @given(moments, amounts)
    def test_working_hours_are_worked_in_full(self, moment: datetime, amount: int) -> None:
        term = working_hours(amount)
        assert CHINA.worked(moment, CHINA.add(moment, term)) == term.length
        assert CHINA.worked(CHINA.subtract(moment, term), moment) == term.length

    @given(moments, amounts)
    def test_working_days_are_as_many_as_the_days_between(self, moment: datetime, amount: int) -> None:
        due = CHINA.add(moment, working_days(amount))
        assert CHINA.add(CHINA.subtract(due, working_days(amount)), working_days(amount)) == due
        local = moment.astimezone(SHANGHAI).date()
        between = (
            local + timedelta(days=offset) for offset in range(1, (due.astimezone(SHANGHAI).date() - local).days + 1)
        )
        assert sum(CHINA.kind_of(day) is not DayKind.off for day in between) == amount

    @given(moments, amounts)
    def test_working_hours_lead_there_and_back(self, start: datetime, amount: int) -> None:
        term = working_hours(amount)
        assert CHINA.worked(CHINA.subtract(CHINA.add(start, term), term), start) == timedelta(0)

    @given(moments, moments, moments)
    def test_working_time_adds_up(self, one: datetime, two: datetime, three: datetime) -> None:
        assert CHINA.worked(one, two) + CHINA.worked(two, three) == CHINA.worked(one, three)

    @given(moments, terms, st.integers(-14, 14), st.sampled_from(["America/New_York", "Asia/Kolkata", "Pacific/Apia"]))
    def test_the_zone_of_the_start_does_not_matter(self, start: datetime, term: Term, offset: int, zone: str) -> None:
        same = (start.astimezone(timezone(timedelta(hours=offset))), start.astimezone(ZoneInfo(zone)))
        answers = {CHINA.add(moment, term) for moment in (start, *same)}
        assert len(answers) == 1 and answers.pop().tzinfo is UTC

    @given(moments, st.integers(1, 8))
    def test_summer_time_changes_no_working_time(self, start: datetime, amount: int) -> None:
        berlin = WorkCalendar(zone=ZoneInfo("Europe/Berlin"))
        term = working_hours(amount)
        assert berlin.worked(start, berlin.add(start, term)) == amount * LENGTHS[TermUnit.working_hours]

    @given(moments, working_terms)
    def test_the_explanation_ends_with_the_term(self, start: datetime, term: Term) -> None:
        explained = CHINA.explain(start, term)
        assert explained.due == CHINA.add(start, term)
        assert explained.counted[-1] == explained.due.astimezone(SHANGHAI).date()
        assert term.unit is not TermUnit.working_days or len(explained.counted) == term.amount


def test_the_years_of_the_seed_are_official() -> None:
    assert CHINA.official_years == YEARS
