"""The board: four figures with their parts, what needs a hand, and behind every number exactly its tickets."""

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from python_calamine import CalamineWorkbook
from sqlmodel import select
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Area, AreaLevel
from service.directory.reference import reference
from service.reports import ticket_pages
from service.reports.attention import BESIDES, CONCERNS, HOT_FROM
from service.reports.choices import Choice
from service.reports.counting import tally_of_area
from service.reports.figures import refresh_figures
from service.reports.periods import Step, recent, slices_of
from service.reports.series import points
from service.reports.ticket_pages import COUNT_WORDS
from service.tickets.models import EscalationFiring, Ticket
from tests.factories import County, act, add, build_county, later, submit_wish, ticket_of, wish_in
from tests.support.lists import listed
from tests.support.officials import Official, official, stranger
from tests.support.queries import counted
from workflows.commands import (
    Acknowledge,
    ApproveReply,
    Assign,
    Contact,
    Outcome,
    Rate,
    Reply,
    RequestReturn,
    Satisfaction,
    Supervise,
)
from workflows.measures import BY_KEY
from workflows.rates import DEFAULT_WEIGHTS, MEASURES
from workflows.statuses import Status
from workflows.tallies import COUNTS
from workflows.warnings import WARNINGS

EVERY_STATUS = [status for status in Status if status is not Status.deferred]
SOME_DAYS_ON = later(days=11, hours=1)


@pytest.fixture
def county(client: TestClient, database: Database) -> Iterator[County]:
    """A wish in every status, eleven days old; and younger ones that have to be seen to. The clock goes on from it."""
    with database.writing() as session:
        built = build_county(session)
        next_town = Area(name="白河镇", level=AreaLevel.town, parent_id=built.county, path="new")
        next_town.path = f"/{built.county}/{add(session, next_town)}/"
        session.add(next_town)
        for status in EVERY_STATUS:
            wish_in(session, built, status)
        watched = wish_in(session, built, Status.in_progress)
        act(session, watched, Supervise(note="三天内报情况。"), built.supervisor)
        again = wish_in(session, built, Status.follow_up)
        act(session, again, Rate(satisfaction=Satisfaction.dissatisfied, words="还是黑的"), None, later(days=5))
        soon = submit_wish(session, built, later(days=4))
        act(session, soon, Assign(unit=built.bureau), built.dispatcher, later(days=4))
        act(session, soon, Acknowledge(), built.handler, later(days=4))
        heard = wish_in(session, built, Status.in_progress)
        act(session, heard, Contact(is_reached=True), built.handler)
        act(session, heard, Reply(outcome=Outcome.explained, words="已经排进下个月的计划。"), built.handler)
        act(session, heard, ApproveReply(), built.reviewer)
        act(session, heard, Rate(satisfaction=Satisfaction.basically_satisfied), None)
        asked = wish_in(session, built, Status.in_progress)
        act(session, asked, RequestReturn(reason="按三定方案不归我们管", unit=built.other_bureau), built.handler)
        session.add(EscalationFiring(ticket_id=asked, round=1, rule=WARNINGS[0].rule, at=later(hours=1)))
        for ticket_id in [asked, *(submit_wish(session, built) for _more in range(HOT_FROM - 1))]:
            ticket_of(session, ticket_id).issue_id = 7
        excluded = wish_in(session, built, Status.closed)
        ticket_of(session, excluded).is_excluded = True
    with time_machine.travel(SOME_DAYS_ON, tick=False):
        yield built


@pytest.fixture
def supervisor(app: FastAPI, database: Database, county: County) -> Official:
    return official(app, database, county.supervisor)


def tally_now(database: Database, path: str = "/1/") -> Any:
    with database.reading() as session:
        return tally_of_area(session, path, SOME_DAYS_ON)


def test_the_board_tells_four_figures_with_their_parts_and_their_time(supervisor: Official, database: Database) -> None:
    board, tally = supervisor.opens("/board"), tally_now(database)
    assert board.status == 200 and "截至 10 月 23 日 11:00" in board.words.replace("\xa0", " ")
    figures = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))
        for part in board.source.partition('class="figures"')[2].partition("</section>")[0].split('class="figure ')[1:]
    ]
    assert len(figures) == 4 and tally.collected == tally.concluded + tally.open == len(EVERY_STATUS) + 6 + HOT_FROM
    assert f" {tally.collected} 件" in figures[0]
    assert f"办结 {tally.concluded} + 在办 {tally.open}" in figures[0]
    assert f" {tally.concluded} 件" in figures[1] and f"{tally.concluded} / {tally.collected}" in figures[1]
    assert f" {tally.open} 件" in figures[2]
    assert f"超期 {tally.open_overdue} + 没超期 {tally.not_yet_due}" in figures[2]
    satisfied = tally.satisfied + 0.9 * tally.basically_satisfied
    assert f"{satisfied:g} / {tally.valid}" in figures[3] and f"{100 * satisfied / tally.valid:.2f}%" in figures[3]


