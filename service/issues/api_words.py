"""The shapes of the bodies and answers of the issues' API; their docstrings and examples are its documentation."""

from datetime import date
from typing import Any

from fastapi.openapi.models import Example
from pydantic import BaseModel, Field

from service.tickets.api_words import TicketSummary
from workflows.issue_words import ISSUE_VERB_WORDS, IssueStatus

# fmt: off
SAID: dict[str, dict[str, Any]] = {
    "join_issue":      {"tickets": ["2026-000123", "2026-000124"]},
    "leave_issue":     {"ticket": "2026-000124", "reason": "说的是另一段路。"},
    "take_over_issue": {"ticket": "2026-000123"},
    "describe_issue":  {"title": "干线公路被压坏了", "public_text": "分段修，先保通。", "expected_on": "2027-06-30"},
    "end_issue":       {"reason": "路已经修好，都答复了。"},
}
# fmt: on
EXAMPLES = {
    verb: Example(summary=ISSUE_VERB_WORDS[verb], value={"verb": verb, **values}) for verb, values in SAID.items()
}
CREATED = {
    "create_issue": Example(
        summary=ISSUE_VERB_WORDS["create_issue"],
        value={
            "verb": "create_issue",
            "title": "干线公路被压坏了",
            "public_text": "三个镇都有。",
            "tickets": ["2026-000123", "2026-000124"],
        },
    )
}


ANSWERED = {
    "answer_issue": Example(
        summary=ISSUE_VERB_WORDS["answer_issue"],
        value={"verb": "answer_issue", "outcome": "resolved", "words": "您说的{place}那段路修好了。"},
    )
}


class IssueSummary(BaseModel):
    """Many wishes, one matter. `main` is the ticket that stands for it."""

    id: int
    version: int
    title: str
    public_text: str
    status: IssueStatus
    area: str
    main: str
    expected_on: date | None
    wishes: int = Field(description="With those merged into one of them")
    open: int
    people: int = Field(description="Who wrote them, and the neighbours who said the same; one telephone is one person")
    public_url: str


class IssueList(BaseModel):
    """`cursor` asks for the next page; null when there is none."""

    issues: list[IssueSummary]
    cursor: str | None


class IssueDetail(IssueSummary):
    """With the wishes that you can see, a page of them at a time."""

    commands: list[str] = Field(description="The verbs that you may use now")
    tickets: list[TicketSummary]
    cursor: str | None


class IssueDone(BaseModel):
    """Send `version` with the next command: 409 tells you that somebody else was quicker."""

    id: int
    version: int
    status: IssueStatus


class LeftOut(BaseModel):
    """Some that were not answered, and why; the first of their numbers."""

    count: int
    why: str
    tickets: list[str]


class Answers(BaseModel):
    """What came of one act. `waiting` of those left are answered when it goes on."""

    act: int
    answered: int
    waiting: int
    left: list[LeftOut]
