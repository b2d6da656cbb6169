"""The board at 4,000, 100,000 and 1,000,000 tickets: the figures are folded, so it must cost the same.

The county has twelve towns, thirty bureaus and fifteen themes; of its wishes 1.7 % are open, and they came in over a
year. They are copies of a few that went their way by real commands, and `weiyuan check` finds nothing amiss in them.
The larger ones are one of 20,000 several times over, and their figures are checked against their tickets.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlmodel import Session, col

from service import clock
from service.database import Database
from service.directory.models import Area, AreaLevel, Category, Unit, UnitClass
from service.directory.reference import touch
from service.oversight.checks import breaches
from service.reports.facts import NAMES
from service.reports.folding import fold_up_to
from service.reports.models import Rollup, RollupAnswer, RollupFact, RollupMark
from service.reports.rollup_checks import rollups_against_tickets
from service.tickets import chain, search
from service.tickets.models import Assignment, Ticket, TicketEvent
from tests.benchmarks.counties import DIALECTS, database_of, open_county
from tests.benchmarks.reading import signed_in
from tests.benchmarks.rows import Row, medians_in_turns
from tests.factories import County, add, wish_in
from tests.support.app import app_on, serving
from workflows.statuses import Kind, Role, Status
from workflows.time_limits import Urgency

SIZES = (4_000, 100_000, 1_000_000)
TIMES = 41
BATCH, LARGEST_FOLDED = 5_000, 20_000
NO_WORDS = bytes(32)
OPEN_OF = 58
"""Every so manieth wish is open, as 66 of 3,891 are."""
OPEN = (Status.submitted, Status.assigned, Status.in_progress, Status.follow_up)
ENDED = (Status.closed, Status.closed, Status.closed, Status.declined)
TOWNS, BUREAUS, THEMES = 12, 30, 15
TARGET = "within 1.3 × of each other, under 50 ms"


@dataclass(frozen=True)
class Pattern:
    """A wish that went its way, with the hold that still runs."""

    ticket: dict[str, Any]
    hold: dict[str, Any] | None


@dataclass(frozen=True)
class Larger:
    """What a wish may belong to: paths of villages, ids of bureaus and of themes."""

    villages: list[Area]
    bureaus: list[int]
    themes: list[int]


def measure() -> list[Row]:
    return [row for dialect in DIALECTS for row in measure_on(dialect, SIZES)]


def measure_on(dialect: str, sizes: tuple[int, ...]) -> list[Row]:
    """The counties stand side by side and are asked in turns, as a browser asks, sign-in and drawing included."""
    with ExitStack() as stack:
        boards = [stack.enter_context(_board_of(dialect, size)) for size in sizes]
        few, *others = (seconds * 1000 for seconds in medians_in_turns(TIMES, *boards))
    return [
        Row(f"GET /board, {size:,} tickets, {dialect}", took, "ms", few, f"{sizes[0]:,}", TARGET)
        for size, took in zip(sizes[1:], others, strict=True)
    ]


@contextmanager
def _board_of(dialect: str, size: int) -> Iterator[Callable[[], object]]:
    with (
        database_of(dialect) as url,
        open_county(url) as (database, county),
        TemporaryDirectory() as folder,
        ExitStack() as stack,
    ):
        base = min(size, LARGEST_FOLDED)
        fill(database, county, base)
        fold_up_to(database, clock.now(), most=LARGEST_FOLDED)
        multiply(database, base, size // base)
        _check(database, looks_at_all=size == SIZES[0])
        address = stack.enter_context(serving(app_on(url, Path(folder))))
        client = stack.enter_context(signed_in(address, database, county.supervisor))
        assert f"{size:,}" in client.get("/board").text, "a board without its tickets measures nothing"
        yield lambda: client.get("/board")


def _check(database: Database, looks_at_all: bool) -> None:
    with database.reading() as session:
        found = breaches(session, looks_at_all) if looks_at_all else rollups_against_tickets(session)
        assert list(found) == [], "a county that cannot be measures nothing"


# A county of this size


def fill(database: Database, county: County, size: int) -> None:
    """Copies of some wishes, spread over a year, and over all towns, bureaus and themes."""
    lots, now = Random(size), clock.now()
    with database.writing() as session:
        larger = enlarge(session, county)
        open_ones = [pattern_of(session, county, status, now) for status in OPEN]
        ended = [pattern_of(session, county, status, now) for status in ENDED]
        there = session.execute(select(func.count()).select_from(Ticket)).scalar_one()
    for start in range(there + 1, size + 1, BATCH):
        numbers = range(start, min(start + BATCH, size + 1))
        chosen = [lots.choice(ended if number % OPEN_OF else open_ones) for number in numbers]
        copies = [_copy(lots, pattern, larger, number) for number, pattern in zip(numbers, chosen, strict=True)]
        with database.writing() as session:
            _write(session, copies)
    _settle_down(database)


def multiply(database: Database, base: int, times: int) -> None:
    """The same wishes again, so many times in all, and the figures as many times as large."""
    for offset in range(base, base * times, base):
        with database.writing() as session:
            for table, key in ((Ticket, "id"), (Assignment, "ticket_id"), (RollupFact, "ticket_id")):
                _again(session, table.__table__, key, base, offset)  # type: ignore[attr-defined]
            session.execute(delete(RollupMark))
    with database.writing() as session:
        session.execute(update(Rollup).values({name: getattr(Rollup, name) * times for name in NAMES}))
        session.execute(update(RollupAnswer).values(answers=col(RollupAnswer.answers) * times))
    _settle_down(database)


def _again(session: Session, table: Any, key: str, base: int, offset: int) -> None:
    names = [column.name for column in table.c if column.name == key or column.name != "id"]
    columns = [table.c[name] + offset if name == key else table.c[name] for name in names]
    session.execute(insert(table).from_select(names, select(*columns).where(table.c[key] <= base)))


def _settle_down(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def enlarge(session: Session, county: County) -> Larger:
    villages = []
    for number in range(TOWNS - 1):
        town = _area(session, f"第{number}镇", AreaLevel.town, session.get_one(Area, county.county))
        villages += [_area(session, f"第{each}村", AreaLevel.village, town) for each in range(12)]
    bureaus = [
        add(session, Unit(name=f"县第{number}局", short_name="局", unit_class=UnitClass.bureau, area_id=county.county))
        for number in range(BUREAUS)
    ]
    themes = [
        add(session, Category(key=f"theme-{number}", name=f"第{number}类", kind=Kind.trouble, urgency=Urgency.ordinary))
        for number in range(THEMES)
    ]
    touch(session)
    session.flush()
    return Larger(villages, bureaus, themes)


def _area(session: Session, name: str, level: AreaLevel, above: Area) -> Area:
    area = Area(name=name, level=level, parent_id=above.id, path=f"{above.path}{name}")
    area.path = f"{above.path}{add(session, area)}/"
    return area


def pattern_of(session: Session, county: County, status: Status, now: datetime) -> Pattern:
    """Brought there by real commands, three days ago."""
    ticket_id = wish_in(session, county, status, now - timedelta(days=3))
    held = select(Assignment.__table__).where(  # type: ignore[attr-defined]
        col(Assignment.ticket_id) == ticket_id, col(Assignment.ended_at).is_(None)
    )
    ticket = session.execute(select(Ticket.__table__).where(col(Ticket.id) == ticket_id)).one()  # type: ignore[attr-defined]
    hold = session.execute(held).one_or_none()
    return Pattern(dict(ticket._mapping), dict(hold._mapping) if hold else None)


def _copy(lots: Random, pattern: Pattern, larger: Larger, number: int) -> Pattern:
    """The same story in another place, of another theme, in other hands, some time ago."""
    days = lots.uniform(0, 6) if pattern.hold else lots.uniform(4, 365)
    ticket = _earlier(pattern.ticket, timedelta(days=days))
    village = lots.choice(larger.villages)
    bureau = lots.choice(larger.bureaus)
    places = {"area_id": village.id, "area_path": village.path, "town_id": village.parent_id}
    own = {"id": number, "version": 1, "category_id": lots.choice(larger.themes), "link_id": None}
    ticket |= {**places, **own, "lead_unit_id": ticket["lead_unit_id"] and bureau}
    is_hers = pattern.ticket["unit_id"] == pattern.ticket["lead_unit_id"]
    ticket["unit_id"] = bureau if is_hers and ticket["unit_id"] else ticket["unit_id"]
    hold = _earlier(pattern.hold, timedelta(days=days)) if pattern.hold else None
    return Pattern(ticket, hold and {**hold, "ticket_id": number, "unit_id": ticket["unit_id"]})


def _earlier(row: dict[str, Any], by: timedelta) -> dict[str, Any]:
    return {name: value - by if isinstance(value, datetime) else value for name, value in row.items()}


def _write(session: Session, copies: list[Pattern]) -> None:
    """The rows that belong to a wish: a single event says how it came there."""
    connection = session.connection()
    holds = [{name: value for name, value in each.hold.items() if name != "id"} for each in copies if each.hold]
    connection.execute(insert(Ticket.__table__), [each.ticket for each in copies])  # type: ignore[attr-defined]
    if holds:
        connection.execute(insert(Assignment.__table__), holds)  # type: ignore[attr-defined]
    connection.execute(insert(TicketEvent.__table__), [_event(each.ticket) for each in copies])  # type: ignore[attr-defined]
    words = " ".join(search.tokens_of(copies[0].ticket["public_text"]))
    found = [{"id": each.ticket["id"], "tokens": words} for each in copies]
    connection.execute(search.INSERT[connection.dialect.name], found)


def _event(ticket: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = dict.fromkeys((*chain.FACTS, *chain.ABOUT))
    facts |= {"ticket_id": ticket["id"], "number": 1, "round": 1, "verb": "submit", "role": Role.resident}
    facts["status_to"] = ticket["status"]
    mark = chain.hash_of(facts, ticket["created_at"], NO_WORDS, chain.START)
    return {**facts, "at": ticket["created_at"], "digest": NO_WORDS, "previous_hash": chain.START, "hash": mark}
