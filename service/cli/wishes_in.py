"""weiyuan import wishes | directory"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session, select

from service import clock
from service.cli.directory_in import directory
from service.cli.opening import county_database, fail
from service.cli.progress import progress_bar
from service.cli.speech import counted, said
from service.database import Database
from service.directory.models import Link
from service.directory.reference import reference
from service.exchange.headings import Layout
from service.exchange.names import Names
from service.exchange.opening import opened
from service.exchange.remarks import Remarks, reporting
from service.exchange.taking import Taking, Tally, laid_out
from service.exchange.wishes import Surroundings
from service.settings import settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Bring in what was kept elsewhere: wishes from a sheet, or the county's directory.",
)

SOME_REJECTED = 3


@dataclass(frozen=True)
class Asked:
    """What was typed after `weiyuan import wishes`."""

    file: Path
    link: str
    mapped: dict[str, str]
    source: str
    sheet: str | None


@app.command()
def wishes(
    file: Annotated[Path, typer.Argument(help="The sheet: .xlsx or .csv, with its headings in one of the first rows.")],
    link: Annotated[str, typer.Option(help="Token of the link whose place the wishes belong to.")],
    mapped: Annotated[
        list[str] | None, typer.Option("--map", help="A heading we do not know, such as --map 群众说了啥=text.")
    ] = None,
    source: Annotated[
        str, typer.Option(help="Whose numbers these are, where two sources number alike, such as 12345.")
    ] = "",
    sheet: Annotated[
        str | None, typer.Option(help="Which sheet of the workbook. Left out: the first that has headings.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try everything, write nothing.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Take no row unless every row can be taken.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Where to list every cell that stood in the way (.csv or .xlsx).")
    ] = None,
) -> None:
    """Take in a sheet of wishes, with their answers where they have them.

    Columns are known by their usual headings: 主题, 内容, 来电时间, 承办单位 …
    Run it again as often as you like: a row is known by its number, or by all
    that it says, and is taken once. Nobody is told of what is imported.

    Exits with 0 when every row was taken or there already, with 3 when some
    rows were rejected, with 1 when nothing was taken.
    """
    asked = Asked(file, link, _pairs(mapped or []), source, sheet)
    with county_database() as database:
        try:
            with reporting(report) as remarks:
                tally, is_written = _take(database, asked, remarks, dry_run, all_or_nothing)
        except KeyboardInterrupt:
            raise fail("Stopped. What was taken stays; run it again to go on.") from None
    _say(tally, remarks, report, is_written)
    if remarks.rejected_rows:
        raise typer.Exit(SOME_REJECTED if is_written or dry_run else 1)


def _take(
    database: Database, asked: Asked, remarks: Remarks, dry_run: bool, all_or_nothing: bool
) -> tuple[Tally, bool]:
    """What became of the rows, and whether it was written. All or nothing reads the sheet twice."""
    first = _pass(database, asked, remarks, writes=not dry_run and not all_or_nothing)
    if dry_run or not all_or_nothing or remarks.rejected_rows:
        return first, not dry_run and not all_or_nothing
    return _pass(database, asked, Remarks(), writes=True), True


def _pass(database: Database, asked: Asked, remarks: Remarks, *, writes: bool) -> Tally:
    with opened(asked.file) as workbook:
        found = laid_out(workbook, asked.sheet, asked.mapped)
        _say_layout(found.sheet.name, found.layout)
        with database.reading() as session:
            around = _surroundings(session, found.layout, asked)
        with progress_bar("importing" if writes else "checking") as advance:
            return Taking(database, around, remarks, writes).run(found, advance)


def _surroundings(session: Session, layout: Layout, asked: Asked) -> Surroundings:
    link = session.exec(select(Link).where(Link.token == asked.link)).one_or_none()
    if link is None:
        raise fail(f"There is no link {asked.link}: `weiyuan link list` shows them all.")
    known = reference(session)
    zone = ZoneInfo(settings().time_zone)
    return Surroundings(known, Names(known), layout, link, asked.source.strip(), zone, clock.now())


def _pairs(mapped: list[str]) -> dict[str, str]:
    found = {}
    for pair in mapped:
        heading, sign, name = pair.rpartition("=")
        if not sign or not heading:
            raise typer.BadParameter(f"{pair}: write --map HEADING=NAME, such as --map 群众说了啥=text")
        found[heading.strip()] = name.strip()
    return found


def _say_layout(name: str, layout: Layout) -> None:
    typer.echo(f"Sheet {name}, headings in row {layout.row}:")
    typer.echo("  " + ", ".join(f"{heading} → {column}" for column, heading in layout.headings.items()))
    if layout.unused:
        typer.echo(f"  not used: {', '.join(layout.unused)}")


def _say(tally: Tally, remarks: Remarks, report: Path | None, is_written: bool) -> None:
    if not tally.rows:
        raise fail("There is no row below the headings.")
    for remark in remarks.first_rejections:
        typer.echo(f"row {remark.row}, {remark.column}: {said(remark.sentence, remark.values)}")
    for (column, sentence), count in remarks.left_out.most_common():
        typer.echo(f"{column}: {said(sentence, {})} × {count:,}")
    if remarks.rejected_rows and report is None:
        typer.echo("Every rejected row is listed with --report FILE.csv.")
    typer.echo(_sentence(tally, remarks.rejected_rows, "taken" if is_written else "could be taken"))
    if not is_written:
        typer.echo("Nothing was written.")
    elif tally.overdue:
        typer.echo(f"The clock reminds the units of the {tally.overdue:,} overdue ones from its next round on.")


def _sentence(tally: Tally, rejected: int, taken: str) -> str:
    return (
        f"{counted(tally.rows, 'row')}: {tally.taken:,} {taken} ({tally.answered:,} answered, {tally.open:,} open, "
        f"{tally.overdue:,} overdue), {tally.repeated:,} there already, {rejected:,} rejected."
    )


app.command()(directory)
