"""The wish of a phone whose network comes and goes: kept, sent once, told; and nothing of hers stays on the phone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, expect
from sqlmodel import col, select

from service import clock
from service.database import Database
from service.directory.models import Link
from service.sealing import tracking_token
from service.tickets import kept_files
from service.tickets.models import Attachment, KeptFile, Ticket, Voice
from tests.factories import PHONE, TOKEN, County, build_county
from tests.service.tickets.photographs import phone_photo, photo
from tests.support.browser import PHONE as PHONE_SCREEN
from tests.support.browser import NewPage
from tests.support.cable import Cable, cable_to

# What a phone does is the same whatever the county's database is.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WISH = "桥头的水管漏了两天，找李四也没人管"

# Everything that a page can leave behind on a phone, as one text.
LEFT = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of await caches.keys()) {
    const shelf = await caches.open(name);
    for (const request of await shelf.keys()) found.push(await (await shelf.match(request)).text());
  }
  found.push(JSON.stringify(await weiyuanOutbox.all()));
  return found.join('\\n');
}"""
# As if what waits had been put there a day before.
A_DAY_LATER = """async () => {
  for (const entry of await weiyuanOutbox.all()) {
    entry.at -= 86400000 + 1;
    await weiyuanOutbox.put(entry);
  }
}"""
# What a screen reader is told beside the button.
LISTEN = """() => {
  const note = document.querySelector('[role=status].tried');
  window.told = [];
  new MutationObserver(() => told.push(note.textContent)).observe(note, {childList: true});
}"""
# A microphone that hums, for a machine that has none.
MICROPHONE = """navigator.mediaDevices.getUserMedia = async () => {
  const sound = new AudioContext(), tone = sound.createOscillator(), out = sound.createMediaStreamDestination();
  tone.connect(out); tone.start(); await sound.resume();
  return out.stream;
};"""


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def cable(address: str, county: County) -> Iterator[Cable]:
    with cable_to(address) as line:
        yield line


def opens(page: Page, cable: Cable) -> None:
    """And waits until the phone keeps the form on its shelf."""
    page.goto(f"{cable.url}/w/{TOKEN}")
    page.wait_for_function("async path => Boolean(await caches.match(path))", arg=f"/w/{TOKEN}")
    page.evaluate("navigator.serviceWorker.ready")


def writes(page: Page, text: str = WISH) -> None:
    page.get_by_label("您想说什么？").fill(text)
    page.get_by_label("电话", exact=True).fill(PHONE)


def presses(page: Page) -> None:
    page.get_by_role("button", name="说出去").click()


def tries_again(page: Page) -> None:
    """Presses the button in one stroke, or finds that the phone was quicker by itself: both are the phone's right."""
    page.evaluate("document.querySelectorAll('.is-waiting button:not(.plain)').forEach(button => button.click())")


def tickets(database: Database) -> list[Ticket]:
    with database.reading() as session:
        return list(session.exec(select(Ticket).order_by(col(Ticket.id))))


def test_a_wish_waits_for_the_network_goes_once_and_leaves_nothing_behind(
    new_page: NewPage, cable: Cable, database: Database, tmp_path: Path
) -> None:
    page = new_page(PHONE_SCREEN)
    picture = tmp_path / "IMG_0001.jpg"
    picture.write_bytes(phone_photo())
    opens(page, cable)
    cable.cut()
    writes(page, f"{WISH}，刚才还着火了")
    expect(page.locator("#danger").get_by_role("link", name="119")).to_be_visible()
    page.locator("#photos").set_input_files(picture)
    expect(page.locator(".preview")).to_have_count(1)
    presses(page)
    waiting = page.locator(".is-waiting")
    expect(waiting).to_contain_text("话先存在这个手机里")
    expect(waiting).to_contain_text("还有 1 张照片")
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    expect(waiting.get_by_role("status")).to_have_text("")
    page.evaluate(LISTEN)
    for _press in range(3):
        page.get_by_role("button", name="现在再试").click()
    page.wait_for_function("() => told[told.length - 1] === '还是没有网，先存着。'")
    assert page.evaluate("told[0]") == "正在试，请等一等…"
    # A try that changed nothing leaves the finger, or the screen reader, where it was.
    expect(page.get_by_role("button", name="现在再试")).to_be_focused()
    # The phone was off, and there still is no network: the form opens, and the wish is there.
    page.reload()
    expect(waiting).to_contain_text(WISH)
    assert tickets(database) == []
    cable.mend()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".is-arrived")).to_contain_text("已经送到了")
    expect(page.locator(".is-arrived")).to_contain_text("一天以后删掉。手机是借的，请看了再还")
    page.get_by_role("button", name="看回执").click()
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    (ticket,) = tickets(database)
    assert (ticket.wish, ticket.phone) == (f"{WISH}，刚才还着火了", PHONE)
    with database.reading() as session:
        assert session.exec(select(Attachment.ticket_id)).all() == [ticket.id]
    page.goto(f"{cable.url}/w/{TOKEN}")
    left = page.evaluate(LEFT)
    assert [word for word in (WISH, PHONE, "李四", "IMG_0001") if word in left] == []


