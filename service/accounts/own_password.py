"""A new password of one's own: proven with the old one, hashed before any transaction, written with its record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service import clock
from service.accounts import own_sessions, sessions
from service.accounts.passwords import PASSWORD_MOST
from service.accounts.visits import Visit, secret_of
from service.database import Database
from service.dependencies import TheDatabase
from service.directory.lifecycle import password_hash
from service.directory.models import DirectoryEvent, Person
from service.errors import Busy, NotSignedIn, TooMany
from service.fields import Field
from service.rate_limits import SIGN_IN, forgive, spend
from service.security import verify_password
from service.typed import Typed, said
from workflows.refusals import Refused
from workflows.words import _

VERB = "change_own_password"
FIELDS = (
    Field("current", _("现在的密码"), "password", is_required=True, most=PASSWORD_MOST),
    Field("password", _("新密码"), "password", _("至少 10 个字符，别处没有用过的"), True, most=PASSWORD_MOST),
    Field("repeated", _("再写一遍新密码"), "password", is_required=True, most=PASSWORD_MOST),
)


@dataclass(frozen=True)
class Fresh:
    """What is to be stored, or why it is not."""

    hash: str | None
    refused: Refused | TooMany | Busy | None = None


def _fresh(request: Request, typed: Typed, database: TheDatabase) -> Fresh:
    login, old_hash = _who(database, secret_of(request))
    words = {field.name: said(typed, field.name) for field in FIELDS}
    try:
        _prove(database, login, old_hash, words["current"])
        return Fresh(_hashed(words))
    except (Refused, TooMany, Busy) as refused:
        return Fresh(None, refused)


FreshPassword = Annotated[Fresh, Depends(_fresh, scope="function")]
"""Ask for it before `Acting`: the hash is slow."""


def _who(database: Database, secret: str) -> tuple[str, str]:
    with database.reading() as session:
        signed_in = sessions.find(session, secret, clock.now())
        if signed_in is None:
            raise NotSignedIn()
        person = session.get_one(Person, signed_in.person_id)
        return person.login, person.password_hash


def _prove(database: Database, login: str, old_hash: str, current: str) -> None:
    """Tries count like those at the door: a browser that was left open is no way to guess. Raises Refused, TooMany."""
    left = spend(database, SIGN_IN, login, clock.now())
    if not verify_password(current[:PASSWORD_MOST], old_hash):
        raise Refused(_("现在的密码不对，还可以试 {left} 次。"), field="current", left=left)
    forgive(database, SIGN_IN, login)


def _hashed(words: Mapping[str, str]) -> str:
    """Raise Refused for what is too short or too long, was not meant so, or is no new one."""
    if len(words["password"]) > PASSWORD_MOST:
        raise Refused(_("密码最多 {most} 个字符。"), field="password", most=PASSWORD_MOST)
    if words["password"] == words["current"]:
        raise Refused(_("新密码和现在的一样，请换一个。"), field="password")
    if words["password"] != words["repeated"]:
        raise Refused(_("两次写的新密码不一样，请再写一遍。"), field="repeated")
    return password_hash(words["password"])


def change(visit: Visit, new_hash: str) -> int:
    """Signs out everywhere else, and says how many places that were."""
    visit.person.password_hash = new_hash
    visit.session.add(visit.person)
    paths = [post.area_path for post in visit.actor.posts]
    details = {"about": visit.person.name, "old": {}, "new": {}}
    visit.session.add(
        DirectoryEvent(
            at=visit.now, person_id=visit.person_id, what=VERB, area_path=min(paths, default="/"), details=details
        )
    )
    return own_sessions.revoke_others(visit.session, visit.signed_in, visit.now)
