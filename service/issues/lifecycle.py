"""The only door through which an issue moves: decide, write its rows, and an event on each ticket that it touches."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from service.directory.reference import Reference, reference
from service.errors import Conflict, NotFound
from service.inserts import insert_row
from service.issues.casefile import case_of, members_of
from service.issues.models import Issue, IssueTicket
from service.tickets import lifecycle as tickets
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.records import About
from workflows.actors import Actor, system
from workflows.changes import NO_CHANGES, Changes
from workflows.command_fields import CommandBase
from workflows.issue_commands import CreateIssue, DescribeIssue, JoinIssue, LeaveIssue, TakeOverIssue
from workflows.issue_words import IssueStatus
from workflows.issues import IssueCase, IssueDecision, decide_issue, heir_of
from workflows.statuses import Role

MAIN_LEFT = system("main_left")


@dataclass(frozen=True)
class Done:
    """`event_id` is the event of the act itself, in the chain of the ticket that stands for the issue."""

    issue_id: int
    version: int
    status: IssueStatus
    event_id: int | None


@dataclass(frozen=True)
class Act:
    """What is being done to one issue in this transaction."""

    session: Session
    issue: Issue
    case: IssueCase
    decision: IssueDecision
    actor: Actor
    now: datetime

    def record(self, ticket_id: int, command: CommandBase, changes: Changes = NO_CHANGES) -> int | None:
        return self.record_as(ticket_id, command, self.actor, self.decision.role, changes)

    def record_as(
        self, ticket_id: int, command: CommandBase, actor: Actor, role: Role, changes: Changes = NO_CHANGES
    ) -> int | None:
        about = About(subject_of(self.issue.id or 0), self.decision.status_to)
        return tickets.record(self.session, ticket_id, command, actor, role, self.now, about, changes).event_id


def subject_of(issue_id: int) -> str:
    return f"issue:{issue_id}"


def create(session: Session, command: CreateIssue, actor: Actor, now: datetime) -> Done:
    """The oldest open wish stands for all. Raises Refused and its family."""
    known = reference(session)
    case = case_of(session, None, command, actor, known)
    decision = decide_issue(case, command, actor, now)
    main = heir_of(case.named, leaving=0)
    assert main is not None
    issue = _new_issue(command, case, session.get_one(Ticket, main.id), actor, now, known)
    session.add(issue)
    session.flush()
    act = Act(session, issue, case, decision, actor, now)
    _enter(act, main.id)
    event_id = act.record(main.id, command, _belongs_to(issue))
    _join(act, (wish.id for wish in case.named if wish.id != main.id))
    return Done(issue.id or 0, issue.version, issue.status, event_id)


def perform(
    session: Session, issue_id: int, command: CommandBase, actor: Actor, now: datetime, version: int | None = None
) -> Done:
    """`version` is what the asker saw: Conflict when somebody was quicker. Raises NotFound, Refused and its family."""
    issue = locked(session, issue_id)
    if version is not None and version != issue.version:
        raise Conflict()
    case = case_of(session, issue, command, actor, reference(session))
    decision = decide_issue(case, command, actor, now)
    issue.status, issue.version = decision.status_to, issue.version + 1
    event_id = WRITES[command.verb](Act(session, issue, case, decision, actor, now), command)
    session.flush()
    return Done(issue_id, issue.version, issue.status, event_id)


def locked(session: Session, issue_id: int) -> Issue:
    """Held until the transaction ends: a second writer waits here, and then sees what the first one did."""
    wanted = select(Issue).where(Issue.id == issue_id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _new_issue(
    command: CreateIssue, case: IssueCase, main: Ticket, actor: Actor, now: datetime, known: Reference
) -> Issue:
    return Issue(
        title=command.title,
        public_text=command.public_text or "",
        area_path=case.area_path,
        category_id=main.category_id,
        main_ticket_id=main.id or 0,
        unit_id=known.desks_of(int(case.area_path.strip("/").rpartition("/")[2]))[0],
        status=IssueStatus.open,
        created_at=now,
        created_by_id=actor.person,
    )


# What each verb writes


def _write_join(act: Act, command: CommandBase) -> int | None:
    """The area grows with its wishes, and the desk stays the one that began."""
    act.issue.area_path = act.case.area_path
    return _join(act, (wish.id for wish in act.case.named if wish.issue_id is None))


def _write_leave(act: Act, command: CommandBase) -> int | None:
    """The row of its membership stays with its end, so that history is right after taking it out."""
    assert isinstance(command, LeaveIssue)
    (wish,) = act.case.named
    if wish.id == act.issue.main_ticket_id and act.case.others:
        _pass_on(act)
    ends = update(IssueTicket).where(col(IssueTicket.ticket_id) == wish.id, col(IssueTicket.left_at).is_(None))
    act.session.execute(ends.values(left_at=act.now).execution_options(synchronize_session=False))
    told = command.model_copy(update={"title": act.issue.title})
    return act.record(wish.id, told, Changes({"issue_id": None}))


def _pass_on(act: Act) -> None:
    heir = heir_of(members_of(act.session, act.issue.id or 0), leaving=act.issue.main_ticket_id)
    if heir is None:
        return
    act.issue.main_ticket_id = heir.id
    created_at = act.session.exec(select(Ticket.created_at).where(Ticket.id == heir.id)).one()
    act.record_as(heir.id, TakeOverIssue(ticket=number_of(heir.id, created_at)), MAIN_LEFT, Role.system)


def _write_take_over(act: Act, command: CommandBase) -> int | None:
    (wish,) = act.case.named
    act.issue.main_ticket_id = wish.id
    return act.record(wish.id, command)


def _write_description(act: Act, command: CommandBase) -> int | None:
    assert isinstance(command, DescribeIssue)
    act.issue.title, act.issue.public_text = command.title, command.public_text or ""
    act.issue.expected_on = command.expected_on
    return act.record(act.issue.main_ticket_id, command)


def _write_answer(act: Act, command: CommandBase) -> int | None:
    """Only that it is answered, and how: the wishes themselves are answered one by one, each in a transaction."""
    return act.record(act.issue.main_ticket_id, command)


def _write_end(act: Act, command: CommandBase) -> int | None:
    """Its wishes stay what they are, each with its unit and deadline, and stay counted as its own."""
    act.issue.ended_at = act.now
    return act.record(act.issue.main_ticket_id, command)


WRITES: dict[str, Callable[[Act, CommandBase], int | None]] = {
    "join_issue": _write_join,
    "leave_issue": _write_leave,
    "take_over_issue": _write_take_over,
    "describe_issue": _write_description,
    "answer_issue": _write_answer,
    "end_issue": _write_end,
}


def _join(act: Act, ticket_ids: Iterable[int]) -> int | None:
    """Each ticket hears of itself only; the last event stands for all."""
    ids, event_id = list(ticket_ids), None
    numbers = _numbers(act.session, ids)
    for ticket_id in ids:
        _enter(act, ticket_id)
        told = JoinIssue(tickets=(numbers[ticket_id],), title=act.issue.title)
        event_id = act.record(ticket_id, told, _belongs_to(act.issue))
    return event_id


def _enter(act: Act, ticket_id: int) -> None:
    row = {"issue_id": act.issue.id, "ticket_id": ticket_id, "joined_at": act.now}
    insert_row(act.session, IssueTicket, row)


def _belongs_to(issue: Issue) -> Changes:
    return Changes({"issue_id": issue.id})


def _numbers(session: Session, ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Ticket.id, Ticket.created_at).where(col(Ticket.id).in_(list(ids))))
    return {row.id: number_of(row.id, row.created_at) for row in rows}
