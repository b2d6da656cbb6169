"""The demo's public wall: a handful of wishes in each column, put up by the county's dispatcher in their own words."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.accounts.actors import actor_of
from service.demo.settling import Ids
from service.directory.reference import reference
from service.tickets.lifecycle import perform
from service.tickets.models import Ticket
from workflows.refusals import Refused
from workflows.wall import COLUMNS, Column
from workflows.wall_commands import Publish

IN_EACH_COLUMN = 6
LOOKED_AT = 40


def put_up_some(session: Session, ids: Ids, now: datetime) -> int:
    """By real commands; what the rules refuse (a group, a name, a family in need) is left out. How many there are."""
    return sum(_put_up(session, ids, column, now) for column in COLUMNS)


def _put_up(session: Session, ids: Ids, column: Column, now: datetime) -> int:
    dispatcher = actor_of(session, ids.people["county-dispatch"], reference(session))
    wanted = select(Ticket.id, Ticket.public_text).where(
        col(Ticket.is_shared).is_(True), col(Ticket.status).in_(column.statuses)
    )
    count = 0
    for ticket_id, words in session.execute(wanted.order_by(col(Ticket.id).desc()).limit(LOOKED_AT)).all():
        if count < IN_EACH_COLUMN:
            try:
                perform(session, ticket_id, Publish(words=words), dispatcher, now, is_quiet=True)
            except Refused:
                continue
            count += 1
    return count