def test_every_rate_that_is_explained_is_shown_with_its_parts(supervisor: Official, database: Database) -> None:
    words = supervisor.opens("/board").words.partition("各项比率，怎么算的")[2]
    for measure in MEASURES:
        rate = measure.of(tally_now(database), DEFAULT_WEIGHTS)
        shown = rf"{measure.words} {100 * (rate.value or 0):.2f}% {rate.numerator:g} ?/ ?{rate.denominator}\b"
        assert re.search(shown if rate.denominator else rf"{measure.words} 还没有可算的件", words), shown


def test_behind_every_count_stand_exactly_its_tickets(
    supervisor: Official, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_pages, "LIST_SIZE", 3)
    assert set(COUNT_WORDS) == set(COUNTS)
    tally = tally_now(database)
    for name in COUNTS:
        found = listed(supervisor, f"/board/tickets?count={name}")
        assert len(found) == len(set(found)) == getattr(tally, name), name
    assert sum(getattr(tally, name) > 0 for name in COUNTS) >= 17, "most of them were tried with something"


def test_behind_both_parts_of_every_rate_stand_exactly_its_tickets(supervisor: Official, database: Database) -> None:
    board, tally = supervisor.opens("/board").source, tally_now(database)
    for measure in MEASURES:
        rate = measure.of(tally, DEFAULT_WEIGHTS)
        above, below = (f"/board/tickets?measure={measure.key}&part={part}" for part in ("numerator", "denominator"))
        assert len(listed(supervisor, below)) == rate.denominator, measure.key
        if measure.key != "composite":
            whole = sum(getattr(tally, name) for name in measure.above)
            assert len(listed(supervisor, above)) == whole >= rate.numerator, measure.key
        if rate.denominator and measure.adds_up:
            assert f" = {rate.numerator:g} " in supervisor.opens(above).words, "the list says how it makes that number"
        if rate.denominator:
            assert html.escape(f"{above}&area=1") in board and html.escape(f"{below}&area=1") in board, measure.key
    assert supervisor.opens("/board/tickets?measure=nothing").status == 404
    assert supervisor.opens("/board/tickets?measure=collected").status == 404


def test_every_figure_leads_to_its_definition_in_either_language(supervisor: Official) -> None:
    board, page = supervisor.opens("/board"), supervisor.opens("/board/measures")
    linked = set(re.findall(r'href="/board/measures#(\w+)"', board.source))
    assert linked == set(BY_KEY) == set(re.findall(r'<tr id="(\w+)"', page.source))
    assert "满意的工单，加上基本满意的工单乘以 0.9" in page.words and "按征集时间" in page.words
    english = supervisor.client.get("/board/measures", headers={"Accept-Language": "en"}).text
    assert "Definitions of the figures" in english or "指标口径" in english


def test_behind_everything_that_needs_a_hand_stand_exactly_its_tickets(supervisor: Official) -> None:
    board = supervisor.opens("/board").source.partition('class="attention"')[2].partition("</ul>")[0]
    shown = [
        (html.unescape(url), int(count))
        for url, count in re.findall(r'href="(/board[^"]+)".*?<b class="number">(\d+)</b>', board)
    ]
    assert len(shown) == len(CONCERNS) + len(BESIDES)
    for url, count in shown:
        assert len(listed(supervisor, url)) == count, url
    assert all(count > 0 for _url, count in shown), shown


def test_the_workbench_lists_the_same_overdue_ones_as_the_board(supervisor: Official) -> None:
    on_the_board = listed(supervisor, "/board/tickets?concern=late")
    assert on_the_board and sorted(supervisor.opens("/desk?view=overdue").rows) == sorted(on_the_board)
    assert "和工作台的“超期”是同一批" in supervisor.opens("/board").words


def test_the_overdue_list_says_who_has_it_since_when_and_what_was_done_last(
    supervisor: Official, database: Database, county: County
) -> None:
    page = supervisor.opens("/board/overdue")
    assert "超期没答复的" in page.words and "超期 3 天" in page.words and "县交通运输局" in page.words
    with database.reading() as session:
        late = session.exec(select(Ticket).where(Ticket.status == Status.in_progress)).first()
    assert late is not None and f"/desk/tickets/2026-{late.id:06d}" in page.source


def test_what_has_ended_is_listed_with_who_handled_it_and_what_she_said(supervisor: Official) -> None:
    words = supervisor.opens("/board/tickets?count=satisfied").words
    assert "县交通运输局" in words and "满意" in words and "超期" not in words.partition("时间")[2]


def test_a_figure_that_nobody_has_is_not_found(supervisor: Official) -> None:
    for query in ("", "?count=nothing", "?concern=nothing", "?count=", "?count=__class__"):
        assert supervisor.opens(f"/board/tickets{query}").status == 404, query


