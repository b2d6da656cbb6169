"""/desk/issues/<id>: one issue with its wishes in pages, how many there are where, what happened, and its buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Acting, Looking, Visit
from service.errors import Conflict
from service.fields import Action
from service.issues import answers, lifecycle, suggestions
from service.issues.casefile import case_of
from service.issues.models import Issue
from service.issues.pressed import NOTHING_PRESSED, Pressed, asked, button, version_in
from service.issues.queries import seen_issue, story_of_issue, wishes_of
from service.issues.told import place_of, public_url, url_of
from service.masking import mask_text
from service.tickets import queue
from service.tickets.casefile import case_of as ticket_case
from service.tickets.desk_words import local_words
from service.tickets.how_many import by_town_and_status
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.timeline import Entry, Picture, Teller, names_of
from service.typed import Typed
from service.web import flash, redirect, render
from workflows.command_fields import CommandBase
from workflows.issue_words import ISSUE_STATUS_WORDS, IssueStatus
from workflows.issues import available_on_issue
from workflows.refusals import Refused
from workflows.statuses import STATUS_WORDS, Status
from workflows.whistles import may_blow
from workflows.words import _

router = APIRouter(prefix="/desk/issues/{issue_id}", include_in_schema=False)

DONE: dict[str, str] = {
    "join_issue": _("归进来了，各件照常办理。"),
    "leave_issue": _("移出来了，这一件单独办；经过里两边都看得到。"),
    "take_over_issue": _("改由这一件牵头。"),
    "describe_issue": _("说明改好了，群众看得到。"),
    "end_issue": _("已结束。各件的回访照常进行。"),
}
EXPLAINED: dict[str, str] = {
    "answer_issue": _(
        "办理中、由您单位主办的每一件都按这些话提交反馈，照常审核、照常逐人回访；别的件不动，并列出原因。"
    ),
    "end_issue": _("结束后不再归进新的心愿。没答复的件不受影响，各有各的单位和期限。"),
    "leave_issue": _("移出后这一件照常单独办，期限不变；什么时候归进来、什么时候移出去，都留在经过里。"),
    "take_over_issue": _("牵头的那一件代表这个共性问题：统一答复由它的主办单位来做，吹哨也挂在它上面。"),
}
TONES = {"answer_issue": "primary", "end_issue": "danger"}
BY_HAND = frozenset({"join_issue", "create_issue"})
"""Drawn by the page itself, with wishes to tick."""


@router.get("")
def show(
    request: Request, issue_id: int, visit: Looking, open: str = "", ticket: str = "", cursor: str = "", q: str = ""
) -> Response:
    """`?open=leave_issue&ticket=2026-000123` opens a form with a wish filled in: a link does what a script would."""
    pressed = Pressed(open, chosen={"ticket": ticket} if ticket else {})
    return issue_page(request, visit, seen_issue(visit.session, visit.actor, issue_id), pressed, cursor, q)


@router.get("/{verb}")
def come_back(issue_id: int, verb: str) -> Response:
    """Where one lands after signing in again."""
    return redirect(f"{url_of(issue_id)}?open={verb}#{verb}" if verb in EXPLAINED or verb in DONE else url_of(issue_id))


@router.post("/{verb}")
def act(request: Request, issue_id: int, verb: str, typed: Typed, visit: Acting) -> Response:
    """Whatever is refused comes back with its form open and filled, and with the issue as it stands now."""
    issue = seen_issue(visit.session, visit.actor, issue_id)
    try:
        with visit.session.begin_nested():
            command = asked(verb if verb in DONE else "", typed)
            lifecycle.perform(visit.session, issue_id, command, visit.actor, visit.now, version_in(typed))
    except (Refused, Conflict) as refused:
        visit.session.refresh(issue)
        return issue_page(request, visit, issue, Pressed(verb, typed, refused))
    response = redirect(url_of(issue_id))
    flash(request, response, DONE[verb])
    return response


def issue_page(
    request: Request,
    visit: Visit,
    issue: Issue,
    pressed: Pressed = NOTHING_PRESSED,
    cursor: str = "",
    words: str = "",
) -> Response:
    """Always the same number of queries, however many wishes there are."""
    session, issue_id = visit.session, issue.id or 0
    members = wishes_of(session, visit.actor, issue_id, cursor or None)
    main = session.get_one(Ticket, issue.main_ticket_id)
    main_number = number_of(main.id or 0, main.created_at)
    counted, towns = by_town_and_status(session, issue_id)
    offered = available_on_issue(case_of(session, issue, None, visit.actor, visit.known), visit.actor)
    return render(
        request,
        "issues/issue.html",
        pressed.status,
        issue=issue,
        stands=ISSUE_STATUS_WORDS[issue.status],
        is_over=issue.status is IssueStatus.ended,
        place=place_of(visit.known, issue.area_path),
        desk=visit.known.unit_name(issue.unit_id),
        lead=visit.known.unit_name(main.lead_unit_id),
        main={"number": main_number, "url": queue.url_of(main_number)},
        whistle_url=_whistle_url(visit, issue, main),
        public_url=public_url(issue_id),
        url=url_of(issue_id),
        rows=queue.rows_of(session, visit.known, members.rows),
        cursor=members.cursor,
        counted=counted,
        towns=_towns(visit, towns),
        timeline=_timeline(request, visit, issue_id),
        acts=answers.acts_of(session, issue_id),
        actions=_actions(request, visit, issue, offered, pressed),
        **_others(request, visit, issue, [main, *members.rows], offered, pressed, words),
        refusal=pressed.sentence(request),
        is_register=True,
    )


def _whistle_url(visit: Visit, issue: Issue, main: Ticket) -> str | None:
    """A whistle for all hangs on the ticket that stands for them; for whoever may blow it there."""
    case = ticket_case(visit.session, main, visit.known)
    if issue.status is IssueStatus.ended or not may_blow(case, visit.actor, visit.known.whistles):
        return None
    return f"{queue.url_of(number_of(main.id or 0, main.created_at))}/whistle?issue={issue.id}"


def _towns(visit: Visit, counted: Sequence[tuple[int | None, Status, int]]) -> list[dict[str, Any]]:
    """Town by town, the most wishes first: how many there are in each status."""
    towns: dict[int | None, dict[Status, int]] = {}
    for town, status, count in counted:
        towns.setdefault(town, {})[status] = count
    rows = [
        {
            "name": visit.known.place_name(town or visit.known.county.id or 0),
            "count": sum(counts.values()),
            "statuses": [(STATUS_WORDS[status], counts[status]) for status in Status if status in counts],
        }
        for town, counts in towns.items()
    ]
    return sorted(rows, key=lambda row: -int(str(row["count"])))


def _timeline(request: Request, visit: Visit, issue_id: int) -> list[Entry]:
    story = story_of_issue(visit.session, issue_id)
    names, no_picture = names_of(visit.session, story), Picture("", "")
    return Teller(visit.known, names, local_words(request), mask_text, lambda photo: no_picture).entries(story)


def _actions(
    request: Request, visit: Visit, issue: Issue, offered: Sequence[type[CommandBase]], pressed: Pressed
) -> list[Action]:
    now: Mapping[str, Any] = {
        "title": issue.title,
        "public_text": issue.public_text,
        "expected_on": issue.expected_on.isoformat() if issue.expected_on else "",
    }

    def action(command: type[CommandBase]) -> Action:
        verb = str(command.model_fields["verb"].default)
        return button(
            request,
            command,
            f"{url_of(issue.id or 0)}/{verb}",
            pressed,
            now=now if verb == "describe_issue" else None,
            tone=TONES.get(verb, "plain"),
            explanation=EXPLAINED.get(verb, ""),
            version=issue.version,
        )

    shown = [command for command in offered if command.model_fields["verb"].default not in BY_HAND]
    return sorted((action(command) for command in shown), key=lambda each: each.tone != "primary")


def _others(
    request: Request,
    visit: Visit,
    issue: Issue,
    wishes: Sequence[Any],
    offered: Sequence[type[CommandBase]],
    pressed: Pressed,
    words: str,
) -> dict[str, Any]:
    """Wishes that say the same and are in no issue, with the form that puts them in."""
    join = next((command for command in offered if command.model_fields["verb"].default == "join_issue"), None)
    if join is None:
        return {"join": None, "alike": (), "looked_for": ""}
    near = (
        suggestions.elsewhere(visit.session, visit.actor, words, visit.now)
        if words
        else suggestions.more_like(visit.session, visit.actor, issue.title, [wish.public_text for wish in wishes])
    )
    rows = queue.rows_of(visit.session, visit.known, queue.summaries(visit.session, near))
    action = button(
        request, join, f"{url_of(issue.id or 0)}/join_issue", pressed, tone="primary", version=issue.version
    )
    return {"join": action, "alike": rows, "looked_for": words, "ticked": pressed.ticked}
