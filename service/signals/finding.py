"""Looks for signals every night and keeps what it finds, once for each month."""

from datetime import datetime
from functools import partial

from sqlmodel import Session, select

from service import clock
from service.inserts import insert_into, insert_or_skip
from service.jobs import Surroundings, Tally, one_by_one
from service.signals.evidence import evidence
from service.signals.models import SignalFinding, SignalTicket
from workflows.signals import Found, Signal, find_all


def look_for_signals(around: Surroundings) -> Tally:
    """`done` counts the findings of this night, those of the nights before among them."""
    with around.database.reading() as session:
        found = find_all(evidence(session, around.now))
    month = f"{clock.local(around.now, around.settings.time_zone):%Y-%m}"
    return one_by_one(around, found, partial(_keep, month=month, now=around.now))


def _keep(session: Session, row: tuple[Signal, Found], month: str, now: datetime) -> None:
    """Safe twice at once: the second finds the row there. What somebody has looked at stays as he saw it."""
    signal, found = row
    key = {"signal": signal.name, "subject": found.subject, "month": month}
    seen = {"unit_id": found.unit, "count": found.count, "total": found.total, "last_found_at": now}
    finding_id = insert_or_skip(session, SignalFinding, {**key, **seen, "found_at": now})
    if finding_id is None:
        there = select(SignalFinding).filter_by(**key).with_for_update()
        finding = session.exec(there).one()
        if finding.looked_at is not None:
            return
        for name, value in seen.items():
            setattr(finding, name, value)
        finding_id = finding.id
    behind = [{"finding_id": finding_id, "ticket_id": ticket} for ticket in found.tickets]
    session.execute(insert_into(session, SignalTicket).on_conflict_do_nothing(), behind)
