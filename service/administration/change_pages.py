"""The record of changes, for administrators and supervisors: who changed what in the directory, and when."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Looking, Visit
from service.administration.change_words import Fact, facts_of, title_of
from service.administration.changes import Change, changes_in
from service.administration.permissions import allow
from service.administration.pressing import page
from service.local_words import LocalWords
from service.tickets.desk_words import local_words

router = APIRouter(prefix="/desk/changes")


@dataclass(frozen=True)
class ChangeRow:
    at: datetime
    who: str | None
    title: str
    about: str
    facts: list[Fact]


@router.get("")
def show_changes(request: Request, visit: Looking, cursor: str | None = None) -> Response:
    found = changes_in(visit.session, allow(visit, "see_changes"), cursor)
    local = local_words(request)
    rows = [_row(visit, change, local) for change in found.rows]
    return page(request, visit, "changes.html", rows=rows, cursor=found.cursor)


def _row(visit: Visit, change: Change, local: LocalWords) -> ChangeRow:
    """What a limit is called is one of our own words; all other names are the county's."""
    about = str(change.event.details.get("about", ""))
    return ChangeRow(
        at=change.at,
        who=change.who,
        title=title_of(change.event, local),
        about=local._(about) if about else "",
        facts=facts_of(change.event, visit.known, local),
    )
