"""Counts tickets in the database just as workflows/tallies.py counts them one by one; a test holds the two together."""

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from service.directory.models import AreaLevel
from service.directory.reference import Reference
from service.reports.way import way_counts
from service.tickets.models import Ticket
from service.tickets.scope import in_area
from workflows.commands import Outcome, Satisfaction
from workflows.rates import Tally
from workflows.statuses import OPEN, UNANSWERED, Status
from workflows.tallies import RAW

Condition = ColumnElement[bool]
ALL: Condition = literal(True)


def tallies_by_area(session: Session, known: Reference, now: datetime) -> dict[int, Tally]:
    """One tally for the county and one for each town, by area id; empty ones where nothing was collected."""
    sums = {
        area_id: Tally() for area_id, area in known.areas.items() if area.level in {AreaLevel.county, AreaLevel.town}
    }
    for area_id, tally in _tallies_of_places(session, now):
        for area in known.lineage(area_id):
            if area.id in sums:
                sums[area.id] += tally
    return sums


def tally_of_area(session: Session, area_path: str, now: datetime) -> Tally:
    """The tally of any area, a village too, counted on the spot."""
    wanted = select(*_sums(now)).select_from(Ticket).where(in_area(area_path))
    return Tally(**_counts(session.execute(wanted).one()))


def _tallies_of_places(session: Session, now: datetime) -> list[tuple[int, Tally]]:
    wanted = select(col(Ticket.area_id), *_sums(now)).group_by(col(Ticket.area_id))
    return [(row.area_id, Tally(**_counts(row))) for row in session.execute(wanted)]


def _sums(now: datetime) -> list[Any]:
    return [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in conditions_at(now).items()]


def conditions_at(now: datetime, mains: CTE | None = None) -> dict[str, Condition]:
    """Each count of a tally as a condition on a ticket; the names are those of `Tally`."""
    mains = mains_of() if mains is None else mains
    status, on_time = col(Ticket.status), col(Ticket.answered_on_time)
    is_merged, is_closed = status == Status.merged, status == Status.closed
    is_open = or_(status.in_(OPEN), _ended_up(mains, mains.c.main_status.in_(OPEN)))
    is_late = or_(
        _is_late(status, col(Ticket.due_at), on_time, now),
        _ended_up(
            mains,
            _is_late(mains.c.main_status, mains.c.main_due_at, mains.c.main_on_time, now),
        ),
    )
    return {
        "collected": literal(True),
        "concluded": ~is_open,
        "open": is_open,
        "open_overdue": is_late,
        "not_yet_due": and_(is_open, ~is_late),
        "open_merged": and_(is_merged, is_open),
        "closed": is_closed,
        "declined": status == Status.declined,
        "withdrawn": status == Status.withdrawn,
        "merged": and_(is_merged, ~is_open),
        "answered_on_time": or_(
            and_(~is_merged, on_time.is_(True)),
            _ended_up(mains, mains.c.main_on_time.is_(True)),
        ),
        "closed_on_time": and_(is_closed, on_time.is_(True)),
        **_by_the_first_deadline(mains, is_closed, now),
        **_word_of_the_villager(is_closed),
        **way_counts(is_closed, is_open, now),
    }


def _by_the_first_deadline(mains: CTE, is_closed: Condition, now: datetime) -> dict[str, Condition]:
    """What was extended or put off, judged as if it had not been."""
    as_promised, first = _as_promised(Ticket, col(Ticket.answered_on_time)), _first(Ticket)
    main = (mains.c.main_status, mains.c.main_due_at, mains.c.main_as_promised, mains.c.main_first)
    own = _is_past_original(col(Ticket.status), col(Ticket.due_at), as_promised, first, now)
    return {
        "closed_as_promised": and_(is_closed, as_promised.is_(True)),
        "open_past_original": or_(own, _ended_up(mains, _is_past_original(*main, now))),
    }


def _is_late(status: Any, due_at: Any, on_time: Any, now: datetime) -> Condition:
    """Never unknown, so that its opposite is its opposite."""
    unanswered = and_(status.in_(UNANSWERED), func.coalesce(due_at < now, False))
    return or_(
        unanswered,
        and_(status.in_(OPEN - UNANSWERED), func.coalesce(on_time, True).is_(False)),
    )


