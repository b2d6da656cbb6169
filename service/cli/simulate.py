"""weiyuan simulate"""

import time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from service import clock
from service.cli.migrate import brought_up_to_date
from service.cli.opening import county_database, fail
from service.cli.progress import progress_bar
from service.directory.seeding import known_years
from service.settings import settings
from service.simulation.fates import of_year
from service.simulation.year import Asked, Outcome, simulate
from workflows.rates import DEFAULT_WEIGHTS, satisfaction_rate

app = typer.Typer(add_completion=False)

NO_SUCH_YEAR = "Choose a year from {first} to {last}: of the others no calendar is known, or they are not over."


@app.command(name="simulate")
def play(
    year: Annotated[int, typer.Option(help="Which calendar year is played.")] = 2025,
    wishes: Annotated[int, typer.Option(min=100, max=2_000_000, help="How many are collected in it.")] = 3_891,
    seed: Annotated[int, typer.Option(help="The same seed tells the same year.")] = 1,
    database_url: Annotated[str | None, typer.Option("--database", help="Another database than the settings'.")] = None,
) -> None:
    """Play a fictional county's whole year into an empty database.

    Villagers, officials and the clock act through the commands that everybody
    uses, at simulated times: sweeps, escalations, draws and closings included.
    Who answers when and who is content is steered so that of 3,891 wishes
    3,825 are concluded on the last day, 66 are open, each with its unit and
    deadline, and 98.59 % of those who said how it was are satisfied; other
    numbers of wishes in proportion. `weiyuan figures --json` counts it.

    All of it is one transaction: ended early, it leaves nothing behind.
    """
    _refuse_year(year)
    address = database_url or settings().database_url
    brought_up_to_date(address)
    span = of_year(year, ZoneInfo(settings().time_zone))
    began = time.perf_counter()
    with county_database(address) as database:
        try:
            with progress_bar("playing the year") as advance:
                outcome = simulate(database, Asked(wishes, span, seed), advance)
        except KeyboardInterrupt:
            raise fail("Stopped. Nothing was written.") from None
    typer.echo(_told(outcome, time.perf_counter() - began))


def _refuse_year(year: int) -> None:
    """A year that has a calendar and is over."""
    last = min(known_years()[-1], clock.local(clock.now(), settings().time_zone).year - 1)
    if not known_years()[0] <= year <= last:
        raise fail(NO_SUCH_YEAR.format(first=known_years()[0], last=last))


def _told(outcome: Outcome, seconds: float) -> str:
    tally = outcome.figures.tally
    rate = satisfaction_rate(tally, DEFAULT_WEIGHTS)
    figures = (
        ("collected", f"{tally.collected:,}"),
        ("concluded", f"{tally.concluded:,}"),
        ("open", f"{tally.open:,}"),
        ("satisfaction", f"{rate.percent} % ({rate.numerator:,} / {rate.denominator:,})"),
    )
    lines = [f"  {name:<14}{value}" for name, value in figures]
    return "\n".join([f"{outcome.figures.place.name}: played in {seconds:.0f} s.", *lines])
