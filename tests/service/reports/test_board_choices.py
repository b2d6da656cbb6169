"""What a reader of the board chooses: days, theme, source, place. Every number is recounted, and opens its tickets."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, select

from service.database import Database
from service.directory.models import Area, AreaLevel
from service.reports import comparing, ticket_pages
from service.reports.figures import refresh_figures
from service.reports.measure_rows import COLUMNS, measure_rows
from service.tickets.models import Ticket
from tests.factories import PHONE, TEXT, County, act, add, build_county, submit_wish, ticket_of, wish_in
from tests.support.lists import listed
from tests.support.officials import Official, official
from workflows.commands import Assign, Merge, Rate, Reopen, Satisfaction
from workflows.measures import CATALOGUE
from workflows.statuses import Source, Status

FIRST = datetime(2026, 9, 1, 2, tzinfo=UTC)
TODAY = datetime(2026, 10, 23, 3, tzinfo=UTC)
OCTOBER = "month=2026-10&begins=19"


def on(day: int) -> datetime:
    """So many days after the first of September, ten in the morning."""
    return FIRST + timedelta(days=day)


@pytest.fixture
def county(client: object, database: Database) -> Iterator[County]:
    """Eight weeks: some closed at once, some later, some never; two merged, one of them into what has ended; another
    town, another source, another theme; and one that is done again."""
    with database.writing() as session:
        built = build_county(session)
        next_town = Area(name="白河镇", level=AreaLevel.town, parent_id=built.county, path="new")
        next_town.path = f"/{built.county}/{add(session, next_town)}/"
        session.add(next_town)
        for day in (0, 3, 9, 17, 18, 30, 44):
            wish_in(session, built, Status.closed, on(day))
        for day in (2, 20, 45, 51):
            submit_wish(session, built, on(day))
        _merged(session, built)
        again = wish_in(session, built, Status.closed, on(19))
        act(session, again, Reopen(reason="路灯又黑了，请再修一次。"), None, on(21))
        late = wish_in(session, built, Status.follow_up, on(10))
        act(session, late, Rate(satisfaction=Satisfaction.basically_satisfied), None, on(16))
        told = submit_wish(session, built, on(33), category="seedlings")
        act(session, told, Assign(unit=built.other_bureau), built.dispatcher, on(33))
        ticket_of(session, told).source = Source.home_visit
    with time_machine.travel(TODAY, tick=False):
        yield built


def _merged(session: Session, built: County) -> None:
    for day, ended in ((5, True), (35, False)):
        main = wish_in(session, built, Status.follow_up, on(day))
        other = submit_wish(session, built, on(day + 1))
        number = f"{FIRST.year}-{main:06d}"
        act(session, other, Merge(into=number), built.dispatcher, on(day + 2))
        if ended:
            act(session, main, Rate(satisfaction=Satisfaction.satisfied), None, on(day + 6))


@pytest.fixture
def supervisor(app: FastAPI, database: Database, county: County) -> Official:
    return official(app, database, county.supervisor)


def lives(database: Database) -> list[tuple[datetime, datetime | None]]:
    """Of every ticket when it was collected and when it ended; a merged one ends with the one that it joined."""
    with database.reading() as session:
        rows = {row.id: row for row in session.exec(select(Ticket))}
    ends = {key: rows[row.merged_into_id or key].closed_at for key, row in rows.items()}
    return [(row.created_at, ends[key]) for key, row in rows.items()]


def rows_of(source: str, label: str) -> list[list[tuple[str, int]]]:
    """Of the table with this label: address and number of each linked cell, row by row."""
    body = source.partition(f'aria-label="{label}"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    cell = r'data-value="(\d+)"><a href="([^"]+)"'
    return [[(html.unescape(url), int(number)) for number, url in re.findall(cell, row)] for row in body.split("<tr>")]


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_every_step_of_the_series_can_be_recounted_and_opened(
    supervisor: Official, database: Database, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the day as they are counted on the spot, by the week and the month as they were folded."""
    monkeypatch.setattr(ticket_pages, "LIST_SIZE", 4)
    if step != "day":
        refresh_figures(database, TODAY)
    page = supervisor.opens(f"/board?from=2026-09-01&to=2026-10-25&step={step}")
    rows = [row for row in rows_of(page.source, "征集、办结和期末在办") if row]
    assert len(rows) == {"day": 53, "week": 8, "month": 2}[step] and page.status == 200
    everything = lives(database)
    for row in rows[:: {"day": 13, "week": 3}.get(step, 1)]:
        address = row[0][0]
        first, last = (re.search(rf"{name}=([\d-]+)", address) for name in ("from", "to"))
        assert first is not None and last is not None
        begin, end = (date.fromisoformat(found[1]) for found in (first, last))
        moments = [datetime.fromisoformat(f"{day}T00:00+08:00") for day in (begin, end + timedelta(days=1))]
        collected = sum(moments[0] <= came < moments[1] for came, _went in everything)
        ended = sum(went is not None and moments[0] <= went < moments[1] for _came, went in everything)
        stock = sum(came < moments[1] and (went is None or went >= moments[1]) for came, went in everything)
        assert [number for _url, number in row] == [collected, ended, stock], address
        for url, number in row:
            assert len(listed(supervisor, url)) == number, url
    assert all(later[2][1] == before[2][1] + later[0][1] - later[1][1] for before, later in pairwise(rows))
    if step != "day":
        assert_days_say_of_how_many_they_tell(supervisor, page.source)
    assert rows[-1][2][1] == sum(went is None for _came, went in everything)


