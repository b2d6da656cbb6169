"""People and their posts: a list to search, and a page for each of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response

from service.accounts.visits import Acting, Looking, Visit, visit_in
from service.administration import people
from service.administration.changes import NEWEST
from service.administration.commands import (
    AddPerson,
    AdminCommand,
    Appoint,
    ChangePerson,
    DeactivatePerson,
    Dismiss,
    ReactivatePerson,
    ResetPassword,
)
from service.administration.people import NewPassword, made_up_password
from service.administration.people_queries import Found, PostLine, people_seen, person_seen, post_seen, url_of
from service.administration.permissions import acting_as, allow, allow_in, covers, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.units import unit_choices_in
from service.dependencies import TheDatabase
from service.errors import Conflict
from service.fields import Action, Choice
from service.security import hash_password
from service.typed import Typed
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/people")

PersonVerb = Literal["change_person", "appoint", "deactivate_person", "reactivate_person"]
PersonId = Annotated[int, Path(le=NEWEST)]
TOLD_ONCE = _("新密码只显示一次，他在别处的登录会全部退出。")
OUT_AT_ONCE = _("停用后马上登不进来，正开着的页面也会退出。办过的事都留着。")


def _new_password(request: Request, database: TheDatabase) -> NewPassword:
    """Made while no transaction is open, because the hash is slow; and only for who may give one: there are few places
    at the hash, and whoever signs in needs one of them."""
    with database.reading() as session:
        allow(visit_in(request, session), "reset_password")
    words = made_up_password()
    return NewPassword(words, hash_password(words))


Fresh = Annotated[NewPassword, Depends(_new_password, scope="function")]
"""Ask for it before `Acting`."""


@router.get("")
def show_people(request: Request, visit: Looking, q: str = "", cursor: str | None = None) -> Response:
    allow(visit, "see_people")
    return _list(request, visit, q=q.strip(), cursor=cursor)


@router.post("")
def add_person(request: Request, typed: Typed, fresh: Fresh, visit: Acting) -> Response:
    allow(visit, "add_person")
    try:
        person = tried(visit, typed, AddPerson, lambda asked: people.add(visit, asked, fresh))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("add_person", typed, refused))
    return _one(request, visit, person.id or 0, new_password=fresh.words)


def _list(
    request: Request, visit: Visit, pressed: Pressed | None = None, q: str = "", cursor: str | None = None
) -> Response:
    found = people_seen(visit, q, cursor)
    action = None
    if may(visit, "add_person"):
        choices = _units(visit, "add_person")
        action = button(request, AddPerson, "/desk/people", pressed, choices=choices, tone="primary")
    return page(
        request, visit, "people.html", pressed, rows=found.rows, cursor=found.cursor, action=action, looked_for=q
    )


@router.get("/{person_id}")
def show_person(request: Request, person_id: PersonId, visit: Looking) -> Response:
    return _one(request, visit, person_id)


@router.post("/{person_id}/reset_password")
def reset_password(request: Request, person_id: PersonId, typed: Typed, fresh: Fresh, visit: Acting) -> Response:
    found = person_seen(visit, person_id)
    try:
        tried(visit, typed, ResetPassword, lambda asked: people.reset_password(visit, found, asked, fresh))
    except (Refused, Conflict) as refused:
        return _one(request, visit, person_id, Pressed("reset_password", typed, refused))
    return _one(request, visit, person_id, new_password=fresh.words)


@router.post("/{person_id}/posts/{post_id}/dismiss")
def dismiss(
    request: Request, person_id: PersonId, post_id: Annotated[int, Path(le=NEWEST)], typed: Typed, visit: Acting
) -> Response:
    found = person_seen(visit, person_id)
    post = post_seen(visit.session, found, post_id)
    allow_in(visit, "dismiss", visit.known.areas[visit.known.units[post.unit_id].area_id].path)
    try:
        tried(visit, typed, Dismiss, lambda asked: people.dismiss(visit, found, post, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, person_id, Pressed("dismiss", typed, refused))
    return told(request, url_of(person_id), _("岗位撤掉了，马上生效。"))


ACTS: Mapping[PersonVerb, tuple[type[AdminCommand], Callable[..., None], str]] = {
    "change_person": (ChangePerson, people.change, _("改好了。")),
    "appoint": (Appoint, people.appoint, _("岗位加上了，马上生效。")),
    "deactivate_person": (DeactivatePerson, people.deactivate, _("已停用，他的登录都退出了。")),
    "reactivate_person": (ReactivatePerson, people.reactivate, _("又可以登录了，密码还是原来的。")),
}
"""The buttons that do one thing to one person."""


@router.post("/{person_id}/{verb}")
def act_on(request: Request, person_id: PersonId, verb: PersonVerb, typed: Typed, visit: Acting) -> Response:
    found = person_seen(visit, person_id)
    allow(visit, verb)
    command, act, sentence = ACTS[verb]
    try:
        tried(visit, typed, command, lambda asked: act(visit, found, asked))
    except (Refused, Conflict) as refused:
        return _one(request, visit, person_id, Pressed(verb, typed, refused))
    return told(request, url_of(person_id), sentence)


def _one(
    request: Request, visit: Visit, person_id: int, pressed: Pressed | None = None, new_password: str | None = None
) -> Response:
    found = person_seen(visit, person_id)
    return page(
        request,
        visit,
        "person.html",
        pressed,
        shown=found.person,
        posts=[(post, _url_to_dismiss(visit, found, post)) for post in found.posts],
        is_wholly_mine=people.is_wholly_mine(visit, found),
        new_password=new_password,
        actions=_actions(request, visit, found, pressed),
    )


def _url_to_dismiss(visit: Visit, found: Found, post: PostLine) -> str | None:
    is_mine = covers(visit, "dismiss", post.area_path)
    return f"{url_of(found.person.id or 0)}/posts/{post.id}/dismiss" if is_mine else None


def _actions(request: Request, visit: Visit, found: Found, pressed: Pressed | None) -> Sequence[Action]:
    url = url_of(found.person.id or 0)
    units = _units(visit, "appoint")
    given = [button(request, Appoint, f"{url}/appoint", pressed, choices=units)]
    if not people.is_wholly_mine(visit, found):
        return given
    given += [
        button(request, ChangePerson, f"{url}/change_person", pressed, now=people.as_he_is(found.person)),
        button(request, ResetPassword, f"{url}/reset_password", pressed, explanation=TOLD_ONCE),
    ]
    if found.person.id == visit.person_id:
        return given
    if not found.person.is_active:
        return [*given, button(request, ReactivatePerson, f"{url}/reactivate_person", pressed)]
    out = button(request, DeactivatePerson, f"{url}/deactivate_person", pressed, tone="danger", explanation=OUT_AT_ONCE)
    return [*given, out]


def _units(visit: Visit, to_do: str) -> Mapping[str, Sequence[Choice]]:
    return {"unit": unit_choices_in(visit, acting_as(visit, to_do))}
