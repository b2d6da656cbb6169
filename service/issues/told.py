"""What others read of an issue: beside a ticket in the workbench, and on the villager's page of her wish."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, select

from service.accounts.visits import Visit
from service.directory.reference import Reference
from service.issues.models import Issue
from service.issues.queries import visible_issues
from service.local_words import LocalWords
from service.masking import mask_text
from service.sealing import secret_address
from service.tickets.how_many import in_issue
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.panels import Panel, Register
from workflows.cases import Case
from workflows.issue_words import ISSUE_STATUS_WORDS, IssueStatus
from workflows.issues import CANNOT_BE_GROUPED
from workflows.statuses import Role
from workflows.words import _

ISSUE_ADDRESS = "issue"

PlannedOf = Callable[[Session, int, Reference, LocalWords, datetime], Panel | None]
"""What another slice tells on the public page of an issue, by its id: app.state.planned_for_issues."""

GROUPERS = (Role.dispatcher, Role.supervisor)


def _going_on(visit: Visit) -> int:
    wanted = select(func.count()).select_from(Issue).where(Issue.status == IssueStatus.open)
    return visit.session.exec(wanted.where(visible_issues(visit.actor))).one()


def url_of(issue_id: int) -> str:
    return f"/desk/issues/{issue_id}"


def place_of(known: Reference, area_path: str) -> str:
    """A path ends with its own area's id."""
    return known.place_name(int(area_path.strip("/").rpartition("/")[2]))


def public_url(issue_id: int) -> str:
    return f"/i/{secret_address(ISSUE_ADDRESS, issue_id)}"


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """Which issue it is in; or, for whoever may group it, where to look for others like it."""
    if ticket.issue_id is not None:
        issue = visit.session.get_one(Issue, ticket.issue_id)
        return Panel(
            "issues/_beside.html", _facts(visit.session, issue) | {"is_main": issue.main_ticket_id == ticket.id}
        )
    may_group = any(visit.actor.has(role) for role in GROUPERS) and ticket.status not in CANNOT_BE_GROUPED
    if not may_group:
        return None
    number = number_of(ticket.id or 0, ticket.created_at)
    return Panel("issues/_beside.html", {"look_url": f"/desk/issues?like={number}"})


def told_to_villager(
    session: Session, ticket: Ticket, known: Reference, local: LocalWords, now: datetime
) -> Panel | None:
    """Nothing of the others but how many they are."""
    if ticket.issue_id is None:
        return None
    return Panel("issues/_told.html", _facts(session, session.get_one(Issue, ticket.issue_id)))


def _facts(session: Session, issue: Issue) -> dict[str, Any]:
    issue_id = issue.id or 0
    return {
        "title": mask_text(issue.title),
        "status": ISSUE_STATUS_WORDS[issue.status],
        "counted": in_issue(session, issue_id),
        "expected_on": issue.expected_on,
        "url": url_of(issue_id),
        "public_url": public_url(issue_id),
    }


REGISTER = Register(
    "issues",
    "/desk/issues",
    _("共性问题"),
    _("同一件事许多人说：归在一起，一个计划，一次答复大家。"),
    _going_on,
)
"""Its row on the page of registers: how many issues of one's own area are still to be answered."""
