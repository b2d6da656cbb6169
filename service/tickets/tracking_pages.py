"""A villager's own page of one wish, by its secret address: where it stands, and a button for each thing she may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.datastructures import FormData

from service import clock, web
from service.database import Database
from service.dependencies import Reading, TheDatabase
from service.directory.reference import reference
from service.errors import Failure, NotFound
from service.sealing import ticket_of
from service.tickets import resident_acts
from service.tickets.consent_pages import Tell, tell_of
from service.tickets.inquiry import Question, question_to_her
from service.tickets.kept_files import whence_of
from service.tickets.models import Attachment, Ticket
from service.tickets.panels import Panel, told_besides
from service.tickets.picture_answers import picture_answer
from service.tickets.posted import NO_REFERRER, local_words, sentences
from service.tickets.rating_marks import mark_of
from service.tickets.resident_acts import DONE, actions
from service.tickets.tracked_wish import Teller, Tracked
from service.tickets.uploads import Uploads, store_of, uploads_of
from service.typed import Typed, said
from workflows.commands import COMMANDS, clean
from workflows.refusals import Refused

router = APIRouter(include_in_schema=False)


@router.get("/t/{token}")
def show_wish(request: Request, token: str, session: Reading) -> Response:
    return _page(request, _seen(request, session, token), token)


@router.get("/t/{token}/photos/{photo}")
def show_photo(request: Request, token: str, photo: int, session: Reading, size: str = "") -> Response:
    """Whoever may read the page may see the pictures on it, and no others."""
    tracked = _tracked(request, session, token)
    attachment = session.get(Attachment, photo) if photo in tracked.photo_ids else None
    if attachment is None:
        raise NotFound()
    answer = picture_answer(request, store_of(request), attachment, is_small=size == "small")
    answer.headers.update(NO_REFERRER)
    return answer


@router.get("/t/{token}/{verb}")
def come_back(token: str, verb: str) -> Response:
    """The address of a page that refused something, opened again: nothing is done twice by looking."""
    return web.redirect(f"/t/{token}#{verb}" if verb in DONE else f"/t/{token}")


@router.post("/t/{token}/{verb}")
def act(request: Request, token: str, verb: str, form: Typed, database: TheDatabase) -> Response:
    ticket_id = ticket_of(token)
    if ticket_id is None or verb not in DONE:
        raise NotFound()
    uploads = uploads_of(form, store_of(request)) if verb == "supplement" else Uploads()
    try:
        resident_acts.perform(ticket_id, verb, form, uploads, database, mark_of(request))
    except (Refused, Failure, OperationalError) as refused:
        return _page_again(request, token, verb, form, uploads, database, refused)
    if not uploads.is_empty:
        request.app.state.afterwards.prepare_pictures()
    answer = web.redirect(f"/t/{token}")
    web.flash(request, answer, DONE[verb])
    return answer


@dataclass(frozen=True)
class Seen:
    """The wish, and what other slices tell of it."""

    tracked: Tracked
    besides: Sequence[Panel]
    tell: Tell
    question: Question | None


def _seen(request: Request, session: Session, token: str) -> Seen:
    tracked, known = _tracked(request, session, token), reference(session)
    besides = told_besides(request, session, tracked.main, known, local_words(request), clock.now())
    is_her_own = tracked.ticket_id == tracked.main.id
    tell = tell_of(request, session, session.get_one(Ticket, tracked.ticket_id))
    question = question_to_her(session, tracked.main, known) if is_her_own else None
    return Seen(tracked, [panel for panel in besides if is_her_own or not panel.is_hers], tell, question)


def _tracked(request: Request, session: Session, token: str) -> Tracked:
    ticket = session.get(Ticket, ticket_of(token) or 0)
    if ticket is None:
        raise NotFound()
    return Teller(session, reference(session), local_words(request), clock.now(), f"/t/{token}").tell(ticket)


def _page_again(
    request: Request,
    token: str,
    verb: str,
    form: FormData,
    uploads: Uploads,
    database: Database,
    refused: Exception,
) -> Response:
    """The page as it is now, with what she typed: in its form, or by itself where that form is gone."""
    status, refusal, errors = sentences(request, refused)
    typed = {name: str(clean(said(form, name))) for name in COMMANDS[verb].model_fields if name != "photos"}
    here = whence_of(request, f"ticket {ticket_of(token)}")
    kept = uploads.keep(database, store_of(request), here, clock.now())
    with database.reading() as session:
        seen = _seen(request, session, token)
    again = {"asked": verb, "values": typed | {"photos": kept.photos}, "errors": kept.told(request, errors)}
    is_offered = any(command.model_fields["verb"].default == verb for command in seen.tracked.commands)
    hers = "" if is_offered else "\n".join(typed[name] for name in ("text", "words", "reason", "note") if name in typed)
    return _page(request, seen, token, status, refusal, again, hers)


def _page(
    request: Request,
    seen: Seen,
    token: str,
    status: int = 200,
    refusal: str | None = None,
    again: Mapping[str, Any] | None = None,
    her_words: str = "",
) -> Response:
    tracked = seen.tracked
    page = web.render(
        request,
        "tickets/track.html",
        status,
        wish=tracked.wish,
        where=tracked.where,
        answer=tracked.answer,
        timeline=tracked.timeline,
        besides=seen.besides,
        tell=seen.tell,
        question=seen.question,
        track_url=f"/t/{token}",
        is_discontent=tracked.is_discontent,
        actions=actions(tracked, f"/t/{token}", **(again or {})),
        values=(again or {}).get("values", {}),
        errors=(again or {}).get("errors", {}),
        refusal=refusal,
        her_words=her_words.strip(),
    )
    page.headers.update(NO_REFERRER)
    return page