def assert_days_say_of_how_many_they_tell(supervisor: Official, source: str) -> None:
    """Of a week that has just ended the slow answers are still to come."""
    told = re.findall(r'<a href="([^"]+count=answered[^"]+)">([\d,]+)</a></td></tr>', source)
    assert any(number != "0" for _url, number in told)
    for url, number in told:
        assert len(listed(supervisor, html.unescape(url))) == int(number), url


def test_everything_on_a_chosen_board_opens_exactly_its_tickets(
    supervisor: Official, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for a bulletin month, a theme, a source and a town: figures, comparison, themes, sources and places;
    one in seventeen of some hundred numbers is opened, others each time the page changes."""
    monkeypatch.setattr(ticket_pages, "LIST_SIZE", 50)
    refresh_figures(database, TODAY)
    asked = (
        "source=home_visit",
        "category=lamps&from=2026-09-10",
        "area=2&to=2026-09-30",
        "here=only",
        "area=3&here=only",
    )
    for query in (OCTOBER, *asked, "category=lamps&source=link"):
        source = supervisor.opens(f"/board?{query}").source
        links = re.findall(
            r'href="(/board/tickets\?[^"]+)"[^>]*>(?:<svg.*?</svg> ?)?(?:[^<]{0,8}<b[^>]*>)?([\d,]+)(?=<| 天)', source
        )
        links = [(url, number) for url, number in links if "count=answered" not in url and "part=numerator" not in url]
        assert len(links) > (30 if "here" not in query else 10), query
        for url, number in [*dict.fromkeys(links)][::17]:
            assert len(listed(supervisor, html.unescape(url))) == int(number), (query, url)


def test_a_bulletin_month_that_begins_on_the_nineteenth(supervisor: Official, database: Database) -> None:
    page = supervisor.opens(f"/board?{OCTOBER}")
    begin, end = (datetime.fromisoformat(f"2026-{day}T00:00+08:00") for day in ("09-19", "10-19"))
    inside = [went for came, went in lives(database) if begin <= came < end]
    assert "只算：9 月 19 日–10 月 18 日" in page.words.replace("\xa0", " ")
    assert re.search(rf">{len(inside)}<small>件", page.source), "what came in is counted by its day"
    still = sum(went is None for went in inside)
    assert f"办结 {len(inside) - still} + 在办 {still}" in page.words
    sheet = supervisor.client.get(f"/board/figures.csv?{OCTOBER}").content.decode("utf-8-sig").splitlines()
    assert sheet[1].split(",")[1:3] == [str(len(inside)), str(len(inside) - still)]
    assert sheet[-1].replace("\xa0", " ") == "只算,9 月 19 日–10 月 18 日"
    assert supervisor.opens("/board?month=2026-10&begins=1").words.count("只算：10 月 1 日") == 1


def test_days_without_anything_give_a_sentence_and_no_rate(supervisor: Official) -> None:
    page = supervisor.opens("/board?month=2020-02")
    assert "这些天没有征集到心愿，也没有办结的" in page.words and "还没有可算的件" in page.words
    assert "100.0" not in page.words.partition("按时报到率")[0] and "NaN" not in page.source
    future = supervisor.opens("/board?from=2027-01-01&to=2027-01-31")
    assert future.status == 200 and "100.00%" not in future.words.partition("按时报到率")[0]


def test_what_is_no_day_month_or_theme_is_said_in_words(supervisor: Official) -> None:
    for query, words in (
        ("from=gestern", "“gestern”不是日期"),
        ("month=2026-13", "不是月份"),
        ("begins=31", "1 日到 28 日"),
        ("from=2026-10-02&to=2026-10-01", "在第一天"),
    ):
        for path in ("/board", "/board/tickets", "/board/figures.csv", "/board/screen"):
            page = supervisor.opens(f"{path}?{query}&count=open")
            assert page.status == 422 and words in page.words, (path, query)
    for query in ("category=nothing", "source=nothing", "unit=999999", "unit=x"):
        assert supervisor.opens(f"/board?{query}").status == 404, query


def test_like_is_compared_with_like_and_too_few_with_nobody(
    supervisor: Official, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = supervisor.opens("/board?from=2026-09-01").source
    classes = {
        re.split(r"\s|<", part)[0]: part.partition("</section>")[0]
        for part in source.split('<section class="comparison">\n  <h2>')[1:]
    }
    assert set(classes) == {"镇", "县直部门"} and "县交通运输局" in classes["县直部门"]
    bureaus = [row for row in classes["县直部门"].split("<tr>") if "<th scope" in row]
    assert len(bureaus) == 2 and "样本不足" in bureaus[1] and "share-fill" in bureaus[0]
    assert not any("第 1 位" in row for row in bureaus), "nobody is the first of one"
    assert source.count("总名次") == 1
    monkeypatch.setattr(comparing, "MANY", 1)
    address = re.search(
        r'<a href="(/board/units[^"]+)">一共 2 个单位', supervisor.opens("/board?from=2026-09-01").source
    )
    assert address is not None
    page = supervisor.opens(html.unescape(address[1]))
    assert page.source.count('<th scope="row">') == 2 and "9 月 1 日" in page.words.replace("\xa0", " ")
    assert "没有经办的单位" in supervisor.opens("/board/units?class=village").words
    assert supervisor.opens("/board/units?class=nothing").status == 422


# The big screen


def test_the_big_screen_tells_numbers_and_nobodys_words(supervisor: Official, database: Database) -> None:
    refresh_figures(database, TODAY)
    page = supervisor.opens("/board/screen")
    assert page.status == 200 and "截至 10 月 23 日 11:00" in page.words.replace("\xa0", " ")
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page.source
    for hers in (TEXT[:6], PHONE, PHONE[-4:], "张玉梅", "杨志明", "/desk/tickets/"):
        assert hers not in page.source, hers
    board = supervisor.opens("/board").source
    for figure in re.findall(r"([\d,.%]+)<small>件", page.source):
        assert f">{figure}<small>件" in board
    assert "数字已经" not in page.words
    assert supervisor.opens("/board/screen?source=home_visit").status == 200


def test_numbers_that_are_old_are_said_to_be_so(supervisor: Official, database: Database) -> None:
    refresh_figures(database, TODAY - timedelta(minutes=17))
    for path in ("/board/screen", "/board"):
        assert "数字已经 17 分钟没有更新" in supervisor.opens(path).words, path
    refresh_figures(database, TODAY)
    assert "没有更新" not in supervisor.opens("/board").words


# 指标口径


def test_the_definitions_stand_in_both_languages_on_the_page_and_in_the_sheets(supervisor: Official) -> None:
    rows = list(measure_rows())
    assert [row["key"] for row in rows] == [row.key for row in CATALOGUE]
    for row in rows:
        for column in ("name", "numerator", "exclusions", "window"):
            chinese, english = str(row[f"{column}_zh"]), str(row[f"{column}_en"])
            assert chinese and english and chinese != english, (row["key"], column)
            assert not re.search(r"[\u4e00-\u9fff]", english) and "{" not in english + chinese, english
        assert bool(row["denominator_zh"]) is bool(row["denominator_en"])
    both = supervisor.opens("/board/measures?both=true").words
    assert "Satisfaction" in both and "满意率" in both and "by the day of collection" in both
    sheet = supervisor.client.get("/board/measures.csv")
    assert sheet.content.decode("utf-8-sig").splitlines()[0] == ",".join(COLUMNS)
    assert len(sheet.text.splitlines()) == len(CATALOGUE) + 1
    book = supervisor.client.get("/board/measures.xlsx")
    assert book.headers["content-disposition"] == 'attachment; filename="measures.xlsx"' and book.content[:2] == b"PK"
