"""People and their posts: added, changed, taken out of service. There is always an administrator left."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from service.accounts import own_sessions, sessions
from service.accounts.visits import Visit
from service.administration.changes import write_down
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
from service.administration.commands import Post as PostFields
from service.administration.people_queries import Found
from service.administration.permissions import allow, covers
from service.directory.lifecycle import TOKEN_LETTERS, NewPost
from service.directory.lifecycle import appoint as add_appointment
from service.directory.models import Appointment, Area, Person, Unit
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import POSTS, Role
from workflows.words import _

GROUPS, GROUP_LENGTH = 3, 4
ELSEWHERE = _("他在别处还有岗位，请上一级的管理员来办。")


@dataclass(frozen=True)
class NewPassword:
    """Shown once and never again; the database gets the hash."""

    words: str
    hash: str


def made_up_password() -> str:
    """Twelve letters and digits that nobody confuses, in groups that can be read out: 68 bits."""
    groups = ("".join(secrets.choice(TOKEN_LETTERS) for _letter in range(GROUP_LENGTH)) for _group in range(GROUPS))
    return "-".join(groups)


def add(visit: Visit, asked: AddPerson, password: NewPassword) -> Person:
    """Raises Refused for a login that is taken, and for a post that is not this administrator's to give."""
    unit_path = _check_post(visit, asked, "add_person")
    if visit.session.exec(select(Person.id).where(Person.login == asked.login)).first() is not None:
        raise Refused(_("这个登录名已经有人用了，请换一个。"), field="login")
    person = Person(
        login=asked.login,
        name=asked.name,
        phone=asked.phone,
        email=asked.email,
        password_hash=password.hash,
        created_at=visit.now,
    )
    visit.session.add(person)
    visit.session.flush()
    add_appointment(visit.session, person, _post(asked))
    write_down(visit, asked, asked.name, unit_path)
    return person


def change(visit: Visit, found: Found, asked: ChangePerson) -> None:
    _is_wholly_mine(visit, found)
    person = found.person
    write_down(visit, asked, person.name, found.area_path, as_he_is(person))
    person.name, person.phone, person.email = asked.name, asked.phone, asked.email
    visit.session.add(person)


def as_he_is(person: Person) -> ChangePerson:
    return ChangePerson.model_construct(name=person.name, phone=person.phone, email=person.email)


def appoint(visit: Visit, found: Found, asked: Appoint) -> None:
    unit_path = _check_post(visit, asked, "appoint")
    if any((post.unit_id, post.role) == (asked.unit, asked.role) for post in _posts_now(visit.session, found)):
        raise Refused(_("他在这个单位已经有这个岗位了。"), field="role")
    add_appointment(visit.session, found.person, _post(asked))
    write_down(visit, asked, found.person.name, unit_path)


def dismiss(visit: Visit, found: Found, post: Appointment, asked: Dismiss) -> None:
    """Raises Refused when no administrator would be left, or for one's own administrator's post."""
    path = visit.known.areas[visit.known.units[post.unit_id].area_id].path
    if post.role is Role.administrator:
        if found.person.id == visit.person_id:
            raise Refused(_("不能撤掉自己的管理员岗位，请另一位管理员来办。"))
        _refuse_to_lose_the_last(visit, found, path)
    visit.session.delete(post)
    write_down(visit, asked, found.person.name, path, unit=post.unit_id, role=str(post.role))


def reset_password(visit: Visit, found: Found, asked: ResetPassword, password: NewPassword) -> None:
    """Every browser of his is signed out; of one's own only the others."""
    _is_wholly_mine(visit, found)
    found.person.password_hash = password.hash
    visit.session.add(found.person)
    if found.person.id == visit.person_id:
        own_sessions.revoke_others(visit.session, visit.signed_in, visit.now)
    else:
        sessions.revoke_all_of(visit.session, found.person.id or 0, visit.now)
    write_down(visit, asked, found.person.name, found.area_path)


def deactivate(visit: Visit, found: Found, asked: DeactivatePerson) -> None:
    """From now on nobody signs in with this name, and every browser is signed out."""
    _is_wholly_mine(visit, found)
    if found.person.id == visit.person_id:
        raise Refused(_("不能停用自己，请另一位管理员来办。"))
    for post in _posts_now(visit.session, found):
        if post.role is Role.administrator:
            _refuse_to_lose_the_last(visit, found, visit.known.areas[visit.known.units[post.unit_id].area_id].path)
    _set_active(visit, found, asked, False)
    sessions.revoke_all_of(visit.session, found.person.id or 0, visit.now)


def reactivate(visit: Visit, found: Found, asked: ReactivatePerson) -> None:
    _is_wholly_mine(visit, found)
    _set_active(visit, found, asked, True)


def _set_active(visit: Visit, found: Found, asked: AdminCommand, is_active: bool) -> None:
    found.person.is_active = is_active
    visit.session.add(found.person)
    write_down(visit, asked, found.person.name, found.area_path)


def _is_wholly_mine(visit: Visit, found: Found) -> None:
    """A town's administrator does not shut out somebody who also works for the county."""
    if not is_wholly_mine(visit, found):
        raise NotPermitted(ELSEWHERE)


def is_wholly_mine(visit: Visit, found: Found) -> bool:
    return all(covers(visit, "change_person", post.area_path) for post in found.posts)


def _check_post(visit: Visit, asked: PostFields, to_do: str) -> str:
    """The path of the unit's area."""
    allow(visit, to_do)
    unit = visit.known.units.get(asked.unit)
    path = visit.known.areas[unit.area_id].path if unit else ""
    if unit is None or not unit.is_active or not covers(visit, to_do, path):
        raise Refused(_("没有这个单位，请重新选择。"), field="unit")
    if asked.role not in POSTS:
        raise Refused(_("请从列表里选一个岗位。"), field="role")
    return path


def _post(asked: PostFields) -> NewPost:
    return NewPost(asked.unit, asked.role, asked.title or "", asked.is_head)


def _posts_now(session: Session, found: Found) -> Sequence[Appointment]:
    return session.exec(select(Appointment).where(Appointment.person_id == found.person.id)).all()


def _refuse_to_lose_the_last(visit: Visit, found: Found, area_path: str) -> None:
    """Somebody else in service must be administrator there or further up; asked while no other change goes on."""
    others = (
        select(Area.path)
        .join(Unit, col(Unit.area_id) == col(Area.id))
        .join(Appointment, col(Appointment.unit_id) == col(Unit.id))
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .where(Appointment.role == Role.administrator, col(Person.is_active), Person.id != found.person.id)
    )
    if not any(area_path.startswith(path) for path in visit.session.exec(others)):
        raise Refused(_("这是最后一位管理员，撤了就没有人能管人员和设置了。请先加一位管理员。"))
