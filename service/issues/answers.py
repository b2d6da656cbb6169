"""统一答复: one act answers every wish of an issue that is in the actor's hands, each by the real `reply`.

Each wish has a transaction of its own, and a row says that this act has answered it: pressing again goes on where it
stopped and answers nobody twice. Each reply is still reviewed, and each villager followed up by herself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Row, exists, func
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.reference import Reference, reference
from service.errors import Conflict, Failure, NotFound
from service.inserts import insert_row
from service.issues.lifecycle import subject_of
from service.issues.models import IssueAnswer
from service.local_words import LocalWords
from service.settings import settings
from service.tickets import lifecycle as tickets
from service.tickets.models import Ticket, TicketEvent, TicketEventDetails
from service.tickets.numbers import number_of
from service.web import translations
from workflows.actors import Actor
from workflows.commands import Reply
from workflows.issue_commands import AnswerIssue
from workflows.refusals import Refused
from workflows.statuses import Status
from workflows.words import _

AT_ONE_PRESS = 200
SHOWN_MOST = 50


@dataclass(frozen=True)
class Act:
    """What was said to all, and by whom."""

    id: int
    issue_id: int
    command: AnswerIssue
    person_id: int | None
    at: datetime


@dataclass(frozen=True)
class Pressed:
    """How many were answered at one press, and why the last of those was not that were refused."""

    answered: int
    refused: Refused | Failure | None


@dataclass(frozen=True)
class Left:
    """Why some were not answered: a sentence with {placeholders}, how many, and the first of them."""

    sentence: str
    unit: str
    count: int
    numbers: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """`waiting` are those that another press would answer."""

    answered: int
    waiting: int
    left: Sequence[Left]


def act_of(session: Session, issue_id: int, event_id: int) -> Act:
    """Raise NotFound for an event that answered nothing here, or whose words were erased by law."""
    wanted = (
        select(TicketEvent, TicketEventDetails)
        .join(TicketEventDetails, col(TicketEventDetails.event_id) == col(TicketEvent.id))
        .where(TicketEvent.id == event_id, TicketEvent.subject == subject_of(issue_id))
    )
    found = session.execute(wanted.where(TicketEvent.verb == "answer_issue")).one_or_none()
    if found is None:
        raise NotFound()
    event, words = found
    return Act(event.id, issue_id, AnswerIssue.model_validate(words.details), event.person_id, event.at)


def acts_of(session: Session, issue_id: int) -> Sequence[TicketEvent]:
    """The newest first."""
    wanted = select(TicketEvent).where(TicketEvent.subject == subject_of(issue_id), TicketEvent.verb == "answer_issue")
    return session.exec(wanted.order_by(col(TicketEvent.id).desc())).all()


def answer_members(database: Database, act: Act, actor: Actor, now: datetime, most: int = AT_ONE_PRESS) -> Pressed:
    """One that is refused is passed over, and the others go on. Villagers read the county's language in it."""
    local = LocalWords(ZoneInfo(settings().time_zone), translations(settings().language))
    with database.reading() as session:
        ids = list(session.execute(_in_hand(act, actor).limit(most)).scalars())
    answered, refused = 0, None
    for ticket_id in ids:
        try:
            with database.writing() as session:
                answered += answer_one(session, act, ticket_id, actor, now, local)
        except (Refused, Conflict, NotFound) as problem:
            refused = problem
    return Pressed(answered, refused)


def answer_one(session: Session, act: Act, ticket_id: int, actor: Actor, now: datetime, local: LocalWords) -> int:
    """1 when this wish was answered now. Looked at again under the lock: somebody may have pressed as well."""
    ticket = tickets.locked(session, ticket_id)
    has_gone = ticket.issue_id != act.issue_id or ticket.status is not Status.in_progress
    if has_gone or session.get(IssueAnswer, (act.id, ticket_id)) is not None:
        return 0
    reply = _reply(act, ticket, reference(session), local)
    tickets.perform(session, ticket_id, reply, actor, now)
    insert_row(session, IssueAnswer, {"act_id": act.id, "ticket_id": ticket_id, "at": now})
    return 1


def _reply(act: Act, ticket: Ticket, known: Reference, local: LocalWords) -> Reply:
    number = number_of(ticket.id or 0, ticket.created_at)
    told = {"place": known.place_name(ticket.area_id), "date": local.day(ticket.created_at), "number": number}
    try:
        return act.command.reply_to(number, told)
    except ValidationError:
        raise Refused(_("{number} 的答复太长，请少写一点。"), number=number) from None


def _in_hand(act: Act, actor: Actor) -> Any:
    """What this actor could answer now and has not answered by this act."""
    return (
        select(Ticket.id)
        .where(
            col(Ticket.issue_id) == act.issue_id,
            col(Ticket.status) == Status.in_progress,
            col(Ticket.lead_unit_id).in_(actor.units),
            ~_was_answered(act),
        )
        .order_by(col(Ticket.id))
    )


def _was_answered(act: Act) -> ColumnElement[bool]:
    return exists().where(col(IssueAnswer.act_id) == act.id, col(IssueAnswer.ticket_id) == col(Ticket.id))


# What came of it

Test = Callable[[Status, bool], bool]

# fmt: off
WHY_LEFT: tuple[tuple[Test, str], ...] = (
    # status and whether it is in the reader's hands                   why it was not answered
    (lambda status, is_mine: status is Status.in_progress and is_mine, _("再按一次就答复")),
    (lambda status, is_mine: status is Status.in_progress,             _("由{unit}主办，要它来答复")),
    (lambda status, is_mine: status is Status.submitted,               _("还没有派单")),
    (lambda status, is_mine: status is Status.assigned,                _("{unit}还没有签收")),
    (lambda status, is_mine: status is Status.deferred,                _("已经挂账")),
    (lambda status, is_mine: status is Status.replied,                 _("另有答复在审核")),
    (lambda status, is_mine: status is Status.follow_up,               _("先前已经答复，在等评价和回访")),
    (lambda status, is_mine: True,                                     _("已经办结")),
)
# fmt: on


def outcome_of(session: Session, act: Act, actor: Actor, known: Reference) -> Outcome:
    """Counted now: who was answered by this act, and the rest by the reason why not."""
    answered = session.exec(select(func.count()).select_from(IssueAnswer).where(IssueAnswer.act_id == act.id)).one()
    rows = session.execute(
        select(Ticket.status, Ticket.lead_unit_id, func.count().label("many"))
        .where(Ticket.issue_id == act.issue_id, ~_was_answered(act))
        .group_by(col(Ticket.status), col(Ticket.lead_unit_id))
    ).all()
    left = [_left(session, act, row, actor, known) for row in rows]
    waiting = sum(each.count for each in left if each.sentence == WHY_LEFT[0][1])
    return Outcome(answered, waiting, sorted(left, key=lambda each: -each.count))


def _left(session: Session, act: Act, row: Row[Any], actor: Actor, known: Reference) -> Left:
    status, unit, count = row.status, row.lead_unit_id, row.many
    is_mine = unit in actor.units
    sentence = next(words for fits, words in WHY_LEFT if fits(status, is_mine))
    those = (
        select(Ticket.id, Ticket.created_at)
        .where(Ticket.issue_id == act.issue_id, Ticket.status == status, ~_was_answered(act))
        .where(col(Ticket.lead_unit_id).is_(None) if unit is None else Ticket.lead_unit_id == unit)
    )
    first = session.execute(those.order_by(col(Ticket.id)).limit(SHOWN_MOST)).all()
    return Left(sentence, known.unit_name(unit), count, [number_of(each.id, each.created_at) for each in first])
