"""A village whose wish stands in the pool, two bureaus that may claim it, and surroundings at a given moment."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from service.accounts.actors import actor_of
from service.claims import lifecycle
from service.claims.models import Claim
from service.database import Database
from service.directory.reference import reference
from service.jobs import Surroundings
from service.settings import Settings
from tests.factories import NOW, County, act, build_county, later, wish_in
from workflows import claim_commands as c
from workflows.claim_words import ClaimantKind
from workflows.command_fields import CommandBase
from workflows.statuses import Status

WORDS = "文化室想要一百本农技书"
MARK = c.MarkClaimable(words=WORDS, is_agreed=True, consent="今天打电话问过，本人愿意")
FOR_US = c.Claim(kind=ClaimantKind.organisation, words="月底送书下乡")
COMPANY = {"kind": ClaimantKind.company, "name": "青岭药业", "phone": "0915-2512345"}
FOR_A_COMPANY = c.Claim(**COMPANY)
A_COMPANY_JOINS = c.JoinClaim(**COMPANY)


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


@pytest.fixture
def around(database: Database) -> Callable[..., Surroundings]:
    def at(now: datetime = NOW) -> Surroundings:
        return Surroundings(database, Settings(), now)

    return at


def pooled(session: Session, county: County, status: Status = Status.in_progress, **fields: Any) -> int:
    """A wish that the dispatcher has put into the pool."""
    wish = wish_in(session, county, status, **fields)
    act(session, wish, MARK, county.dispatcher)
    return wish


def claim(
    session: Session, wish: int, who: int, command: c.ClaimTerms = FOR_US, now: datetime = NOW, **given: Any
) -> int:
    return lifecycle.claim(session, wish, command, actor_of(session, who, reference(session)), now, **given)[0]


def does(
    session: Session, claim_id: int, who: int, command: CommandBase, now: datetime | None = None, **given: Any
) -> None:
    actor = actor_of(session, who, reference(session))
    lifecycle.perform(session, claim_id, command, actor, now or later(hours=1), **given)


def state_of(session: Session, claim_id: int) -> str:
    found = session.get_one(Claim, claim_id)
    session.refresh(found)
    return found.state
