"""The API of wishes and tickets: the same commands as the pages, in JSON, for programs and other faces."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Query, Request, Response
from sqlmodel import Session

from service import clock, web
from service.accounts.visits import Acting, Looking
from service.dependencies import Reading, TheDatabase, Writing
from service.directory.reference import reference
from service.errors import NotFound
from service.local_words import LocalWords
from service.sealing import ticket_of, tracking_code, tracking_token
from service.tickets import lifecycle, links
from service.tickets.api_words import (
    Done,
    NewWish,
    PublicWish,
    Receipt,
    TicketDetail,
    TicketList,
    TicketSummary,
    detail,
    public_wish,
    summary,
)
from service.tickets.casefile import case_of
from service.tickets.lifecycle import Performed
from service.tickets.models import Ticket
from service.tickets.numbers import id_of, number_of
from service.tickets.queries import PAGE, Wanted, find_tickets, story_of
from service.tickets.records import Origin
from service.tickets.scope import seen_ticket
from service.tickets.tracked_wish import Teller
from workflows.actors import NEW_RESIDENT, resident_of
from workflows.commands import Command, Submit
from workflows.decide import available
from workflows.refusals import Refused
from workflows.statuses import Source, Stage, Status
from workflows.words import _

router = APIRouter(prefix="/api/v1")

RESIDENTS_VERBS = frozenset({"supplement", "withdraw", "expedite", "rate", "reopen"})
KEY_MOST = 80


@router.post("/links/{token}/wishes", status_code=201, tags=["villagers"], response_model=Receipt)
def hand_in(
    token: str,
    wish: NewWish,
    request: Request,
    response: Response,
    database: TheDatabase,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=KEY_MOST)] = None,
) -> Receipt:
    """Hand in a wish through a link. The same `Idempotency-Key` again answers 200 with the same receipt.

    Once this answers, the wish is on disk. Photographs go through the form at `/w/{token}`.
    """
    now = clock.now()

    def act(session: Session) -> Performed:
        link = links.open_link(session, token, now, key)
        known = reference(session)
        area = wish.area if wish.area is not None else link.area_id
        if area not in known.areas or not known.areas[area].path.startswith(known.areas[link.area_id].path):
            raise Refused(_("这个链接收不了那里的事，请从列表里选一个地方。"), field="area")
        given = wish.model_dump(exclude={"area"})
        command = Submit(**given, area=area, source=Source.link)
        return lifecycle.submit(session, command, NEW_RESIDENT, now, Origin(link=link, idempotency_key=key))

    performed = database.together(act)
    if performed.is_repeat:
        response.status_code = 200
    return _receipt(request, performed)


@router.get("/wishes/{tracking_token}", tags=["villagers"], response_model=PublicWish)
def track(tracking_token: str, request: Request, session: Reading) -> PublicWish:
    """One wish as its villager sees it. The token is a secret: whoever has it may read and answer."""
    ticket = _by_token(session, tracking_token)
    return _told(request, session, ticket)


@router.post("/wishes/{tracking_token}/commands", tags=["villagers"], response_model=PublicWish)
def answer(tracking_token: str, command: Command, request: Request, session: Writing) -> PublicWish:
    """What the villager may do now: supplement, withdraw, expedite, rate, reopen. Answers with the wish as it is then."""
    ticket = _by_token(session, tracking_token)
    if command.verb not in RESIDENTS_VERBS:
        raise Refused(_("这一步要由干部来做。"), field="verb")
    _refuse_photos(command)
    lifecycle.perform(session, ticket.id or 0, command, resident_of(ticket.id or 0), clock.now())
    return _told(request, session, ticket)


@router.get("/tickets", tags=["officials"], response_model=TicketList)
def list_tickets(
    visit: Looking,
    stage: Stage | None = None,
    status: Status | None = None,
    unit: Annotated[int | None, Query(description="The unit that must act now")] = None,
    overdue: bool | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    mine: Annotated[bool, Query(description="Only what waits for my units")] = False,
    q: Annotated[str, Query(max_length=200, description="A number, a telephone number, or words of the wish")] = "",
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
) -> TicketList:
    """Tickets that you can see: with `open=true` in the order of time left, otherwise the newest first."""
    wanted = Wanted(status, stage, unit, is_open=is_open, is_overdue=overdue, is_mine=mine, text=q)
    page = find_tickets(visit.session, visit.actor, wanted, cursor, limit)
    return TicketList(tickets=[TicketSummary(**summary(row, visit.known)) for row in page.rows], cursor=page.cursor)


@router.get("/tickets/{number}", tags=["officials"], response_model=TicketDetail)
def show_ticket(number: str, visit: Looking) -> TicketDetail:
    """One ticket with its whole story and the verbs that you may use now. What you cannot see is 404."""
    ticket = seen_ticket(visit.session, visit.actor, id_of(number))
    case = case_of(visit.session, ticket, visit.known)
    verbs = [command.model_fields["verb"].default for command in available(case, visit.actor, visit.now)]
    return detail(ticket, story_of(visit.session, ticket.id or 0), verbs, visit.known)


@router.post("/tickets/{number}/commands", tags=["officials"], response_model=Done)
def command(
    number: str,
    command: Command,
    visit: Acting,
    version: Annotated[int | None, Query(description="The version that you saw; 409 when it has changed since")] = None,
) -> Done:
    """Do something with a ticket: one route for all verbs, told apart by `verb`; the other fields are the verb's own."""
    ticket = seen_ticket(visit.session, visit.actor, id_of(number))
    _refuse_photos(command)
    done = lifecycle.perform(visit.session, ticket.id or 0, command, visit.actor, visit.now, version)
    return _done(done)


@router.post("/tickets", status_code=201, tags=["officials"], response_model=Done)
def enter(
    wish: Submit,
    visit: Acting,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=KEY_MOST)] = None,
) -> Done:
    """Enter a wish for a villager, with its `source`; `Idempotency-Key` guards against entering it twice."""
    _refuse_photos(wish)
    source_key = f"api:{visit.person_id}:{key}" if key else None
    done = lifecycle.submit(visit.session, wish, visit.actor, visit.now, Origin(source_key=source_key))
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


def _by_token(session: Session, token: str) -> Ticket:
    ticket_id = ticket_of(token)
    ticket = session.get(Ticket, ticket_id) if ticket_id else None
    if ticket is None:
        raise NotFound()
    return ticket


def _told(request: Request, session: Session, ticket: Ticket) -> PublicWish:
    face = request.app.state.face
    local = LocalWords(ZoneInfo(face.zone), web.translations(web.language_of(request)))
    token = tracking_token(ticket.id or 0)
    teller = Teller(session, reference(session), local, clock.now(), f"/t/{token}")
    session.refresh(ticket)
    return public_wish(teller.tell(ticket), ticket)


def _receipt(request: Request, performed: Performed) -> Receipt:
    token = tracking_token(performed.ticket_id)
    base = request.app.state.settings.base_url or str(request.base_url).rstrip("/")
    return Receipt(
        number=number_of(performed.ticket_id, performed.created_at),
        code=tracking_code(performed.ticket_id),
        tracking_token=token,
        tracking_url=f"{base}/t/{token}",
        due_at=performed.due_at,
    )


def _refuse_photos(command: Any) -> None:
    """A picture is named by a row that its sender made: through this door nobody can have made one."""
    if getattr(command, "photos", ()):
        raise Refused(_("照片请在网页上传，这里收不了。"), field="photos")
