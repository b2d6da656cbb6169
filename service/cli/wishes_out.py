"""weiyuan export wishes | directory"""

import getpass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session, col, select

from service import clock
from service.cli.link import find_area
from service.cli.opening import county_database, fail
from service.cli.progress import progress_bar
from service.cli.speech import counted
from service.database import Database
from service.directory.models import Area, DirectoryEvent
from service.directory.reference import reference
from service.exchange.directory_out import write_directory
from service.exchange.wishes_out import WishFilter, count_wishes, write_wishes
from service.settings import settings
from workflows.statuses import Status

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Write what the county has into files: wishes as a sheet, the directory as a workbook.",
)

DAY = ["%Y-%m-%d"]
InClear = Annotated[
    str | None,
    typer.Option(
        metavar="REASON", help="Names, numbers and places in clear. The reason goes into the record of changes."
    ),
]


@app.command()
def wishes(
    file: Annotated[Path, typer.Argument(help="The file to write, .xlsx or .csv; what was there is replaced.")],
    since: Annotated[datetime | None, typer.Option(formats=DAY, help="Handed in on this day or later.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="Handed in on this day or earlier.")] = None,
    area: Annotated[str | None, typer.Option(help="Of this place and below: 清溪镇 or 清溪镇/双喜村.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only in this status.")] = None,
    with_personal_data: InClear = None,
) -> None:
    """Write wishes into a sheet, with their answers and what became of them.

    Names, numbers and places are masked unless there is a reason to show them.
    """
    zone = ZoneInfo(settings().time_zone)
    with county_database() as database:
        with database.reading() as session:
            path = reference(session).areas[find_area(reference(session), area)].path if area else None
            wanted = WishFilter(_start(since, zone), _start(until, zone, days=1), path, status)
            whole = count_wishes(session, wanted)
        _record(database, "export_wishes", file, path, with_personal_data)
        with database.reading() as session, progress_bar("exporting") as advance:
            count = write_wishes(
                session,
                file,
                wanted,
                zone,
                in_clear=bool(with_personal_data),
                progress=lambda written: advance(written / max(whole, 1), written),
            )
    typer.echo(f"{counted(count, 'wish', 'wishes')} written to {file}{_masked(with_personal_data)}.")


@app.command()
def directory(
    file: Annotated[Path, typer.Argument(help="The workbook to write, .xlsx; what was there is replaced.")],
    with_personal_data: InClear = None,
) -> None:
    """Write areas, units, people and the dispatch catalogue into a workbook.

    `weiyuan import directory` takes it in again. For a county that is still
    empty it is a sample, with a line in each sheet that explains it.
    """
    if file.suffix.lower() != ".xlsx":
        raise fail(f"A directory is a workbook of several sheets: let the file name end in .xlsx, not {file.name}.")
    with county_database() as database:
        _record(database, "export_directory", file, None, with_personal_data)
        with database.reading() as session:
            count = write_directory(session, file, with_personal_data=bool(with_personal_data))
    if count:
        typer.echo(f"{counted(count, 'row')} written to {file}{_masked(with_personal_data)}.")
    else:
        typer.echo(f"There is nothing yet: {file} is a sample to be filled in.")


def _start(day: datetime | None, zone: ZoneInfo, days: int = 0) -> datetime | None:
    return (day + timedelta(days=days)).replace(tzinfo=zone) if day else None


def _masked(reason: str | None) -> str:
    return ", personal data in clear: keep the file safe" if reason else ", people masked"


def _record(database: Database, what: str, file: Path, area_path: str | None, reason: str | None) -> None:
    """Before anything is written: whoever looks at personal data in clear is remembered with his reason."""
    if reason is None:
        return
    if not reason.strip():
        raise typer.BadParameter(
            "say why, such as --with-personal-data 市督查组抽查", param_hint="--with-personal-data"
        )
    with database.writing() as session:
        details = {"about": file.name, "old": {}, "new": {"reason": reason.strip(), "account": getpass.getuser()}}
        path = area_path or _county_path(session)
        session.add(DirectoryEvent(at=clock.now(), what=what, area_path=path, details=details))


def _county_path(session: Session) -> str:
    return session.exec(select(Area.path).where(col(Area.parent_id).is_(None))).first() or "/"
