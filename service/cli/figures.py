"""weiyuan figures"""

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from service import clock
from service.cli.opening import county_database
from service.reports.figures import count_figures
from service.reports.telling import everything_as_json
from service.settings import settings

app = typer.Typer(add_completion=False)


@app.command()
def figures(
    in_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    database_url: Annotated[str | None, typer.Option("--database", help="Another database than the settings'.")] = None,
) -> None:
    """Count the county's figures now: collected, concluded, open, and each rate with its numerator and denominator."""
    with county_database(database_url) as database, database.reading() as session:
        told = everything_as_json(count_figures(session, clock.now()))
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2) if in_json else _lines(told))


def _lines(told: dict[str, Any]) -> str:
    counts = [f"{name:<20}{told[name]:>12,}" for name in ("collected", "concluded", "open")]
    rates = [f"{name:<20}{_rate(rate)}" for name, rate in told["rates"].items()]
    counts[-1] += _merged(told["counts"]["open_merged"])
    at = clock.local(datetime.fromisoformat(told["as_of"]), settings().time_zone)
    return "\n".join([f"{told['area']}, as of {at:%Y-%m-%d %H:%M}", *counts, *rates])


def _merged(count: int) -> str:
    return f"  {count:,} of them merged into another that is still open" if count else ""


def _rate(rate: dict[str, Any]) -> str:
    if rate["rate"] is None:
        return "no rate: nothing to divide by"
    return f"{rate['rate']:>11.2%}  {rate['numerator']:g} of {rate['denominator']:,}"
