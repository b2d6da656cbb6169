"""The escalation sweep: its cost follows the 500 tickets that are due, not the 100,000 that are open."""

from service import clock
from service.database import Database
from service.jobs import Surroundings
from service.oversight.sweep import sweep_escalations
from service.settings import Settings
from tests.benchmarks.counties import DIALECTS, arm, database_of, fill, open_county
from tests.benchmarks.rows import Row, seconds_of

FEW, MANY, DUE = 1_000, 100_000, 500


def measure() -> list[Row]:
    return [row for dialect in DIALECTS for row in _measure_on(dialect)]


def _measure_on(dialect: str) -> list[Row]:
    times: dict[tuple[int, int], float] = {}
    with database_of(dialect) as url, open_county(url) as (database, county):
        for size in (FEW, MANY):
            fill(database, county, size)
            times[size, 0] = _sweep(database)
            arm(database, DUE, clock.now())
            times[size, DUE] = _sweep(database)
    return [
        Row(
            f"sweep, {DUE} due of {MANY:,}, {dialect}",
            times[MANY, DUE] * 1000,
            "ms",
            times[FEW, DUE] * 1000,
            f"{DUE} of {FEW:,}",
            "about 1",
        ),
        Row(
            f"sweep, none due of {MANY:,}, {dialect}",
            times[MANY, 0] * 1000,
            "ms",
            times[FEW, 0] * 1000,
            f"none of {FEW:,}",
            "about 1",
        ),
    ]


def _sweep(database: Database) -> float:
    around = Surroundings(database, Settings(), clock.now())
    return seconds_of(lambda: sweep_escalations(around))
