"""Programs at the door: a password becomes a token, and the token ends when it is told to."""

from datetime import timedelta

import pytest
from sqlmodel import select, update
from starlette.testclient import TestClient

from service import clock
from service.accounts.models import SignInSession
from service.database import Database
from service.directory.models import Person
from service.models import Attempt
from service.rate_limits import SIGN_IN
from service.security import hash_password
from tests.factories import County, build_county
from tests.support.programs import Program, is_problem, program_of

PASSWORD = "一盏路灯-2026"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def county(client: TestClient, database: Database, password_hash: str) -> County:
    """`client` opened the application's own database."""
    with database.writing() as session:
        built = build_county(session)
        session.get_one(Person, built.handler).password_hash = password_hash
    return built


@pytest.fixture
def door(client: TestClient, county: County) -> Program:
    return Program(client)


def test_a_password_becomes_a_token_that_says_whose_it_is(door: Program, county: County, database: Database) -> None:
    answer = door.sends("/session", {"login": "handler", "password": PASSWORD})
    assert answer.status_code == 201
    me = Program(door.client, answer.json()["token"]).gets("/session").json()
    assert me == {"person_id": county.handler, "name": "吴海涛", "posts": ["handler · 县交通运输局"]}
    with database.reading() as session:
        kept = session.exec(select(SignInSession)).one()
    assert answer.json()["token"] not in repr(kept)
    assert answer.json()["expires_at"].startswith(f"{kept.expires_at:%Y-%m-%dT%H:%M}")


def test_a_wrong_password_costs_a_try_and_too_many_cost_a_while(door: Program, database: Database) -> None:
    def tried(password: str) -> object:
        return door.sends("/session", {"login": "handler", "password": password})

    first = tried("falsch")
    assert is_problem(first, 401) and f"还可以试 {SIGN_IN.most - 1} 次" in first.json()["detail"]
    with database.writing() as session:
        session.exec(update(Attempt).values(count=SIGN_IN.most))
    last = tried(PASSWORD)
    assert is_problem(last, 429) and int(last.headers["retry-after"]) > 0  # type: ignore[attr-defined]


def test_what_is_no_login_and_no_password_gets_no_token(door: Program, database: Database) -> None:
    bodies = ({"login": "handler\x00", "password": "x"}, {"login": "' OR 1=1 --", "password": PASSWORD})
    assert all(is_problem(door.sends("/session", body), 401) for body in bodies)
    broken = ({}, [], None, {"login": "handler"}, {"login": "", "password": ""}, {"login": 1, "password": 2})
    assert all(is_problem(door.sends("/session", body), 422) for body in broken)
    assert is_problem(door.client.post("/api/v1/session", content=b'{"login": "\\ud800", "password": "\\udfff"}'), 422)
    with database.reading() as session:
        assert session.exec(select(SignInSession)).all() == []


def test_a_token_ends_with_sign_out_with_time_and_with_the_person(
    door: Program, database: Database, county: County
) -> None:
    gone, late, left = (program_of(door.client, database, county.handler) for _token in range(3))
    assert [each.gets("/session").status_code for each in (gone, late, left)] == [200] * 3
    assert gone.ends("/session").status_code == 204
    assert is_problem(gone.gets("/session"), 401) and late.gets("/session").status_code == 200
    with database.writing() as session:
        rows = session.exec(select(SignInSession).where(SignInSession.revoked_at == None)).all()  # noqa: E711
        rows[0].expires_at = clock.now() - timedelta(seconds=1)
    assert {each.gets("/session").status_code for each in (late, left)} == {200, 401}
    with database.writing() as session:
        session.get_one(Person, county.handler).is_active = False
    assert all(is_problem(each.gets("/session"), 401) for each in (late, left))


def test_the_cookie_of_a_browser_is_a_key_to_the_api_only_on_our_own_pages(
    client: TestClient, database: Database, county: County
) -> None:
    client.cookies["weiyuan_session"] = program_of(client, database, county.handler).token
    assert client.get("/api/v1/session").status_code == 200
    assert is_problem(client.delete("/api/v1/session", headers={"Origin": "https://evil.example"}), 403)
    assert is_problem(client.delete("/api/v1/session"), 403)
    assert client.delete("/api/v1/session", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204


def test_other_ways_of_saying_who_one_is_are_not_understood(
    client: TestClient, database: Database, county: County
) -> None:
    token = program_of(client, database, county.handler).token
    for said in (
        token,
        f"Basic {token}",
        "Bearer",
        "Bearer ",
        f"Bearer {token}x",
        f"Bearer {token} {token}",
        "Bearer é",
    ):
        answer = client.get("/api/v1/session", headers={"Authorization": said.encode("latin-1")})  # type: ignore[dict-item]
        assert is_problem(answer, 401), said
    assert client.get("/api/v1/session", headers={"Authorization": f"bearer {token}"}).status_code == 200
