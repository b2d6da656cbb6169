"""The API of issues: the same commands as on their pages, told apart by `verb`."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import Field
from sqlmodel import col, select

from service import clock, web
from service.accounts.visits import Acting, Looking, Visit, visit_in
from service.api_docs import SIGNED_IN, problems
from service.database import Database
from service.dependencies import TheDatabase
from service.directory.reference import reference
from service.issues import answer_pages, answers, lifecycle
from service.issues.api_words import (
    ANSWERED,
    CREATED,
    EXAMPLES,
    Answers,
    IssueDetail,
    IssueDone,
    IssueList,
    IssueSummary,
    LeftOut,
)
from service.issues.casefile import case_of
from service.issues.models import Issue
from service.issues.queries import find_issues, seen_issue, wishes_of
from service.issues.told import place_of, public_url
from service.tickets.api_doors import Version
from service.tickets.api_words import TicketSummary, summary
from service.tickets.how_many import HowMany, in_issues
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.command_fields import CommandBase
from workflows.commands import LARGEST_ID
from workflows.issue_commands import (
    AnswerIssue,
    CreateIssue,
    DescribeIssue,
    EndIssue,
    JoinIssue,
    LeaveIssue,
    TakeOverIssue,
)
from workflows.issues import available_on_issue

router = APIRouter(prefix="/api/v1/issues")

IssueId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ByJSON = Annotated[JoinIssue | LeaveIssue | TakeOverIssue | DescribeIssue | EndIssue, Field(discriminator="verb")]
"""To answer all takes a transaction for each wish: that has a route of its own."""

Cursor = Annotated[
    str | None, Query(max_length=20, pattern=r"^[0-9]{1,10}$", description="`cursor` of the page before")
]


@router.get("", tags=["officials"], response_model=IssueList, dependencies=SIGNED_IN, responses=problems(401, 422))
def list_issues(visit: Looking, cursor: Cursor = None) -> IssueList:
    """Issues of your area, and those in which a wish is that you can see; the newest first."""
    page = find_issues(visit.session, visit.actor, cursor)
    return IssueList(issues=[IssueSummary(**each) for each in _summaries(visit, page.rows)], cursor=page.cursor)


@router.get(
    "/{issue_id}",
    tags=["officials"],
    response_model=IssueDetail,
    dependencies=SIGNED_IN,
    responses=problems(401, 404, 422),
)
def show_issue(issue_id: IssueId, visit: Looking, cursor: Cursor = None) -> IssueDetail:
    """One issue with its wishes. What you cannot see is 404."""
    issue = seen_issue(visit.session, visit.actor, issue_id)
    (shown,) = _summaries(visit, [issue])
    page = wishes_of(visit.session, visit.actor, issue_id, cursor)
    offered = available_on_issue(case_of(visit.session, issue, None, visit.actor, visit.known), visit.actor)
    return IssueDetail(
        **shown,
        commands=[str(command.model_fields["verb"].default) for command in offered],
        tickets=[TicketSummary(**summary(row, visit.known, visit.now)) for row in page.rows],
        cursor=page.cursor,
    )


@router.post(
    "",
    status_code=201,
    tags=["officials"],
    response_model=IssueDone,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, has_body=True),
)
def create(command: Annotated[CreateIssue, Body(openapi_examples=CREATED)], visit: Acting) -> IssueDone:
    """Make one matter of several wishes; the oldest open one stands for it. Each keeps its own unit and deadline."""
    return _done(lifecycle.create(visit.session, command, visit.actor, visit.now))


@router.post(
    "/{issue_id}/commands",
    tags=["officials"],
    response_model=IssueDone,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 404, 409, has_body=True),
)
def command(
    issue_id: IssueId,
    command: Annotated[ByJSON, Body(openapi_examples=EXAMPLES)],
    visit: Acting,
    version: Version = None,
) -> IssueDone:
    """Do something with an issue: one route for all verbs, told apart by `verb`."""
    seen_issue(visit.session, visit.actor, issue_id)
    asked: CommandBase = command
    return _done(lifecycle.perform(visit.session, issue_id, asked, visit.actor, visit.now, version))


@router.post(
    "/{issue_id}/answers",
    tags=["officials"],
    response_model=Answers,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 404, 409, has_body=True),
)
def answer(
    issue_id: IssueId,
    command: Annotated[AnswerIssue, Body(openapi_examples=ANSWERED)],
    request: Request,
    database: TheDatabase,
    version: Version = None,
) -> Answers:
    """Answer every wish of an issue that is in your hands, each in a transaction of its own, 200 at most."""
    with database.writing() as session:
        recorded = answer_pages.record(visit_in(request, session), issue_id, command, version)
    return _carry_out(request, database, recorded.act)


@router.post(
    "/{issue_id}/answers/{act}",
    tags=["officials"],
    response_model=Answers,
    dependencies=SIGNED_IN,
    responses=problems(401, 404, 422),
)
def go_on(issue_id: IssueId, act: IssueId, request: Request, database: TheDatabase) -> Answers:
    """Go on with an answer where it stopped; nobody is answered twice."""
    with database.reading() as session:
        seen_issue(session, visit_in(request, session).actor, issue_id)
        found = answers.act_of(session, issue_id, act)
    return _carry_out(request, database, found)


def _carry_out(request: Request, database: Database, act: answers.Act) -> Answers:
    with database.reading() as session:
        actor = visit_in(request, session).actor
    answers.answer_members(database, act, actor, clock.now())
    with database.reading() as session:
        outcome = answers.outcome_of(session, act, actor, reference(session))
    left = [
        LeftOut(count=each.count, why=web.say(request, each.sentence, unit=each.unit), tickets=list(each.numbers))
        for each in outcome.left
    ]
    return Answers(act=act.id, answered=outcome.answered, waiting=outcome.waiting, left=left)


def _done(done: lifecycle.Done) -> IssueDone:
    return IssueDone(id=done.issue_id, version=done.version, status=done.status)


def _summaries(visit: Visit, issues: Sequence[Issue]) -> list[dict[str, Any]]:
    counts = in_issues(visit.session, [issue.id or 0 for issue in issues])
    mains = [issue.main_ticket_id for issue in issues]
    rows = visit.session.execute(select(Ticket.id, Ticket.created_at).where(col(Ticket.id).in_(mains)))
    numbers = {row.id: number_of(row.id, row.created_at) for row in rows}
    return [
        _summary(visit, issue, counts.get(issue.id or 0, HowMany()), numbers[issue.main_ticket_id]) for issue in issues
    ]


def _summary(visit: Visit, issue: Issue, counted: HowMany, main: str) -> dict[str, Any]:
    return {
        **{name: getattr(issue, name) for name in ("id", "version", "title", "public_text", "status", "expected_on")},
        "area": place_of(visit.known, issue.area_path),
        "main": main,
        "wishes": counted.wishes,
        "open": counted.open,
        "people": counted.people,
        "public_url": public_url(issue.id or 0),
    }
