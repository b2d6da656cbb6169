"""The API of whistles: the same commands as the pages, in JSON."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from sqlmodel import Session, col, select

from service.accounts.visits import Acting, Looking
from service.api_docs import SIGNED_IN, problems
from service.tickets.api_doors import Version, refuse_photos
from service.tickets.how_many import of_matter
from service.tickets.models import Ticket
from service.tickets.numbers import id_of, number_of
from service.tickets.scope import seen_ticket
from service.whistles import lifecycle
from service.whistles.api_words import (
    BLOWN_EXAMPLE,
    WHISTLE_EXAMPLES,
    WhistleDetail,
    WhistleDone,
    WhistleList,
    WhistleSummary,
    detail,
    summary,
)
from service.whistles.book_words import WhistleKinds, kinds_of
from service.whistles.casefile import whistle_case_of
from service.whistles.queries import (
    PAGE,
    Only,
    calls_of,
    events_of,
    milestones_of,
    open_whistles,
    seen_whistle,
)
from workflows.command_fields import LARGEST_ID
from workflows.whistle_commands import AnyWhistleCommand, BlowWhistle
from workflows.whistles import available_on_whistle

router = APIRouter(prefix="/api/v1")

CURSOR = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}\+00:00~[0-9]{1,10}$"
WhistleId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get(
    "/whistles",
    tags=["officials"],
    response_model=WhistleList,
    dependencies=SIGNED_IN,
    responses=problems(401, 422, 429),
)
def list_whistles(
    visit: Looking,
    only: Annotated[
        Only | None, Query(description="Where somebody has not come, what is late, or what my units owe")
    ] = None,
    cursor: Annotated[
        str | None, Query(max_length=80, pattern=CURSOR, description="`cursor` of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
) -> WhistleList:
    """Open whistles that you can see, in the order of time left."""
    page = open_whistles(visit.session, visit.actor, visit.now, only, cursor, limit)
    numbers = _numbers(visit.session, [row.ticket_id for row in page.rows])
    rows = [WhistleSummary(**summary(row, numbers[row.ticket_id], visit.known)) for row in page.rows]
    return WhistleList(whistles=rows, cursor=page.cursor)


@router.get(
    "/whistle-kinds",
    tags=["officials"],
    response_model=WhistleKinds,
    dependencies=SIGNED_IN,
    responses=problems(401, 429),
)
def list_kinds(visit: Looking) -> WhistleKinds:
    """The county's book: the kinds that a whistle may be of and the reasons for one, its own among them."""
    return kinds_of(visit.known)


@router.get(
    "/whistles/{whistle_id}",
    tags=["officials"],
    response_model=WhistleDetail,
    dependencies=SIGNED_IN,
    responses=problems(401, 404, 422),
)
def show_whistle(whistle_id: WhistleId, visit: Looking) -> WhistleDetail:
    """One whistle with its calls, its plan, its story and the verbs that you may use now."""
    whistle = seen_whistle(visit.session, visit.actor, whistle_id)
    case = whistle_case_of(visit.session, whistle, visit.known)
    verbs = [each.model_fields["verb"].default for each in available_on_whistle(case, visit.actor, visit.now)]
    return detail(
        whistle,
        _numbers(visit.session, [whistle.ticket_id])[whistle.ticket_id],
        calls_of(visit.session, whistle_id),
        milestones_of(visit.session, whistle_id),
        events_of(visit.session, whistle_id),
        verbs,
        of_matter(visit.session, whistle.ticket_id, whistle.issue_id),
        visit.known,
    )


@router.post(
    "/whistles/{whistle_id}/commands",
    tags=["officials"],
    response_model=WhistleDone,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 404, 409, has_body=True),
)
def whistle_command(
    whistle_id: WhistleId,
    command: Annotated[AnyWhistleCommand, Body(openapi_examples=WHISTLE_EXAMPLES)],
    visit: Acting,
    version: Version = None,
) -> WhistleDone:
    """Do something at a whistle: one route for all verbs, told apart by `verb`; other fields are the verb's own."""
    seen_whistle(visit.session, visit.actor, whistle_id)
    refuse_photos(command)
    done = lifecycle.perform(visit.session, whistle_id, command, visit.actor, visit.now, version)
    return WhistleDone(
        id=done.whistle_id,
        ticket=done.number,
        version=done.version,
        status=done.status,
        unit=visit.known.unit_name(done.unit_id),
        due_at=done.due_at,
    )


@router.post(
    "/tickets/{number}/whistles",
    status_code=201,
    tags=["officials"],
    response_model=WhistleDone,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 404, 409, has_body=True),
)
def blow_whistle(
    number: str, command: Annotated[BlowWhistle, Body(openapi_examples=BLOWN_EXAMPLE)], visit: Acting
) -> WhistleDone:
    """Blow a whistle for a wish. An emergency is blown at once; any other waits for the town's principal first."""
    ticket = seen_ticket(visit.session, visit.actor, id_of(number))
    whistle_id = lifecycle.blow(visit.session, ticket.id or 0, command, visit.actor, visit.now)
    whistle = seen_whistle(visit.session, visit.actor, whistle_id)
    return WhistleDone(
        id=whistle_id,
        ticket=number_of(ticket.id or 0, ticket.created_at),
        version=whistle.version,
        status=whistle.status,
        unit=visit.known.unit_name(whistle.unit_id),
        due_at=whistle.due_at,
    )


def _numbers(session: Session, ticket_ids: list[int]) -> dict[int, str]:
    rows = session.execute(select(Ticket.id, Ticket.created_at).where(col(Ticket.id).in_(ticket_ids))).all()
    return {row.id: number_of(row.id, row.created_at) for row in rows}
