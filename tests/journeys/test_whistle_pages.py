"""A town blows a whistle on its pages, bureaus come or object, and the work is planned, done, accepted and scored."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Page as Screen
from playwright.sync_api import expect
from sqlmodel import select
from starlette.testclient import TestClient

from service import clock
from service.database import Database
from service.sealing import tracking_token
from service.security import SESSION_COOKIE
from service.whistles.models import Milestone, Whistle
from tests.factories import number_of, sign_in
from tests.service.tickets.photographs import phone_photo
from tests.service.whistles.conftest import CAME, Scene, blow, build_scene, do
from tests.support.browser import DESKTOP, PHONE, NewPage
from tests.support.officials import Official, Page, official, stranger
from workflows.whistle_words import WhistleStatus

Browse = Callable[..., Screen]

ASKED = "山体塌方，路断了，请带挖机来抢通，再看看边坡还稳不稳。"
FAR_AHEAD = str((clock.now() + timedelta(days=200)).date())


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.writing() as session:
        return build_scene(session, clock.now())


def whistle_of(database: Database) -> Whistle:
    with database.reading() as session:
        return session.exec(select(Whistle)).one()


def presses(somebody: Official, verb: str, files: object = None, **fields: object) -> Page:
    """On the page as it stands now; the answer is the page that one is sent on to."""
    whistle = whistle_of(somebody.database)
    sent = somebody.sends(
        f"/desk/whistles/{whistle.id}/{verb}", files, version=str(whistle.version), verb=verb, **fields
    )
    return somebody.follow(sent)


def reads(somebody: Official) -> Page:
    return somebody.opens(f"/desk/whistles/{whistle_of(somebody.database).id}")


# Over HTTP


def test_a_landslide_is_blown_for_objected_to_ruled_on_and_cleared(
    app: FastAPI, client: TestClient, database: Database, scene: Scene
) -> None:
    county = scene.county
    town, principal, roads, farming, rulers, water = (
        official(app, database, person)
        for person in (
            county.dispatcher,
            scene.principal,
            county.handler,
            county.wrong_handler,
            county.county_dispatcher,
            scene.water_handler,
        )
    )
    asked = {"kind": "emergency", "reason": "several_units", "text": ASKED, "lead": county.bureau}
    blown = town.sends(f"{town.address_of(scene.ticket)}/whistle", **asked, supporting=county.other_bureau)
    assert "哨吹响了" in town.follow(blown).words, "an emergency waits for nobody"
    assert "已记下" in presses(principal, "confirm_whistle").words

    photo = [("photos", ("到场.jpg", phone_photo(), "image/jpeg"))]
    assert "按时到了" in presses(roads, "report_in", photo, is_on_site="true", place="塌方处", words="挖机一台").words
    objected = {
        "ground": "another_unit_competent",
        "words": "边坡归水利管，见三定方案。",
        "suggested_unit": scene.water,
    }
    assert "有异议，等县里裁定" in presses(farming, "contest_call", **objected).words
    assert "县水利局" in reads(rulers).words, "the suggestion stands where it is ruled on"
    ruling = {"unit": county.other_bureau, "decision": "replaced", "replacement": scene.water, "words": "由水利局来。"}
    assert "不用来了" in presses(rulers, "rule_on_call", **ruling).words
    assert "待我报到 1" in water.opens("/desk/whistles").words
    presses(water, "report_in", is_on_site="true", place="塌方处")

    decided = {"attendance": "交通局、水利局、镇里", "decisions": "先抢通半幅，再削坡。"}
    met = presses(town, "hold_site_meeting", held_on=f"{clock.now():%Y-%m-%d}", place="塌方处", **decided)
    assert "先抢通半幅，再削坡。" in met.words
    plan = {"title_1": "抢通半幅", "unit_1": county.bureau, "day_1": FAR_AHEAD, "public_1": "true"}
    slope = {"title_2": "削坡", "unit_2": scene.water, "day_2": FAR_AHEAD}
    assert "完成 0 / 2" in presses(roads, "plan_work", **plan, **slope).words
    told = stranger(app, database).opens(f"/t/{tracking_token(scene.ticket)}").words
    assert "抢通半幅" in told and "削坡" not in told and "县水利局" in told

    for bureau, title in ((roads, "抢通半幅"), (water, "削坡")):
        with database.reading() as session:
            step = session.exec(select(Milestone.id).where(Milestone.title == title)).one()
        presses(bureau, "report_milestone", milestone=step, words="做完了", is_done="true")
    presses(roads, "complete_whistle", words="双向通车")
    assert "已验收" in presses(town, "accept_whistle").words
    for unit in (county.bureau, scene.water):
        presses(town, "score_call", unit=unit, speed="5", work="5", result="4")
    assert reads(town).buttons == ["note_whistle"], "nobody is left to be scored"
    assert whistle_of(database).status is WhistleStatus.accepted
    figures = official(app, database, county.supervisor).opens("/desk/whistles/scores").words
    assert "县水利局 1 100% 1 / 1 0 0 5.0 5.0 4.0 1" in figures
    assert "镇里验收过了" in stranger(app, database).opens(f"/t/{tracking_token(scene.ticket)}").words


# In a browser


@pytest.fixture
def browse(new_page: NewPage, address: str, database: Database) -> Browse:
    """A screen of one's own, signed in."""

    def signed_in(person: int, device: dict[str, object] = DESKTOP, **options: object) -> Screen:
        with database.writing() as session:
            secret = sign_in(session, person)
        screen = new_page(device, base_url=address, **options)
        screen.context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
        return screen

    return signed_in


