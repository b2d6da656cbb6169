"""What other slices add to the hub's pages: handed over in app.py, for they know the hub and it does not know them.

app.state.panels         beside a ticket in the workbench
app.state.told_besides   on the villager's page of her wish
app.state.registers      on the page of registers (台账)
app.state.pressing       among what needs a hand on the board
app.state.alike          on her form, before she sends it
app.state.public_figures on the public wall
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session

from service.accounts.visits import Visit
from service.directory.models import Area, Link
from service.directory.reference import Reference
from service.local_words import LocalWords
from service.tickets.models import Ticket
from workflows.cases import Case
from workflows.statuses import Role


@dataclass(frozen=True)
class Panel:
    """A template of the slice, rendered where the page leaves room; it finds `values` under the name `panel`.

    `is_hers`: told to the villager alone, and not to neighbours whose wishes were merged into hers.
    """

    template: str
    values: Mapping[str, Any]
    is_hers: bool = False


@dataclass(frozen=True)
class Register:
    """A list that somebody keeps an eye on. `count`: how many rows wait for this reader; no `roles`: for everybody."""

    name: str
    url: str
    words: str
    help: str
    count: Callable[[Visit], int] | None = None
    roles: frozenset[Role] = frozenset()

    def is_for(self, visit: Visit) -> bool:
        return not self.roles or any(visit.actor.has(role) for role in self.roles)


@dataclass(frozen=True)
class Pressing:
    """What needs a hand and is no list of tickets: a row of the board, as pressing as its `tone` where there is any."""

    words: str
    explained: str
    tone: str
    count: int
    url: str


PanelOf = Callable[[Visit, Ticket, Case, LocalWords], Panel | None]
PressingOf = Callable[[Visit, Area], Pressing]
ToldOf = Callable[[Session, Ticket, Reference, LocalWords, datetime], Panel | None]
AlikeOf = Callable[[Request, Session, Link, Mapping[str, str]], Panel | None]
FiguresOf = Callable[[Request, Session, Area, datetime], Panel]


def panels_of(request: Request, visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> list[Panel]:
    tellers: tuple[PanelOf, ...] = request.app.state.panels
    return [panel for tell in tellers if (panel := tell(visit, ticket, case, local)) is not None]


def told_besides(
    request: Request, session: Session, ticket: Ticket, known: Reference, local: LocalWords, now: datetime
) -> list[Panel]:
    tellers: tuple[ToldOf, ...] = request.app.state.told_besides
    return [panel for tell in tellers if (panel := tell(session, ticket, known, local, now)) is not None]


def alike_wishes(request: Request, session: Session, link: Link, typed: Mapping[str, str]) -> Panel | None:
    """Wishes like the one that is being written behind this link: `typed` are the fields of its form."""
    tell: AlikeOf = request.app.state.alike
    return tell(request, session, link, typed)


def public_figures(request: Request, session: Session, place: Area, now: datetime) -> Panel:
    """The figures of a place, for anybody."""
    tell: FiguresOf = request.app.state.public_figures
    return tell(request, session, place, now)


def pressing_in(request: Request, visit: Visit, place: Area) -> list[Pressing]:
    tellers: tuple[PressingOf, ...] = request.app.state.pressing
    return [tell(visit, place) for tell in tellers]


def registers_of(request: Request, visit: Visit) -> list[tuple[Register, int | None]]:
    """The registers that concern the reader, each with how many rows wait there."""
    rows: tuple[Register, ...] = request.app.state.registers
    return [(row, row.count(visit) if row.count else None) for row in rows if row.is_for(visit)]
