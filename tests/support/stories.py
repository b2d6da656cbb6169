"""Long stories: over HTTP with a clock that can be moved, and on screens, each person in a browser of his own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Screen
from sqlmodel import Session
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Appointment, Area, AreaLevel, Person, Unit, UnitClass
from service.jobs import Surroundings
from service.outbox.planning import plan_notices
from service.oversight.checks import breaches
from service.oversight.sweep import sweep_escalations
from service.security import SESSION_COOKIE
from service.settings import settings
from service.tickets.crowds import Crowd
from service.whistles.sweep import sweep_whistles
from tests.factories import NOW, County, add, build_county, later, sign_in
from tests.support.app import app_on, serving
from tests.support.browser import DESKTOP, PHONE, NewPage
from tests.support.programs import Program, program_of
from workflows.statuses import Role

CLOCKWORK = (sweep_escalations, sweep_whistles, plan_notices)


@dataclass
class Story:
    client: TestClient
    database: Database
    county: County
    clock: time_machine.Traveller

    def as_(self, person: int) -> Program:
        return program_of(self.client, self.database, person)

    def presses(self, person: int, path: str, **typed: Any) -> Any:
        return self.client.post(path, data=typed, headers=self.signs_in(person))

    def signs_in(self, person: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.as_(person).token}"}

    def goes_on(self, **span: float) -> None:
        self.clock.shift(timedelta(**span))
        self.runs()

    def runs(self) -> None:
        """What the schedule would do by itself at this moment."""
        around = Surroundings(self.database, settings(), datetime.now(tz=NOW.tzinfo))
        for job in CLOCKWORK:
            assert job(around).failed == 0

    def one(self, row: type[Any], row_id: int) -> Any:
        with self.database.reading() as session:
            return session.get_one(row, row_id)

    def breaches(self) -> list[str]:
        with self.database.reading() as session:
            return [str(breach) for breach in breaches(session)]


@contextmanager
def told(url: str, folder: Path) -> Iterator[Story]:
    """A Monday morning in the county of the factories; nothing but the story moves the clock on."""
    database = Database(url)
    with time_machine.travel(later(), tick=True) as clock:
        with database.writing() as session:
            county = build_county(session)
        with TestClient(app_on(url, folder), follow_redirects=False) as client:
            client.app.state.crowd = Crowd(10_000)  # type: ignore[attr-defined]
            yield Story(client, database, county, clock)
    database.close()


def new_area(session: Session, name: str, level: AreaLevel, parent: int) -> int:
    area = Area(name=name, level=level, parent_id=parent, path=f"new {name}")
    area_id = add(session, area)
    area.path = f"{session.get_one(Area, parent).path}{area_id}/"
    session.flush()
    return area_id


def new_person(session: Session, login: str, unit: int, role: Role, is_head: bool = False) -> int:
    person = add(session, Person(login=login, name=login, created_at=NOW))
    add(session, Appointment(person_id=person, unit_id=unit, role=role, is_head=is_head))
    return person


def new_unit(session: Session, name: str, unit_class: UnitClass, area: int) -> int:
    return add(session, Unit(name=name, short_name=name[-4:], unit_class=unit_class, area_id=area))


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


# The same stories on screens


@dataclass
class Stage:
    """Everybody has a browser of his own: officials are signed in, villagers need not be."""

    database: Database
    address: str
    new_page: NewPage
    county: County

    def official(self, person: int, device: dict[str, object] = DESKTOP) -> Screen:
        with self.database.writing() as session:
            secret = sign_in(session, person)
        screen = self.new_page(device, base_url=self.address)
        screen.context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": self.address}])
        return screen

    def villager(self, **options: Any) -> Screen:
        return self.new_page(PHONE, base_url=self.address, **options)

    def breaches(self) -> list[str]:
        with self.database.reading() as session:
            return [str(breach) for breach in breaches(session)]


@contextmanager
def pressing(screen: Screen, verb: str) -> Iterator[Locator]:
    """Opens the form behind a button; what is filled in inside the block is then sent."""
    form = screen.locator(f"#{verb}")
    form.locator("> summary").click()
    yield form
    form.locator("form > button.button").click()


def says(screen: Screen, token: str, words: str, phone: str) -> str:
    """A villager writes through the link of her group; the address of her tracking page."""
    screen.goto(f"/w/{token}")
    screen.get_by_label("您想说什么？").fill(words)
    screen.get_by_label("电话", exact=True).fill(phone)
    screen.get_by_role("button", name="说出去").click()
    expect(screen.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    return str(screen.get_by_role("link", name="看看办到哪一步").get_attribute("href"))


def is_well(screen: Screen, name: str, *, for_everybody: bool = False) -> None:
    """Nothing sticks out at the side, at the main screens axe finds nothing, and a picture is kept for who wants one:
    WEIYUAN_TEST_PICTURES names a folder."""
    assert screen.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    folder = os.environ.get("WEIYUAN_TEST_PICTURES")
    if folder:
        _take_pictures(screen, Path(folder) / name)
    if for_everybody:
        found = Axe().run(screen, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in found] == [], name


def _take_pictures(screen: Screen, path: Path) -> None:
    """As wide as a county PC's, and as a telephone's; what was typed stays."""
    before = screen.viewport_size
    for kind, width, height in (("pc", 1440, 900), ("phone", 360, 740)):
        screen.set_viewport_size({"width": width, "height": height})
        screen.screenshot(path=f"{path}-{kind}.png", full_page=True)
    if before:
        screen.set_viewport_size(before)


@contextmanager
def staged(url: str, folder: Path, new_page: NewPage) -> Iterator[Stage]:
    """The county of the factories, served on a port; the clock is the machine's own."""
    database = Database(url)
    with database.writing() as session:
        county = build_county(session)
    with serving(app_on(url, folder)) as address:
        yield Stage(database, address, new_page, county)
    database.close()