@pytest.fixture
def whistle(database: Database, scene: Scene) -> int:
    """Blown this moment: both bureaus are called."""
    with database.writing() as session:
        return blow(session, scene, scene.principal, clock.now(), text=ASKED)


def test_a_head_understands_on_a_telephone_without_scripts_and_reports_in(
    browse: Browse, scene: Scene, whistle: int, database: Database
) -> None:
    screen = browse(scene.county.head, PHONE, java_script_enabled=False)
    screen.goto("/desk/registers")
    screen.get_by_role("link", name="吹哨报到").click()
    screen.locator(".queue-row a").first.click()
    head = screen.locator(".whistle-head")
    for words in ("山体塌方", "双喜村", "1 件心愿", re.compile("前报到")):
        expect(head).to_contain_text(words)
    button = screen.locator("#report_in > summary")
    place = button.bounding_box()
    assert place is not None and place["y"] + place["height"] <= 740, "what matters stands on the first screen"
    button.click()
    form = screen.locator("#report_in form")
    form.get_by_label("是", exact=True).check()
    form.get_by_label("在哪里").fill("塌方处")
    form.get_by_role("button", name="报到").click()
    expect(screen.locator(".flash")).to_contain_text("已报到")
    expect(screen.locator("#calls")).to_contain_text("到了 1 / 2")
    assert whistle_of(database).status is WhistleStatus.at_work


def test_a_plan_is_made_and_a_step_reported_in_a_browser(
    browse: Browse, scene: Scene, whistle: int, database: Database
) -> None:
    with database.writing() as session:
        do(session, whistle, CAME, scene.county.handler, clock.now())
    screen = browse(scene.county.handler)
    screen.goto(f"/desk/whistles/{whistle}")
    screen.locator("#plan_work > summary").click()
    first = screen.get_by_role("group", name="第 1 段")
    first.get_by_label("做什么").fill("抢通半幅")
    first.get_by_label("谁来做").select_option(str(scene.county.bureau))
    first.get_by_label("到哪天").fill(FAR_AHEAD)
    screen.locator("#plan_work form > button.button").click()
    expect(screen.locator("#plan")).to_contain_text("抢通半幅")
    screen.locator("#plan").get_by_role("link", name="报进展").click()
    form = screen.locator("#report_milestone form")
    form.locator("textarea").fill("半幅通了")
    form.locator("> button.button").click()
    expect(screen.locator("#plan")).to_contain_text("完成 1 / 1")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["county PC", "phone"])
def test_every_page_of_the_whistle_can_be_read_by_everybody(
    browse: Browse, device: dict[str, object], scene: Scene, whistle: int, database: Database
) -> None:
    screen = browse(scene.county.dispatcher, device, bypass_csp=True)
    with database.reading() as session:
        ticket = f"/desk/tickets/{number_of(session, scene.ticket)}"
    pages = [f"/desk/whistles/{whistle}", f"/desk/whistles/{whistle}?open=call_more", "/desk/whistles?view=all"]
    for path in (*pages, "/desk/whistles/scores", f"{ticket}/whistle", ticket):
        screen.goto(path)
        breaches = Axe().run(screen, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in breaches] == [], path
        width = screen.evaluate("[document.documentElement.scrollWidth, screen.width]")
        assert width[0] <= width[1], path