def test_the_service_worker_sends_it_when_the_page_is_closed(
    new_page: NewPage, cable: Cable, database: Database
) -> None:
    page = new_page(PHONE_SCREEN)
    opens(page, cable)
    cable.cut()
    writes(page)
    presses(page)
    expect(page.locator(".is-waiting")).to_be_visible()
    other = page.context.new_page()
    cable.mend()
    other.goto(f"{cable.url}/track")
    page.close()
    the_network_is_back(other, cable)
    other.wait_for_timeout(50)
    wait_for_wishes(other, database, 1)
    the_network_is_back(other, cable)
    other.goto(f"{cable.url}/w/{TOKEN}")
    expect(other.locator(".is-arrived")).to_be_visible()
    assert [ticket.wish for ticket in tickets(database)] == [WISH]
    left, receipt = other.evaluate(LEFT), f"/r/{tracking_token(tickets(database)[0].id or 0)}"
    assert WISH not in left and receipt in left
    # The phone may be a neighbour's: on the next day it leads nobody to her wish any more.
    other.evaluate(A_DAY_LATER)
    other.reload()
    other.wait_for_function("async () => (await weiyuanOutbox.all()).length === 0")
    expect(other.locator(".is-arrived")).to_have_count(0)
    assert receipt not in other.evaluate(LEFT)


def the_network_is_back(page: Page, cable: Cable) -> None:
    """What Chromium tells a service worker by itself when a phone finds its network again."""
    devtools: CDPSession = page.context.new_cdp_session(page)
    found: list[str] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(ids_of(told)))
    devtools.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(20)
    told = {"origin": cable.url, "registrationId": found[0], "tag": "wishes", "lastChance": False}
    devtools.send("ServiceWorker.dispatchSyncEvent", told)


def ids_of(told: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["registrationId"] for each in told["registrations"]]


def wait_for_wishes(page: Page, database: Database, most: int) -> None:
    for _try in range(200):
        if len(tickets(database)) >= most:
            return
        page.wait_for_timeout(50)


def test_a_link_that_was_revoked_meanwhile_is_told_and_the_words_stay(
    new_page: NewPage, cable: Cable, database: Database
) -> None:
    page, other = new_page(PHONE_SCREEN), new_page(PHONE_SCREEN)
    opens(other, cable)
    opens(page, cable)
    cable.cut()
    writes(page)
    presses(page)
    expect(page.locator(".is-waiting")).to_be_visible()
    with database.writing() as session:
        session.exec(select(Link).where(Link.token == TOKEN)).one().revoked_at = clock.now()
    cable.mend()
    tries_again(page)
    expect(page.locator(".is-refused")).to_contain_text(WISH)
    page.reload()
    expect(page.get_by_role("heading", name="这个入口停用了")).to_be_visible()
    expect(page.locator(".is-refused")).to_contain_text(WISH)
    page.get_by_role("button", name="不送了，删掉").click()
    expect(page.locator(".is-refused")).to_have_count(0)
    assert tickets(database) == [] and WISH not in page.evaluate(LEFT)
    # On another phone the form was open all the while, and the network was there.
    writes(other)
    presses(other)
    expect(other.get_by_role("heading", name="这个入口停用了")).to_be_visible()
    expect(other.get_by_text(WISH)).to_have_count(2)
    other.reload()
    expect(other.locator(".is-refused")).to_contain_text(WISH)


