"""A spoken wish is heard by officials of its ticket, who are written down for it, and by her who spoke it."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from service.accounts.visits import visit_in
from service.database import Database
from service.dependencies import Reading, TheDatabase
from service.errors import NotFound
from service.sealing import ticket_of
from service.tickets import looks
from service.tickets.models import Looked, Voice
from service.tickets.numbers import id_of
from service.tickets.posted import NO_REFERRER
from service.tickets.scope import seen_ticket
from service.tickets.uploads import store_of
from service.tickets.voices import voice_answer, voice_of
from workflows.refusals import NotPermitted
from workflows.words import _

router = APIRouter(include_in_schema=False)

ASK_FIRST = _("这件事现在不在您单位手里，请先在工单页上按“听录音”。")


@router.get("/desk/tickets/{number}/voice")
def for_officials(request: Request, number: str, database: TheDatabase) -> Response:
    """The first piece of the day writes down who hears it. Raises NotPermitted where he has to say so first."""
    return voice_answer(request, store_of(request), _heard(request, number, database))


@router.get("/t/{token}/voice")
def for_her(request: Request, token: str, session: Reading) -> Response:
    answer = voice_answer(request, store_of(request), _voice(session, ticket_of(token) or 0))
    answer.headers.update(NO_REFERRER)
    return answer


def _heard(request: Request, number: str, database: Database) -> Voice:
    """A player asks for many pieces: only the first one waits for a transaction that writes."""
    with database.reading() as session:
        visit = visit_in(request, session)
        ticket_id = seen_ticket(session, visit.actor, id_of(number)).id or 0
        voice, actor, now = _voice(session, ticket_id), visit.actor, visit.now
        if looks.has_looked(session, actor, ticket_id, Looked.voice, now):
            return voice
        if not looks.is_with(session, actor, ticket_id):
            raise NotPermitted(ASK_FIRST)
    with database.writing() as session:
        looks.write_down(session, actor, ticket_id, Looked.voice, now)
    return voice


def _voice(session: Session, ticket_id: int) -> Voice:
    """Raise NotFound."""
    voice = voice_of(session, ticket_id)
    if voice is None:
        raise NotFound()
    return voice
