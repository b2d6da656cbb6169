"""Whatever happens to wishes, and whenever it is folded, the rollups hold what a recount from the tickets says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, text, update
from sqlmodel import Session, col, select

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.lifecycle import set_limit
from service.directory.reference import Reference, reference
from service.oversight.checks import breaches
from service.reports.attention import CONCERNS, count_concerns
from service.reports.choices import Choice
from service.reports.figures import refresh_figures
from service.reports.folding import fold_up_to
from service.reports.kept import kept as kept_for
from service.reports.models import Rollup, RollupAnswer, RollupMark
from service.reports.pending import moment_at
from service.reports.periods import Period, Step, recent, slices_of, today_at
from service.reports.rollup_checks import all_rollups_against_tickets, rollups_against_tickets
from service.reports.rollups import exactly, rollups
from service.reports.series import points
from service.reports.windows import counted_by, days_counted_by
from service.tickets import lifecycle
from service.tickets.models import Ticket
from tests.factories import NOW, County, act, build_county, later, number_of, submit_wish, wish, wish_in
from tests.service.at_once import at_once
from tests.service.reports.recounting import Recount, recounted
from workflows import commands as c
from workflows.ask_words import AskKind
from workflows.definitions import Window
from workflows.refusals import Refused
from workflows.statuses import Source, Status
from workflows.tallies import COUNTS, Tally
from workflows.workdays import Term, TermUnit

COLUMNS = (Ticket.town_id, Ticket.area_id, Ticket.lead_unit_id, Ticket.category_id, Ticket.source)
GOOD, BAD = c.Satisfaction.satisfied, c.Satisfaction.dissatisfied
SOON = (NOW + timedelta(days=25)).date()

MOST_WISHES = 7
# What is said, by whom.
SAID: tuple[Callable[[County], tuple[c.CommandBase, int | None]], ...] = (
    lambda county: (c.Assign(unit=county.bureau), county.dispatcher),
    lambda county: (c.Assign(unit=county.other_bureau, category="seedlings"), county.dispatcher),
    lambda county: (c.Acknowledge(), county.handler),
    lambda county: (c.Contact(is_reached=True), county.handler),
    lambda county: (c.Reply(outcome=c.Outcome.resolved, words="路灯已经修好，请您看看。"), county.handler),
    lambda county: (c.Reply(outcome=c.Outcome.for_now, words="先照明，月底修好。", promised_for=SOON), county.handler),
    lambda county: (c.ApproveReply(), county.reviewer),
    lambda county: (c.Rate(satisfaction=GOOD), None),
    lambda county: (c.Rate(satisfaction=BAD, words="还是黑的"), None),
    lambda county: (
        c.FollowUp(result=c.CallResult.answered, is_resolved=True, satisfaction=GOOD, was_contacted=True),
        county.follow_up_officer,
    ),
    lambda county: (c.FollowUp(result=c.CallResult.unreachable), county.follow_up_officer),
    lambda county: (c.Close(reason="多次联系不上"), county.follow_up_officer),
    lambda county: (c.Reassign(unit=county.other_bureau, reason="派错了"), county.dispatcher),
    lambda county: (c.RequestExclusion(evidence="勘界图上不是本县的路"), county.handler),
    lambda county: (c.Grant(ask=AskKind.exclusion), county.supervisor),
    lambda county: (c.Supervise(note="三天内报情况。"), county.supervisor),
    lambda county: (c.Reopen(reason="又坏了"), None),
    lambda county: (c.Unmerge(reason="不是一件事"), county.dispatcher),
    lambda county: (c.Withdraw(), None),
)

KINDS = ("submit", "submit", "say", "say", "say", "say", "say", "merge", "wait", "fold", "fold a little", "touch")
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40), st.integers(0, 400)), min_size=12, max_size=40)


def entered(session: Session, county: County, now: datetime, area: int, category: str | None, source: Source) -> None:
    """Through the link by a villager; from elsewhere by an official who writes it down."""
    said = {"area": area, "category": category, "source": source}
    if source is Source.link:
        submit_wish(session, county, now, **said)
    else:
        official = actor_of(session, county.county_dispatcher, reference(session))
        lifecycle.submit(session, wish(county, **said), official, now)


class Story:
    """A county in which something happens at every step, at a time of its own."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        with database.writing() as session:
            self.county = build_county(session)
            for status in (Status.submitted, Status.merged, Status.in_progress):
                wish_in(session, self.county, status)
        refresh_figures(database, NOW)

    def play(self, kind: str, which: int, how: int) -> None:
        if kind == "wait":
            self.now += timedelta(hours=how / 2, seconds=which)
        elif kind == "fold":
            refresh_figures(self.database, self.now)
        elif kind == "fold a little":
            once = iter((True, False))
            fold_up_to(self.database, self.now, lambda: next(once), most=3)
        else:
            with self.database.writing() as session:
                self.change(session, kind, which, how)

    def change(self, session: Session, kind: str, which: int, how: int) -> None:
        county, there = self.county, list(session.exec(select(col(Ticket.id)).order_by(col(Ticket.id))))
        ticket = there[which % len(there)] or 0
        if kind == "submit" and len(there) < MOST_WISHES:
            area = (county.village, county.town, county.county)[how % 3]
            category = (None, "lamps", "seedlings")[which % 3]
            source = (Source.link, Source.hotline, Source.home_visit)[how % 5 % 3]
            entered(session, county, self.now, area, category, source)
        elif kind == "touch":
            session.execute(update(Ticket).where(col(Ticket.id) == ticket).values(is_excluded=how % 2 == 0))
        elif kind == "merge":
            into = c.Merge(into=number_of(session, there[how % len(there)] or 0))
            self.is_said(session, ticket, into, county.dispatcher)
        else:
            sayings = (SAID[(how + more) % len(SAID)](county) for more in range(len(SAID)))
            next((said for said in sayings if self.is_said(session, ticket, *said)), None)

    def is_said(self, session: Session, ticket: int, command: c.CommandBase, who: int | None) -> bool:
        """Whatever the rules refuse does not happen."""
        try:
            with session.begin_nested():
                act(session, ticket, command, who, self.now)
        except Refused:
            return False
        return True


