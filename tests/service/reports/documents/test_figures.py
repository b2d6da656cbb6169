"""Figures recounted from the raw events by a few lines that know nothing of reports; places, lists and surges."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.lifecycle import set_whistle_kind
from service.directory.models import Unit
from service.directory.reference import touch
from service.reports.documents import making
from service.reports.documents.asked import Asked
from service.reports.documents.content import Content
from service.reports.documents.counts import windows_by, windows_in, windows_of
from service.reports.documents.periods import named
from service.reports.documents.rows.monthly_ranking import BLACK, MIDDLE, RED, Ranked, _list_of
from service.reports.documents.rows.weekly_analysis import NEW, SURGE, TOO_EARLY, USUAL, Trend
from service.reports.documents.table import BY_NAME
from service.reports.rollups import Dimension
from service.reports.windows import everywhere, summed
from service.tickets.models import Ticket, TicketEvent
from service.whistles import lifecycle as whistles
from tests.factories import NOW, County, act, actor, build_county, later, submit_wish, wish_in
from tests.service.reports.documents.conftest import Told, asked_of
from workflows.commands import Rate, Satisfaction
from workflows.definitions import Window
from workflows.formulas import Rate as Share
from workflows.formulas import composite, share
from workflows.statuses import Source, Status
from workflows.tallies import Tally
from workflows.whistle_commands import BlowWhistle
from workflows.whistle_kinds import Approval, KindRow
from workflows.whistle_words import WhistleKind

SEPTEMBER = NOW - timedelta(days=25)
"""In an earlier month: 17 September."""


@pytest.fixture
def two_months(database: Database) -> County:
    """On both databases: handed in in September and closed in October, done again, left open, rated so and so."""
    with database.writing() as session:
        county = build_county(session)
        old = [wish_in(session, county, Status.follow_up, SEPTEMBER) for _ in range(3)]
        for ticket_id, said in zip(old, Satisfaction, strict=False):
            act(session, ticket_id, Rate(satisfaction=said, words="我的话"), None, SEPTEMBER + timedelta(days=3))
        wish_in(session, county, Status.closed)
        late = wish_in(session, county, Status.follow_up)
        act(session, late, Rate(satisfaction=Satisfaction.basically_satisfied), None, later(days=1))
        wish_in(session, county, Status.in_progress)
        submit_wish(session, county, later(days=25))
    return county


def recounted(session: Session, since: datetime, until: datetime) -> dict[str, float]:
    """From the events alone: the verbs that opened and closed each wish, and the word that came last."""
    with_words: dict[int, list[TicketEvent]] = {}
    for event in session.exec(select(TicketEvent).order_by(col(TicketEvent.id))):
        with_words.setdefault(event.ticket_id, []).append(event)
    found = {"collected": 0.0, "ended": 0.0, "closed": 0.0, "still_open": 0.0}
    for events in with_words.values():
        last = events[-1]
        is_over = last.status_to in {Status.closed, Status.declined, Status.withdrawn}
        found["collected"] += since <= events[0].at < until
        found["ended"] += is_over and since <= last.at < until
        found["still_open"] += not is_over
    return found


@pytest.mark.parametrize("month", ["2026-09", "2026-10", "2026-11"])
def test_the_bulletins_counts_are_those_of_the_raw_events(database: Database, two_months: County, month: str) -> None:
    period, now = named(month), later(days=30)
    with database.reading() as session:
        asked = asked_of(session, two_months, BY_NAME["monthly_bulletin"], period, now)
        told = {each.key: each for each in making.made(BY_NAME["monthly_bulletin"], asked).body.figures}
        wanted = recounted(session, period.since, period.until)
        tickets = list(session.exec(select(Ticket)))
    assert told["collected"].value == wanted["collected"]
    assert told["ended"].value == wanted["ended"]
    assert told["open"].value == wanted["still_open"]
    heard = [
        each
        for each in tickets
        if each.satisfaction and (each.closed_at is None or period.since <= each.closed_at < period.until)
    ]
    points = {Satisfaction.satisfied: 1, Satisfaction.basically_satisfied: 0.9, Satisfaction.dissatisfied: 0}
    rate = told["satisfaction_rate"].rate
    assert rate is not None
    assert (rate.denominator, rate.numerator) == (
        len(heard),
        pytest.approx(sum(points[each.satisfaction] for each in heard if each.satisfaction)),
    )


def test_parts_add_up_to_the_whole(database: Database, two_months: County) -> None:
    with database.reading() as session:
        asked = asked_of(session, two_months, BY_NAME["monthly_bulletin"], named("2026-09"), later(days=30))
        towns = windows_of(asked, asked.known.below(two_months.county))
        whole = windows_in(asked)
        assert summed(towns.values()) == whole and whole[Window.creation].collected == 3
        assert summed(windows_by(asked, Dimension.category).values()) == whole


def test_a_later_event_belongs_to_its_own_month(database: Database, two_months: County) -> None:
    """What is done again in November leaves the September in which it was handed in as it was collected."""
    with database.reading() as session:
        september = windows_in(asked_of(session, two_months, BY_NAME["monthly_bulletin"], named("2026-09"), NOW))
    with database.writing() as session:
        submit_wish(session, two_months, later(days=26))
    with database.reading() as session:
        asked = asked_of(session, two_months, BY_NAME["monthly_bulletin"], named("2026-09"), NOW)
        assert windows_in(asked)[Window.creation] == september[Window.creation]
        assert september[Window.creation].collected == 3


# Ranking


def verdicts(content: Content, section: str) -> dict[str, tuple[Any, str]]:
    found = next(each for each in content.body.sections if each.key == section)
    return {str(row[1]): (row[0], str(row[2])) for row in found.rows()}


def test_below_the_least_number_a_unit_is_listed_and_not_ranked(small: Told) -> None:
    content = small.content(BY_NAME["monthly_ranking"])
    towns = verdicts(content, "towns")
    assert towns["清溪镇"] == (None, "不排名（n = 3）") and towns["白河镇"] == (None, "不排名（n = 0）")
    notes = next(each.notes for each in content.body.sections if each.key == "towns")
    assert notes == ("这一类没有一个单位够得上排名的下限。",)


def test_a_class_of_one_and_a_unit_that_is_gone_say_so(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        county = build_county(session)
        for _number in range(12):
            wish_in(session, county, Status.closed)
    with sqlite_database.reading() as session:
        alone = ranking(session, county)
    assert verdicts(alone, "bureau") == {"县交通运输局": (None, "没有同类，不排名（n = 12）")}
    assert "这一类只有 1 个单位，没有可比的。" in next(
        each.notes for each in alone.body.sections if each.key == "bureau"
    )
    with sqlite_database.writing() as session:
        session.get_one(Unit, county.bureau).is_active = False
        from_elsewhere = session.get_one(Ticket, 1)
        from_elsewhere.source, from_elsewhere.satisfaction = Source.imported, None
        session.add(from_elsewhere)
        touch(session)
    with sqlite_database.reading() as session:
        gone = ranking(session, county)
    assert verdicts(gone, "bureau") == {"县交通运输局": (None, "已经并入别的单位，不排名（n = 11）")}
    assert any("其中 1 件是导入的历史工单，没有回访记录" in note for note in gone.body.notes)


def ranking(session: Session, county: County) -> Content:
    report = BY_NAME["monthly_ranking"]
    return making.made(report, asked_of(session, county, report)).listed(100)


def test_only_who_surely_differs_is_on_a_list() -> None:
    whole = share(850, 1000)
    assert _list_of(share(100, 100), whole) == RED
    assert _list_of(share(70, 100), whole) == BLACK
    assert _list_of(share(9, 10), whole) == MIDDLE, "nine of ten is luck"
    assert _list_of(share(0, 0), whole) == MIDDLE
    assert Ranked(1, "某局", everywhere(Tally(valid=10, satisfied=10, contacted=10, resolved=10))).rate == composite(
        Tally(valid=10, satisfied=10, contacted=10, resolved=10)
    )
    assert isinstance(whole, Share)


def test_every_figure_says_of_what(small: Told) -> None:
    told = {each.key: each.words for each in small.content(BY_NAME["monthly_bulletin"]).body.figures}
    assert (told["ended"], told["open"]) == ("本期结束（件）", "在办（件）")
    assert told["answer_days_median"] == "答复天数中位数（天）" and told["on_time_rate"] == "按时率"
    assert {each.words for each in small.content(BY_NAME["weekly_analysis"]).body.figures} >= {"激增（个）"}


# What is late


def test_late_is_what_the_board_calls_late_in_every_list(sqlite_database: Database) -> None:
    """What was answered waits for the villager and not for the unit: no list counts days against it."""
    with sqlite_database.writing() as session:
        county = build_county(session)
        for status in (Status.submitted, Status.in_progress, Status.replied, Status.follow_up):
            wish_in(session, county, status)
    with sqlite_database.reading() as session:
        lists = {
            name: making.made(BY_NAME[name], asked_of(session, county, BY_NAME[name], now=later(days=40))).listed(99)
            for name in ("progress", "problems", "responsibilities", "monthly_bulletin", "town_meeting")
        }
        desk = session.exec(select(Ticket.unit_id).where(Ticket.status == Status.follow_up)).one()
        daily = asked_of(session, county, BY_NAME["daily_follow_up"], now=later(days=40))
        asking = replace(daily, unit=daily.known.units[desk or 0])
        lists["daily"] = making.made(BY_NAME["daily_follow_up"], asking).listed(99)
    days = {row[0]: row[1] for row in cells(lists["progress"], "progress", "status", "days_late")}
    assert days.pop("待回访") is None and len(days) == 3 and all(days.values())
    assert sum(row[0] for row in cells(lists["responsibilities"], "units", "late")) == 3
    for name, section in (("problems", "problems"), ("monthly_bulletin", "late"), ("town_meeting", "late")):
        assert len(cells(lists[name], section, "number")) == 3, name
    assert [row[0] for row in cells(lists["daily"], "not_followed_up", "status")] == ["待回访"]
    assert "待回访" not in {row[0] for row in cells(lists["daily"], "late", "status")}


def cells(content: Content, section: str, *columns: str) -> list[tuple[Any, ...]]:
    found = next(each for each in content.body.sections if each.key == section)
    return [tuple(row[found.column(column)] for column in columns) for row in found.rows()]


def test_whistles_are_counted_by_kind_as_the_county_calls_it(sqlite_database: Database) -> None:
    flood = KindRow("own_1", "防汛抢险", Approval.after, goes_by=WhistleKind.emergency)
    with sqlite_database.writing() as session:
        county = build_county(session)
        set_whistle_kind(session, flood, None, NOW)
        for kind in ("own_1", "priority", "own_1"):
            command = BlowWhistle(kind=kind, reason="beyond_power", text="请马上来抢险", lead=county.bureau)
            wish = wish_in(session, county, Status.in_progress)
            whistles.blow(session, wish, command, actor(session, wish, county.dispatcher), NOW)
    with sqlite_database.reading() as session:
        content = making.made(BY_NAME["whistles"], asked_of(session, county, BY_NAME["whistles"], now=later(hours=1)))
        found = cells(content.listed(99), "kinds", "kind", "raised", "due", "on_time", "absent")
    assert found == [("防汛抢险", 2, 2, share(0, 2), 2), ("重点工作", 1, 0, share(0, 0), 0)]


# Weekly analysis


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ([5, 1, 1, 1, 1, 0, 0, 0, 0], SURGE),
        ([4, 1, 1, 1, 1, 0, 0, 0, 0], USUAL),
        ([9, 8, 9, 8, 9, 9, 9, 9, 9], USUAL),
        ([20, 8, 9, 8, 9, 9, 9, 9, 9], SURGE),
        ([3, 0, 0, 0, 0, 0, 0, 0, 0], NEW),
        ([2, 0, 0, 0, 0, 0, 0, 0, 0], USUAL),
        ([3, 0, 0, 0, 0, 0, 0, 0, 1], USUAL),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0], USUAL),
    ],
)
def test_a_surge_is_more_than_chance_and_new_is_what_nobody_said(counts: list[int], verdict: str) -> None:
    assert Trend(counts).verdict == verdict


@pytest.mark.parametrize(
    ("counts", "known", "verdict"),
    [([9, 0, 0, 0, 0, 0, 0, 0, 0], 3, TOO_EARLY), ([9, 1, 1, 1, 1, 0, 0, 0, 0], 4, SURGE)],
)
def test_of_its_first_weeks_a_county_learns_nothing(counts: list[int], known: int, verdict: str) -> None:
    assert Trend(counts, known).verdict == verdict
    assert Trend([3, 0, 0, 0, 0, 0, 0, 0, 0], 7).verdict == USUAL, "new is what eight weeks did not say"


def test_the_week_says_what_is_new_where(sqlite_database: Database, small: Told) -> None:
    first = small.content(BY_NAME["weekly_analysis"], named("2026-W42"))
    assert not cells(first, "new", "theme"), "the very first week: everything would be new"
    assert {row[0] for row in cells(first, "themes", "verdict")} == {"才开始，不作判断"}
    assert any("从第一件心愿起" in note for note in first.body.notes)
    with sqlite_database.writing() as session:
        county = build_county(session)
        submit_wish(session, county, NOW - timedelta(weeks=9))
        for _number in range(3):
            wish_in(session, county, Status.assigned)
    with sqlite_database.reading() as session:
        report = BY_NAME["weekly_analysis"]
        later_on = making.made(report, asked_of(session, county, report, named("2026-W42"))).listed(99)
    assert cells(later_on, "new", "town", "theme", "collected") == [("清溪镇", "路灯", 3)]
    weeks = next(section for section in first.body.sections if section.key == "weeks")
    assert [row[1] for row in weeks.rows()] == [0] * 8 + [14]


def test_a_place_that_nobody_wished_in_has_an_empty_page_and_no_rate(small: Told) -> None:
    with small.database.reading() as session:
        asked: Asked = asked_of(session, small.county, BY_NAME["town_meeting"])
        next_town = next(area for area in asked.known.areas.values() if area.name == "白河镇")
        told = making.made(BY_NAME["town_meeting"], replace(asked, place=next_town, kept={})).listed(9)
    assert told.title == "白河镇会议一页" and any("没有收到心愿" in note for note in told.body.notes)
