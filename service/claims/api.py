"""The claim pool in JSON: what may be claimed, and the same commands as the pages."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from fastapi.openapi.models import Example
from pydantic import BaseModel, Field

from service.accounts.visits import Acting, Looking, Visit
from service.api_docs import SIGNED_IN, problems
from service.claims import lifecycle, queries
from service.claims.models import Claim
from service.claims.pages import said_of
from service.claims.told import village_of
from service.tickets.api_doors import Version, refuse_photos
from service.tickets.models import Ticket
from service.tickets.numbers import id_of, number_of
from workflows import claim_commands as c
from workflows.claim_words import CLAIM_VERB_WORDS, ClaimantKind, ClaimState, PoolRank
from workflows.commands import LARGEST_ID

router = APIRouter(prefix="/api/v1")

NewClaim = Annotated[c.Claim | c.JoinClaim, Field(discriminator="verb")]
LaterClaim = Annotated[c.ContactClaimed | c.DeliverClaim | c.WithdrawClaim, Field(discriminator="verb")]
ClaimId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
CURSOR = r"^[1-4]~[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}\+00:00~[0-9]{1,10}$"

# fmt: off
SAID = {
    "claim":           {"kind": "organisation", "words": "月底送书下乡"},
    "join_claim":      {"kind": "company", "name": "青岭药业", "phone": "0915-2512345"},
    "contact_claimed": {"deliver_by": "2099-12-31", "words": "约好送到村文化室"},
    "deliver_claim":   {"words": "农技书一百本", "given_on": "2026-11-21"},
    "withdraw_claim":  {"reason": "书卖完了"},
}
# fmt: on


def _examples(*verbs: str) -> dict[str, Example]:
    return {verb: Example(summary=CLAIM_VERB_WORDS[verb], value={"verb": verb, **SAID[verb]}) for verb in verbs}


class ClaimTold(BaseModel):
    """Whoever is no unit of the county is told by his kind alone."""

    id: int
    kind: ClaimantKind
    unit_id: int | None
    state: ClaimState
    contact_due_at: datetime
    deliver_by: date | None
    delivered_on: date | None


class WishInPool(BaseModel):
    number: str
    words: str = Field(description="The sentence of the pool, not the wish")
    place: str = Field(description="Never finer than the village")
    rank: int = Field(description="1 came back and goes first, 2 is free, 3 is claimed and may be joined, 4 was helped")
    pooled_at: datetime
    claims: Sequence[ClaimTold]


class PoolTold(BaseModel):
    wishes: Sequence[WishInPool]
    cursor: str | None = Field(description="Asks for the rows after these")


class ClaimDone(BaseModel):
    claim: int
    number: str
    state: ClaimState
    version: int = Field(description="Of the wish, now")


@router.get(
    "/claims", tags=["officials"], response_model=PoolTold, dependencies=SIGNED_IN, responses=problems(401, 422)
)
def list_pool(
    visit: Looking,
    cursor: Annotated[
        str | None, Query(max_length=80, pattern=CURSOR, description="`cursor` of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = queries.PAGE,
) -> PoolTold:
    """The claim pool: what came back first, then what nobody has claimed, then what may be joined."""
    found = queries.find_pool(visit.session, visit.actor, PoolRank, None, cursor, limit)
    claims = queries.claims_of(visit.session, [ticket.id for ticket in found.tickets])
    return PoolTold(
        wishes=[_told(visit, each, claims.get(each.id or 0, [])) for each in found.tickets], cursor=found.cursor
    )


@router.post(
    "/tickets/{number}/claims",
    status_code=201,
    tags=["officials"],
    response_model=ClaimDone,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 404, 409, has_body=True),
)
def claim_wish(
    number: str,
    command: Annotated[NewClaim, Body(openapi_examples=_examples("claim", "join_claim"))],
    visit: Acting,
    version: Version = None,
) -> ClaimDone:
    """Claim a wish of the pool for your unit, or for a party member, an organisation or a company that asked you to."""
    ticket = queries.pooled_ticket(visit.session, visit.actor, id_of(number))
    claim_id, _done = lifecycle.claim(visit.session, ticket.id or 0, command, visit.actor, visit.now, version)
    return _done_with(visit, claim_id)


@router.post(
    "/claims/{claim}/commands",
    tags=["officials"],
    response_model=ClaimDone,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 404, 409, has_body=True),
)
def command_claim(
    claim: ClaimId,
    command: Annotated[
        LaterClaim, Body(openapi_examples=_examples("contact_claimed", "deliver_claim", "withdraw_claim"))
    ],
    visit: Acting,
    version: Version = None,
) -> ClaimDone:
    """Say that you have called, what was given, or that you give it back; `version` is that of the wish."""
    queries.seen_claim(visit.session, visit.actor, claim)
    refuse_photos(command)
    lifecycle.perform(visit.session, claim, command, visit.actor, visit.now, version)
    return _done_with(visit, claim)


def _told(visit: Visit, ticket: Ticket, claims: Sequence[Claim]) -> WishInPool:
    assert ticket.pool_rank is not None and ticket.pooled_at is not None
    return WishInPool(
        number=number_of(ticket.id or 0, ticket.created_at),
        words=said_of(ticket),
        place=village_of(ticket.area_id, visit.known),
        rank=ticket.pool_rank,
        pooled_at=ticket.pooled_at,
        claims=[ClaimTold.model_validate(each, from_attributes=True) for each in claims],
    )


def _done_with(visit: Visit, claim_id: int) -> ClaimDone:
    found = visit.session.get_one(Claim, claim_id)
    ticket = visit.session.get_one(Ticket, found.ticket_id)
    number = number_of(ticket.id or 0, ticket.created_at)
    return ClaimDone(claim=claim_id, number=number, state=found.state, version=ticket.version)
