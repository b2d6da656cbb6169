"""The sweep over whistles: its cost follows the 100 that are due, not the 5,000 that are open on 100,000 tickets."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from service import clock
from service.accounts.actors import actor_of
from service.database import Database
from service.directory.reference import reference
from service.jobs import Surroundings
from service.settings import Settings
from service.tickets.models import Ticket
from service.whistles import lifecycle
from service.whistles.models import Whistle, WhistleCall
from service.whistles.sweep import sweep_whistles
from tests.benchmarks.counties import DIALECTS, database_of, fill, open_county
from tests.benchmarks.rows import Row, seconds_of
from tests.factories import County, wish_in
from workflows.statuses import Status
from workflows.whistle_commands import BlowWhistle
from workflows.whistle_words import WhistleKind, WhistleReason

TICKETS, WHISTLES, DUE = (1_000, 100_000), (150, 5_000), 100


def measure() -> list[Row]:
    return [_measure_on(dialect) for dialect in DIALECTS]


def _measure_on(dialect: str, tickets: tuple[int, int] = TICKETS, whistles: tuple[int, int] = WHISTLES) -> Row:
    times = []
    with database_of(dialect) as url, open_county(url) as (database, county):
        for size, most in zip(tickets, whistles, strict=True):
            fill(database, county, size)
            copy_whistles(database, county, most - DUE)
            blow_due(database, county, DUE)
            times.append(sweep(database))
    (few, many), (small, large) = times, whistles
    return Row(
        f"whistles, {DUE} due of {large:,} on {tickets[1]:,} tickets, {dialect}",
        many * 1000,
        "ms",
        few * 1000,
        f"{DUE} of {small} on {tickets[0]:,}",
        "about 1",
    )


def blow_due(database: Database, county: County, how_many: int) -> list[int]:
    """Emergencies to which nobody has come for twenty minutes: the first step of each is due."""
    moment = clock.now() - timedelta(minutes=20)
    with database.writing() as session:
        return [_blow(session, county, moment) for _each in range(how_many)]


def copy_whistles(database: Database, county: County, most: int) -> None:
    """Bring the number of open whistles that are not due to `most`, each on a ticket of its own."""
    with database.writing() as session:
        there = session.execute(select(func.count()).select_from(Whistle)).scalar_one()
        first = _blow(session, county, clock.now())
        whistle, call = _row(session, Whistle, col(Whistle.id) == first), _row(session, WhistleCall, _of(first))
        tickets = session.exec(select(col(Ticket.id)).order_by(col(Ticket.id)).limit(max(most - there, 0))).all()
        later = {"alarm_at": clock.now() + timedelta(days=1)}
        rows = [{**whistle, **later, "ticket_id": ticket} for ticket in tickets]
        for row in rows:
            found = session.connection().execute(insert(Whistle.__table__), row)  # type: ignore[attr-defined]
            copied = {**call, "whistle_id": found.inserted_primary_key[0]}
            session.connection().execute(insert(WhistleCall.__table__), copied)  # type: ignore[attr-defined]


def sweep(database: Database) -> float:
    """As in every minute: what happened since the one before is looked at, and nothing else."""
    around = Surroundings(database, Settings(), clock.now(), since=clock.now() - timedelta(minutes=1))
    tallies = []
    seconds = seconds_of(lambda: tallies.append(sweep_whistles(around)))
    assert (tallies[0].done, tallies[0].failed) == (DUE, 0), tallies
    return seconds


def _blow(session: Session, county: County, now: Any) -> int:
    ticket = wish_in(session, county, Status.in_progress, now)
    kind, reason = WhistleKind.emergency, WhistleReason.beyond_power
    command = BlowWhistle(kind=kind, reason=reason, text="路塌了，请马上到现场", lead=county.other_bureau)
    by = actor_of(session, county.dispatcher, reference(session))
    return lifecycle.blow(session, ticket, command, by, now)


def _of(whistle: int) -> Any:
    return col(WhistleCall.whistle_id) == whistle


def _row(session: Session, table: Any, condition: Any) -> dict[str, Any]:
    found = session.execute(select(table.__table__).where(condition)).one()
    return {name: value for name, value in found._mapping.items() if name != "id"}
