"""Claims by JSON: the same rules, the same sentences, and no more of a person than the pages tell."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from service import clock
from service.claims.api import SAID
from service.database import Database
from tests.factories import County, number_of
from tests.service.claims.conftest import A_COMPANY_JOINS, WORDS, claim, pooled
from tests.support.programs import Program, is_problem, program_of
from workflows.claim_commands import CLAIM_COMMANDS

NEXT_MONTH = str((clock.now() + timedelta(days=30)).date())


@pytest.fixture
def program(client: TestClient, database: Database, county: County) -> Callable[[str], Program]:
    return lambda who: program_of(client, database, getattr(county, who))


@pytest.fixture
def number(database: Database, county: County) -> str:
    with database.writing() as session:
        return number_of(session, pooled(session, county))


def claims(program: Program, number: str, verb: str = "claim", **fields: Any) -> Any:
    return program.sends(f"/tickets/{number}/claims", {"verb": verb, "kind": "organisation"} | fields)


def says(program: Program, claim_id: int, verb: str, **fields: Any) -> Any:
    return program.sends(f"/claims/{claim_id}/commands", {"verb": verb, **fields})


def test_a_program_claims_calls_and_delivers(program: Callable[[str], Program], number: str) -> None:
    helper = program("wrong_handler")
    listed = helper.gets("/claims").json()
    assert [(row["number"], row["words"], row["place"], row["rank"]) for row in listed["wishes"]] == [
        (number, WORDS, "清溪镇双喜村", 2)
    ]
    done = claims(helper, number)
    assert (done.status_code, done.json()["state"]) == (201, "claimed")
    claim_id = done.json()["claim"]
    assert says(helper, claim_id, "contact_claimed", deliver_by=NEXT_MONTH).json()["state"] == "contacted"
    today = helper.gets("/claims").json()["wishes"][0]["claims"][0]["contact_due_at"][:4]
    assert today.isdigit()
    assert is_problem(says(helper, claim_id, "contact_claimed", deliver_by=NEXT_MONTH), 409)
    assert says(helper, claim_id, "withdraw_claim", reason="书卖完了").json()["state"] == "withdrawn"


def test_what_is_wrong_is_said_in_a_sentence(program: Callable[[str], Program], number: str) -> None:
    helper = program("wrong_handler")
    assert is_problem(claims(helper, number, "join_claim"), 422)
    assert is_problem(claims(helper, number, kind="everybody"), 422)
    assert is_problem(claims(helper, number, "lapse_claim"), 422)
    assert is_problem(claims(helper, number, "press_claim"), 422)
    assert is_problem(claims(helper, "2026-999999"), 404)
    assert is_problem(claims(program("reviewer"), number), 403)
    assert is_problem(
        helper.sends(f"/tickets/{number}/claims", {"verb": "claim", "kind": "organisation"}, version=1), 409
    )
    claim_id = claims(helper, number).json()["claim"]
    assert is_problem(says(helper, claim_id, "lapse_claim"), 422)
    assert is_problem(says(helper, claim_id, "deliver_claim", words="书", given_on="2026-01-01", photos=[1]), 422)
    assert is_problem(says(helper, 999_999, "withdraw_claim", reason="算了"), 404)
    assert is_problem(program("village_secretary").sends(f"/claims/{claim_id}/commands", WITHDRAW), 404)


WITHDRAW = {"verb": "withdraw_claim", "reason": "算了"}


def test_who_stands_behind_a_claim_is_told_to_no_program(
    program: Callable[[str], Program], database: Database, county: County
) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        claim(session, wish, county.wrong_handler)
        claim(session, wish, county.village_secretary, A_COMPANY_JOINS)
    told = program("dispatcher").gets("/claims").text
    assert "青岭药业" not in told and "2512345" not in told and '"company"' in told


def test_every_example_is_one_that_its_command_takes() -> None:
    assert set(SAID) == set(CLAIM_COMMANDS) - {"lapse_claim", "press_claim"}
    assert all(CLAIM_COMMANDS[verb].model_validate({"verb": verb, **said}) for verb, said in SAID.items())
