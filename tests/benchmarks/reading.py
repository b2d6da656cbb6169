"""The queue and the lists at 4,000 and at 100,000 tickets: a page must cost the same, in process and over HTTP."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.reference import reference
from service.security import SESSION_COOKIE
from service.tickets.queries import Wanted, find_tickets
from tests.benchmarks.counties import DIALECTS, database_of, fill, open_county
from tests.benchmarks.rows import Row, medians_in_turns
from tests.factories import sign_in
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

Acts = dict[str, Callable[[], Any]]


def measure() -> list[Row]:
    return [row for dialect in DIALECTS for row in _measure_on(dialect)]


def _measure_on(dialect: str) -> list[Row]:
    """Both counties stand side by side and are asked in turns: whatever else the machine does slows both."""
    with _county_of(dialect, SIZES[0]) as few, _county_of(dialect, SIZES[1]) as many:
        return [_row(dialect, name, *medians_in_turns(TIMES, few[name], many[name])) for name in few]


@contextmanager
def _county_of(dialect: str, size: int) -> Iterator[Acts]:
    """What can be asked of a county of this size, in process and over HTTP."""
    with (
        database_of(dialect) as url,
        open_county(url) as (database, county),
        tempfile.TemporaryDirectory() as folder,
        serving(app_on(url, Path(folder))) as address,
        ExitStack() as stack,
    ):
        fill(database, county, size)
        acts = {name: _list(database, getattr(county, who), wanted) for name, (who, wanted) in LISTS.items()}
        for name, (who, path) in PAGES.items():
            client = stack.enter_context(signed_in(address, database, getattr(county, who)))
            acts[name] = _page(client, path)
        yield acts


def _list(database: Database, person: int, wanted: Wanted) -> Callable[[], Any]:
    def page() -> Any:
        with database.reading() as session:
            return find_tickets(session, actor_of(session, person, reference(session)), wanted)

    assert page().rows, "a list that finds nothing measures nothing"
    return page


def _page(client: httpx.Client, path: str) -> Callable[[], Any]:
    """As a browser or a program asks for it, sign-in and drawing included."""

    def page() -> httpx.Response:
        return client.get(path)

    first = page()
    assert first.status_code == 200 and NUMBER.search(first.text), "a page without a ticket measures nothing"
    return page


@contextmanager
def signed_in(address: str, database: Database, person: int) -> Iterator[httpx.Client]:
    with database.writing() as session:
        secret = sign_in(session, person)
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "zh-CN"}
    with httpx.Client(base_url=address, headers=headers, cookies={SESSION_COOKIE: secret}, trust_env=False) as client:
        yield client


def _row(dialect: str, name: str, few: float, many: float) -> Row:
    target = "" if "search" in name else TARGET
    return Row(f"{name}, {SIZES[1]:,} tickets, {dialect}", many * 1000, "ms", few * 1000, f"{SIZES[0]:,}", target)