def test_the_figures_are_those_of_the_moment_that_is_written_beside_them(
    supervisor: Official, database: Database, county: County
) -> None:
    refresh_figures(database, SOME_DAYS_ON - timedelta(minutes=7))
    before = tally_now(database).collected
    with database.writing() as session:
        submit_wish(session, county, SOME_DAYS_ON)
    board = supervisor.opens("/board")
    assert "10:53" in board.words and re.search(rf">{before}<small>件", board.source)


def test_the_board_asks_the_database_the_same_number_of_questions_however_much_there_is(
    supervisor: Official, database: Database, county: County
) -> None:
    def questions(path: str) -> int:
        with counted() as statements:
            assert supervisor.opens(path).status == 200
        return len(statements)

    paths = ("/board", "/board/overdue", "/board/tickets?count=collected")
    supervisor.opens("/board")
    before = [questions(path) for path in paths]
    with database.writing() as session:
        for _more in range(10):
            wish_in(session, county, Status.in_progress)
    assert [questions(path) for path in paths] == before


# Whose figures


def test_who_works_for_a_town_sees_that_town_and_no_other(
    app: FastAPI, database: Database, county: County, supervisor: Official
) -> None:
    dispatcher = official(app, database, county.dispatcher)
    board = dispatcher.opens("/board")
    assert "<h1>清溪镇</h1>" in board.source and "白河镇" not in board.words
    assert "<h1>双喜村</h1>" in dispatcher.opens(f"/board?area={county.village}").source
    with database.reading() as session:
        next_town = session.exec(select(Area.id).where(Area.name == "白河镇")).one()
    for path in ("/board", "/board/overdue", "/board/tickets", "/board/screen", "/board/figures.csv"):
        for area in (county.county, next_town, 999_999):
            refused = dispatcher.opens(f"{path}?count=open&area={area}")
            assert refused.status == 403 and "看不到" in refused.words, (path, area)
        assert supervisor.opens(f"{path}?count=open&area={next_town}").status == 200


def test_who_only_handles_tickets_is_told_that_this_is_not_for_him(
    app: FastAPI, database: Database, county: County
) -> None:
    for who in ("handler", "administrator", "village_secretary"):
        for path in ("/board", "/board/screen", "/board/measures", "/board/measures.csv", "/board/measures.xlsx"):
            page = official(app, database, getattr(county, who)).opens(path)
            assert page.status == 403 and "没有" in page.words, path
    assert stranger(app, database).opens("/board").goes_to == "/sign-in?next=%2Fboard"


# Sheets


def test_the_sheets_hold_what_the_board_holds(supervisor: Official, database: Database) -> None:
    tally = tally_now(database)
    answer = supervisor.client.get("/board/figures.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-disposition"] == 'attachment; filename="figures.csv"'
    assert rows[0][:6] == ["地方", "征集", "办结", "在办", "超期", "办结率"] and len(rows[0]) == 7 + 3 * len(MEASURES)
    assert [row[0] for row in rows] == ["地方", "青岭县", "清溪镇", "白河镇", "截至"]
    assert rows[1][1:5] == [str(tally.collected), str(tally.concluded), str(tally.open), str(tally.open_overdue)]
    assert float(rows[1][5]) == pytest.approx(tally.concluded / tally.collected)
    assert rows[3][1:8] == ["0", "0", "0", "0", "", "0", "0"] and rows[4][1] == "2026-10-23 11:00"

    sheet = supervisor.client.get("/board/figures.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in book if row[0]] == ["地方", "青岭县", "清溪镇", "白河镇", "截至"]
    assert book[1][1:5] == [tally.collected, tally.concluded, tally.open, tally.open_overdue]
    assert book[1][5] == pytest.approx(tally.concluded / tally.collected) and book[3][5] == ""


def test_a_town_has_its_own_sheet(app: FastAPI, database: Database, county: County) -> None:
    answer = official(app, database, county.dispatcher).client.get("/board/figures.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["地方", "清溪镇", "截至"]


# Weeks


def test_a_week_begins_on_monday_by_the_countys_clock(database: Database) -> None:
    """In Shanghai it is Monday eight hours earlier than in Greenwich."""
    sunday_night, monday_morning = (
        datetime.fromisoformat("2026-10-18T23:59:59+08:00"),
        datetime.fromisoformat("2026-10-19T00:00:00+08:00"),
    )
    with database.writing() as session:
        county = build_county(session)
        submit_wish(session, county, sunday_night)
        for _wish in range(2):
            submit_wish(session, county, monday_morning)
    day, now = date(2026, 10, 21), datetime.fromisoformat("2026-10-21T11:00:00+08:00")
    with database.reading() as session:
        everywhere = Choice(reference(session).county, {})
        weeks = points(session, everywhere, slices_of(recent(Step.week, day), Step.week, day), now)
    told = [(week.days.first, week.collected) for week in weeks]
    assert told[-2:] == [(date(2026, 10, 12), 1), (date(2026, 10, 19), 2)]
    assert len(weeks) == 12 and (weeks[-1].ended, weeks[-1].stock) == (0, 3)