def kept(session: Session) -> Recount:
    """What the database holds, read as it stands; rows that have become empty say nothing."""
    tallies = {
        (row.window, row.area_id, row.dimension, row.day, row.member): Tally(*(getattr(row, name) for name in COUNTS))
        for row in session.exec(select(Rollup))
        if any(getattr(row, name) for name in COUNTS)
    }
    answers: dict[Any, dict[int, int]] = {}
    for row in session.exec(select(RollupAnswer).where(RollupAnswer.answers != 0)):
        answers.setdefault((row.window, row.area_id, row.dimension, row.day, row.member), {})[row.days] = row.answers
    return tallies, answers


def assert_it_is_as_recounted(database: Database, now: datetime) -> None:
    with database.reading() as session:
        expected = recounted(session, now)
        of_this_moment = exactly(session, now).by_area([1], Window.standing).get(1, Tally())
        assert of_this_moment == expected[0].get(("standing", 1, "whole", date(1970, 1, 1), ""), Tally())
    refresh_figures(database, now)
    with database.reading() as session:
        assert kept(session) == expected
        there = dict(count_concerns(session, "/1/", moment_at(session, now)))
        concerns = rollups(session, now).concerns("/1/")
        assert concerns == {concern.key: there[concern] for concern in CONCERNS}
        assert session.exec(select(func.count()).select_from(RollupMark)).one() == 0


@pytest.mark.parametrize(("dialect", "examples"), [("sqlite", 6), ("postgresql", 2)])
def test_after_any_story_they_equal_a_recount(request: pytest.FixtureRequest, dialect: str, examples: int) -> None:
    fresh = request.getfixturevalue(f"fresh_{dialect}")

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
    @given(STEPS)
    def tell(steps: list[tuple[str, int, int]]) -> None:
        with fresh() as database:
            story = Story(database)
            for step in steps:
                story.play(*step)
            assert_it_is_as_recounted(database, story.now)
            for days in (1.2, 29):
                assert_it_is_as_recounted(database, story.now + timedelta(days=days))

    tell()


