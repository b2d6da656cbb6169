"""The open stock as it stood at any moment of the past: told by who held what then, and by what had happened so far.

An open ticket has one lead hold and an ended one has none (`weiyuan check`), and holds are never written over: so who
held what at that moment says what was open and whose it was, however long ago. Whether it was overdue is said by the
ticket itself where nothing has happened since; else by its events up to then.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from service.reports.counting import conditions_at
from service.reports.pending import in_parts
from service.tickets.models import Ask, Assignment, Ticket, TicketEvent
from workflows.ask_words import AskKind, AskState
from workflows.changes import HoldRole
from workflows.statuses import OPEN, UNANSWERED, Status
from workflows.words import _

AGES: tuple[tuple[str, int | None, str], ...] = (
    # key, younger than so many days, words
    ("5", 5, _("不到 5 天")),
    ("15", 15, _("5 到 15 天")),
    ("30", 30, _("15 到 30 天")),
    ("90", 90, _("30 到 90 天")),
    ("older", None, _("90 天以上")),
)
NO_UNIT = NO_TOWN = 0
IS_LEAD = col(Assignment.role) == HoldRole.lead
DONE_AGAIN_FROM = frozenset({Status.follow_up, Status.closed, Status.declined, Status.merged})


@dataclass(frozen=True)
class Held:
    """An open ticket with whoever had to act; `unit_id` is NO_UNIT of one that was merged into another."""

    town_id: int
    unit_id: int
    created_at: datetime


def stock_at(session: Session, moment: datetime) -> list[dict[str, Any]]:
    """As the columns of `OpenStock` without the day: what was open right before that moment, told however late."""
    held = _held(session, moment)
    overdue = _overdue(session, held, moment)
    mains = _mains(session, held, moment)
    overdue |= {ticket_id for ticket_id, main in mains.items() if main in overdue}
    held |= _merged(session, mains)
    open_ones = Counter(_row_of(each, moment) for each in held.values())
    late_ones = Counter(_row_of(held[ticket_id], moment) for ticket_id in overdue)
    return [
        {"town_id": town, "unit_id": unit, "age": age, "open": many, "overdue": late_ones[town, unit, age]}
        for (town, unit, age), many in sorted(open_ones.items())
    ]


def _row_of(held: Held, moment: datetime) -> tuple[int, int, str]:
    lasted = moment - held.created_at
    age = next((key for key, most, _words in AGES if most and lasted < timedelta(days=most)), AGES[-1][0])
    return held.town_id, held.unit_id, age


def _held(session: Session, moment: datetime) -> dict[int, Held]:
    ran = (col(Assignment.started_at) < moment, _had_not_ended(moment))
    wanted = select(col(Ticket.id), col(Ticket.town_id), col(Assignment.unit_id), col(Ticket.created_at))
    found = wanted.join(Assignment, col(Assignment.ticket_id) == col(Ticket.id)).where(IS_LEAD, *ran)
    return {row[0]: Held(row[1] or NO_TOWN, row[2], row[3]) for row in session.execute(found)}


def _had_not_ended(moment: datetime) -> Any:
    return or_(col(Assignment.ended_at).is_(None), col(Assignment.ended_at) >= moment)


# What was merged into another one stands where that one stands


def _mains(session: Session, held: Mapping[int, Held], moment: datetime) -> dict[int, int]:
    """By ticket that was merged then, the open one that it stood for; one that stands alone again stands for itself."""
    ended = (IS_LEAD, col(Assignment.ended_how) == "merged", col(Assignment.ended_at) < moment)
    wanted = select(col(Assignment.ticket_id)).where(*ended).distinct()
    merged = [ticket_id for ticket_id in session.execute(wanted).scalars() if ticket_id not in held]
    into = _into(session, merged)
    ends = ((ticket_id, _end_of(ticket_id, into, held)) for ticket_id in merged)
    return {ticket_id: end for ticket_id, end in ends if end is not None}


def _into(session: Session, ids: Sequence[int]) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for some in in_parts(ids):
        rows = session.execute(
            select(col(Ticket.id), col(Ticket.merged_into_id), col(Ticket.status)).where(col(Ticket.id).in_(some))
        )
        found.update({row[0]: row[1] if row[2] is Status.merged else row[0] for row in rows})
    return found


def _end_of(ticket_id: int, into: Mapping[int, int | None], held: Mapping[int, Held]) -> int | None:
    """None where that one had ended. Of a ticket that was taken out again since, nobody knows any more into which it
    was merged: it counts as open."""
    main = into.get(ticket_id)
    while main is not None and main not in held and into.get(main) != main:
        main = into.get(main)
    return main


def _merged(session: Session, mains: Mapping[int, int]) -> dict[int, Held]:
    found: dict[int, Held] = {}
    for some in in_parts(sorted(mains)):
        wanted = select(col(Ticket.id), col(Ticket.town_id), col(Ticket.created_at)).where(col(Ticket.id).in_(some))
        found.update({row[0]: Held(row[1] or NO_TOWN, NO_UNIT, row[2]) for row in session.execute(wanted)})
    return found


# What was overdue


def _overdue(session: Session, held: Mapping[int, Held], moment: datetime) -> set[int]:
    last = and_(col(TicketEvent.ticket_id) == col(Ticket.id), col(TicketEvent.number) == col(Ticket.version))
    now_open = select(col(Ticket.id), conditions_at(moment)["open_overdue"]).join(TicketEvent, last)
    rows = session.execute(now_open.where(col(Ticket.status).in_(OPEN), col(TicketEvent.at) < moment))
    unchanged = {row[0]: bool(row[1]) for row in rows}
    changed = [ticket_id for ticket_id in held if ticket_id not in unchanged]
    by_events = (_by_events(session, some, moment) for some in in_parts(changed))
    return {ticket_id for ticket_id, late in unchanged.items() if late and ticket_id in held}.union(*by_events)


def _by_events(session: Session, ids: Sequence[int], moment: datetime) -> set[int]:
    """A rule of the clock marks what becomes overdue; a new round, a new promise or a longer one begins anew."""
    late: set[int] = set()
    for ticket_id, is_mark in _turns(session, ids, moment):
        if is_mark:
            late.add(ticket_id)
        else:
            late.discard(ticket_id)
    return late


def _turns(session: Session, ids: Sequence[int], moment: datetime) -> Iterator[tuple[int, bool]]:
    """In the order of time: that it was marked, or that its term began anew."""
    granted = (col(Ask.kind) == AskKind.extension, col(Ask.state) == AskState.granted, col(Ask.decided_at) < moment)
    wanted = select(col(Ask.decided_at), col(Ask.ticket_id)).where(col(Ask.ticket_id).in_(ids), *granted)
    turns = [(row[0], row[1], False) for row in session.execute(wanted)]
    happened = (col(TicketEvent.ticket_id).in_(ids), col(TicketEvent.at) < moment)
    events = session.execute(select(*EVENT).where(*happened).order_by(col(TicketEvent.id)))
    turns += [(row.at, row.ticket_id, row.verb == "mark_overdue") for row in _telling(events)]
    yield from ((ticket_id, is_mark) for _at, ticket_id, is_mark in sorted(turns, key=lambda turn: turn[0]))


EVENT = tuple(col(getattr(TicketEvent, name)) for name in ("at", "ticket_id", "verb", "status_from", "status_to"))


def _telling(events: Iterable[Any]) -> Iterator[Any]:
    for row in events:
        is_put_off = Status.deferred in {row.status_from, row.status_to}
        is_done_again = row.status_from in DONE_AGAIN_FROM and row.status_to in UNANSWERED
        if row.verb in {"mark_overdue", "assign"} or is_put_off or is_done_again:
            yield row
