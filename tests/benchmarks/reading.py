"""The queue and the list of the API at 4,000 and at 100,000 tickets: a page must cost the same."""

from typing import Any

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.reference import reference
from service.tickets.queries import Wanted, find_tickets
from tests.benchmarks.counties import DIALECTS, database_of, fill, open_county
from tests.benchmarks.rows import Row, median_of

SIZES = (4_000, 100_000)
TIMES = 41
LISTS: dict[str, tuple[str, Wanted]] = {
    "the handler's queue": ("handler", Wanted(is_open=True, is_mine=True)),
    "the dispatcher's list of all open": ("county_dispatcher", Wanted(is_open=True)),
    "the newest, closed ones too": ("county_dispatcher", Wanted()),
    "a search for 路灯": ("county_dispatcher", Wanted(text="路灯")),
}
TARGET = "within 1.3 × of each other"


def measure() -> list[Row]:
    return [row for dialect in DIALECTS for row in _measure_on(dialect)]


def _measure_on(dialect: str) -> list[Row]:
    times: dict[tuple[str, int], float] = {}
    with database_of(dialect) as url, open_county(url) as (database, county):
        for size in SIZES:
            fill(database, county, size)
            for name, (who, wanted) in LISTS.items():
                times[name, size] = _median(database, getattr(county, who), wanted)
    return [_row(dialect, name, times) for name in LISTS]


def _median(database: Database, person: int, wanted: Wanted) -> float:
    def page() -> Any:
        with database.reading() as session:
            return find_tickets(session, actor_of(session, person, reference(session)), wanted)

    assert page().rows, "a list that finds nothing measures nothing"
    return median_of(TIMES, page) * 1000


def _row(dialect: str, name: str, times: dict[tuple[str, int], float]) -> Row:
    few, many = SIZES
    target = "" if "search" in name else TARGET
    return Row(f"{name}, {many:,} tickets, {dialect}", times[name, many], "ms", times[name, few], f"{few:,}", target)