def a_busy_county(database: Database) -> County:
    """A wish in every status, of several places, kinds and days; some merged, some a year old."""
    with database.writing() as session:
        county = build_county(session)
        for number, status in enumerate(Status):
            wish_in(session, county, status, later(days=number - 400 if number == 3 else -number))
        for number, area in enumerate((county.town, county.county, county.village)):
            entered(session, county, later(hours=number), area, None, Source.hotline)
        other = wish_in(session, county, Status.in_progress, category="seedlings")
        act(session, other, c.Reassign(unit=county.other_bureau, reason="派错了"), county.dispatcher)
    return county


def test_two_folds_at_once_count_nothing_twice(database: Database) -> None:
    a_busy_county(database)
    at_once(lambda: refresh_figures(database, later(days=1)))
    with database.reading() as session:
        assert kept(session) == recounted(session, later(days=1))


def test_a_mark_that_comes_while_a_fold_is_counting_is_not_lost(database: Database) -> None:
    county = a_busy_county(database)
    calls = iter((True, True, True, True, True, True, True, True, True, True, True, True))

    def somebody_else_writes() -> bool:
        with database.writing() as session:
            submit_wish(session, county, later(days=1))
        return next(calls, False)

    fold_up_to(database, later(days=1), somebody_else_writes, most=4)
    refresh_figures(database, later(days=1))
    with database.reading() as session:
        assert kept(session) == recounted(session, later(days=1))


def test_a_merged_wish_is_counted_anew_with_the_one_that_it_ended_up_in(sqlite_database: Database) -> None:
    """Through two mergers, and at every step of the one that answers for them."""
    with sqlite_database.writing() as session:
        county = build_county(session)
        first = wish_in(session, county, Status.merged)
        main, last = first + 1, submit_wish(session, county)
        act(session, main, c.Merge(into=number_of(session, last)), county.dispatcher)
    refresh_figures(sqlite_database, NOW)
    for number, said in enumerate((SAID[0], SAID[2], SAID[4], SAID[6], SAID[7], SAID[16]), 1):
        with sqlite_database.writing() as session:
            act(session, last, *said(county), later(minutes=number))
        refresh_figures(sqlite_database, later(minutes=number))
        with sqlite_database.reading() as session:
            assert kept(session) == recounted(session, later(minutes=number))


def test_a_new_limit_is_seen_by_the_next_fold(database: Database) -> None:
    county = a_busy_county(database)
    with database.writing() as session:
        act(session, submit_wish(session, county, later()), c.Assign(unit=county.bureau), county.dispatcher, later())
    refresh_figures(database, later(hours=2))
    with database.writing() as session:
        set_limit(session, "acknowledge", Term(1, TermUnit.hours), None, NOW)
        set_limit(session, "due_soon_before", Term(9, TermUnit.working_days), None, NOW)
    refresh_figures(database, later(hours=2, minutes=1))
    with database.reading() as session:
        there = count_concerns(session, "/1/", moment_at(session, later(hours=2, minutes=1)))
        found = rollups(session, NOW).concerns("/1/")
        assert [found[concern.key] for concern, _count in there[:9]] == [count for _concern, count in there[:9]]
        assert found["unacknowledged"] > 0 and found["soon_due"] > 0


# Whatever a reader chooses


def choices_in(known: Reference, county: County) -> Iterator[Choice]:
    lamps, bureau = known.categories[county.lamps], known.units[county.bureau]
    period = Period(date(2025, 1, 1), date(2026, 10, 9))
    for area in (county.county, county.town, county.village):
        chosen = Choice(known.areas[area], {}, period)
        yield from (chosen, replace(chosen, period=None), replace(chosen, unit=bureau))
    yield from (replace(chosen, place=known.areas[county.county], category=lamps), replace(chosen, is_unsorted=True))
    yield replace(chosen, place=known.areas[county.town], source=Source.hotline)
    for area in (county.county, county.village):
        both = replace(chosen, place=known.areas[area], category=lamps, source=Source.link)
        yield from (both, replace(both, unit=bureau, period=None))
    yield replace(chosen, place=known.areas[county.town], is_here_only=True)


