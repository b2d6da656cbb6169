"""/desk/issues: the issues, what looks like one, and a search; a new issue is made of the wishes that are ticked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Action
from service.issues import lifecycle, suggestions
from service.issues.casefile import grouped
from service.issues.models import Issue
from service.issues.pressed import NOTHING_PRESSED, Pressed, asked, button
from service.issues.queries import find_issues
from service.issues.suggestions import TITLE_LENGTH, Group
from service.issues.told import GROUPERS, place_of, url_of
from service.tickets import queue
from service.tickets.how_many import HowMany, in_issues
from service.tickets.numbers import id_of
from service.tickets.queue import QueueRow
from service.tickets.scope import seen_ticket
from service.typed import Typed
from service.web import flash, redirect, render
from workflows.issue_commands import CreateIssue
from workflows.issue_words import ISSUE_STATUS_WORDS
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/issues", include_in_schema=False)

CREATED = _("立好了。归进来的心愿各自照常办理，期限不变。")


@dataclass(frozen=True)
class Line:
    """One row of the list."""

    issue: Issue
    url: str
    status: str
    place: str
    counted: HowMany


@dataclass(frozen=True)
class Suggested:
    """Wishes that may be one matter, with the form that makes an issue of them."""

    rows: Sequence[QueueRow]
    place: str
    action: Action


@router.get("")
def issues(request: Request, visit: Looking, q: str = "", like: str = "", cursor: str = "") -> Response:
    return _list(request, visit, q.strip()[:200], like, cursor)


@router.post("")
def create_issue(request: Request, typed: Typed, visit: Acting) -> Response:
    try:
        with visit.session.begin_nested():
            command = asked("create_issue", typed)
            assert isinstance(command, CreateIssue)
            done = lifecycle.create(visit.session, command, visit.actor, visit.now)
    except (Refused, Conflict) as refused:
        pressed = Pressed("create_issue", typed, refused)
        return _list(request, visit, request.query_params.get("q", ""), "", "", pressed)
    response = redirect(url_of(done.issue_id))
    flash(request, response, CREATED)
    return response


def _list(
    request: Request, visit: Visit, words: str, like: str, cursor: str, pressed: Pressed = NOTHING_PRESSED
) -> Response:
    may_group = any(visit.actor.has(role) for role in GROUPERS)
    page = find_issues(visit.session, visit.actor, cursor or None)
    found = _found(visit, words, like, pressed)
    return render(
        request,
        "issues/issues.html",
        pressed.status,
        lines=_lines(visit, page.rows),
        cursor=page.cursor,
        is_register=True,
        may_group=may_group,
        looked_for=words,
        found=found,
        ticked=pressed.ticked or {row.number for row in found if like},
        action=_action(request, _title(visit, like) if like else words, pressed),
        suggested=_suggested(request, visit) if may_group and not (words or like or pressed.typed) else (),
        known=suggestions.issues_like(visit.session, words, page.rows) if words else (),
        least=suggestions.LEAST,
        within=suggestions.WITHIN.days,
        refusal=pressed.sentence(request),
        url_of=url_of,
    )


def _lines(visit: Visit, rows: Sequence[Issue]) -> list[Line]:
    counts = in_issues(visit.session, [issue.id or 0 for issue in rows])
    return [_line(visit, issue, counts.get(issue.id or 0, HowMany())) for issue in rows]


def _line(visit: Visit, issue: Issue, counted: HowMany) -> Line:
    words, place = ISSUE_STATUS_WORDS[issue.status], place_of(visit.known, issue.area_path)
    return Line(issue, url_of(issue.id or 0), words, place, counted)


def _found(visit: Visit, words: str, like: str, pressed: Pressed) -> list[QueueRow]:
    """What is searched for; wishes like one of them, that one first; or those that were ticked when it was refused."""
    session = visit.session
    ids: list[int] = []
    if pressed.ticked:
        wanted = [id_of(number) or 0 for number in sorted(pressed.ticked)]
        return queue.rows_of(session, visit.known, _seen(visit, wanted))
    if like:
        first = seen_ticket(session, visit.actor, id_of(like))
        ids = [first.id or 0]
        words = first.public_text
    if words:
        near = suggestions.elsewhere(session, visit.actor, words, visit.now)
        ids += [each for each in near if each not in ids]
    return queue.rows_of(session, visit.known, queue.summaries(session, ids)) if ids else []


def _seen(visit: Visit, ids: Sequence[int]) -> list[Any]:
    visible = [wish.id for wish in grouped(visit.session, ids, visit.actor)]
    return queue.summaries(visit.session, visible)


def _suggested(request: Request, visit: Visit) -> list[Suggested]:
    groups = suggestions.suggested(visit.session, visit.actor, visit.now)
    rows = queue.summaries(visit.session, [id_ for group in groups for id_ in group.ids]) if groups else []
    titles = suggestions.first_words(visit.session, [id_ for group in groups for id_ in group.shared_ids[:1]])
    lines = dict(zip((row.id for row in rows), queue.rows_of(visit.session, visit.known, rows), strict=True))
    return [_suggestion(request, visit, group, [lines[id_] for id_ in group.ids], titles) for group in groups]


def _suggestion(
    request: Request, visit: Visit, group: Group, lines: Sequence[QueueRow], titles: Mapping[int, str]
) -> Suggested:
    title = next((titles[id_] for id_ in group.shared_ids if id_ in titles), "")
    return Suggested(lines, place_of(visit.known, group.area_path), _action(request, title, NOTHING_PRESSED))


def _title(visit: Visit, like: str) -> str:
    return next(iter(suggestions.first_words(visit.session, [id_of(like) or 0]).values()), "")


def _action(request: Request, title: str, pressed: Pressed) -> Action:
    """What was looked for, or how the newest wish begins that may be read by everybody: for a person to shorten."""
    return button(request, CreateIssue, "/desk/issues", pressed, now={"title": title[:TITLE_LENGTH]}, tone="primary")
