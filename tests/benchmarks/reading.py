"""The queue and the lists at 4,000 and at 100,000 tickets: a page must cost the same, asked of the code or over HTTP."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.reference import reference
from service.security import SESSION_COOKIE
from service.tickets.queries import Wanted, find_tickets
from tests.benchmarks.counties import DIALECTS, database_of, fill, open_county
from tests.benchmarks.rows import Row, median_of
from tests.factories import County, sign_in
from tests.support.app import app_on, serving

SIZES = (4_000, 100_000)
TIMES = 41
LISTS: dict[str, tuple[str, Wanted]] = {
    "the handler's queue": ("handler", Wanted(is_open=True, is_mine=True)),
    "the dispatcher's list of all open": ("county_dispatcher", Wanted(is_open=True)),
    "the newest, closed ones too": ("county_dispatcher", Wanted()),
    "a search for 路灯": ("county_dispatcher", Wanted(text="路灯")),
}
PAGES: dict[str, tuple[str, str]] = {
    "GET /desk, a dispatcher's queue": ("county_dispatcher", "/desk?view=open"),
    "GET /desk, a handler's queue": ("handler", "/desk"),
    "GET /api/v1/tickets": ("county_dispatcher", "/api/v1/tickets"),
    "GET /api/v1/tickets?open=true": ("county_dispatcher", "/api/v1/tickets?open=true"),
}
NUMBER = re.compile(r"\b20[0-9]{2}-[0-9]{6}\b")
TARGET = "within 1.3 × of each other"

Times = dict[tuple[str, int], float]


def measure() -> list[Row]:
    return [row for dialect in DIALECTS for row in _measure_on(dialect)]


def _measure_on(dialect: str) -> list[Row]:
    times: Times = {}
    with database_of(dialect) as url, open_county(url) as (database, county):
        for size in SIZES:
            fill(database, county, size)
            for name, (who, wanted) in LISTS.items():
                times[name, size] = _median(database, getattr(county, who), wanted)
            times |= {(name, size): seconds for name, seconds in _over_http(url, database, county)}
    return [_row(dialect, name, times) for name in (*LISTS, *PAGES)]


def _median(database: Database, person: int, wanted: Wanted) -> float:
    def page() -> Any:
        with database.reading() as session:
            return find_tickets(session, actor_of(session, person, reference(session)), wanted)

    assert page().rows, "a list that finds nothing measures nothing"
    return median_of(TIMES, page) * 1000


def _over_http(url: str, database: Database, county: County) -> Iterator[tuple[str, float]]:
    """As a browser or a program asks for it, sign-in and drawing included."""
    with tempfile.TemporaryDirectory() as folder, serving(app_on(url, Path(folder))) as address:
        for name, (who, path) in PAGES.items():
            with _signed_in(address, database, getattr(county, who)) as client:
                yield name, _median_answer(client, path)


@contextmanager
def _signed_in(address: str, database: Database, person: int) -> Iterator[httpx.Client]:
    with database.writing() as session:
        secret = sign_in(session, person)
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "zh-CN"}
    with httpx.Client(base_url=address, headers=headers, cookies={SESSION_COOKIE: secret}, trust_env=False) as client:
        yield client


def _median_answer(client: httpx.Client, path: str) -> float:
    def page() -> httpx.Response:
        return client.get(path)

    first = page()
    assert first.status_code == 200 and NUMBER.search(first.text), "a page without a ticket measures nothing"
    return median_of(TIMES, page) * 1000


def _row(dialect: str, name: str, times: Times) -> Row:
    few, many = SIZES
    target = "" if "search" in name else TARGET
    return Row(f"{name}, {many:,} tickets, {dialect}", times[name, many], "ms", times[name, few], f"{few:,}", target)
