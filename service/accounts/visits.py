"""A signed-in person's request: who, as which actor, in which transaction. `Looking` reads, `Acting` writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from service import clock
from service.accounts import sessions
from service.accounts.actors import actor_of
from service.accounts.models import SignInSession
from service.dependencies import Reading, Writing
from service.directory.models import Person
from service.directory.reference import Reference, reference
from service.errors import NotSignedIn
from service.security import SESSION_COOKIE
from workflows.actors import Actor
from workflows.refusals import NotPermitted
from workflows.statuses import Role
from workflows.words import _


@dataclass(frozen=True)
class Visit:
    session: Session
    person: Person
    person_id: int
    actor: Actor
    known: Reference
    now: datetime
    signed_in: SignInSession

    def must_be(self, *roles: Role) -> None:
        """Raise NotPermitted unless the person has one of these roles somewhere."""
        if not any(self.actor.has(role) for role in roles):
            raise NotPermitted(_("您没有做这件事的权限。"))


def _visit(request: Request, session: Session) -> Visit:
    now = clock.now()
    signed_in = sessions.find(session, secret_of(request), now)
    person = session.get(Person, signed_in.person_id) if signed_in else None
    if signed_in is None or person is None or person.id is None:
        raise NotSignedIn()
    known = reference(session)
    visit = Visit(session, person, person.id, actor_of(session, person.id, known), known, now, signed_in)
    request.state.person = person
    request.state.visit = visit
    return visit


def secret_of(request: Request) -> str:
    """From the cookie of a browser, or from the bearer token of a program."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else request.cookies.get(SESSION_COOKIE, "")


def _looking(request: Request, session: Reading) -> Visit:
    return _visit(request, session)


def _acting(request: Request, session: Writing) -> Visit:
    visit = _visit(request, session)
    if visit.now - visit.signed_in.last_seen_at > sessions.SEEN_EVERY:
        visit.signed_in.last_seen_at = visit.now
        session.add(visit.signed_in)
    return visit


Looking = Annotated[Visit, Depends(_looking, scope="function")]
Acting = Annotated[Visit, Depends(_acting, scope="function")]


def visit_in(request: Request, session: Session) -> Visit:
    """For a request of several transactions, which opens them by itself. Raise NotSignedIn."""
    return _visit(request, session)
