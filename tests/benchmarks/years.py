"""A county's whole year of 3,891 wishes, played through the commands; the target is a minute on two cores."""

from zoneinfo import ZoneInfo

from service import keys
from service.database import Database
from service.simulation.fates import of_year
from service.simulation.year import Asked, simulate
from tests.benchmarks.counties import DIALECTS, database_of
from tests.benchmarks.rows import Row, seconds_of
from tests.support.keys import KEYRING

WISHES, YEAR = 3_891, of_year(2025, ZoneInfo("Asia/Shanghai"))


def measure() -> list[Row]:
    return [_played_on(dialect) for dialect in DIALECTS]


def _played_on(dialect: str) -> Row:
    keys.use(KEYRING)
    with database_of(dialect) as url:
        database = Database(url)
        try:
            seconds = seconds_of(lambda: simulate(database, Asked(WISHES, YEAR, 1), lambda share, rows: None))
        finally:
            database.close()
    return Row(f"a simulated year of {WISHES:,} wishes, {dialect}", seconds, "s", target="< 60 s")
