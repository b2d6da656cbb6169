"""The API of wishes and tickets: the same commands as the pages, in JSON, for programs and other faces."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from service.accounts.visits import Acting, Looking
from service.api_docs import SIGNED_IN, problems
from service.tickets import api_villagers, lifecycle
from service.tickets.api_doors import Key, Version, check_category, must_be_the_same, refuse_photos
from service.tickets.api_examples import EXAMPLES, SUBMITTED
from service.tickets.api_words import Done, TicketDetail, TicketList, TicketSummary, detail, summary
from service.tickets.casefile import case_of
from service.tickets.entry_pages import BY_HAND
from service.tickets.lifecycle import Performed
from service.tickets.numbers import id_of, number_of
from service.tickets.phone_searches import PhoneSearch
from service.tickets.queries import PAGE, Wanted, find_tickets, story_of
from service.tickets.records import Origin
from service.tickets.scope import seen_ticket
from workflows.commands import LARGEST_ID, Command, Submit
from workflows.decide import available
from workflows.refusals import Refused
from workflows.statuses import Stage, Status
from workflows.words import _

router = APIRouter(prefix="/api/v1")
router.include_router(api_villagers.router)

CURSOR = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}\+00:00~)?[0-9]{1,10}$"


@router.get(
    "/tickets",
    tags=["officials"],
    response_model=TicketList,
    dependencies=SIGNED_IN,
    responses=problems(401, 422, 429),
)
def list_tickets(
    search: PhoneSearch,
    visit: Looking,
    stage: Stage | None = None,
    status: Status | None = None,
    unit: Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="The unit that must act now")] = None,
    overdue: Annotated[bool, Query(description="Only those whose promised answer is owing, as on the board")] = False,
    is_open: Annotated[bool, Query(alias="open", description="Only open ones, in the order of time left")] = False,
    mine: Annotated[bool, Query(description="Only what waits for my units")] = False,
    q: Annotated[str, Query(max_length=200, description="A number, a telephone number, or words of the wish")] = "",
    cursor: Annotated[
        str | None, Query(max_length=80, pattern=CURSOR, description="`cursor` of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
) -> TicketList:
    """Tickets that you can see, the newest first; with `open=true` in the order of time left."""
    if search is not None:
        raise search
    late_at = visit.now if overdue else None
    wanted = Wanted(status=status, stage=stage, unit=unit, is_open=is_open, late_at=late_at, is_mine=mine, text=q)
    page = find_tickets(visit.session, visit.actor, wanted, cursor, limit)
    return TicketList(
        tickets=[TicketSummary(**summary(row, visit.known, visit.now)) for row in page.rows], cursor=page.cursor
    )


@router.get(
    "/tickets/{number}",
    tags=["officials"],
    response_model=TicketDetail,
    dependencies=SIGNED_IN,
    responses=problems(401, 404, 422),
)
def show_ticket(number: str, visit: Looking) -> TicketDetail:
    """One ticket with its whole story and the verbs that you may use now. What you cannot see is 404."""
    ticket = seen_ticket(visit.session, visit.actor, id_of(number))
    case = case_of(visit.session, ticket, visit.known)
    verbs = [command.model_fields["verb"].default for command in available(case, visit.actor, visit.now)]
    return detail(ticket, story_of(visit.session, ticket.id or 0), verbs, visit.known, visit.now)


@router.post(
    "/tickets/{number}/commands",
    tags=["officials"],
    response_model=Done,
    dependencies=SIGNED_IN,
    responses=problems(401, 403, 404, 409, has_body=True),
)
def command(
    number: str,
    command: Annotated[Command, Body(openapi_examples=EXAMPLES)],
    visit: Acting,
    version: Version = None,
) -> Done:
    """Do something with a ticket: one route for all verbs, told apart by `verb`; other fields are the verb's own."""
    ticket = seen_ticket(visit.session, visit.actor, id_of(number))
    refuse_photos(command)
    done = lifecycle.perform(visit.session, ticket.id or 0, command, visit.actor, visit.now, version)
    return _done(done)


@router.post(
    "/tickets",
    status_code=201,
    tags=["officials"],
    response_model=Done,
    dependencies=SIGNED_IN,
    responses={200: {"model": Done, "description": "Had been entered before"}, **problems(401, 403, has_body=True)},
)
def enter(
    wish: Annotated[Submit, Body(openapi_examples=SUBMITTED)], response: Response, visit: Acting, key: Key = None
) -> Done:
    """Enter a wish for a villager, with its `source`; `Idempotency-Key` guards against entering it twice."""
    refuse_photos(wish)
    check_category(wish.category, visit.known)
    if wish.source not in BY_HAND:
        raise Refused(_("请选在哪里听到的。"), field="source")
    source_key = f"api:{visit.person_id}:{key}" if key else None
    done = lifecycle.submit(visit.session, wish, visit.actor, visit.now, Origin(source_key=source_key))
    must_be_the_same(visit.session, done, wish)
    if done.is_repeat:
        response.status_code = 200
    return _done(done)


def _done(performed: Performed) -> Done:
    decision = performed.decision
    return Done(
        number=number_of(performed.ticket_id, performed.created_at),
        version=performed.version,
        status_from=decision.status_from if decision else None,
        status_to=decision.status_to if decision else None,
        due_at=performed.due_at,
        is_repeat=performed.is_repeat,
    )
