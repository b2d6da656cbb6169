"""weiyuan user add | reset"""

import secrets
from collections.abc import Sequence
from typing import Annotated

import typer
from sqlmodel import Session, select

from service import clock
from service.accounts import sessions
from service.accounts.actors import actor_of
from service.administration.changes import write_down_from_the_machine
from service.administration.commands import AddPerson, Appoint, Post, ResetPassword
from service.cli.opening import county_database, fail
from service.cli.typed import checked
from service.directory.lifecycle import NewPost, add_person, set_password
from service.directory.models import Person, Unit
from service.directory.reference import reference
from workflows.statuses import POSTS, Role

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The people who sign in.")

ASSIGNABLE = tuple(str(role) for role in Role if role in POSTS)
WHICH_POSTS = "One or more: " + ", ".join(ASSIGNABLE)
PasswordOption = Annotated[
    str | None, typer.Option(help="Left out: one is made up and printed once.", envvar="WEIYUAN_NEW_PASSWORD")
]


def _assignable(word: str) -> Role:
    if word not in ASSIGNABLE:
        raise typer.BadParameter(f"{word} is not one of {', '.join(ASSIGNABLE)}")
    return Role(word)


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="The sign-in name.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    unit: Annotated[str, typer.Option(help="The unit, by its name.")],
    role: Annotated[list[Role], typer.Option(parser=_assignable, metavar="POST", help=WHICH_POSTS)],
    title: Annotated[str, typer.Option(help="The job title, as it is said.")] = "",
    head: Annotated[bool, typer.Option(help="Leads the unit: hears of what is overdue.")] = False,
    password: PasswordOption = None,
) -> None:
    """Add a person with a post in a unit."""
    given = password or secrets.token_urlsafe(12)
    first, *others = dict.fromkeys(role)
    with county_database() as database, database.writing() as session:
        post = {"unit": _unit(session, unit), "title": title, "is_head": head}
        asked = checked(AddPerson, login=login, name=name, role=first, **post)
        more = [checked(Appoint, role=each, **post) for each in others]
        person = add_person(session, asked.login, asked.name, given, _posts([asked, *more]), clock.now())
        _write_down(session, person, [asked, *more])
    _say(login, given, password)


def _posts(asked: Sequence[Post]) -> list[NewPost]:
    return [NewPost(each.unit, each.role, each.title or "", each.is_head) for each in asked]


def _write_down(session: Session, person: Person, asked: Sequence[Post]) -> None:
    """As an administrator's page does: a person comes with one post, and gets the others."""
    known, now = reference(session), clock.now()
    for command in asked:
        path = known.areas[known.units[command.unit].area_id].path
        write_down_from_the_machine(session, command, person.name, path, now)


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
        write_down_from_the_machine(session, ResetPassword(), person.name, _path_of(session, person), clock.now())
    _say(login, given, password)


def _path_of(session: Session, person: Person) -> str:
    """The highest area where he has a post; the whole county for somebody without any."""
    paths = [post.area_path for post in actor_of(session, person.id or 0, reference(session)).posts]
    return min(paths, default="/")


def _say(login: str, given: str, asked: str | None) -> None:
    typer.echo(f"{login} can sign in." if asked else f"{login} can sign in with {given}")


def _unit(session: Session, name: str) -> int:
    found = session.exec(select(Unit.id).where((Unit.name == name) | (Unit.short_name == name))).first()
    if found is None:
        raise fail(f"There is no unit called {name}.")
    return found
