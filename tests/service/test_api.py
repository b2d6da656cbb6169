"""The API as a whole: described in full, answering as described whatever is sent, in the caller's language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlmodel import Session
from starlette.testclient import TestClient

from service.api_docs import OPENAPI, PREFIX
from service.claims import lifecycle as claims
from service.database import Database
from service.issues import lifecycle as issues
from service.oversight.checks import breaches
from service.oversight.models import InspectionItem, InspectionRound
from service.reports.api import FiguresTold
from service.sealing import tracking_token
from service.tickets.api_examples import SAID
from service.tickets.api_files import FilesKept
from service.tickets.api_words import Done, PublicWish, Receipt, TicketDetail, TicketList, TicketSummary
from service.whistles import lifecycle
from tests.factories import NOW, TOKEN, County, act, actor, build_county, number_of, sign_in, wish_in
from tests.support.app import app_on, serving
from tests.support.programs import API, PROBLEM, Program, is_problem, program_of
from workflows.claim_commands import Claim, MarkClaimable
from workflows.claim_words import ClaimantKind
from workflows.commands import COMMANDS
from workflows.every_command import EVERY_COMMAND
from workflows.issue_commands import CreateIssue
from workflows.statuses import Status
from workflows.whistle_commands import BlowWhistle

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def described(client: TestClient) -> dict[str, Any]:
    answer = client.get(OPENAPI)
    assert answer.status_code == 200
    return dict(answer.json())


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


ANSWERS = (FilesKept, Receipt, PublicWish, TicketSummary, TicketList, TicketDetail, Done, FiguresTold)


def test_every_answer_about_wishes_has_an_example_that_is_one(described: dict[str, Any]) -> None:
    """The framework leaves what is null out of the description."""
    for answer in ANSWERS:
        [example] = answer.model_json_schema()["examples"]
        assert answer.model_validate(example).model_fields_set == answer.model_fields.keys()
        [drawn] = described["components"]["schemas"][answer.__name__]["examples"]
        assert drawn.keys() == {name for name, value in example.items() if value is not None}


def test_every_problem_has_an_example(described: dict[str, Any]) -> None:
    for method, path, operation in operations(described):
        for status, told in operation["responses"].items():
            if status >= "400":
                example = told["content"]["application/problem+json"]["example"]
                assert (str(example["status"]), example["type"]) == (status, "about:blank"), (method, path)
                assert example["detail"]


# The description


def test_the_description_is_valid_and_tells_every_route_of_the_api_and_no_page(described: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(described).validate()
    assert {f"{method} {path}" for method, path, _operation in operations(described)} == {
        f"post {API}/links/{{token}}/files",
        f"post {API}/links/{{token}}/wishes",
        f"get {API}/wishes/{{tracking_token}}",
        f"post {API}/wishes/{{tracking_token}}/commands",
        f"post {API}/wishes/{{tracking_token}}/files",
        f"post {API}/session",
        f"get {API}/session",
        f"delete {API}/session",
        f"get {API}/tickets",
        f"post {API}/tickets",
        f"get {API}/tickets/{{number}}",
        f"post {API}/tickets/{{number}}/commands",
        f"get {API}/figures",
        f"get {API}/reports",
        f"get {API}/reports/{{name}}",
        f"get {API}/wall",
        f"get {API}/claims",
        f"post {API}/tickets/{{number}}/claims",
        f"post {API}/claims/{{claim}}/commands",
        f"get {API}/issues",
        f"post {API}/issues",
        f"get {API}/issues/{{issue_id}}",
        f"post {API}/issues/{{issue_id}}/commands",
        f"post {API}/issues/{{issue_id}}/answers",
        f"post {API}/issues/{{issue_id}}/answers/{{act}}",
        f"get {API}/inspections",
        f"get {API}/inspections/{{round_id}}",
        f"post {API}/inspections/{{round_id}}/items/{{item_id}}/commands",
        f"get {API}/whistle-kinds",
        f"get {API}/whistles",
        f"get {API}/whistles/{{whistle_id}}",
        f"post {API}/whistles/{{whistle_id}}/commands",
        f"post {API}/tickets/{{number}}/whistles",
    }


def test_every_operation_says_what_it_is_for_and_how_its_errors_look(described: dict[str, Any]) -> None:
    for method, path, operation in operations(described):
        assert operation["description"] and operation["tags"], (method, path)
        errors = {status: told for status, told in operation["responses"].items() if status >= "400"}
        assert "503" in errors and all(list(told["content"]) == [PROBLEM] for told in errors.values())


def test_what_needs_a_token_says_so(described: dict[str, Any], client: TestClient) -> None:
    for method, path, operation in operations(described):
        is_for_officials = "villagers" not in operation["tags"] and (method, path) != ("post", f"{API}/session")
        assert ("security" in operation) is ("401" in operation["responses"] and is_for_officials), path
        if is_for_officials:
            assert client.request(method, path.replace("{number}", "2026-000001"), json={}).status_code in {401, 422}


def test_every_body_has_an_example_that_its_own_model_takes(described: dict[str, Any]) -> None:
    for method, path, operation in operations(described):
        if "requestBody" not in operation:
            continue
        body = operation["requestBody"]["content"].get("application/json")
        if body is None:
            assert path.endswith("/files")
            continue
        schema = described["components"]["schemas"].get(body["schema"].get("$ref", "").rpartition("/")[2], {})
        examples = [told["value"] for told in body.get("examples", {}).values()] or schema.get("examples", [])
        assert examples, (method, path)
        for example in (each for each in examples if "verb" in each):
            assert EVERY_COMMAND[example["verb"]].model_validate(example).details() is not None
    assert set(SAID) == set(COMMANDS)


def test_the_description_is_drawn_by_our_own_files(client: TestClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200 and OPENAPI in page.text
    assert "//" not in "".join(re.findall(r'(?:src|href)="([^"]+)"', page.text))
    assert "unsafe-inline" not in page.headers["content-security-policy"].partition("style-src")[0]


# Whatever is sent


@dataclass
class World:
    """A served county: its address, its own database, and what is true in it."""

    url: str
    dialect: str
    database: Database
    county: County
    number: str
    whistle: int
    issue: int
    token: str
    tracking: str


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    url = str(request.getfixturevalue(f"{request.param}_url"))
    with serving(app_on(url, tmp_path)) as address:
        database = Database(url)
        with database.writing() as session:
            county = build_county(session)
            wish = wish_in(session, county, Status.in_progress)
            whistle = blow(session, county, wish)
            number, token = number_of(session, wish), sign_in(session, county.county_dispatcher)
            issue = group(session, county, wish)
            claim_one(session, county, wish)
            look_back(session, county, wish)
        yield World(address, request.param, database, county, number, whistle, issue, token, tracking_token(wish))
        database.close()


def blow(session: Session, county: County, wish: int) -> int:
    call = BlowWhistle(kind="emergency", reason="beyond_power", text="路塌了，请马上来", lead=county.other_bureau)
    return lifecycle.blow(session, wish, call, actor(session, wish, county.dispatcher), NOW)


def claim_one(session: Session, county: County, wish: int) -> None:
    """The first of all claims: number 1."""
    act(session, wish, MarkClaimable(**SAID["mark_claimable"]), county.dispatcher)
    helper = actor(session, wish, county.handler)
    assert claims.claim(session, wish, Claim(kind=ClaimantKind.organisation), helper, NOW)[0] == 1


def look_back(session: Session, county: County, wish: int) -> None:
    """The first of all rounds, with one wish drawn."""
    days = {"closed_from": NOW.date(), "closed_until": NOW.date(), "due_at": NOW + timedelta(days=9), "created_at": NOW}
    drawn = {"title": "清溪镇", "area_path": "/1/2/", "percent": 10, "seed": "october"}
    session.add(InspectionRound(id=1, inspector_unit_id=county.county_desk, **drawn, **days))
    session.flush()
    session.add(InspectionItem(id=1, round_id=1, ticket_id=wish))


def group(session: Session, county: County, wish: int) -> int:
    numbers = tuple(number_of(session, each) for each in (wish, wish_in(session, county, Status.in_progress)))
    command = CreateIssue(title="路灯都不亮", tickets=numbers)
    return issues.create(session, command, actor(session, wish, county.county_dispatcher), NOW).issue_id


def test_whatever_is_sent_the_answer_is_one_that_is_described(world: World) -> None:
    schema = schemathesis.openapi.from_url(world.url + OPENAPI)
    schema.config.generation.update(modes=list(schemathesis.GenerationMode))
    operations = [found.ok() for found in schema.get_all_operations()]
    reached = {f"{each.method} {each.path}": bombard(each, world) & {200, 201, 204} for each in operations}
    assert {operation for operation, successes in reached.items() if not successes} <= ONLY_BY_LUCK
    with world.database.reading() as session:
        assert [str(breach) for breach in breaches(session)] == []


ONLY_BY_LUCK = {
    f"post {API}/wishes/{{tracking_token}}/files",
    f"post {API}/links/{{token}}/files",
    f"post {API}/links/{{token}}/wishes",
    f"post {API}/session",
    f"delete {API}/session",
    f"post {API}/tickets/{{number}}/commands",
    f"post {API}/wishes/{{tracking_token}}/commands",
    f"post {API}/whistles/{{whistle_id}}/commands",
    f"post {API}/tickets/{{number}}/whistles",
    f"post {API}/tickets/{{number}}/claims",
    f"post {API}/claims/{{claim}}/commands",
    f"post {API}/issues",
    f"post {API}/issues/{{issue_id}}/commands",
    f"post {API}/issues/{{issue_id}}/answers",
    f"post {API}/issues/{{issue_id}}/answers/{{act}}",
    f"post {API}/inspections/{{round_id}}/items/{{item_id}}/commands",
}
"""A picture, a password, a token that may be ended, a command that fits the moment: these have tests of their own."""


# What the second database could answer otherwise is less than what the rules of the API could.
EXAMPLES = {"sqlite": 20, "postgresql": 8}


def bombard(operation: Any, world: World) -> set[int]:
    """Half of the requests are for something that exists, by somebody who may see it; the statuses of the answers."""
    turn, seen = count(), set[int]()

    @settings(
        max_examples=EXAMPLES[world.dialect], derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
    )
    @given(case=operation.as_strategy())
    def attack(case: Any) -> None:
        real = {"number": world.number, "token": TOKEN, "tracking_token": world.tracking, "whistle_id": world.whistle}
        real |= {"issue_id": world.issue, "act": 1, "claim": 1, "round_id": 1, "item_id": 1, "name": "demands"}
        if next(turn) % 2:
            case.path_parameters = {name: real[name] for name in case.path_parameters or {}}
            if (case.method, case.path) == ("POST", f"{API}/tickets") and case.meta.generation.mode.is_positive:
                case.body = {"text": case.body["text"], "area": world.county.village, "source": "home_visit"}
        is_signing_out = (operation.method, operation.path) == ("delete", f"{API}/session")
        headers = {} if is_signing_out else {"Authorization": f"Bearer {world.token}"}
        seen.add(case.call_and_validate(base_url=world.url, headers=headers, checks=CHECKS).status_code)

    attack()
    return seen


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "cut short": (b'{"text": "', "application/json"),
    "no JSON": (b"text=hallo", "application/json"),
    "not UTF-8": (b'{"text": "\xff\xfe"}', "application/json"),
    "half a sign": (b'{"text": "\\ud800", "\\udfff": 1}', "application/json"),
    "a form": (b"text=hallo", "application/x-www-form-urlencoded"),
    "a letter": (b"hallo", "text/plain"),
    "a picture": (b"\x89PNG\r\n", "image/png"),
    "nothing": (b"", "application/json"),
    "a tower": (b"[" * 50_000, "application/json"),
    "a number without end": (b'{"text": ' + b"9" * 50_000 + b"}", "application/json"),
    "not a number": (b'{"text": "abc", "area": NaN}', "application/json"),
}


def test_what_cannot_be_read_is_refused_in_a_sentence(client: TestClient, database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        number = number_of(session, wish_in(session, county, Status.submitted))
    token = program_of(client, database, county.dispatcher).token
    for name, (body, kind) in UNREADABLE.items():
        for path in (f"/links/{TOKEN}/wishes", "/session", "/tickets", f"/tickets/{number}/commands"):
            headers = {"Content-Type": kind, "Authorization": f"Bearer {token}"}
            answer = client.post(API + path, content=body, headers=headers)
            assert is_problem(answer, answer.status_code) and answer.status_code in {400, 422}, (name, path)
    with database.reading() as session:
        assert [str(breach) for breach in breaches(session)] == []


def test_what_is_too_large_is_refused_in_a_sentence(tmp_path: Path, sqlite_url: str) -> None:
    with TestClient(app_on(sqlite_url, tmp_path, max_body_mb=1)) as client:
        answer = client.post(f"{API}/links/{TOKEN}/wishes", json={"text": "长" * 400_000})
    assert is_problem(answer, 413)


def test_an_address_or_a_method_that_does_not_exist_is_a_problem_too(client: TestClient) -> None:
    assert is_problem(client.get(f"{PREFIX}no/such/thing"), 404)
    assert is_problem(client.put(f"{API}/session", json={}), 405)


# Languages


def asked(client: TestClient, language: str, **query: str) -> str:
    answer = Program(client, headers={"Accept-Language": language}).gets("/tickets", **query)
    assert is_problem(answer, 401)
    return str(answer.json()["detail"])


def test_a_sentence_is_in_the_language_that_is_asked_for(client: TestClient) -> None:
    assert asked(client, "zh-CN") == "请先登录。"
    assert not CHINESE.search(asked(client, "zh-CN", lang="en"))


def test_a_sentence_is_in_the_language_of_the_callers_system(client: TestClient) -> None:
    assert not CHINESE.search(asked(client, "en-GB,en;q=0.9"))
    assert CHINESE.search(asked(client, "zh-TW,zh;q=0.9,en;q=0.8"))
    assert CHINESE.search(asked(client, "fr"))
