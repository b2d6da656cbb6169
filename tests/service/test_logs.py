"""A log line says what happened and where, and never who."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service import errors, logs, middleware
from service.settings import Settings


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Configured as in service, JSON; calling it returns the lines since the last call."""
    with as_before():
        logs.configure(as_json=True, level="debug")
        yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


@contextmanager
def as_before() -> Iterator[None]:
    """Other tests log as they did."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    errors.install(app)
    middleware.install(app, Settings())

    @app.get("/t/{token}")
    def track(token: str) -> str:
        structlog.get_logger().info("looked", phone="13812345678")
        return token

    @app.get("/broken")
    def broken() -> None:
        raise ValueError("联系人：李四 13812345678")

    with TestClient(app) as client:
        yield client


def of_the_request(found: list[dict[str, Any]]) -> dict[str, Any]:
    return next(line for line in found if line["event"] == "request")


def test_a_request_is_one_line_with_its_route_and_without_its_address(client: TestClient, lines: Any) -> None:
    client.get("/t/secret22letters?phone=13812345678")
    found = lines()
    line = of_the_request(found)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/t/{token}", 200)
    assert line["ms"] >= 0 and line["timestamp"].endswith("Z")
    assert "secret22letters" not in str(found) and "13812345678" not in str(found)


def test_all_lines_of_a_request_carry_the_id_that_the_answer_carries(client: TestClient, lines: Any) -> None:
    answer = client.get("/t/x", headers={"x-request-id": "from-the-proxy-1"})
    ours = [line for line in lines() if line["event"] in {"request", "looked"}]
    assert answer.headers["x-request-id"] == "from-the-proxy-1"
    assert [line["request_id"] for line in ours] == ["from-the-proxy-1"] * 2


@pytest.mark.parametrize("made_up", ["short", "two\nlines here", "a" * 65, "<script>alert</script>"])
def test_a_made_up_id_is_replaced(client: TestClient, made_up: str) -> None:
    headers = [(b"x-request-id", made_up.encode())]
    assert client.get("/t/x", headers=headers).headers["x-request-id"] != made_up  # type: ignore[arg-type]


def test_an_unexpected_error_is_written_with_its_traceback_and_without_names_and_numbers(
    client: TestClient, lines: Any
) -> None:
    assert client.get("/broken").status_code == 500
    found = lines()
    line = next(line for line in found if line["event"] == "failed")
    assert "ValueError" in line["exception"] and "test_logs.py" in line["exception"]
    assert "13812345678" not in str(found) and "李四" not in str(found)
    assert of_the_request(found)["status"] == 500


def test_what_nobody_asked_for_has_no_route(client: TestClient, lines: Any) -> None:
    client.get("/13812345678/x")
    assert of_the_request(lines())["route"] == "(none)"


def test_lines_of_libraries_take_the_same_form(lines: Any) -> None:
    logging.getLogger("uvicorn.error").warning("打 %s", "13812345678")
    assert [(line["event"], line["level"]) for line in lines()] == [("打 138****5678", "warning")]


def test_what_postgresql_repeats_of_a_row_is_left_out() -> None:
    told = 'duplicate key violates "uq_person_login"\nDETAIL:  Key (login)=(zhangsan) already exists.\n[SQL: INSERT]'
    assert "zhangsan" not in logs.clean(told)
    assert logs.clean(told).endswith("[SQL: INSERT]")


def test_for_people_the_lines_are_plain(capsys: pytest.CaptureFixture[str]) -> None:
    with as_before():
        logs.configure(level="info")
        structlog.get_logger().info("ready", phone="13812345678")
        structlog.get_logger().debug("unimportant")
        written = capsys.readouterr().err
    assert "ready" in written and "138****5678" in written and "unimportant" not in written