def test_what_was_refused_is_taken_back_with_its_photo_mended_and_sent(
    new_page: NewPage, cable: Cable, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes back, her photo is on the telephone or at the other end: also where no room is left for it."""
    page = new_page(PHONE_SCREEN)
    opens(page, cable)
    cable.cut()
    writes(page)
    page.get_by_label("电话", exact=True).fill("12")
    page.set_input_files("#photos", {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": photo(width=300)})
    presses(page)
    expect(page.locator(".is-waiting")).to_be_visible()
    cable.mend()
    tries_again(page)
    card = page.locator(".is-refused")
    card.get_by_role("button", name="拿回来改").click()
    expect(page.get_by_label("您想说什么？")).to_have_value(WISH)
    with database.reading() as session:
        assert session.exec(select(KeptFile)).all() == [], "what waits on the telephone does not lie here as well"
    monkeypatch.setattr(kept_files, "ROOMS", tuple(replace(room, files=0) for room in kept_files.ROOMS))
    presses(page)
    expect(page.get_by_text("这次没能替您留着")).to_be_visible()
    expect(card).to_contain_text("1 张照片")
    card.get_by_role("button", name="拿回来改").click()
    expect(card).to_have_count(0)
    page.get_by_label("电话", exact=True).fill(PHONE)
    presses(page)
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    assert [ticket.phone for ticket in tickets(database)] == [PHONE]
    with database.reading() as session:
        assert [each.ticket_id for each in session.exec(select(Attachment))] == [tickets(database)[0].id]


LACKING = {
    "no service worker": "delete Navigator.prototype.serviceWorker;",
    "no IndexedDB": "delete Object.getPrototypeOf(window).indexedDB; delete window.indexedDB;",
    "no localStorage": "Object.defineProperty(window, 'localStorage', {get() { throw new Error('none'); }});",
}


@pytest.mark.parametrize("lacks", LACKING)
def test_a_browser_that_can_less_sends_all_the_same(
    new_page: NewPage, cable: Cable, database: Database, lacks: str
) -> None:
    page = new_page(PHONE_SCREEN)
    page.add_init_script(LACKING[lacks])
    page.goto(f"{cable.url}/w/{TOKEN}")
    writes(page)
    cable.cut()
    presses(page)
    page.wait_for_timeout(200)
    cable.mend()
    if page.locator("#outbox section").count():
        tries_again(page)
        page.get_by_role("button", name="看回执").click()
    else:
        page.goto(f"{cable.url}/w/{TOKEN}")
        expect(page.get_by_label("您想说什么？")).to_have_value(WISH)
        presses(page)
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    assert [ticket.wish for ticket in tickets(database)] == [WISH]


def test_a_wish_is_spoken_placed_and_remembered(new_page: NewPage, cable: Cable, database: Database) -> None:
    place = {"latitude": 32.31, "longitude": 108.9, "accuracy": 12}
    page = new_page(PHONE_SCREEN, geolocation=place, permissions=["geolocation"])
    page.add_init_script(MICROPHONE)
    page.goto(f"{cable.url}/w/{TOKEN}")
    page.get_by_role("button", name="按一下，开始说").click()
    expect(page.get_by_text("正在录，1 秒")).to_be_visible()
    page.get_by_role("button", name="说完了，按一下").click()
    expect(page.locator("#recorder audio")).to_be_visible()
    page.get_by_text("再说细一点").click()
    page.get_by_role("button", name="用手机定位").click()
    expect(page.get_by_text("位置记下了（WGS-84）")).to_be_visible()
    page.get_by_label("怎么称呼").fill("王大姐")
    page.get_by_label("记住我").check()
    presses(page)
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    (ticket,) = tickets(database)
    assert ticket.position == "32.310000,108.900000 WGS-84 ±12 m" and "请听录音" in ticket.wish
    with database.reading() as session:
        assert session.exec(select(Voice.ticket_id)).all() == [ticket.id]
    page.get_by_role("link", name="这个手机上的心愿").click()
    expect(page.get_by_text("清溪镇受理台收到了")).to_be_visible()
    page.goto(f"{cable.url}/w/{TOKEN}")
    assert page.locator("#name").input_value() == "王大姐"
    page.goto(f"{cable.url}/mine")
    page.get_by_role("button", name="让这个手机忘掉").click()
    page.goto(f"{cable.url}/w/{TOKEN}")
    assert page.locator("#name").input_value() == ""


@pytest.mark.parametrize("keeps", [False, True], ids=["shrunk", "as it is"])
def test_a_photo_is_shrunk_on_the_phone_unless_she_keeps_where_it_was_taken(
    new_page: NewPage, cable: Cable, database: Database, tmp_path: Path, keeps: bool
) -> None:
    page = new_page(PHONE_SCREEN)
    picture = tmp_path / "IMG_0002.jpg"
    picture.write_bytes(phone_photo(width=3200, height=2400))
    page.goto(f"{cable.url}/w/{TOKEN}")
    writes(page)
    page.locator("#photos").set_input_files(picture)
    expect(page.locator(".preview")).to_have_count(1)
    if keeps:
        page.get_by_text("再说细一点").click()
        page.get_by_label("位置随照片保留").check()
    presses(page)
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    with database.reading() as session:
        kept = session.exec(select(Attachment)).one()
    assert (kept.size == picture.stat().st_size) is keeps and kept.keeps_position is keeps
