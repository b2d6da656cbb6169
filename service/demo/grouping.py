"""The demo's issue: what several towns say of one road stands together, with a plain word for everybody."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.accounts.actors import actor_of
from service.demo.settling import Ids
from service.directory.reference import reference
from service.issues import lifecycle
from service.tickets import search
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.issue_commands import CreateIssue, DescribeIssue
from workflows.issues import CANNOT_BE_GROUPED

SAID = "青渔路"
TITLE = "青渔路几个镇路段被铁路施工车辆压坏"
PLAN = (
    "修铁路的重车把青渔路压坏了，好几个镇都有人反映。县交通运输局已经会同几个镇一段一段看过，"
    "先填坑、清沟、洒水，保证能走；压坏的路面等铁路重车少了以后分段恢复。"
)
DONE_IN = timedelta(days=240)


def group_wishes(session: Session, ids: Ids, now: datetime) -> None:
    """By the door that officials use, as the county's dispatcher."""
    dispatcher = actor_of(session, ids.people["county-dispatch"], reference(session))
    said = search.matches(session, SAID)
    assert said is not None
    wanted = select(Ticket.id, Ticket.created_at).where(said, col(Ticket.status).not_in(CANNOT_BE_GROUPED))
    rows = session.execute(wanted.order_by(col(Ticket.id)))
    numbers = tuple(number_of(row.id, row.created_at) for row in rows)
    issue = lifecycle.create(session, CreateIssue(title=TITLE, tickets=numbers), dispatcher, now)
    described = DescribeIssue(title=TITLE, public_text=PLAN, expected_on=(now + DONE_IN).date())
    lifecycle.perform(session, issue.issue_id, described, dispatcher, now)
