"""Reads of the register of signals, as far as the reader sees the units and tickets behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_
from sqlmodel import col, select

from service.accounts.scope import area_paths, sees_all
from service.accounts.visits import Visit
from service.errors import NotFound
from service.signals.models import SignalFinding, SignalTicket
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.signals import BY_NAME, Signal

PAGE = 50
TICKETS_MOST = 200
COLUMNS: tuple[Any, ...] = (Ticket.id, Ticket.created_at, Ticket.public_text, Ticket.area_id, Ticket.status)


@dataclass(frozen=True)
class Listed:
    """A finding, its row of the table, and whose it is; a signal that the table no longer has is not shown."""

    row: SignalFinding
    signal: Signal
    unit_name: str

    @property
    def url(self) -> str:
        return f"/desk/signals/{self.row.id}"


@dataclass(frozen=True)
class Behind:
    """A ticket behind a finding."""

    number: str
    url: str
    words: str
    area_name: str
    row: Row[Any]


def count_open(visit: Visit) -> int:
    wanted = (
        select(func.count()).select_from(SignalFinding).where(_seen_by(visit), col(SignalFinding.looked_at).is_(None))
    )
    return visit.session.exec(wanted).one()


def listed(visit: Visit, looked_at: bool, cursor: int | None) -> tuple[list[Listed], int | None]:
    """The newest first, and where the next page begins."""
    state = col(SignalFinding.looked_at).is_not(None) if looked_at else col(SignalFinding.looked_at).is_(None)
    wanted = select(SignalFinding).where(_seen_by(visit), state).order_by(col(SignalFinding.id).desc())
    if cursor is not None:
        wanted = wanted.where(col(SignalFinding.id) < cursor)
    rows = visit.session.exec(wanted.limit(PAGE + 1)).all()
    shown = [told(visit, row) for row in rows[:PAGE]]
    return shown, rows[PAGE - 1].id if len(rows) > PAGE else None


def finding_of(visit: Visit, finding_id: int, *, to_change: bool = False) -> SignalFinding:
    """Raise NotFound for one that this reader does not see. Who is about to change it waits for others who are."""
    wanted = select(SignalFinding).where(SignalFinding.id == finding_id, _seen_by(visit))
    found = visit.session.exec(wanted.with_for_update() if to_change else wanted).one_or_none()
    if found is None or found.signal not in BY_NAME:
        raise NotFound()
    return found


def behind(visit: Visit, row: SignalFinding) -> Sequence[Behind]:
    wanted = (
        select(*COLUMNS)
        .join(SignalTicket, col(SignalTicket.ticket_id) == col(Ticket.id))
        .where(SignalTicket.finding_id == row.id)
        .order_by(col(Ticket.id))
        .limit(TICKETS_MOST)
    )
    return [
        Behind(
            number := number_of(each.id or 0, each.created_at),
            f"/desk/tickets/{number}",
            each.public_text[:90],
            visit.known.place_name(each.area_id),
            each,
        )
        for each in visit.session.execute(wanted).all()
    ]


def told(visit: Visit, row: SignalFinding) -> Listed:
    return Listed(row, BY_NAME[row.signal], visit.known.unit_name(row.unit_id))


def _seen_by(visit: Visit) -> ColumnElement[bool]:
    """The county's supervisors see all; those of a town what its own units, and only these, are said of."""
    known = col(SignalFinding.signal).in_(BY_NAME)
    if sees_all(visit.actor, visit.known.county.path):
        return known
    paths = area_paths(visit.actor)
    areas = visit.known.areas
    ours = [
        unit.id for unit in visit.known.units.values() if areas[unit.area_id].path.startswith(tuple(paths) or ("-",))
    ]
    return known & or_(col(SignalFinding.unit_id).in_(ours))