def _as_promised(ticket: Any, on_time: Any) -> Any:
    """Against the first deadline, whatever was granted later; unknown before the first answer."""
    known = and_(ticket.answered_at.is_not(None), ticket.original_due_at.is_not(None))
    return case((known, ticket.answered_at <= ticket.original_due_at), else_=on_time)


def _first(ticket: Any) -> Any:
    """The first deadline, until it was answered; a later round has its own."""
    return case((ticket.answered_at.is_(None), ticket.original_due_at), else_=None)


def _is_past_original(status: Any, due_at: Any, as_promised: Any, first: Any, now: datetime) -> Condition:
    return _is_late(status, func.coalesce(first, due_at), as_promised, now)


def _ended_up(mains: CTE, condition: Condition) -> Condition:
    """Of merged tickets: what holds of the main one. Asked as a set, whose cost no database can misjudge."""
    return col(Ticket.id).in_(select(mains.c.id).where(condition))


def _counts(row: Any) -> dict[str, int]:
    return {name: int(value or 0) for name, value in row._mapping.items() if name != "area_id"}


def mains_of(among: Condition = ALL) -> CTE:
    """For each merged ticket the one that it ended up in, however long the chain; of all, or of some."""
    first: Any = select(col(Ticket.id).label("id"), col(Ticket.merged_into_id).label("main")).where(
        Ticket.status == Status.merged, among
    )
    steps = first.cte("steps", recursive=True)
    between = aliased(Ticket)
    steps = steps.union_all(
        select(steps.c.id, col(between.merged_into_id))
        .join(between, col(between.id) == steps.c.main)
        .where(between.status == Status.merged)
    )
    main = aliased(Ticket)
    found: CTE = (
        select(  # type: ignore[call-overload]
            steps.c.id,
            col(main.status).label("main_status"),
            col(main.due_at).label("main_due_at"),
            col(main.closed_at).label("main_closed_at"),
            col(main.answered_on_time).label("main_on_time"),
            _as_promised(main, col(main.answered_on_time)).label("main_as_promised"),
            _first(main).label("main_first"),
        )
        .join(main, col(main.id) == steps.c.main)
        .where(main.status != Status.merged)
        .cte("mains")
    )
    return found


def _word_of_the_villager(is_closed: Condition) -> dict[str, Condition]:
    counts = ~col(Ticket.is_excluded)
    raw = _said(is_closed, literal(True))
    return {
        **_said(is_closed, counts),
        **_silent(is_closed, counts),
        **{f"raw_{name}": raw[name] for name in RAW},
    }


def _silent(is_closed: Condition, counts: Condition) -> dict[str, Condition]:
    is_silent = and_(is_closed, col(Ticket.satisfaction).is_(None), counts)
    return {
        "unreachable": and_(is_silent, col(Ticket.follow_up_attempts) > 0),
        "unrated": and_(is_silent, col(Ticket.follow_up_attempts) == 0),
        "excluded": col(Ticket.is_excluded).is_(True),
    }


def _said(is_closed: Condition, counts: Condition) -> dict[str, Condition]:
    said = col(Ticket.satisfaction)
    is_valid = and_(or_(is_closed, col(Ticket.status).in_(OPEN)), said.is_not(None), counts)
    contacted = func.coalesce(col(Ticket.was_contacted), col(Ticket.contacted_at).is_not(None))
    resolved = func.coalesce(
        col(Ticket.is_resolved),
        and_(col(Ticket.outcome).is_not(None), col(Ticket.outcome) == Outcome.resolved),
    )
    return {
        "valid": is_valid,
        "contacted": and_(is_valid, contacted),
        "resolved": and_(is_valid, resolved),
        "satisfied": and_(is_valid, said == Satisfaction.satisfied),
        "basically_satisfied": and_(is_valid, said == Satisfaction.basically_satisfied),
        "dissatisfied": and_(is_valid, said == Satisfaction.dissatisfied),
    }
