"""Whatever goes wrong leaves as one plain sentence, as a page or as RFC 9457, never as a traceback."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from service import errors
from service.errors import Answer, Busy, Conflict, LastWord, NotFound, NotSignedIn, TooMany
from workflows.refusals import NotPermitted, Refused, WrongStatus

RAISED: dict[str, Exception] = {
    "refused": Refused("最多 {most} 张照片。", most=9, field="photos"),
    "wrong-status": WrongStatus("这件已经办结。"),
    "not-permitted": NotPermitted("只有本单位可以签收。"),
    "not-found": NotFound(),
    "not-signed-in": NotSignedIn(),
    "conflict": Conflict(),
    "stale": StaleDataError("UPDATE on ticket expected 1 row"),
    "too-many": TooMany(seconds=90),
    "busy": Busy(),
    "locked": OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked")),
    "teapot": HTTPException(418),
    "unexpected": ZeroDivisionError("13812345678"),
}
STATUSES = {
    "refused": 422,
    "wrong-status": 409,
    "not-permitted": 403,
    "not-found": 404,
    "not-signed-in": 401,
    "conflict": 409,
    "stale": 409,
    "too-many": 429,
    "busy": 503,
    "locked": 503,
    "teapot": 418,
    "unexpected": 500,
}


class Form(BaseModel):
    phone: int


def page(request: Request, answer: Answer, sentence: str) -> Response:
    return HTMLResponse(f"<p>{sentence}</p>", answer.http_status)


def say(request: Request, sentence: str, **values: object) -> str:
    """Another language, as a catalogue would give it."""
    return "! " + sentence.format(**values)


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    errors.install(app, page, say)
    app.add_middleware(LastWord)

    @app.get("/api/{name}")
    @app.get("/{name}")
    def fail(name: str) -> None:
        raise RAISED[name]

    @app.post("/api/forms")
    def take(form: Form) -> Form:
        return form

    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("name", RAISED)
def test_each_error_has_its_status_and_a_sentence_on_a_page(client: TestClient, name: str) -> None:
    answer = client.get(f"/{name}", headers={"accept": "text/html"})
    assert answer.status_code == STATUSES[name]
    assert answer.text.startswith("<p>! ") and "Traceback" not in answer.text and "138" not in answer.text


@pytest.mark.parametrize("name", RAISED)
def test_programs_get_a_problem_as_rfc_9457_has_it(client: TestClient, name: str) -> None:
    answer = client.get(f"/api/{name}")
    told: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told["status"]) == (STATUSES[name], STATUSES[name])
    assert told["detail"].startswith("! ") and told["title"] and told["type"] == "about:blank"
    assert "138" not in answer.text


def test_a_refusal_names_the_field_and_fills_its_sentence(client: TestClient) -> None:
    told = client.get("/api/refused").json()
    assert (told["detail"], told["field"]) == ("! 最多 9 张照片。", "photos")


def test_outside_of_the_api_json_is_for_who_asks_for_it(client: TestClient) -> None:
    assert client.get("/not-found", headers={"accept": "application/json"}).json()["status"] == 404
    assert client.get("/not-found", headers={"accept": "text/html,application/json"}).text.startswith("<p>")


def test_an_address_that_does_not_exist_is_answered_in_our_words(client: TestClient) -> None:
    assert "没有找到" in client.get("/no/such/page").text
    assert client.delete("/api/busy").json()["detail"] == f"! {errors.SENTENCES[405]}"


def test_a_form_that_does_not_parse_tells_where_and_never_repeats_what_was_typed(client: TestClient) -> None:
    answer = client.post("/api/forms", json={"phone": "张三丰"})
    assert answer.status_code == 422
    assert [found["field"] for found in answer.json()["errors"]] == ["phone"]
    assert "张三丰" not in answer.text


def test_who_comes_too_often_or_at_a_bad_moment_is_told_when_to_come_back(client: TestClient) -> None:
    answer = client.get("/too-many")
    assert answer.headers["retry-after"] == "90" and "2 分钟" in answer.text
    assert client.get("/busy").headers["retry-after"] == "2"


def test_a_program_that_is_not_signed_in_is_told_what_to_sign_in_with(client: TestClient) -> None:
    assert client.get("/api/not-signed-in").headers["www-authenticate"] == "Bearer"
    assert "www-authenticate" not in client.get("/api/not-permitted").headers


def test_every_status_that_starlette_raises_by_itself_has_a_sentence() -> None:
    assert {400, 401, 403, 404, 405, 413, 415, 422, 500, 503} <= set(errors.SENTENCES)
