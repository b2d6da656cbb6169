"""weiyuan report"""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from service import clock
from service.cli.link import find_area
from service.cli.opening import county_database, fail
from service.directory.models import AreaLevel, Unit
from service.directory.reference import Reference, reference
from service.reports.documents import answers, making
from service.reports.documents.asked import Asked, county_words
from service.reports.documents.asking import period_of
from service.reports.documents.keeping import template_of
from service.reports.documents.paper import PRINTED_MOST
from service.reports.documents.sheets import write_excel
from service.reports.documents.table import BY_NAME, REPORTS, Format, Report, Scope
from service.settings import settings

app = typer.Typer(add_completion=False)


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(help="Which report; left out: the list of them.")] = None,
    kind: Annotated[Format, typer.Option("--format", help="What kind of file.")] = Format.csv,
    period: Annotated[str, typer.Option(help="2026-10, 2026-W42, 2026-Q4, 2026 or 2026-10-12.")] = "",
    area: Annotated[str | None, typer.Option(help="Of this place: 清溪镇 or 清溪镇/双喜村.")] = None,
    unit: Annotated[str | None, typer.Option(help="Of this unit, by its name: for daily_follow_up.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; left out: NAME-PERIOD.FORMAT here.")] = None,
) -> None:
    """Make a report and write it into a file. Without a name it lists the reports that there are."""
    if name is None:
        typer.echo("\n".join(f"{row.name:<22}{row.words}  {', '.join(row.formats)}" for row in REPORTS))
        return
    row = _row(name, kind)
    with county_database() as database:
        with database.reading() as session:
            asked = _asked(session, row, area, unit, period)
            content = making.made(row, asked)
            file = out or Path(f"{name}-{content.period_name}.{kind}")
            if kind is Format.csv:
                answers.write_csv(content, asked.words, file)
            elif kind is Format.xlsx:
                write_excel(content, asked.words, file)
            else:
                content, own = content.listed(PRINTED_MOST), template_of(session, row)
        if kind not in (Format.csv, Format.xlsx):
            file.write_bytes(answers.paper_bytes(content, asked.words, settings().language, kind, own))
    typer.echo(f"{content.title}, {content.period}: written to {file}.")


def _row(name: str, kind: Format) -> Report:
    row = BY_NAME.get(name)
    if row is None:
        raise fail(f"There is no report {name}: `weiyuan report` lists those that there are.")
    if kind not in row.formats:
        raise fail(f"{name} is made as {', '.join(row.formats)}.")
    return row


def _asked(session: Session, row: Report, area: str | None, unit: str | None, period: str) -> Asked:
    known, now = reference(session), clock.now()
    place = known.areas[find_area(known, area)] if area else known.county
    if row.scope is Scope.town and place.level is AreaLevel.county:
        raise fail(f"{row.name} is about one town: say which with --area.")
    whose = _unit(known, unit) if row.scope is Scope.unit else None
    return Asked(session, known, place, period_of(row, period, now), now, county_words(), whose)


def _unit(known: Reference, name: str | None) -> Unit:
    found = next((unit for unit in known.units.values() if unit.name == name), None)
    if found is None:
        raise fail(f"There is no unit {name}: say which with --unit." if name else "Say which unit with --unit.")
    return found
