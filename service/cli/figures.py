"""weiyuan figures"""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from service import clock
from service.cli.opening import county_database
from service.reports.figures import count_figures
from service.reports.measure_rows import COLUMNS, measure_rows
from service.reports.telling import everything_as_json
from service.settings import settings

app = typer.Typer(add_completion=False)


class Form(StrEnum):
    csv = "csv"
    json = "json"


@app.command()
def figures(
    in_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    database_url: Annotated[str | None, typer.Option("--database", help="Another database than the settings'.")] = None,
    measures: Annotated[
        bool, typer.Option("--measures", help="How each figure is counted, in Chinese and English; needs no database.")
    ] = False,
    form: Annotated[Form | None, typer.Option("--format", help="Of --measures (csv unless told), or json.")] = None,
) -> None:
    """Count the county's figures now: collected, concluded, open, and each rate with its numerator and denominator."""
    is_json = in_json or form is Form.json
    if measures:
        typer.echo(MEASURES_AS[Form.json if is_json else Form.csv](), nl=False)
        return
    if form is Form.csv:
        raise typer.BadParameter("the figures themselves are told in lines or as JSON: csv goes with --measures")
    with county_database(database_url) as database, database.reading() as session:
        told = everything_as_json(count_figures(session, clock.now()))
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2) if is_json else _lines(told))


def _measures_as_csv() -> str:
    written = io.StringIO()
    rows = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerows(measure_rows())
    return written.getvalue()


def _measures_as_json() -> str:
    return json.dumps(list(measure_rows()), ensure_ascii=False, indent=2) + "\n"


MEASURES_AS: dict[Form, Callable[[], str]] = {Form.csv: _measures_as_csv, Form.json: _measures_as_json}


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
