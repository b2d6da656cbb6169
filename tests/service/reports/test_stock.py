"""The open stock of each day: what stood at its end, however late it is written down and whatever happens later."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlmodel import Session, col, func, select

from service.database import Database
from service.jobs import Surroundings
from service.oversight.sweep import sweep_escalations
from service.reports import stock
from service.reports.counting import tally_of_area
from service.reports.models import OpenStock, StockTaken
from service.reports.past_stock import stock_at
from service.reports.periods import A_DAY, begin_of
from service.reports.stock import days_of, stock_of, take_again, write_down_stock
from service.settings import Settings
from tests.factories import NOW, County, act, build_county, later, number_of, submit_wish, wish_in
from tests.service.at_once import at_once
from tests.support.app import app_on
from tests.support.officials import official
from workflows import commands as c
from workflows.refusals import Refused
from workflows.statuses import Status

HERE, CHINA = "/desk/reports/open_stock", ZoneInfo("Asia/Shanghai")
TODAY = NOW.date()
MIDNIGHT = begin_of(TODAY + A_DAY)


def a_county(database: Database) -> tuple[County, dict[Status, int]]:
    """A wish in every status, handed in on different days."""
    with database.writing() as session:
        county = build_county(session)
        ids = {status: wish_in(session, county, status, later(days=-number)) for number, status in enumerate(Status)}
    return county, ids


def totals(session: Session, day: date, revision: int | None = None) -> tuple[int, int]:
    found = stock_of(session, day, revision)
    assert found is not None
    return sum(row.open for row in found.rows), sum(row.overdue for row in found.rows)


def told(row: OpenStock) -> tuple[object, ...]:
    return row.town_id, row.unit_id, row.age, row.open, row.overdue


def test_each_day_is_written_down_once_as_it_was_at_its_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the days on which the machine was off; and a wish of the night after belongs to none of them."""
    monkeypatch.setattr(stock, "LOOKED_BACK", timedelta(days=3))
    county, _ids = a_county(database)
    with database.writing() as session:
        submit_wish(session, county, MIDNIGHT + timedelta(minutes=2))
    around = Surroundings(database, Settings(), MIDNIGHT + timedelta(hours=9))
    at_once(lambda: write_down_stock(around))
    assert write_down_stock(around).done == 0
    with database.reading() as session:
        assert session.exec(select(col(StockTaken.day)).order_by(col(StockTaken.day))).all() == [
            TODAY - A_DAY * 2, TODAY - A_DAY, TODAY
        ]  # fmt: skip
        tally = tally_of_area(session, "/1/", MIDNIGHT)
        found = stock_of(session, TODAY)
        assert found is not None and found.taken.as_of == MIDNIGHT and found.taken.taken_at == around.now
        assert totals(session, TODAY) == (tally.open - 1, tally.open_overdue)
        assert len({row.unit_id for row in found.rows}) > 2 and len({row.age for row in found.rows}) > 1
        in_town = stock_of(session, TODAY, town_id=county.town)
        assert in_town is not None and {row.town_id for row in in_town.rows} == {county.town}
        days = days_of(session, TODAY - A_DAY * 9, TODAY)
        assert [each.day for each in days] == [TODAY - A_DAY * 2, TODAY - A_DAY, TODAY]
        assert (days[-1].open, days[-1].overdue) == totals(session, TODAY)


def test_a_day_counted_again_long_after_is_still_that_day(sqlite_database: Database) -> None:
    """What ended since, was done again, merged and became late since has no part in it."""
    county, ids = a_county(sqlite_database)
    sweep_escalations(Surroundings(sqlite_database, Settings(), MIDNIGHT - timedelta(minutes=1)))
    write_down_stock(Surroundings(sqlite_database, Settings(), MIDNIGHT + timedelta(minutes=5)))
    with sqlite_database.writing() as session:
        before = totals(session, TODAY)
        into = submit_wish(session, county, later(days=2))
        for ticket_id, command, who in (
            (ids[Status.submitted], c.Merge(into=number_of(session, into)), county.dispatcher),
            (ids[Status.assigned], c.Reassign(unit=county.other_bureau, reason="派错了"), county.dispatcher),
            (ids[Status.closed], c.Reopen(reason="又坏了"), None),
        ):
            act(session, ticket_id, command, who, later(days=3))
    sweep_escalations(Surroundings(sqlite_database, Settings(), later(days=40)))
    with sqlite_database.writing() as session:
        for note, day in ((" ", TODAY), ("补录", later(days=40).date())):
            with pytest.raises(Refused):
                take_again(session, day, later(days=40), note)
        assert take_again(session, TODAY, later(days=40), "核对一遍", county.supervisor) == 1
        assert totals(session, TODAY, 1) == totals(session, TODAY, 0) == before
        found = stock_of(session, TODAY)
        assert found is not None and found.taken.note == "核对一遍" and found.taken.as_of == MIDNIGHT
        first, again = (set(map(told, (stock_of(session, TODAY, number) or found).rows)) for number in (0, 1))
        assert again == first
        assert session.exec(select(func.count()).select_from(StockTaken).where(StockTaken.day == TODAY)).one() == 2


