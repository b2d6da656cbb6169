"""The shapes of the whistles' API: their docstrings and examples are its documentation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi.openapi.models import Example
from pydantic import BaseModel, Field

from service.directory.reference import Reference
from service.masking import mask_text
from service.tickets.how_many import HowMany
from service.tickets.queries import Story
from service.whistles.models import Milestone, Whistle, WhistleCall
from workflows.whistle_words import (
    WHISTLE_VERB_WORDS,
    CallState,
    MilestoneState,
    WhistleStatus,
)


class WhistleSummary(BaseModel):
    """`unit` has to act now, until `due_at`; `ticket` is the number of the wish that it was blown for."""

    id: int
    version: int
    ticket: str
    issue: int | None
    kind: str = Field(description="Of the kinds at /api/v1/whistle-kinds")
    reason: str
    text: str
    status: WhistleStatus
    town_unit: str
    unit_id: int | None
    unit: str
    due_at: datetime | None
    is_provisional: bool
    raised_at: datetime
    blown_at: datetime | None
    ended_at: datetime | None


class Call(BaseModel):
    """One called unit: `was_late` says nothing until it has come or the whistle has ended."""

    unit_id: int
    unit: str
    is_lead: bool
    state: CallState
    called_at: datetime
    report_due_at: datetime
    is_provisional: bool
    reported_at: datetime | None
    is_on_site: bool | None
    was_late: bool | None
    speed: int | None
    work: int | None
    result: int | None


class Step(BaseModel):
    """A milestone of the plan."""

    id: int
    title: str
    unit_id: int
    unit: str
    due_at: datetime
    is_public: bool
    state: MilestoneState
    done_at: datetime | None
    was_late: bool | None


class WhistleEvent(BaseModel):
    at: datetime
    verb: str
    unit: str
    rule: str | None
    status_to: str | None
    details: dict[str, Any]


class WhistleDetail(WhistleSummary):
    was_needed: bool | None = Field(description="As ruled; null where nobody contested it")
    wishes: int = Field(description="Of its issue, else its ticket, with those merged into one of them")
    people: int = Field(description="Who wrote them, and the neighbours who said the same; one telephone is one person")
    calls: list[Call]
    milestones: list[Step]
    commands: list[str] = Field(description="The verbs that you may use now")
    events: list[WhistleEvent]


class WhistleList(BaseModel):
    """`cursor` asks for the next page; null when there is none."""

    whistles: list[WhistleSummary]
    cursor: str | None


class WhistleDone(BaseModel):
    """What a command did. Send `version` with the next one: 409 tells you that somebody else was quicker."""

    id: int
    ticket: str
    version: int
    status: WhistleStatus
    unit: str
    due_at: datetime | None


def summary(whistle: Whistle, number: str, known: Reference) -> dict[str, Any]:
    same = ("version", "kind", "reason", "status", "unit_id", "due_at", "is_provisional", "raised_at", "blown_at")
    return {
        **{name: getattr(whistle, name) for name in (*same, "ended_at")},
        "id": whistle.id,
        "ticket": number,
        "issue": whistle.issue_id,
        "text": whistle.public_text,
        "town_unit": known.unit_name(whistle.town_unit_id),
        "unit": known.unit_name(whistle.unit_id),
    }


def detail(
    whistle: Whistle,
    number: str,
    calls: Sequence[WhistleCall],
    milestones: Sequence[Milestone],
    stories: Sequence[Story],
    commands: list[str],
    counted: HowMany,
    known: Reference,
) -> WhistleDetail:
    return WhistleDetail(
        **summary(whistle, number, known),
        was_needed=whistle.was_needed,
        wishes=counted.wishes,
        people=counted.people,
        calls=[Call(**_columns(call, Call, known)) for call in calls],
        milestones=[Step(**_columns(each, Step, known)) for each in milestones],
        commands=commands,
        events=[_event(story, known) for story in stories],
    )


def _columns(row: WhistleCall | Milestone, shape: type[BaseModel], known: Reference) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in shape.model_fields if name != "unit"}
    return {**values, "unit": known.unit_name(row.unit_id)}


def _event(story: Story, known: Reference) -> WhistleEvent:
    told = story.event
    return WhistleEvent(
        at=told.at,
        verb=told.verb,
        unit=known.unit_name(told.unit_id),
        rule=told.rule,
        status_to=told.subject_to,
        details={name: _masked(value) for name, value in story.details.items()},
    )


def _masked(value: Any) -> Any:
    """Telephone numbers in officials' words are masked like those in villagers'."""
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return mask_text(value) if isinstance(value, str) else value


# fmt: off
WHISTLE_SAID: dict[str, dict[str, Any]] = {
    "blow_whistle":      {"kind": "public_concern", "reason": "several_units", "text": "请交通局、水利局到塌方路段，定抢通办法。", "lead": 5, "supporting": [6]},
    "approve_whistle":   {"note": "情况属实。"},
    "refuse_whistle":    {"reason": "镇里先自己抢修。"},
    "confirm_whistle":   {"note": "同意，已到现场。"},
    "report_in":         {"is_on_site": True, "place": "二组塌方处", "words": "两人一车已到。"},
    "contest_call":      {"ground": "another_unit_competent", "words": "河道管理范围以内归水利局。", "suggested_unit": 6},
    "rule_on_call":      {"unit": 5, "decision": "must_come", "was_needed": True, "words": "塌方的是县道。"},
    "survey":            {"words": "路基空了三十米，上边还有危石。"},
    "hold_site_meeting": {"held_on": "2026-08-14", "place": "二组塌方处", "attendance": "交通局、水利局、镇政府", "decisions": "先排危石，再分三段修。"},
    "plan_work":         {"milestones": [{"title": "排完危石", "unit": 5, "due": "2026-08-20"}, {"title": "清完河道", "unit": 6, "due": "2026-08-25", "is_public": False}]},
    "report_milestone":  {"milestone": 3, "words": "危石排完了。", "is_done": True},
    "change_milestone":  {"milestone": 4, "due": "2026-08-30", "reason": "连着下雨，进不了场。"},
    "hand_over_part":    {"words": "河道清完，资料交给交通局。"},
    "complete_whistle":  {"words": "路通了。"},
    "accept_whistle":    {"words": "走了一遍，可以。"},
    "refuse_acceptance": {"reason": "边沟没有清。"},
    "score_call":        {"unit": 5, "speed": 5, "work": 4, "result": 5, "words": "来得快。"},
    "dismiss_whistle":   {"reason": "雨停了，镇里自己能办。"},
    "call_more":         {"unit": 8, "words": "请电力局来挪一根杆。"},
    "note_whistle":      {"words": "去年同一处也塌过。"},
}
# fmt: on

WHISTLE_EXAMPLES = {
    verb: Example(summary=WHISTLE_VERB_WORDS[verb], value={"verb": verb, **said}) for verb, said in WHISTLE_SAID.items()
}
"""What people do at a whistle; the clock alone says the others."""

BLOWN_EXAMPLE = {"blow_whistle": WHISTLE_EXAMPLES.pop("blow_whistle")}
