"""The guards before every page: no other site acts for us, nothing too large comes in, nothing leaks out."""

import threading
import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.responses import JSONResponse

from service import clock, errors, middleware, security
from service.errors import Busy, NotFound
from service.sealing import form_token
from service.security import SESSION_COOKIE, TOKEN_FIELD, hash_password, verify_password
from service.settings import Settings

MEGABYTE = 1024 * 1024
SIGNED_IN = {"cookie": f"{SESSION_COOKIE}=secret"}


def build(base_url: str = "https://wish.county.cn", max_body_mb: int = 1) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    middleware.install(app, Settings(base_url=base_url, max_body_mb=max_body_mb))

    @app.post("/api/v1/words")
    async def words(request: Request) -> JSONResponse:
        return JSONResponse(len(await request.body()))

    @app.api_route("/act", methods=["GET", "POST", "DELETE"])
    async def act(request: Request) -> JSONResponse:
        async with request.form() as form:
            seen = {name: value if isinstance(value, str) else value.size for name, value in form.items()}
        return JSONResponse({"token": getattr(request.state, TOKEN_FIELD, ""), "form": seen})

    @app.get("/t/{token}")
    def track(token: str) -> str:
        return token

    @app.get("/e/{token}")
    def follow(token: str) -> None:
        raise NotFound()

    @app.get("/kept")
    def kept() -> JSONResponse:
        return JSONResponse({}, headers={"Cache-Control": "public, max-age=60"})

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(build(), base_url="http://testserver") as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({"origin": "http://testserver"}, 200),
        ({"origin": "https://wish.county.cn"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_who_is_signed_in_acts_only_from_our_own_pages(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    for method in ("POST", "DELETE"):
        assert client.request(method, "/act", headers=SIGNED_IN | headers).status_code == status


@pytest.mark.parametrize("origin", ["file://", "", "county", "content://"])
def test_who_says_no_host_is_not_one_of_us_where_no_address_is_settled(origin: str) -> None:
    with TestClient(build(base_url=""), base_url="http://testserver") as client:
        assert client.post("/act", headers=SIGNED_IN | {"origin": origin}).status_code == 403
        assert client.post("/act", headers=SIGNED_IN | {"origin": "http://testserver"}).status_code == 200


def test_reading_is_never_refused(client: TestClient) -> None:
    assert client.get("/act", headers=SIGNED_IN | {"sec-fetch-site": "cross-site"}).status_code == 200


def test_who_is_not_signed_in_has_nothing_to_lose_but_is_not_sent_by_others(client: TestClient) -> None:
    assert client.post("/act").status_code == 200
    assert client.post("/act", headers={"origin": "null"}).status_code == 200
    assert client.post("/act", headers={"origin": "https://evil.example"}).status_code == 403


def token_of(client: TestClient) -> str:
    return str(client.get("/act", headers=SIGNED_IN).json()["token"])


def test_an_old_browser_that_says_nothing_needs_the_token_of_the_form(client: TestClient) -> None:
    token = token_of(client)
    good = client.post("/act", headers=SIGNED_IN, data={TOKEN_FIELD: token, "wish": "修路"})
    assert good.json()["form"] == {TOKEN_FIELD: token, "wish": "修路"}
    assert client.post("/act", headers=SIGNED_IN, data={TOKEN_FIELD: token[::-1]}).status_code == 403
    assert client.post("/act", headers=SIGNED_IN, data={"wish": token}).status_code == 403
    assert (
        client.post("/act", headers={"cookie": f"{SESSION_COOKIE}=other"}, data={TOKEN_FIELD: token}).status_code == 403
    )
    assert client.post("/act", headers=SIGNED_IN | {"x-csrf-token": token}).status_code == 200


def test_a_form_with_photographs_arrives_whole_after_its_token_was_read(client: TestClient) -> None:
    photo = b"\xff\xd8" + bytes(range(256)) * 2000
    answer = client.post(
        "/act", headers=SIGNED_IN, data={TOKEN_FIELD: token_of(client)}, files={"photo": ("a.jpg", photo)}
    )
    assert answer.json()["form"]["photo"] == len(photo)


def test_without_a_session_there_is_no_token(client: TestClient) -> None:
    assert client.get("/act").json()["token"] == ""


def test_an_old_token_does_not_fit(client: TestClient) -> None:
    token = form_token("secret", clock.now().replace(year=2020))
    assert client.post("/act", headers=SIGNED_IN, data={TOKEN_FIELD: token}).status_code == 403


def test_what_is_too_large_is_refused_with_a_sentence(client: TestClient) -> None:
    answer = client.post("/act", content=b"x" * (MEGABYTE + 1))
    assert answer.status_code == 413
    assert answer.json()["detail"] == errors.SENTENCES[413]


def test_what_grows_too_large_on_the_way_is_refused_too(client: TestClient) -> None:
    pieces = (b"wish=" + b"x" * 1000 for _ in range(MEGABYTE // 500))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/act", content=pieces, headers=headers).status_code == 413


def test_the_api_takes_words_and_nothing_as_large_as_a_photograph() -> None:
    with TestClient(build(max_body_mb=40)) as client:
        assert client.post("/api/v1/words", content=b"x" * 2 * MEGABYTE).status_code == 200
        assert client.post("/api/v1/words", content=b"x" * (2 * MEGABYTE + 1)).status_code == 413
        assert client.post("/act", content=b"x" * 3 * MEGABYTE).status_code == 200


def test_what_just_fits_is_taken(client: TestClient) -> None:
    assert client.post("/act", content=b"x" * MEGABYTE).status_code == 200


@pytest.mark.parametrize("path", ["/act", "/t/abc", "/nowhere", "/broken"])
def test_every_answer_carries_the_guards(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy and "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "http" not in policy and "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "permissions-policy" in headers and headers["x-request-id"]


def test_a_secret_address_is_told_to_nobody(client: TestClient) -> None:
    for address in ("/t/abc", "/e/made-up"):
        assert client.get(address).headers["referrer-policy"] == "no-referrer"
    assert client.get("/act").headers["referrer-policy"] == "same-origin"


def test_pages_of_who_is_signed_in_are_kept_nowhere(client: TestClient) -> None:
    for who in (SIGNED_IN, {"authorization": "Bearer secret"}):
        assert client.get("/act", headers=who).headers["cache-control"] == "no-store"
    assert client.get("/act").headers["cache-control"] == "private, no-cache"
    assert client.get("/kept", headers=SIGNED_IN).headers["cache-control"] == "public, max-age=60"


def test_https_is_demanded_only_where_it_is_used() -> None:
    assert "Strict-Transport-Security" not in security.SecurityHeaders(FastAPI())._headers
    assert "Strict-Transport-Security" in security.SecurityHeaders(FastAPI(), https_only=True)._headers


def test_passwords_are_verified_and_nobody_has_none() -> None:
    stored = hash_password("大水沟的路")
    assert stored.startswith("$argon2id$")
    assert verify_password("大水沟的路", stored)
    assert not verify_password("大水沟的桥", stored)
    assert not verify_password("nobody", None)
    assert not verify_password("", None)


def test_a_login_that_does_not_exist_costs_the_same_work_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[str] = []
    hashes = security._passwords

    class Watched:
        hash = staticmethod(hashes.hash)

        def verify(self, password: str, stored: str) -> bool:
            costs.append(stored.rsplit("$", 2)[0])
            return hashes.verify(password, stored)

    stored = hash_password("a")
    monkeypatch.setattr(security, "_passwords", Watched())
    assert not verify_password("b", stored) and not verify_password("b", None)
    wrong, unknown = costs
    assert wrong == unknown and wrong.startswith("$argon2id$")


def test_only_two_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most = 0, 0
    lock = threading.Lock()

    class Slow:
        def verify(self, password: str, stored: str) -> bool:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0.02)
            with lock:
                at_work -= 1
            return True

    monkeypatch.setattr(security, "_passwords", Slow())
    threads = [threading.Thread(target=verify_password, args=("a", "b")) for _ in range(security.IN_LINE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_crowd_at_the_door_leaves_places_for_villagers(monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, told = threading.Event(), []

    class Slow:
        def verify(self, password: str, stored: str) -> bool:
            return goes_on.wait(10)

    def signs_in() -> None:
        try:
            told.append(verify_password("a", "b"))
        except Busy:
            told.append(False)
            if len(told) == 8 - security.IN_LINE:
                goes_on.set()

    monkeypatch.setattr(security, "_passwords", Slow())
    threads = [threading.Thread(target=signs_in) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [False] * (8 - security.IN_LINE) + [True] * security.IN_LINE


def test_who_waits_too_long_for_his_turn_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "_gate", threading.BoundedSemaphore(1))
    monkeypatch.setattr(security, "PATIENCE", 0.01)
    with security._one_of_few(), pytest.raises(Busy):
        hash_password("a")
