"""What stands open to whoever is not signed in is written down here; every other address is closed until it is, too."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from service.accounts.visits import _acting, _looking
from service.app import ROUTERS
from service.issues.api_words import ANSWERED
from tests.support.app import app_on

OPEN = {
    "/healthz": "machines that watch",
    "/readyz": "machines that watch",
    "/metrics": "machines that watch, on this very machine",
    "/sign-in": "the door itself",
    "/sign-out": "the door itself",
    "/w/": "a villager's form, by its link",
    "/r/": "a receipt, by its secret address",
    "/t/": "one's own wish, by its secret address",
    "/e/": "a wish that one follows, by its secret address",
    "/i/": "an issue, as anybody may read it",
    "/mine": "the wishes that this very phone remembers",
    "/track": "a wish, by its number and code",
    "/wall": "the public wall",
    "/api/docs": "the description of the API",
    "/api/v1/session": "the door itself",
    "/api/v1/links/": "a villager's wish, by its link",
    "/api/v1/wishes/": "one's own wish, by its secret address",
    "/api/v1/wall": "the public wall",
}
FILLED = {"number": "2026-000001", "kind": "csv", "name": "monthly_bulletin", "verb": "note"}
BODIES = {"/api/v1/issues/{issue_id}/answers": ANSWERED["answer_issue"]["value"]}


def routes_of(router: APIRouter, prefix: str = "") -> Iterator[tuple[str, APIRoute]]:
    for each in router.routes:
        if isinstance(each, APIRoute):
            yield prefix + each.path, each
        elif (included := getattr(each, "original_router", None)) is not None:
            yield from routes_of(included, prefix + each.include_context.prefix)  # type: ignore[attr-defined]


def asked_for(needs: Dependant) -> Iterator[Callable[..., object] | None]:
    yield needs.call
    for each in needs.dependencies:
        yield from asked_for(each)


def closed() -> list[tuple[str, APIRoute]]:
    every = [found for router in ROUTERS for found in routes_of(router)]
    return [(path, route) for path, route in every if path != "/" and not path.startswith(tuple(OPEN))]


@pytest.fixture
def stranger(sqlite_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(app_on(sqlite_url, tmp_path), follow_redirects=False) as client:
        yield client


def test_every_other_address_asks_who_one_is_before_it_does_anything(stranger: TestClient) -> None:
    """Most ask for a visit, which is refused by itself. What opens its transactions itself is tried here, and so are
    the addresses that only lead back to a page."""
    by_themselves = [each for each in closed() if not {_looking, _acting} & set(asked_for(each[1].dependant))]
    assert len(closed()) > 150 and by_themselves
    let_in = set()
    for path, route in by_themselves:
        address = re.sub(r"{(\w+)(?::\w+)?}", lambda found: FILLED.get(found[1], "1"), path)
        for method in route.methods or ():
            answer = stranger.request(method, address, json=BODIES.get(path))
            goes_to = answer.headers.get("location", "")
            is_sent_away = answer.status_code == 401 or goes_to.startswith("/sign-in")
            leads_back = method == "GET" and answer.status_code == 303 and address.startswith(goes_to.partition("?")[0])
            let_in |= set() if is_sent_away or leads_back else {(method, path, answer.status_code)}
    assert let_in == set()


def test_nothing_is_said_to_stand_open_that_there_is_not() -> None:
    paths = [path for router in ROUTERS for path, _route in routes_of(router)]
    assert [door for door in OPEN if not any(path.startswith(door) for path in paths)] == []
