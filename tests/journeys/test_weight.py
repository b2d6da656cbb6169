"""How many bytes a page costs her, and how soon the form can be used on a bad line: Chromium counts."""

import pytest
from playwright.sync_api import CDPSession, Page, expect

from service.database import Database
from service.sealing import tracking_token
from tests.factories import TOKEN, County, build_county
from tests.support.browser import PHONE, NewPage
from tests.support.slow_phones import SLOW_3G, seconds_until_usable

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FIRST_LOAD_MOST, LATER_MOST = 60 * 1024, 20 * 1024
FIRST_TRIP_MOST = 14 * 1024
"""Ten packets: what a server may send before it has heard anything back."""
USABLE_AFTER = 3.0


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


class Meter:
    """All bytes that came over the wire, heads of answers and service worker among them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.bytes = 0
        self._names: dict[str, str] = {}
        self.by_name: dict[str, int] = {}
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.send("Network.enable")
        self.devtools.on("Network.requestWillBeSent", self._asked)
        self.devtools.on("Network.loadingFinished", self._came)

    def _asked(self, told: dict[str, object]) -> None:
        self._names[str(told["requestId"])] = str(told["request"]["url"])  # type: ignore[index]

    def _came(self, told: dict[str, object]) -> None:
        size = int(told["encodedDataLength"])  # type: ignore[call-overload]
        self.bytes += size
        self.by_name[self._names.get(str(told["requestId"]), "?")] = size

    def size_of(self, path: str) -> int:
        """Told a moment after the page is drawn."""
        for _look in range(500):
            if found := [size for name, size in self.by_name.items() if name.endswith(path)]:
                return found[0]
            self.page.wait_for_timeout(20)
        raise AssertionError(f"{path} did not come: {self.by_name}")

    def taken(self) -> int:
        found, self.bytes, self.by_name = self.bytes, 0, {}
        return found


def test_the_first_load_is_light_and_later_pages_are_lighter(new_page: NewPage, address: str, county: County) -> None:
    page = new_page(PHONE)
    meter = Meter(page)
    page.goto(f"{address}/w/{TOKEN}", wait_until="networkidle")
    page.wait_for_function("async path => Boolean(await caches.match(path))", arg=f"/w/{TOKEN}")
    worker = page.request.get(f"{address}/w/offline.js").body(), page.request.get(f"{address}/static/outbox.js").body()
    assert 0 < meter.bytes + sum(map(len, worker)) <= FIRST_LOAD_MOST, meter.by_name
    meter.taken()
    page.get_by_label("您想说什么？").fill("三组路灯坏了两盏，晚上不敢出门。")
    page.get_by_role("button", name="说出去").click()
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert 0 < meter.taken() <= LATER_MOST
    for path in (f"/t/{tracking_token(1)}", "/mine", f"/w/{TOKEN}", "/track"):
        page.goto(address + path, wait_until="networkidle")
        assert meter.bytes <= LATER_MOST, (path, meter.by_name)
        meter.taken()


def test_the_form_can_be_used_after_one_trip_over_a_bad_line(new_page: NewPage, address: str, county: County) -> None:
    """Nothing else than the page itself arrives; with a phone six times slower besides, `make bench` measures it."""
    page = new_page(PHONE)
    page.route("**/static/**", lambda route: route.abort())
    meter = Meter(page)
    meter.devtools.send("Network.emulateNetworkConditions", SLOW_3G)
    assert seconds_until_usable(page, f"{address}/w/{TOKEN}") <= USABLE_AFTER
    assert 0 < meter.size_of(f"/w/{TOKEN}") <= FIRST_TRIP_MOST
    button = page.get_by_role("button", name="说出去")
    assert button.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(6, 122, 69)"
    page.get_by_role("button", name="说出去").click()
    expect(page.get_by_role("heading", name="您的话，我们收到了")).to_be_visible()
