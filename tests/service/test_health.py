"""What machines that watch are told: alive, ready, leading, and how often and how fast each route answered."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.database import Database
from service.sealing import tracking_token
from tests.factories import build_county, submit_wish
from tests.support import postgres
from tests.support.app import app_on
from tests.support.databases import fresh_name


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """On the machine itself."""
    with TestClient(app, client=("127.0.0.1", 50000)) as opened:
        yield opened


def counted(client: TestClient, method: str, route: str, status: int) -> float:
    """How many requests the metrics have counted so far."""
    line = f'weiyuan_requests_total{{method="{method}",route="{route}",status="{status}"}}'
    found = [float(each.rpartition(" ")[2]) for each in client.get("/metrics").text.splitlines() if line in each]
    return found[0] if found else 0


def test_a_process_that_is_alive_and_has_its_database_says_so(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok"
    assert client.get("/readyz").json() == {"ready": True, "leads": False}


def test_without_its_database_it_is_alive_but_not_ready(
    postgres_server: str, postgres_template: str, tmp_path: Path
) -> None:
    name = fresh_name()
    with postgres.database(postgres_server, name, postgres_template) as url:
        with TestClient(app_on(url, tmp_path)) as client:
            assert client.get("/readyz").status_code == 200
            with closing(psycopg.connect(postgres_server, autocommit=True)) as other:
                other.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["ready"]) == (503, False)
            assert client.get("/healthz").status_code == 200
        with closing(psycopg.connect(postgres_server, autocommit=True)) as other:
            other.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]


def test_before_the_county_is_entered_a_page_says_so_and_no_stack_is_written(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("/wall", "/w/nothere1", "/w/-"):
        answer = client.get(path)
        assert answer.status_code == 503 and "weiyuan import directory" in answer.text
    assert "NotSetUp" in (said := capsys.readouterr().err) and "Traceback" not in said


def test_it_says_that_it_leads_while_it_does(app: FastAPI, client: TestClient) -> None:
    class Leading:
        class leadership:  # noqa: N801
            is_ours = True

    app.state.clockwork = Leading
    assert client.get("/readyz").json()["leads"] is True
    assert "weiyuan_scheduler_leads 1.0" in client.get("/metrics").text
    app.state.clockwork = None
    assert "weiyuan_scheduler_leads 0.0" in client.get("/metrics").text


def test_requests_are_counted_by_route_and_never_by_address(client: TestClient, database: Database) -> None:
    with database.writing() as session:
        token = tracking_token(submit_wish(session, build_county(session)))
    before = counted(client, "GET", "/t/{token}", 200)
    assert [client.get(f"/t/{token}").status_code for _look in range(3)] == [200] * 3
    assert counted(client, "GET", "/t/{token}", 200) == before + 3
    assert token not in client.get("/metrics").text


def test_what_leads_nowhere_is_one_line_however_many_addresses_are_tried(client: TestClient) -> None:
    before = counted(client, "GET", "(none)", 404)
    for guess in range(5):
        client.get(f"/wp-admin-{guess}.php")
    assert counted(client, "GET", "(none)", 404) == before + 5
    assert "wp-admin" not in client.get("/metrics").text


def test_the_figures_of_the_machine_are_for_the_machine_itself(client: TestClient, app: FastAPI) -> None:
    assert client.get("/metrics").status_code == 200
    assert TestClient(app, client=("203.0.113.9", 50000)).get("/metrics").status_code == 404


def test_who_comes_through_a_proxy_on_the_machine_is_not_the_machine_itself(client: TestClient) -> None:
    said = {
        "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
        "X-Real-IP": "203.0.113.9",
        "X-Forwarded-Host": "wish.county.cn",
        "Via": "1.1 proxy",
    }
    for name, value in said.items():
        assert client.get("/metrics", headers={name: value}).status_code == 404, name


def test_seconds_are_counted_in_the_text_form_of_prometheus(client: TestClient) -> None:
    client.get("/healthz")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert re.search(r'weiyuan_request_seconds_bucket\{le="0.15",method="GET",route="/healthz"\} \d', answer.text)
