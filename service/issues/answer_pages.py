"""统一答复: recorded once, then carried out wish by wish; its page says who was answered, who was left, and why."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from service import clock
from service.accounts.visits import Looking, Visit, visit_in
from service.database import Database
from service.dependencies import TheDatabase
from service.errors import Conflict
from service.issues import answers, lifecycle
from service.issues.answers import Act
from service.issues.issue_pages import issue_page
from service.issues.pressed import Pressed, asked, version_in
from service.issues.queries import seen_issue
from service.issues.told import url_of
from service.typed import Typed
from service.web import flash, redirect, render, say
from workflows.actors import Actor
from workflows.commands import LARGEST_ID
from workflows.issue_commands import AnswerIssue
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/issues/{issue_id}", include_in_schema=False)

ANSWERED = _("这次答复了 {count} 件。")
ANSWERED_BUT = _("这次答复了 {count} 件。有的没有答复成：{reason}")


@dataclass(frozen=True)
class Recorded:
    """The act is a fact; what is left is to carry it out."""

    act: Act
    actor: Actor


@router.post("/answer_issue")
def answer_issue(request: Request, issue_id: int, typed: Typed, database: TheDatabase) -> Response:
    """One transaction for the act, then one for each wish: no wish waits for another, and none is answered twice."""
    try:
        with database.writing() as session:
            recorded = _record(visit_in(request, session), issue_id, typed)
    except (Refused, Conflict) as refused:
        with database.reading() as session:
            visit = visit_in(request, session)
            issue = seen_issue(session, visit.actor, issue_id)
            return issue_page(request, visit, issue, Pressed("answer_issue", typed, refused))
    return _carry_out(request, database, recorded)


@router.post("/answers/{act_id}")
def go_on(request: Request, issue_id: int, act_id: int, database: TheDatabase) -> Response:
    """Pressed again: those that this act has answered are passed over."""
    with database.writing() as session:
        visit = visit_in(request, session)
        seen_issue(session, visit.actor, issue_id)
        recorded = Recorded(answers.act_of(session, issue_id, min(act_id, LARGEST_ID)), visit.actor)
    return _carry_out(request, database, recorded)


@router.get("/answers/{act_id}")
def show_answers(request: Request, issue_id: int, act_id: int, visit: Looking) -> Response:
    issue = seen_issue(visit.session, visit.actor, issue_id)
    act = answers.act_of(visit.session, issue_id, min(act_id, LARGEST_ID))
    return render(
        request,
        "issues/answers.html",
        issue=issue,
        back=url_of(issue_id),
        url=f"{url_of(issue_id)}/answers/{act.id}",
        act=act,
        outcome=answers.outcome_of(visit.session, act, visit.actor, visit.known),
        is_register=True,
    )


def _record(visit: Visit, issue_id: int, typed: Typed) -> Recorded:
    command = asked("answer_issue", typed)
    assert isinstance(command, AnswerIssue)
    return record(visit, issue_id, command, version_in(typed))


def record(visit: Visit, issue_id: int, command: AnswerIssue, version: int | None) -> Recorded:
    """The one act, with its event; nobody is answered yet."""
    seen_issue(visit.session, visit.actor, issue_id)
    done = lifecycle.perform(visit.session, issue_id, command, visit.actor, visit.now, version)
    return Recorded(Act(done.event_id or 0, issue_id, command, visit.person_id, visit.now), visit.actor)


def _carry_out(request: Request, database: Database, recorded: Recorded) -> Response:
    pressed = answers.answer_members(database, recorded.act, recorded.actor, clock.now())
    response = redirect(f"{url_of(recorded.act.issue_id)}/answers/{recorded.act.id}")
    if pressed.refused is None:
        flash(request, response, ANSWERED, count=pressed.answered)
    else:
        why = say(request, pressed.refused.sentence, **pressed.refused.values)
        flash(request, response, ANSWERED_BUT, "note", count=pressed.answered, reason=why)
    return response
