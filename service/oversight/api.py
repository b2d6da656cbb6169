"""Looking back (回头看) in JSON: the rounds that concern you, what was drawn, and what your unit has found."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path
from fastapi.openapi.models import Example
from pydantic import BaseModel, Field

from service.accounts.visits import Acting, Looking
from service.api_docs import SIGNED_IN, problems
from service.oversight import inspections
from service.oversight.inspection_queries import (
    Counts,
    ItemRow,
    RoundRow,
    counts_of,
    items_of,
    rounds_of,
    row_of,
    seen_item,
    seen_round,
)
from service.tickets.api_doors import refuse_photos
from service.tickets.numbers import number_of
from workflows.commands import LARGEST_ID
from workflows.inspection_words import FINDING_WORDS, Finding
from workflows.inspections import NEW_WISH, NOTHING, REOPEN, RecordInspection

router = APIRouter(prefix="/api/v1")

RoundId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ItemId = Annotated[int, Path(ge=1, le=LARGEST_ID)]

SAID: Mapping[Finding, str] = {
    Finding.confirmed: "上门看过，路灯亮着。",
    Finding.partly: "两盏里修好了一盏。",
    Finding.untrue: "问了三家人，都说没有来修过。",
}
EXAMPLES = {
    str(finding): Example(
        summary=FINDING_WORDS[finding],
        value={"verb": "record_inspection", "finding": str(finding), "words": words},
    )
    for finding, words in SAID.items()
}


class RoundTold(BaseModel):
    """`due_at` is when it has to be through; every figure stands beside what it is a part of."""

    id: int
    title: str
    inspector_unit_id: int
    inspector: str
    closed_from: date
    closed_until: date
    percent: int
    seed: str = Field(description="Published: whoever draws with it draws the same tickets")
    due_at: datetime
    ended_at: datetime | None
    is_mine: bool = Field(description="One of your own units inspects")
    drawn: int
    confirmed: int
    partly: int
    untrue: int
    not_yet: int


class ItemTold(BaseModel):
    id: int
    ticket: str
    words: str
    place: str
    lead: str
    closed_at: datetime | None
    finding: Finding | None
    inspected_at: datetime | None


class RoundList(BaseModel):
    rounds: Sequence[RoundTold]


class RoundDetail(RoundTold):
    items: Sequence[ItemTold]


class FindingDone(BaseModel):
    """What followed from the finding."""

    item: int
    ticket: str
    finding: Finding
    consequence: str = Field(description=f"`{NOTHING}`, `{REOPEN}` or `{NEW_WISH}`")
    round_ended_at: datetime | None


@router.get(
    "/inspections", tags=["supervisors"], response_model=RoundList, dependencies=SIGNED_IN, responses=problems(401)
)
def list_rounds(visit: Looking) -> RoundList:
    """The newest rounds of your areas, and those that one of your units is to inspect; those under way first."""
    return RoundList(rounds=[RoundTold(**_told(row)) for row in rounds_of(visit)])


@router.get(
    "/inspections/{round_id}",
    tags=["supervisors"],
    response_model=RoundDetail,
    dependencies=SIGNED_IN,
    responses=problems(401, 404, 422),
)
def show_round(round_id: RoundId, visit: Looking) -> RoundDetail:
    """One round with all that was drawn, what nobody has looked at first."""
    round = seen_round(visit, round_id)
    row = row_of(visit, round, counts_of(visit.session, [round_id]))
    return RoundDetail(**_told(row), items=[_item(each) for each in items_of(visit, round)])


@router.post(
    "/inspections/{round_id}/items/{item_id}/commands",
    tags=["supervisors"],
    response_model=FindingDone,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 404, has_body=True),
)
def record_finding(
    round_id: RoundId,
    item_id: ItemId,
    command: Annotated[RecordInspection, Body(openapi_examples=EXAMPLES)],
    visit: Acting,
) -> FindingDone:
    """Say what was found: what is untrue is done again at once. Nobody inspects what he has handled himself."""
    round, item, ticket = seen_item(visit, round_id, item_id)
    refuse_photos(command)
    consequence = inspections.record(visit.session, item_id, command, visit.actor, visit.now)
    visit.session.refresh(round)
    number = number_of(item.ticket_id, ticket.created_at)
    return FindingDone(
        item=item_id, ticket=number, finding=command.finding, consequence=consequence, round_ended_at=round.ended_at
    )


def _told(row: RoundRow) -> dict[str, object]:
    same = ("id", "title", "inspector_unit_id", "closed_from", "closed_until", "percent", "seed", "due_at", "ended_at")
    return {
        **{name: getattr(row.round, name) for name in same},
        "inspector": row.inspector,
        "is_mine": row.is_mine,
        **_counted(row.counts),
    }


def _counted(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in ("drawn", "confirmed", "partly", "untrue", "not_yet")}


def _item(row: ItemRow) -> ItemTold:
    return ItemTold(
        id=row.item.id or 0,
        ticket=row.number,
        words=row.words,
        place=row.area_name,
        lead=row.lead_name,
        closed_at=row.closed_at,
        finding=row.item.finding,
        inspected_at=row.item.inspected_at,
    )
