"""Reads of who looked at what tells who a villager is, as far as the reader supervises the place she lives in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, true
from sqlmodel import Session, col, select

from service.accounts.scope import in_areas
from service.accounts.visits import Visit
from service.directory.models import Appointment, Person
from service.directory.reference import Reference
from service.oversight.inspection_queries import supervised_paths
from service.tickets.models import Looked, Reveal, Ticket
from service.tickets.numbers import number_of
from workflows.words import _

PAGE = 50
BESIDE_MOST = 20
LOOKED_WORDS: dict[Looked, str] = {
    Looked.number: _("看了姓名和全号"),
    Looked.voice: _("听了录音"),
    Looked.position: _("看了准确位置"),
}
COLUMNS: tuple[Any, ...] = (
    *(Reveal.id, Reveal.person_id, Reveal.at, Reveal.what, Reveal.was_holding, Person.name),
    *(Ticket.id.label("ticket_id"), Ticket.created_at, Ticket.area_id),  # type: ignore[union-attr]
)


@dataclass(frozen=True)
class Filter:
    """One way to look at the register: `name` stands in the address."""

    name: str
    words: str
    condition: Callable[[], ColumnElement[bool]]


FILTERS: tuple[Filter, ...] = (
    Filter("all", _("全部"), true),
    Filter("outside", _("事情不在他单位手里的"), lambda: col(Reveal.was_holding).is_(False)),
    Filter("number", _("看全号"), lambda: col(Reveal.what).in_([Looked.number])),
    Filter("voice", _("听录音"), lambda: col(Reveal.what).in_([Looked.voice])),
    Filter("position", _("看准确位置"), lambda: col(Reveal.what).in_([Looked.position])),
)


@dataclass(frozen=True)
class Look:
    """`was_holding` is None for a look that is older than the record of it."""

    at: datetime
    who: str
    units: str
    what: str
    number: str
    area_name: str
    was_holding: bool | None

    @property
    def url(self) -> str:
        return f"/desk/tickets/{self.number}"


@dataclass(frozen=True)
class Page:
    rows: Sequence[Look]
    total: int
    cursor: int | None


def page_of(visit: Visit, which: Filter, cursor: int | None) -> Page:
    """The newest first; three queries, however many rows there are."""
    wanted = _looks().where(_supervised(visit), which.condition())
    found = wanted.where(col(Reveal.id) < cursor) if cursor is not None else wanted
    rows = visit.session.execute(found.limit(PAGE + 1)).all()
    total = visit.session.execute(select(func.count()).select_from(wanted.order_by(None).subquery())).scalar_one()
    return Page(_told(visit.session, visit.known, rows[:PAGE]), total, rows[PAGE - 1].id if len(rows) > PAGE else None)


def looks_at(visit: Visit, ticket_id: int) -> list[Look]:
    """The newest of one ticket; none for who does not supervise its place."""
    wanted = _looks().where(_supervised(visit), col(Reveal.ticket_id) == ticket_id)
    return _told(visit.session, visit.known, visit.session.execute(wanted.limit(BESIDE_MOST)).all())


def _looks() -> Select[Any]:
    looks: Select[Any] = select(*COLUMNS).select_from(Reveal).join(Person, col(Person.id) == col(Reveal.person_id))
    return looks.join(Ticket, col(Ticket.id) == col(Reveal.ticket_id)).order_by(col(Reveal.id).desc())


def _supervised(visit: Visit) -> ColumnElement[bool]:
    return in_areas(col(Ticket.area_path), supervised_paths(visit.actor))


def _told(session: Session, known: Reference, rows: Sequence[Row[Any]]) -> list[Look]:
    units = _units_of(session, known, {row.person_id for row in rows})
    return [
        Look(
            at=row.at,
            who=row.name,
            units=units.get(row.person_id, ""),
            what=LOOKED_WORDS[row.what],
            number=number_of(row.ticket_id, row.created_at),
            area_name=known.place_name(row.area_id),
            was_holding=row.was_holding,
        )
        for row in rows
    ]


def _units_of(session: Session, known: Reference, people: set[int]) -> dict[int, str]:
    """The names of their units as they are today."""
    if not people:
        return {}
    posts = session.exec(select(Appointment).where(col(Appointment.person_id).in_(people))).all()
    units = {person: {post.unit_id for post in posts if post.person_id == person} for person in people}
    return {person: " · ".join(known.unit_name(unit) for unit in sorted(found)) for person, found in units.items()}
