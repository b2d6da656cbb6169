"""How soon a villager has her form: the time of the server, and on a bad line with a slow phone in Chromium."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import sync_playwright

from tests.benchmarks.counties import database_of, open_county
from tests.benchmarks.rows import Row, seconds_of
from tests.factories import TOKEN
from tests.support.app import app_on, serving
from tests.support.browser import ARGUMENTS, PHONE, open_page
from tests.support.slow_phones import SLOW_3G, SLOW_PHONE, seconds_until_usable

TIMES, LOADS = 101, 5


def measure() -> list[Row]:
    with _served() as address:
        form = f"{address}/w/{TOKEN}"
        return [
            Row("GET /w/…, the form", 1000 * _of_the_server(form), "ms", target="under 10 ms"),
            Row("the form usable, slow 3G, CPU 6 × slower", _on_a_slow_phone(form), "s", target="within 3 s"),
        ]


@contextmanager
def _served() -> Iterator[str]:
    with (
        database_of("sqlite") as url,
        open_county(url),
        tempfile.TemporaryDirectory() as folder,
        serving(app_on(url, Path(folder))) as address,
    ):
        yield address


def _of_the_server(form: str) -> float:
    """Median seconds over one connection, drawing and compressing included."""
    with httpx.Client(trust_env=False, headers={"Accept-Encoding": "gzip"}) as client:
        client.get(form).raise_for_status()
        return median(seconds_of(lambda: client.get(form)) for _time in range(TIMES))


def _on_a_slow_phone(form: str) -> float:
    """Median seconds, each time on a phone that has never been here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        found = []
        for _load in range(LOADS):
            with open_page(browser, PHONE) as page:
                devtools = page.context.new_cdp_session(page)
                devtools.send("Network.enable")
                devtools.send("Network.emulateNetworkConditions", SLOW_3G)
                devtools.send("Emulation.setCPUThrottlingRate", SLOW_PHONE)
                found.append(seconds_until_usable(page, form))
        browser.close()
    return median(found)
