"""weiyuan user add | reset"""

import secrets
from typing import Annotated

import typer
from sqlmodel import Session, select

from service import clock
from service.accounts import sessions
from service.cli.opening import county_database, fail
from service.directory.lifecycle import NewPost, add_person, set_password
from service.directory.models import Unit
from workflows.statuses import Role

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The people who sign in.")

ASSIGNABLE = tuple(role for role in Role if role not in {Role.resident, Role.supporter, Role.system})
PasswordOption = Annotated[
    str | None, typer.Option(help="Left out: one is made up and printed once.", envvar="WEIYUAN_NEW_PASSWORD")
]


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="The sign-in name.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    unit: Annotated[str, typer.Option(help="The unit, by its name.")],
    role: Annotated[list[Role], typer.Option(help="One or more: " + ", ".join(ASSIGNABLE))],
    title: Annotated[str, typer.Option(help="The job title, as it is said.")] = "",
    head: Annotated[bool, typer.Option(help="Leads the unit: hears of what is overdue.")] = False,
    password: PasswordOption = None,
) -> None:
    """Add a person with a post in a unit."""
    given = password or secrets.token_urlsafe(12)
    with county_database() as database, database.writing() as session:
        posts = [NewPost(_unit(session, unit), each, title, head) for each in role if each in ASSIGNABLE]
        add_person(session, login, name, given, posts, clock.now())
    _say(login, given, password)


@app.command()
def reset(
    login: Annotated[str, typer.Argument(help="The sign-in name.")],
    password: PasswordOption = None,
) -> None:
    """Give a person a new password, and sign him out everywhere."""
    given = password or secrets.token_urlsafe(12)
    with county_database() as database, database.writing() as session:
        person = set_password(session, login, given)
        sessions.revoke_all_of(session, person.id or 0, clock.now())
    _say(login, given, password)


def _say(login: str, given: str, asked: str | None) -> None:
    typer.echo(f"{login} can sign in." if asked else f"{login} can sign in with {given}")


def _unit(session: Session, name: str) -> int:
    found = session.exec(select(Unit.id).where((Unit.name == name) | (Unit.short_name == name))).first()
    if found is None:
        raise fail(f"There is no unit called {name}.")
    return found
