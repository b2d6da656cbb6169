"""/i/<token>: an issue as anybody may read it: the matter, the towns, how many wishes, and what is planned."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from service import clock, web
from service.dependencies import Reading
from service.directory.reference import Reference, reference
from service.errors import NotFound
from service.issues.models import Issue
from service.issues.told import ISSUE_ADDRESS, PlannedOf
from service.masking import mask_text
from service.sealing import id_behind
from service.tickets.how_many import by_town_and_status
from service.tickets.posted import local_words
from workflows.issue_words import ISSUE_STATUS_WORDS
from workflows.statuses import Status

router = APIRouter(include_in_schema=False)


@router.get("/i/{token}")
def show_issue(request: Request, token: str, session: Reading) -> Response:
    """Nothing of any single wish stands here, and of no person."""
    issue = session.get(Issue, id_behind(ISSUE_ADDRESS, token) or 0)
    if issue is None:
        raise NotFound()
    known, local = reference(session), local_words(request)
    tellers: tuple[PlannedOf, ...] = request.app.state.planned_for_issues
    planned = [tell(session, issue.id or 0, known, local, clock.now()) for tell in tellers]
    counted, towns = by_town_and_status(session, issue.id or 0)
    return web.render(
        request,
        "issues/public.html",
        title=mask_text(issue.title),
        words=mask_text(issue.public_text),
        stands=ISSUE_STATUS_WORDS[issue.status],
        since=issue.created_at,
        expected_on=issue.expected_on,
        towns=_by_town(towns, known),
        counted=counted,
        planned=[panel for panel in planned if panel is not None],
    )


def _by_town(towns: Sequence[tuple[int | None, Status, int]], known: Reference) -> list[tuple[str, int]]:
    """The most wishes first."""
    counts: dict[str, int] = {}
    for town, _status, count in towns:
        name = known.place_name(town or known.county.id or 0)
        counts[name] = counts.get(name, 0) + count
    return sorted(counts.items(), key=lambda row: -row[1])
