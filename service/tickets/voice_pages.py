"""A spoken wish is heard by those who may read it: by officials of its ticket, and by her who spoke it."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from service.accounts.visits import Looking
from service.dependencies import Reading
from service.errors import NotFound
from service.sealing import ticket_of
from service.tickets.numbers import id_of
from service.tickets.posted import NO_REFERRER
from service.tickets.scope import seen_ticket
from service.tickets.uploads import store_of
from service.tickets.voices import voice_answer, voice_of

router = APIRouter(include_in_schema=False)


@router.get("/desk/tickets/{number}/voice")
def for_officials(request: Request, number: str, visit: Looking) -> Response:
    ticket = seen_ticket(visit.session, visit.actor, id_of(number))
    return _voice(request, visit.session, ticket.id or 0)


@router.get("/t/{token}/voice")
def for_her(request: Request, token: str, session: Reading) -> Response:
    answer = _voice(request, session, ticket_of(token) or 0)
    answer.headers.update(NO_REFERRER)
    return answer


def _voice(request: Request, session: Session, ticket_id: int) -> Response:
    voice = voice_of(session, ticket_id)
    if voice is None:
        raise NotFound()
    return voice_answer(request, store_of(request), voice)
