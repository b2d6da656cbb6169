"""Bulletins: made once by the scheduler, never changed by what happens later, and made again beside the old one."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from docx import Document
from fastapi import FastAPI
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select, update

from service.database import Database
from service.directory.models import Area, AreaLevel
from service.directory.reference import reference, touch
from service.errors import Failure
from service.jobs import Surroundings
from service.oversight.checks import breaches
from service.reports.documents import keeping
from service.reports.documents.content import as_json
from service.reports.documents.keeping import Made, frozen, make
from service.reports.documents.models import Bulletin, BulletinFile, ReportTemplate
from service.reports.documents.periods import last_over, named
from service.reports.documents.schedule import make_bulletins
from service.reports.documents.table import BY_NAME, KEPT
from service.scheduler import SCHEDULE
from service.settings import Settings
from tests.factories import NOW, County, add, build_county, later, submit_wish, wish_in
from tests.service.at_once import at_once
from tests.support.app import app_on
from tests.support.officials import official
from workflows.statuses import Status

MONTHLY = BY_NAME["monthly_bulletin"]
NOVEMBER = datetime(2026, 11, 1, 22, tzinfo=NOW.tzinfo)
"""The second of November, six in the morning on the county's clock."""


@pytest.fixture(autouse=True)
def without_pango(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that cannot make a PDF: quicker, and everything else is kept all the same."""
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")


def county_in(database: Database) -> County:
    with database.writing() as session:
        county = build_county(session)
        wish_in(session, county, Status.closed)
        wish_in(session, county, Status.in_progress)
    return county


def october_of(database: Database, county: County) -> Made:
    with database.reading() as session:
        return Made(MONTHLY, reference(session).areas[county.county], named("2026-10"))


def test_two_at_once_keep_one_and_its_figures_stand_still(database: Database) -> None:
    county = county_in(database)
    made = october_of(database, county)
    results = at_once(lambda: make(database, made, NOVEMBER))
    assert sorted(result is None for result in results) == [False, True]
    assert make(database, made, NOVEMBER) is None, "and a third one finds it there"
    with database.reading() as session:
        bulletin = session.exec(select(Bulletin)).one()
        kinds = set(session.exec(select(BulletinFile.format)))
        before = frozen(bulletin)
    assert kinds == {"xlsx", "docx"} and bulletin.made_by_id is None and bulletin.version == 1
    with database.writing() as session:
        submit_wish(session, county, NOW + timedelta(days=1))
    with database.reading() as session:
        after = frozen(session.exec(select(Bulletin)).one())
    assert json.dumps(as_json(after)) == json.dumps(as_json(before))
    assert {told.key: told.value for told in after.body.figures}["collected"] == 2
    for statement in (update(Bulletin).values(note="schöner"), update(BulletinFile).values(size=1)):
        with pytest.raises(DatabaseError, match="never changed"), database.writing() as session:
            session.execute(statement)


def test_the_schedule_makes_what_is_over_and_nothing_before_the_first_wish(sqlite_database: Database) -> None:
    assert "make_bulletins" in [job.name for job in SCHEDULE]
    around = Surroundings(sqlite_database, Settings(), NOVEMBER)
    assert make_bulletins(around).done == 0, "a county without areas has nothing to tell"
    county_in(sqlite_database)
    tally = make_bulletins(around)
    assert (tally.done, tally.failed) == (3, 0), tally.error
    assert make_bulletins(around).done == 0
    with sqlite_database.reading() as session:
        rows = session.exec(select(Bulletin).order_by(col(Bulletin.report))).all()
    assert [(row.report, row.period) for row in rows] == [
        ("monthly_bulletin", "2026-10"),
        ("monthly_ranking", "2026-10"),
        ("weekly_analysis", "2026-W44"),
    ]
    assert {last_over(row.cadence, NOVEMBER).name for row in KEPT} >= {"2026-Q3", "2025"}, "before the first wish"


def test_the_monthly_papers_of_towns_are_made_where_the_county_wants_them(sqlite_database: Database) -> None:
    """Of each town that had a wish by then; of the others there is nothing to tell."""
    county = county_in(sqlite_database)
    with sqlite_database.writing() as session:
        empty = Area(name="白河镇", level=AreaLevel.town, parent_id=county.county, path="new")
        empty.path = f"/{county.county}/{add(session, empty)}/"
        touch(session)
    around = Surroundings(sqlite_database, Settings(town_bulletins=True), NOVEMBER)
    assert (make_bulletins(around).done, make_bulletins(around).done) == (6, 0)
    with sqlite_database.reading() as session:
        theirs = session.exec(select(Bulletin).where(Bulletin.area_id != county.county)).all()
        assert {(row.report, row.area_id) for row in theirs} == {
            (name, county.town) for name in ("monthly_bulletin", "monthly_ranking", "town_meeting")
        }
        assert frozen(theirs[0]).place == "清溪镇"


def test_it_is_made_again_with_a_note_and_both_stay(sqlite_url: str, sqlite_database: Database, tmp_path: Path) -> None:
    county = county_in(sqlite_database)
    first = make(sqlite_database, october_of(sqlite_database, county), NOVEMBER)
    with sqlite_database.writing() as session:
        submit_wish(session, county, NOW + timedelta(days=1))
    app = app_on(sqlite_url, tmp_path)
    with time_machine.travel(later(days=40), tick=False), official(app, sqlite_database, county.supervisor).client as c:
        supervisor = official(app, sqlite_database, county.supervisor)
        here = f"/desk/reports/bulletins/{first}"
        listed = supervisor.opens("/desk/reports/bulletins")
        assert "青岭县月通报" in listed.words and "2026 年 10 月" in listed.words and "自动" in listed.words
        assert "征集群众心愿 2 件" in supervisor.opens(here).words
        assert supervisor.sends(f"{here}/again", note="  ").status == 422
        again = supervisor.follow(supervisor.sends(f"{here}/again", note="补录了一个院落会"))
        assert "第 2 版" in again.words and "征集群众心愿 3 件" in again.words and "补录了一个院落会" in again.words
        assert "杨志明 做的" in again.words and "第 1 版" in again.words
        assert "征集群众心愿 2 件" in supervisor.opens(here).words
        word = c.get(f"{here}.docx")
        assert word.status_code == 200 and word.content[:2] == b"PK"
        assert "征集群众心愿 2 件" in c.get(f"{here}.csv").text
        assert "apt-get install" in supervisor.opens(f"{here}.pdf").words
        assert_only_the_county_sees_it(app, sqlite_database, county, here)


def assert_only_the_county_sees_it(app: FastAPI, database: Database, county: County, here: str) -> None:
    for person in (county.dispatcher, county.handler):
        other = official(app, database, person)
        assert other.opens(here).status == 404 and other.opens(f"{here}.docx").status == 404
        assert other.sends(f"{here}/again", note="我也要").status in {403, 404}
        assert "月通报" not in other.opens("/desk/reports/bulletins").words


def test_a_pdf_that_could_not_be_made_then_is_made_later_from_the_figures_of_then(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = county_in(sqlite_database)
    first = make(sqlite_database, october_of(sqlite_database, county), NOVEMBER)
    monkeypatch.delenv("PYTHONPATH")
    app = app_on(sqlite_url, tmp_path)
    with official(app, sqlite_database, county.supervisor).client as client:
        made = client.get(f"/desk/reports/bulletins/{first}.pdf")
        assert made.content.startswith(b"%PDF-")
        assert client.get(f"/desk/reports/bulletins/{first}.pdf").content == made.content


def test_a_template_that_fails_in_a_later_month_stops_no_bulletin(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path
) -> None:
    """It is made by the built-in one; page, list, register and template page say so until a better one is sent."""
    county = county_in(sqlite_database)
    own = Document()
    own.add_paragraph("{{ happiness_of_last_year }}")
    written = io.BytesIO()
    own.save(written)
    with sqlite_database.writing() as session:
        sent = {"report": "monthly_bulletin", "content": keeping.put(written.getvalue(), keeping.TEMPLATES)}
        session.add(ReportTemplate(**sent, size=1, sent_at=NOW, sent_by_id=county.supervisor))
    tally = make_bulletins(Surroundings(sqlite_database, Settings(), NOVEMBER))
    assert (tally.done, tally.failed) == (3, 0) and "happiness_of_last_year" in (tally.error or "")
    with sqlite_database.reading() as session:
        bulletin = session.exec(select(Bulletin).where(Bulletin.report == "monthly_bulletin")).one()
        kinds = {each.format for each in keeping.files_of(session, bulletin.id or 0)}
    assert kinds == {"xlsx", "docx"}
    app = app_on(sqlite_url, tmp_path)
    with official(app, sqlite_database, county.supervisor).client:
        supervisor = official(app, sqlite_database, county.supervisor)
        said = "模板里的字段“happiness_of_last_year”没有这个数"
        for page in (f"/desk/reports/bulletins/{bulletin.id}", "/desk/reports/bulletins", "/desk/reports/templates"):
            assert said in supervisor.opens(page).words, page
        assert "Word 模板 1" in supervisor.opens("/desk/registers").words
        on_demand = supervisor.client.get("/desk/reports/monthly_bulletin.docx?period=2026-10")
        assert Document(io.BytesIO(on_demand.content)).paragraphs[0].text == "青岭县月通报"
        assert supervisor.sends("/desk/reports/templates/monthly_bulletin", own="yes").status == 303
        assert said not in supervisor.opens("/desk/reports/templates").words
        assert "Word 模板 1" not in supervisor.opens("/desk/registers").words


def test_the_check_finds_what_is_missing_and_what_was_changed(sqlite_database: Database) -> None:
    first = make(sqlite_database, october_of(sqlite_database, county_in(sqlite_database)), NOVEMBER)
    with sqlite_database.reading() as session:
        assert [str(each) for each in breaches(session)] == []
        files = {each.format: each.content for each in keeping.files_of(session, first or 0)}
        figures = session.exec(select(Bulletin.content)).one()
        keeping._store().put(keeping.BULLETINS, files["docx"], "好看的数字".encode())
        keeping._store().remove(keeping.BULLETINS, figures)
        for looks_at_all in (False, True):
            told = [each.what for each in breaches(session, looks_at_all)]
            assert told == [f"figures of bulletin {first} is missing", f"docx of bulletin {first} was changed"]


def test_a_file_that_was_altered_is_not_told_as_true(sqlite_database: Database) -> None:
    name = keeping.put("真的数字".encode())
    assert keeping.get(name) == "真的数字".encode()
    keeping._store().put(keeping.BULLETINS, name, "好看的数字".encode())
    with pytest.raises(Failure, match="指纹对不上"):
        keeping.get(name)
    with pytest.raises(Failure, match="不在了"):
        keeping.get("0" * 64)
