"""The demo's public wall: some twenty wishes in each column, put up by the county's dispatcher in their own words, and
pictures from before and after beside those that have both."""

from collections import defaultdict
from datetime import datetime

from sqlmodel import Session, col, func, select

from service.accounts.actors import actor_of
from service.demo.settling import Ids
from service.directory.reference import reference
from service.tickets.lifecycle import perform, record
from service.tickets.models import Attachment, Ticket, TicketEvent
from service.tickets.records import About
from workflows.changes import Changes
from workflows.commands import Outcome
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.wall import COLUMNS, Column
from workflows.wall_commands import Publish
from workflows.wall_photos import ShowPhotos

IN_EACH_COLUMN = 20
LOOKED_AT = 120


def put_up_some(session: Session, ids: Ids, now: datetime) -> int:
    """By real commands; what the rules refuse (a group, a name, a family in need) is left out. How many there are."""
    count = sum(_put_up(session, ids, column, now) for column in COLUMNS)
    _show_pictures(session, ids, now)
    return count


def _put_up(session: Session, ids: Ids, column: Column, now: datetime) -> int:
    dispatcher = actor_of(session, ids.people["county-dispatch"], reference(session))
    wanted = select(Ticket.id, Ticket.public_text).where(
        col(Ticket.is_shared).is_(True), col(Ticket.status).in_(column.statuses)
    )
    pictured = select(Attachment.ticket_id).group_by(col(Attachment.ticket_id)).having(func.count() > 1)
    ordered = wanted.order_by(col(Ticket.id).in_(pictured).desc(), col(Ticket.id).desc())
    count = 0
    for ticket_id, words in session.execute(ordered.limit(LOOKED_AT)).all():
        if count < IN_EACH_COLUMN:
            try:
                perform(session, ticket_id, Publish(words=words), dispatcher, now, is_quiet=True)
            except Refused:
                continue
            count += 1
    return count


def _show_pictures(session: Session, ids: Ids, now: datetime) -> None:
    dispatcher = actor_of(session, ids.people["county-dispatch"], reference(session))
    for ticket_id, (before, after) in _pairs(session).items():
        chosen = Changes({"wall_before_id": before, "wall_after_id": after})
        asked = ShowPhotos(before=before, after=after)
        record(session, ticket_id, asked, dispatcher, Role.dispatcher, now, About(), chosen)


def _pairs(session: Session) -> dict[int, tuple[int, int]]:
    """Of resolved tickets on the wall: the first picture of the wish, and the first of the answer."""
    first: dict[int, dict[str, int]] = defaultdict(dict)
    sent = (
        select(Attachment.ticket_id, TicketEvent.verb, Attachment.id)
        .join(TicketEvent, col(TicketEvent.id) == Attachment.event_id)
        .join(Ticket, col(Ticket.id) == Attachment.ticket_id)
        .where(col(Ticket.published_at).is_not(None), col(Ticket.status).in_(COLUMNS[-1].statuses))
        .where(Ticket.outcome == Outcome.resolved, col(TicketEvent.verb).in_(["submit", "reply"]))
    )
    for ticket_id, verb, picture in session.execute(sent.order_by(col(Attachment.id))).all():
        first[ticket_id].setdefault(verb, picture)
    return {each: (of["submit"], of["reply"]) for each, of in first.items() if len(of) == 2}
