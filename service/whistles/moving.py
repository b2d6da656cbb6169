"""With which wish a whistle goes on: what it was blown for may be merged, taken apart again, or leave its issue."""

from datetime import datetime

from sqlalchemy import Integer, Select, case, cast, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from service.tickets.main_ticket import main_of
from service.tickets.models import Ticket, TicketEvent
from service.whistles.models import Whistle
from workflows.statuses import ENDED, OPEN
from workflows.whistle_cases import town_of

SUBJECT = "whistle:"
MERGE, UNMERGE, ISSUE = "merge", "unmerge", "issue"
"""Why it moved: the name under which the clock moves it."""


def moved_to(session: Session, whistle: Whistle) -> tuple[Ticket, str] | None:
    """The wish with which it goes on, and why; None where it stays. A whistle for all stays with its issue as long as
    one of its wishes is open, with one of the whistling town if there is one."""
    here = session.get_one(Ticket, whistle.ticket_id)
    if whistle.issue_id is not None and (here.status in ENDED or here.issue_id != whistle.issue_id):
        together = _of_its_issue(session, whistle)
        if together is not None:
            return together, ISSUE
    main = main_of(session, here)
    if main.id != here.id:
        return main, MERGE
    apart = _alone_again(session, whistle)
    return (apart, UNMERGE) if apart is not None else None


def _of_its_issue(session: Session, whistle: Whistle) -> Ticket | None:
    is_of_the_town = col(Ticket.area_path).startswith(town_of(whistle.area_path) or whistle.area_path, autoescape=True)
    wanted = select(Ticket).where(Ticket.issue_id == whistle.issue_id, col(Ticket.status).in_(OPEN))
    return session.exec(wanted.order_by(case((is_of_the_town, 0), else_=1), col(Ticket.id)).limit(1)).first()


def _alone_again(session: Session, whistle: Whistle) -> Ticket | None:
    """The wish with which it was merged hither, if that merger was undone since."""
    at_it = (
        select(TicketEvent).where(TicketEvent.subject == f"{SUBJECT}{whistle.id}").order_by(col(TicketEvent.id).desc())
    )
    move = session.exec(at_it.where(TicketEvent.verb == "move_whistle").limit(1)).first()
    if move is None or move.rule != MERGE:
        return None
    before = session.exec(at_it.where(col(TicketEvent.id) < move.id).limit(1)).one()
    found = session.get_one(Ticket, before.ticket_id)
    return found if found.status in OPEN else None


def taken_apart(since: datetime | None) -> Select[int]:
    """The ids of whistles that have hung on a wish that was taken out of an issue, or of a merger, lately or ever."""
    happened = select(TicketEvent.ticket_id).where(col(TicketEvent.verb).in_(("unmerge", "leave_issue")))
    if since is not None:
        happened = happened.where(col(TicketEvent.at) >= since)
    number = func.substr(col(TicketEvent.subject), len(SUBJECT) + 1)
    of_whistles = (col(TicketEvent.ticket_id).in_(happened), col(TicketEvent.subject).startswith(SUBJECT))
    return sa_select(cast(number, Integer)).where(*of_whistles).distinct()
