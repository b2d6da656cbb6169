"""The API of whistles: what the pages can do, a program can do, and what it must not is refused as plainly."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.database import Database
from service.directory import lifecycle as directory
from service.whistles.api_words import BLOWN_EXAMPLE, WHISTLE_EXAMPLES
from tests.factories import NOW
from tests.service.whistles.conftest import Scene, blow, build_scene
from tests.support.programs import Program, is_problem, program_of
from workflows.whistle_commands import WHISTLE_COMMANDS
from workflows.whistle_kinds import Approval, KindRow
from workflows.whistle_words import WhistleKind
from workflows.whistles import WHISTLES, WhistleRole

CAME = {"verb": "report_in", "is_on_site": True, "place": "村口"}
BLOWN = {"verb": "blow_whistle", "kind": "emergency", "reason": "beyond_power", "text": "路塌了，请马上来人"}


@pytest.fixture
def scene(client: TestClient, database: Database) -> Scene:
    with database.writing() as session:
        return build_scene(session)


@pytest.fixture
def program(client: TestClient, database: Database, scene: Scene) -> Callable[[str], Program]:
    return lambda who: program_of(client, database, getattr(scene, who, 0) or getattr(scene.county, who))


@pytest.fixture
def whistle(database: Database, scene: Scene) -> int:
    with database.writing() as session:
        return blow(session, scene, scene.principal)


def number(scene: Scene, database: Database) -> str:
    return f"2026-{scene.ticket:06d}"


def test_a_town_blows_and_a_bureau_reports_in(
    program: Callable[[str], Program], scene: Scene, database: Database
) -> None:
    body = BLOWN | {"lead": scene.county.bureau}
    answer = program("dispatcher").sends(f"/tickets/{number(scene, database)}/whistles", body)
    assert answer.status_code == 201, answer.text
    done = answer.json()
    assert done["status"] == "blown" and done["unit"] == "县交通运输局"
    bureau = program("handler")
    shown = bureau.gets(f"/whistles/{done['id']}").json()
    assert "report_in" in shown["commands"] and shown["ticket"] == number(scene, database)
    came = bureau.sends(f"/whistles/{done['id']}/commands", CAME)
    assert came.status_code == 200 and came.json()["status"] == "at_work"
    [listed] = bureau.gets("/whistles", only="mine").json()["whistles"]
    assert listed["id"] == done["id"]


def test_a_program_reads_the_countys_book_and_blows_by_a_kind_that_was_added(
    program: Callable[[str], Program], scene: Scene, database: Database
) -> None:
    flood = KindRow("own_1", "防汛抢险", Approval.after, goes_by=WhistleKind.emergency, english="Flood rescue")
    with database.writing() as session:
        directory.set_whistle_kind(session, flood, None, NOW)
    book = program("dispatcher").gets("/whistle-kinds").json()
    assert [row["key"] for row in book["kinds"]][:2] == ["emergency", "own_1"] and len(book["reasons"]) == 4
    assert book["kinds"][1] | {"key": 0} == book["kinds"][0] | {"key": 0, "name": "防汛抢险", "english": "Flood rescue"}
    address, body = f"/tickets/{number(scene, database)}/whistles", BLOWN | {"lead": scene.county.bureau}
    assert program("dispatcher").sends(address, body | {"kind": "own_1"}).json()["status"] == "blown"
    unknown = program("dispatcher").sends(address, body | {"kind": "own_2"})
    assert is_problem(unknown, 422) and "没有这一类哨" in unknown.text


def test_a_whistle_that_is_not_ours_is_not_there(program: Callable[[str], Program], whistle: int) -> None:
    stranger = program("water_handler")
    assert is_problem(stranger.gets(f"/whistles/{whistle}"), 404)
    assert is_problem(stranger.sends(f"/whistles/{whistle}/commands", CAME), 404)
    assert stranger.gets("/whistles").json() == {"whistles": [], "cursor": None}


WRONG: tuple[tuple[int, dict[str, Any]], ...] = (
    (422, {"verb": "whistle_louder"}),
    (422, {"verb": "report_in"}),
    (422, {"verb": "score_call", "unit": 1, "speed": 6, "work": 1, "result": 1}),
    (422, {**CAME, "photos": [1]}),
    (422, {**CAME, "place": None}),
    (409, {"verb": "accept_whistle"}),
    (403, {"verb": "escalate_whistle", "subject": "whistle", "step": "report_due"}),
)


def test_what_is_wrong_is_refused_with_a_sentence(program: Callable[[str], Program], whistle: int) -> None:
    bureau = program("handler")
    for status, body in WRONG:
        answer = bureau.sends(f"/whistles/{whistle}/commands", body)
        assert is_problem(answer, status), (body, answer.text)
    stale = bureau.sends(f"/whistles/{whistle}/commands", CAME, version=99)
    assert is_problem(stale, 409)


def test_an_unknown_kind_is_no_whistle(program: Callable[[str], Program], scene: Scene, database: Database) -> None:
    body = BLOWN | {"kind": "party", "lead": scene.county.bureau}
    answer = program("dispatcher").sends(f"/tickets/{number(scene, database)}/whistles", body)
    assert is_problem(answer, 422)


def test_every_verb_of_people_has_an_example_that_is_valid() -> None:
    examples = {**WHISTLE_EXAMPLES, **BLOWN_EXAMPLE}
    of_people = {row.verb for row in WHISTLES if row.who != {WhistleRole.system}}
    assert set(examples) == of_people
    for verb, example in examples.items():
        assert WHISTLE_COMMANDS[verb].model_validate(example["value"]).details() is not None
