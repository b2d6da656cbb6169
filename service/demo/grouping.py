"""The demo's issue: what several towns say of one road is made one matter when its whistle is blown for all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.accounts.actors import actor_of
from service.demo.data import read
from service.demo.settling import Ids
from service.demo.telling import Story
from service.directory.reference import reference
from service.issues import lifecycle
from service.issues.models import Issue
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.actors import Actor
from workflows.issue_commands import CreateIssue, DescribeIssue, JoinIssue, TakeOverIssue
from workflows.issues import CANNOT_BE_GROUPED, LEAST

TITLE = "青渔路几个镇路段被铁路施工车辆压坏"
PLAN = (
    "修铁路的重车把青渔路压坏了，三个镇都有人反映。县交通运输局已经会同三个镇和铁路项目部一段一段看过，开了现场会："
    "先填坑、清沟、洒水，保证能走；重车夜里不过村；压坏的路面等重车走完以后分段恢复。哪一段到哪天，下面写着。"
)
DONE_IN = timedelta(days=240)


def is_of_the_road(story: Story) -> bool:
    """One for which a whistle of its own was blown is a matter of its own."""
    texts = {table["text"] for table in read("wishes/trunk_road.toml")["wish"]}
    is_apart = any(step.verb == "blow_whistle" and not step.fields.get("for_all") for step in story.steps)
    return str(story.steps[0].fields["text"]) in texts and not is_apart


def group(session: Session, ids: Ids, tickets: Sequence[int], main: int, at: datetime) -> list[int]:
    """By the door that officials use, as the county's dispatcher; `main` stands for all. The wishes that are in it."""
    numbers = _numbers(session, tickets)
    if len(numbers) < LEAST:
        return []
    issue = lifecycle.create(session, CreateIssue(title=TITLE, tickets=tuple(numbers.values())), _who(session, ids), at)
    if session.get_one(Issue, issue.issue_id).main_ticket_id != main:
        take_over = TakeOverIssue(ticket=numbers[main])
        lifecycle.perform(session, issue.issue_id, take_over, _who(session, ids), at)
    return list(numbers)


def finish(session: Session, ids: Ids, tickets: Sequence[int], now: datetime) -> None:
    """Who spoke later joins, and everybody reads what is going to be done. Nothing, where there is no issue."""
    issue = session.exec(select(Issue.id).where(Issue.title == TITLE)).first()
    if issue is None:
        return
    late = tuple(_numbers(session, tickets).values())
    if late:
        lifecycle.perform(session, issue, JoinIssue(tickets=late), _who(session, ids), now)
    described = DescribeIssue(title=TITLE, public_text=PLAN, expected_on=(now + DONE_IN).date())
    lifecycle.perform(session, issue, described, _who(session, ids), now)


def _numbers(session: Session, tickets: Sequence[int]) -> dict[int, str]:
    """Of those that can be put in and are in no issue yet."""
    session.flush()
    wanted = select(Ticket.id, Ticket.created_at).where(
        col(Ticket.id).in_(tickets), col(Ticket.status).not_in(CANNOT_BE_GROUPED), col(Ticket.issue_id).is_(None)
    )
    rows = session.execute(wanted.order_by(col(Ticket.id)))
    return {row.id: number_of(row.id, row.created_at) for row in rows}


def _who(session: Session, ids: Ids) -> Actor:
    return actor_of(session, ids.people["county-dispatch"], reference(session))
