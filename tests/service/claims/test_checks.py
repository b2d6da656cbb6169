"""`weiyuan check` finds what must never be true of claims."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from service.database import Database
from service.oversight.checks import breaches
from tests.factories import County, later
from tests.service.claims.conftest import claim, does, pooled
from workflows import claim_commands as c
from workflows.claim_words import ClaimantKind

DAMAGE: dict[str, list[str]] = {
    "claims_without_term": ["UPDATE claim SET deliver_by = NULL"],
    "claimed_twice": ["DROP INDEX ix_claim_running", "UPDATE claim SET unit_id = (SELECT max(unit_id) FROM claim)"],
    "pool_against_tickets": ["UPDATE ticket SET pool_words = NULL"],
}
CALLED = c.ContactClaimed(deliver_by=later(days=3).date())


@pytest.fixture
def two_claims(database: Database, county: County) -> Callable[[], set[str]]:
    with database.writing() as session:
        wish = pooled(session, county)
        called = claim(session, wish, county.wrong_handler)
        does(session, called, county.wrong_handler, c.ContactClaimed(deliver_by=later(days=9).date()))
        joined = c.JoinClaim(kind=ClaimantKind.organisation)
        does(session, claim(session, wish, county.handler, joined), county.handler, CALLED)

    def found() -> set[str]:
        with database.reading() as session:
            return {breach.check.name for breach in breaches(session)}

    return found


def test_sound_claims_have_no_breach(two_claims: Callable[[], set[str]]) -> None:
    assert two_claims() == set()


@pytest.mark.parametrize("name", DAMAGE)
def test_each_kind_of_damage_is_found(database: Database, two_claims: Callable[[], set[str]], name: str) -> None:
    with database.writing() as session:
        for step in DAMAGE[name]:
            session.execute(text(step))
    assert two_claims() == {name}