def test_what_was_late_then_was_late_although_it_is_answered_now(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        county = build_county(session)
        ticket_id = wish_in(session, county, Status.in_progress)
    late = later(days=20)
    sweep_escalations(Surroundings(sqlite_database, Settings(), late))
    with sqlite_database.writing() as session:
        reply = c.Reply(outcome=c.Outcome.resolved, words="路灯已经修好，请您看看。")
        act(session, ticket_id, reply, county.handler, late + timedelta(days=2))
        act(session, ticket_id, c.ApproveReply(), county.reviewer, late + timedelta(days=3))
        rating = c.Rate(satisfaction=c.Satisfaction.dissatisfied, words="还是黑的")
        act(session, ticket_id, rating, None, late + timedelta(days=4))
    with sqlite_database.reading() as session:
        told = {
            days: [(row["open"], row["overdue"]) for row in stock_at(session, late + timedelta(days=days, hours=1))]
            for days in (-19, 0, 2, 3, 4)
        }
    assert told == {-19: [(1, 0)], 0: [(1, 1)], 2: [(1, 1)], 3: [(1, 1)], 4: [(1, 0)]}, "a new round has its own term"


def test_its_page_says_whose_it_was_and_who_counted_it_again(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path
) -> None:
    county, _ids = a_county(sqlite_database)
    write_down_stock(Surroundings(sqlite_database, Settings(), MIDNIGHT + timedelta(minutes=5)))
    app = app_on(sqlite_url, tmp_path)
    with time_machine.travel(MIDNIGHT + timedelta(hours=9), tick=False):
        supervisor = official(app, sqlite_database, county.supervisor)
        with supervisor.client:
            page = supervisor.opens("/desk/reports/open_stock")
            with sqlite_database.reading() as session:
                count, overdue = totals(session, TODAY)
            assert (
                f"期末在办（件） {count} " in page.words
                and f"截至 {MIDNIGHT.astimezone(CHINA):%Y-%m-%d} 00:00" in page.words
            )
            assert "在谁手里，多久了" in page.words and "县交通运输局" in page.words and "一天一天看" in page.words
            again = {"day": str(TODAY), "note": "核对一遍"}
            told = supervisor.follow(supervisor.sends(f"{HERE}/again", **again)).words
            assert "第 2 次统计" in told and "核对一遍" in told and "第 1 次统计" in told and "到日子自动记的" in told
            assert f"在办 {count} 件，超期 {overdue} 件" in told and "杨志明" in told
            for wrong in ({**again, "note": " "}, {**again, "day": "2026-13-01"}, {**again, "day": "2026-12-31"}):
                assert supervisor.sends(f"{HERE}/again", **wrong).status == 422
            assert "没有记下来" in supervisor.opens(f"{HERE}?period=2026-12-31").words
            assert f"期末在办（件）,{count}" in supervisor.client.get(f"{HERE}.csv").text
            desk = official(app, sqlite_database, county.dispatcher)
            assert desk.sends(f"{HERE}/again", **again).status == 403
            assert "没有记到村" in desk.opens(f"{HERE}?area={county.village}").words


def test_a_chain_of_mergers_stands_where_its_end_stood(sqlite_database: Database) -> None:
    """And one that was taken out since counts as open: nobody knows any more for whom it stood."""
    with sqlite_database.writing() as session:
        county = build_county(session)
        first = wish_in(session, county, Status.submitted)
        middle, last = submit_wish(session, county), submit_wish(session, county)
        for one, into, hour in ((first, middle, 1), (middle, last, 2)):
            act(session, one, c.Merge(into=number_of(session, into)), county.dispatcher, later(hours=hour))
        act(session, last, c.Withdraw(), None, later(days=1))
        told = [sum(row["open"] for row in stock_at(session, later(days=days))) for days in (0.06, 0.5, 2)]
        assert told == [3, 3, 0]
        act(session, middle, c.Unmerge(reason="不是一件事"), county.dispatcher, later(days=3))
        again = [sum(row["open"] for row in stock_at(session, later(days=days))) for days in (0.5, 4)]
    assert again == [3, 2]
