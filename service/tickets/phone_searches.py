"""A search by telephone number: it tells whose number that is, so it is counted, and written down who looked."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from service import clock
from service.accounts import sessions
from service.accounts.actors import actor_of
from service.accounts.visits import secret_of
from service.database import Database
from service.dependencies import TheDatabase
from service.directory.models import DirectoryEvent
from service.directory.reference import reference
from service.errors import TooMany
from service.masking import mask_phone
from service.rate_limits import PHONE_SEARCH, SAME_PHONE_SEARCH, spend, tries
from service.tickets.queries import phone_sought
from workflows.words import _

VERB = "search_phone"
ENOUGH = _("一小时里按电话号码查得太多了，请过 {minutes} 分钟再查。按工单号和内容查，随时都可以。")


def _weighed(request: Request, database: TheDatabase) -> TooMany | None:
    """Why the search must not be made. It is left on the request, too, for lists that are drawn beside something."""
    asked = request.query_params.get("q", "").strip()
    sought = phone_sought(asked)
    refused = _refusal(database, secret_of(request), asked, sought, clock.now()) if sought else None
    request.state.refused_search = refused
    return refused


PhoneSearch = Annotated[TooMany | None, Depends(_weighed, scope="function")]
"""Ask for it after `Typed` and before `Looking` or `Acting`: what it writes must wait for nobody's transaction."""


def _refusal(database: Database, secret: str, asked: str, sought: str, now: datetime) -> TooMany | None:
    """The same number within the hour is the same search: a list goes on, and stands beside each of its tickets."""
    with database.reading() as session:
        event = _look(session, secret, asked, now)
        same = f"{event.person_id} {sought}" if event else ""
        if event is None or tries(session, SAME_PHONE_SEARCH, same, now):
            return None
    try:
        spend(database, PHONE_SEARCH, str(event.person_id), now)
    except TooMany as enough:
        return TooMany(ENOUGH, seconds=enough.seconds)
    spend(database, SAME_PHONE_SEARCH, same, now)
    with database.writing() as session:
        session.add(event)
    return None


def _look(session: Session, secret: str, asked: str, now: datetime) -> DirectoryEvent | None:
    """None for who is not signed in: he finds nothing anyway."""
    signed_in = sessions.find(session, secret, now)
    if signed_in is None:
        return None
    posts = actor_of(session, signed_in.person_id, reference(session)).posts
    path = min((post.area_path for post in posts), default="/")
    details = {"about": mask_phone(asked), "old": {}, "new": {}}
    return DirectoryEvent(at=now, person_id=signed_in.person_id, what=VERB, area_path=path, details=details)
