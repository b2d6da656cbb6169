"""村务公开: a sheet for each village and quarter that counts all and names nobody, on a page and as PDF."""

import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pypdfium2
import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from service import paper
from service.database import Database
from service.directory.models import Area, AreaLevel, Link
from service.security import SESSION_COOKIE
from service.wall.notices import Quarter, quarter_of
from tests.factories import NOW, PHONE, TOKEN, County, sign_in, submit_wish
from workflows.statuses import Status

HERE = "/desk/village-notices"
TOO_MANY = 2


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (datetime(2026, 9, 30, 15, 59, tzinfo=UTC), "2026-Q3"),
        (datetime(2026, 9, 30, 16, 0, tzinfo=UTC), "2026-Q4"),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "2026-Q1"),
    ],
)
def test_a_quarter_ends_at_the_countys_midnight(moment: datetime, name: str) -> None:
    quarter = quarter_of(moment)
    assert quarter.name == name
    assert quarter.before.after == quarter and quarter.last_day < quarter.after.begins
    assert Quarter(2026, 1).before == Quarter(2025, 4)


def test_the_sheet_counts_every_wish_and_shows_those_that_were_approved(
    client: TestClient, database: Database, county: County, published: Callable[..., int]
) -> None:
    published(Status.closed, "村口的路灯坏了", name="李秀英", phone=PHONE)
    published(Status.in_progress, "想修水渠")
    with database.writing() as session:
        submit_wish(session, county, text="没有上墙的一件，说的是羊圈")
        client.cookies[SESSION_COOKIE] = sign_in(session, county.village_secretary)
    listed = client.get(HERE).text
    assert f'{HERE}/{county.village}/2026-Q4"' in listed and f"{HERE}/{county.village}/2026-Q3.pdf" in listed
    assert "村务公开" in client.get("/desk/registers").text
    page = client.get(f"{HERE}/{county.village}/2026-Q4").text
    counts = ("<b>3</b>这一季提的", "<b>1</b>这一季办结的", "<b>2</b>还在办的", "<b>1 / 1</b>满意和基本满意")
    assert all(count in page for count in counts)
    assert "村口的路灯坏了" in page and "路灯已经修好，请您看看。" in page and "想修水渠" in page
    assert not any(secret in page for secret in ("羊圈", "李秀英", PHONE, "2026-0"))
    assert "这一季没有写上公示墙的心愿" in client.get(f"{HERE}/{county.village}/2025-Q4").text
    answer = client.get(f"{HERE}/{county.village}/2026-Q4.pdf")
    printed = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert "双喜村微心愿公开" in printed and "村口的路灯坏了" in printed and "羊圈" not in printed
    assert f"/w/{TOKEN}" in printed and "扫一扫" in printed and "<svg" in page
    with database.writing() as session:
        session.exec(select(Link)).one().revoked_at = NOW
    assert "扫一扫" not in client.get(f"{HERE}/{county.village}/2026-Q4").text


def test_a_village_prints_its_own_sheet_and_no_others(client: TestClient, database: Database, county: County) -> None:
    with database.writing() as session:
        client.cookies[SESSION_COOKIE] = sign_in(session, county.village_secretary)
        path = session.get_one(Area, county.town).path
        beside = Area(name="别村", level=AreaLevel.village, parent_id=county.town, path=f"{path}999/")
        session.add(beside)
        session.flush()
        elsewhere = beside.id
    assert client.get(f"{HERE}/{county.village}/2026-Q4").status_code == 200
    for ending in ("", ".pdf"):
        assert client.get(f"{HERE}/{elsewhere}/2026-Q4{ending}").status_code == 404


def test_what_is_no_village_or_no_quarter_is_not_there(client: TestClient, database: Database, county: County) -> None:
    assert client.get(HERE).status_code in {303, 401}
    with database.writing() as session:
        client.cookies[SESSION_COOKIE] = sign_in(session, county.handler)
    for path in (f"{county.town}/2026-Q4", f"{county.village}/2026-Q5", "99/2026-Q4", f"{county.village}/2026-10.pdf"):
        assert client.get(f"{HERE}/{path}").status_code == 404


def test_a_crowd_at_the_press_leaves_places_for_villagers(
    client: TestClient, database: Database, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the quarter's end every village prints its sheet: each held a place for half a minute, and forms waited."""
    goes_on, at_work, told = threading.Event(), [], []

    def slow(*command: object, **options: object) -> subprocess.CompletedProcess[bytes]:
        at_work.append(not goes_on.is_set())
        goes_on.wait(10)
        return subprocess.CompletedProcess([], 0, b"%PDF", b"")

    def prints() -> None:
        answer = client.get(f"{HERE}/{county.village}/2026-Q4.pdf")
        told.append((answer.status_code, answer.headers.get("retry-after")))
        if len(told) == TOO_MANY:
            goes_on.set()

    with database.writing() as session:
        client.cookies[SESSION_COOKIE] = sign_in(session, county.village_secretary)
    monkeypatch.setattr(subprocess, "run", slow)
    crowd = [threading.Thread(target=prints) for _each in range(paper.IN_LINE + TOO_MANY)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert sorted(told) == [(200, None)] * paper.IN_LINE + [(503, "2")] * TOO_MANY
    assert sum(at_work) == paper.AT_ONCE