def right_below(known: Reference, choice: Choice, told: dict[Any, Tally], column: str) -> dict[Any, Tally]:
    """Of areas, those right below the place stand for all that lies in them."""
    if column != "area_id":
        return told
    found: dict[Any, Tally] = {}
    for area, tally in told.items():
        above = [each.id for each in known.lineage(area)]
        here = above.index(choice.place.id)
        found[above[max(here - 1, 0)]] = found.get(above[max(here - 1, 0)], Tally()) + tally
    return found


def test_what_is_kept_for_a_choice_is_what_counting_on_the_spot_says(database: Database) -> None:
    county, now = a_busy_county(database), later(days=1)
    refresh_figures(database, now)
    with database.reading() as session:
        known, at = reference(session), moment_at(session, now)
        for choice in choices_in(known, county):
            there = kept_for(session, choice)
            assert there is not None, choice
            for column, window in product(map(col, COLUMNS), Window):
                told = right_below(known, choice, counted_by(session, choice, window, now, column), column.key)
                assert told == there.tallies(window, column.key), (choice, window, column.key)
            for column in map(col, COLUMNS[:1] + COLUMNS[2:]):
                assert days_counted_by(session, choice, column) == there.answers(column.key), (choice, column.key)
            counts = {each.key: n for each, n in count_concerns(session, choice.place.path, at, choice.kind)}
            assert there.concerns() == {key: counts[key] for key in there.concerns()}, choice


@pytest.mark.parametrize("kinds", [{}, {"source": Source.link, "is_unsorted": False}])
def test_a_series_is_kept_by_day(database: Database, kinds: dict[str, Any]) -> None:
    county, now = a_busy_county(database), later(days=1)
    with database.reading() as session:
        known = reference(session)
        lamps = known.categories[county.lamps] if kinds else None
        choice = Choice(known.areas[county.town], {}, None, category=lamps, **kinds)
        slices = slices_of(recent(Step.week, today_at(now)), Step.week, today_at(now))
        told = points(session, choice, slices, now)
    refresh_figures(database, now)
    with database.reading() as session:
        assert points(session, choice, slices, now + timedelta(hours=3)) == told
        assert sum(point.collected for point in told) and sum(point.ended for point in told)
        there = kept_for(session, choice)
        assert there is not None
        assert there.by_slice(Window.creation, "collected", slices)[:-1] == [point.collected for point in told]
        assert there.by_slice(Window.conclusion, "concluded", slices)[:-1] == [point.ended for point in told]


# weiyuan check


DAMAGE = (
    "UPDATE rollup SET collected = collected + 1 WHERE \"window\" = 'standing' AND area_id = 1",
    "UPDATE rollup_fact SET bits = 1 WHERE ticket_id = 2",
    "DELETE FROM rollup_fact WHERE ticket_id = 3",
)
DAMAGE_TO_DAYS = (
    "UPDATE rollup SET closed = 9 WHERE \"window\" = 'creation' AND area_id = 2",
    "DELETE FROM rollup WHERE \"window\" = 'conclusion' AND area_id = 3",
    "UPDATE rollup_answer SET answers = 9 WHERE area_id = 2",
)


@pytest.mark.parametrize("damage", [*DAMAGE, *DAMAGE_TO_DAYS])
def test_figures_that_are_not_what_a_recount_says_are_found(sqlite_database: Database, damage: str) -> None:
    a_busy_county(sqlite_database)
    refresh_figures(sqlite_database, later(days=1))
    with sqlite_database.writing() as session:
        assert list(breaches(session, looks_at_all=True)) == []
        session.execute(text(damage))
    with sqlite_database.reading() as session:
        found, all_found = list(breaches(session)), list(breaches(session, looks_at_all=True))
        assert {each.check.name for each in all_found} == {"rollups_against_tickets"}
        assert bool(found) == (damage in DAMAGE)


def test_a_sound_county_passes_on_either_database(database: Database) -> None:
    county = a_busy_county(database)
    refresh_figures(database, later(days=1))
    with database.writing() as session:
        submit_wish(session, county, later(days=1))
        set_limit(session, "acknowledge", Term(1, TermUnit.hours), None, NOW)
    with database.reading() as session:
        assert list(all_rollups_against_tickets(session)) == list(rollups_against_tickets(session)) == []
