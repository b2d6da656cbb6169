"""weiyuan link create | list | revoke | poster"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, col, func, select

from service import clock
from service.administration.changes import write_down_from_the_machine
from service.administration.commands import CreateLink, RevokeLink
from service.administration.links import state_of
from service.cli.opening import county_database, fail
from service.cli.speech import counted
from service.cli.typed import checked
from service.directory.lifecycle import LinkTerms, create_link, revoke_link
from service.directory.models import Link, Person, Unit
from service.directory.posters import poster, short_address
from service.directory.reference import Reference, reference
from service.settings import settings
from service.tickets.models import Ticket

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The links that villagers open in their group chats."
)

STATES = {"open": "works", "expired": "expired", "revoked": "revoked"}


@app.command()
def create(
    area: Annotated[str, typer.Argument(help="Where it is for: a number, or a name such as 清溪镇 or 清溪镇/双喜村.")],
    label: Annotated[str, typer.Option(help="Which group chat it is for.")],
    valid_until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day it works.")] = None,
    daily_cap: Annotated[int | None, typer.Option(min=1, help="The most wishes it takes in a day.")] = None,
    pushed_by: Annotated[str | None, typer.Option(help="Who pushes it into the chat, by the sign-in name.")] = None,
) -> None:
    """Make a link for one group chat and print its address."""
    until = valid_until.replace(tzinfo=UTC).date() if valid_until else None
    with county_database() as database, database.writing() as session:
        known, now = reference(session), clock.now()
        place = find_area(known, area)
        asked = checked(CreateLink, area=place, label=label, valid_until=until, daily_cap=daily_cap)
        terms = LinkTerms(asked.label, until, daily_cap, _person(session, pushed_by))
        link = create_link(session, place, terms, now)
        write_down_from_the_machine(session, asked, asked.label, known.areas[place].path, now)
        typer.echo(f"{link.token}  {short_address(link.token)}  {known.place_name(place)}  {link.label}")
    _warn_of_home()


@app.command("list")
def list_links() -> None:
    """All links: token, whether it works, visits, wishes, address, place, label, who pushes it, its limits."""
    with county_database() as database, database.reading() as session:
        known, now = reference(session), clock.now()
        wishes = dict(session.exec(select(Ticket.link_id, func.count()).group_by(col(Ticket.link_id))).all())
        pushers = select(Link, Person.name).outerjoin(Person, col(Person.id) == col(Link.pushed_by_id))
        for link, pusher in session.exec(pushers.order_by(Link.token)):
            counts = (counted(link.visits, "visit"), counted(wishes.get(link.id, 0), "wish", "wishes"))
            facts = (short_address(link.token), known.place_name(link.area_id), link.label, *_limits(link, pusher))
            state = STATES[state_of(link, now)]
            typer.echo("  ".join([link.token, f"{state:<8}", *(f"{each:>12}" for each in counts), *facts]))


def _limits(link: Link, pusher: str | None) -> Iterator[str]:
    if pusher:
        yield f"pushed by {pusher}"
    if link.valid_until:
        yield f"until {link.valid_until}"
    if link.daily_cap:
        yield f"at most {link.daily_cap} a day"


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(help="The link's token, as `weiyuan link list` shows it.")],
    ask: Annotated[str | None, typer.Option(help="The unit to ask instead, by its name.")] = None,
) -> None:
    """Take a link back. Who still opens it reads whom to ask instead."""
    with county_database() as database, database.writing() as session:
        instead = _unit(session, ask)
        link = revoke_link(session, token, clock.now(), instead)
        path = reference(session).areas[link.area_id].path
        write_down_from_the_machine(session, RevokeLink(fallback_unit=instead), link.label, path, clock.now())
    typer.echo(f"{token} no longer works.")


@app.command("poster")
def print_poster(
    token: Annotated[str, typer.Argument(help="The link's token.")],
    out: Annotated[
        Path, typer.Option(help="The file to write: .svg is the whole A4 sheet, .png the QR picture alone.")
    ],
) -> None:
    """Write a poster to hang up: QR picture, short address, the town's name and telephone number."""
    with county_database() as database, database.reading() as session:
        link = session.exec(select(Link).where(Link.token == token)).one_or_none()
        if link is None:
            raise fail(f"There is no link {token}.")
        sheet, state = poster(link, reference(session), out.suffix), STATES[state_of(link, clock.now())]
    try:
        out.write_bytes(sheet)
    except OSError as error:
        raise fail(f"{out} cannot be written: {error.strerror}.") from None
    typer.echo(f"Written: {out}")
    if state != "works":
        _warn(f"This link is {state}: who scans the poster cannot hand in a wish.")
    _warn_of_home()


def _warn_of_home() -> None:
    chosen = settings()
    if not chosen.base_url:
        _warn(f"WEIYUAN_BASE_URL is not set: {chosen.here} opens on this machine only, not on a villager's phone.")


def _warn(sentence: str) -> None:
    typer.secho(sentence, fg=typer.colors.YELLOW, err=True)


def find_area(known: Reference, asked: str) -> int:
    """By number, or by the names on the way down. Exits with a sentence when none or several fit."""
    if asked.isdecimal() and int(asked) in known.areas:
        return int(asked)
    names = asked.split("/")
    found = [area.id for area in known.areas.values() if area.id and _ends_with(known, area.id, names)]
    if len(found) != 1:
        if not found:
            raise fail(f"No place is called {asked}: `weiyuan export directory` lists them all.")
        raise fail(f"{len(found)} places are called {asked}: write the town before it, such as 清溪镇/双喜村.")
    return found[0]


def _ends_with(known: Reference, area_id: int, names: list[str]) -> bool:
    """The last name is the area's own; the others stand somewhere above it, in order."""
    own, *above = known.lineage(area_id)
    upwards = iter(area.name for area in above)
    return own.name == names[-1] and all(name in upwards for name in reversed(names[:-1]))


def _unit(session: Session, name: str | None) -> int | None:
    if name is None:
        return None
    found = session.exec(select(Unit.id).where((Unit.name == name) | (Unit.short_name == name))).first()
    if found is None:
        raise fail(f"There is no unit called {name}.")
    return found


def _person(session: Session, login: str | None) -> int | None:
    if login is None:
        return None
    found = session.exec(select(Person.id).where(Person.login == login, col(Person.is_active))).first()
    if found is None:
        raise fail(f"Nobody signs in as {login}.")
    return found
