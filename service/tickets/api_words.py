"""The shapes of the API's bodies and answers; their docstrings and examples are its documentation."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Row

from service.api_docs import shown
from service.directory.reference import Reference
from service.masking import mask_name, mask_phone, mask_text
from service.tickets import api_answers
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.queries import Story
from service.tickets.tracked_wish import Tracked
from workflows.commands import Outcome, Satisfaction
from workflows.statuses import UNANSWERED, Kind, Source, Stage, Status
from workflows.time_limits import Urgency


class Receipt(BaseModel):
    """`number` with `code`, or `tracking_url` alone, lead back to the wish."""

    model_config = shown(api_answers.RECEIPT)
    number: str
    code: str
    tracking_token: str
    tracking_url: str
    due_at: datetime | None = Field(description="When the desk will have passed it on at the latest")


class PublicEntry(BaseModel):
    """One line of what the villager sees."""

    at: datetime
    verb: str
    label: str
    words: str


class PublicWish(BaseModel):
    """A wish as its villager sees it: personal data masked, internal notes left out."""

    model_config = shown(api_answers.PUBLIC_WISH)
    number: str
    version: int
    status: Status
    stage: int
    headline: str
    text: str
    photos: list[str] = Field(description="Whole addresses of her own photographs, as secret as the token")
    voice: str | None = Field(description="Where her recording plays, for her alone")
    area: str
    unit: str | None
    due_at: datetime | None
    answer: str | None
    answer_photos: list[str]
    outcome: Outcome | None
    promised_for: date | None
    referred_to: str | None
    commands: list[str] = Field(description="The verbs that she may use now")
    timeline: list[PublicEntry]


class TicketSummary(BaseModel):
    model_config = shown(api_answers.SUMMARY)
    number: str
    version: int
    created_at: datetime
    source: Source
    kind: Kind
    category: str | None
    area: str
    text: str = Field(description="The wish with personal data masked")
    status: Status
    stage: Stage
    round: int
    urgency: Urgency
    unit_id: int | None
    unit: str
    lead_unit: str
    due_at: datetime | None
    is_provisional: bool
    is_overdue: bool = Field(description="The answer that was promised by now is still owing")
    satisfaction: Satisfaction | None
    closed_at: datetime | None


class TicketList(BaseModel):
    """`cursor` asks for the next page; null when there is none."""

    model_config = shown(api_answers.TICKETS)
    tickets: list[TicketSummary]
    cursor: str | None


class Event(BaseModel):
    """One event of the chain; `details` are the fields of the command, empty where they were erased by law."""

    number: int
    at: datetime
    verb: str
    role: str
    person_id: int | None
    unit: str
    rule: str | None
    round: int
    status_from: Status | None
    status_to: Status
    details: dict[str, Any]
    hash: str


class TicketDetail(TicketSummary):
    """Name and telephone stay masked: the whole number is shown in the workbench only, where looking is noted."""

    model_config = shown(api_answers.DETAIL)
    wish: str
    name: str
    phone: str
    place: str | None
    meeting: str | None
    outcome: Outcome | None
    promised_for: date | None
    original_due_at: datetime | None
    commands: list[str] = Field(description="The verbs that you may use now")
    events: list[Event]


class Done(BaseModel):
    """What a command did. Send `version` with the next one: 409 tells you that somebody else was quicker."""

    model_config = shown(api_answers.DONE)
    number: str
    version: int
    status_from: Status | None
    status_to: Status | None = Field(description="null when nothing was done because it had been done before")
    due_at: datetime | None
    is_repeat: bool = False


def summary(row: Row[Any] | Ticket, known: Reference, now: datetime) -> dict[str, Any]:
    category = known.categories.get(row.category_id or 0)
    return {
        "number": number_of(row.id or 0, row.created_at),
        "version": row.version,
        "created_at": row.created_at,
        "source": row.source,
        "kind": row.kind,
        "category": category.key if category else None,
        "area": known.place_name(row.area_id),
        "text": row.public_text,
        "status": row.status,
        "stage": row.stage,
        "round": row.round,
        "urgency": row.urgency,
        "unit_id": row.unit_id,
        "unit": known.unit_name(row.unit_id),
        "lead_unit": known.unit_name(row.lead_unit_id),
        "due_at": row.due_at,
        "is_provisional": row.due_is_provisional,
        "is_overdue": row.status in UNANSWERED and row.due_at is not None and row.due_at < now,
        "satisfaction": row.satisfaction,
        "closed_at": row.closed_at,
    }


def detail(
    ticket: Ticket, stories: Sequence[Story], commands: Sequence[str], known: Reference, now: datetime
) -> TicketDetail:
    return TicketDetail(
        **summary(ticket, known, now),
        wish=mask_text(ticket.wish),
        name=mask_name(ticket.name),
        phone=mask_phone(ticket.phone),
        place=mask_text(ticket.place) if ticket.place else None,
        meeting=ticket.meeting,
        outcome=ticket.outcome,
        promised_for=ticket.promised_for,
        original_due_at=ticket.original_due_at,
        commands=list(commands),
        events=[_event(story, known) for story in stories],
    )


def _event(story: Story, known: Reference) -> Event:
    told = story.event
    return Event(
        number=told.number,
        at=told.at,
        verb=told.verb,
        role=told.role,
        person_id=told.person_id,
        unit=known.unit_name(told.unit_id),
        rule=told.rule,
        round=told.round,
        status_from=told.status_from,
        status_to=told.status_to,
        details={name: _masked(value) for name, value in story.details.items()},
        hash=told.hash.hex(),
    )


def _masked(value: Any) -> Any:
    """The parts of a split are words, too."""
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return mask_text(value) if isinstance(value, str) else value


def public_wish(tracked: Tracked, voice: str | None) -> PublicWish:
    """Where her wish was merged into another, the answer is the other's, with its outcome. `voice` is an address."""
    where, answer = tracked.where, tracked.answer
    return PublicWish(
        number=tracked.wish.number,
        version=tracked.version,
        status=where.status,
        stage=where.stage,
        headline=where.headline,
        text=tracked.wish.text,
        photos=[each.url for each in tracked.wish.photos],
        voice=voice,
        area=tracked.wish.area_name,
        unit=where.unit.name if where.unit else None,
        due_at=where.due_at,
        answer=answer.words if answer else None,
        answer_photos=[each.url for each in answer.photos] if answer else [],
        outcome=Outcome(answer.outcome) if answer and answer.outcome else None,
        promised_for=answer.promised_for if answer else None,
        referred_to=answer.referred_to if answer else None,
        commands=[command.model_fields["verb"].default for command in tracked.commands],
        timeline=[
            PublicEntry(at=each.at, verb=each.verb, label=each.label, words=each.words) for each in tracked.timeline
        ],
    )
