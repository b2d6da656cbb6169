"""Whose login and password these are, with tries counted for the login, for the place they come from, and for both."""

from collections.abc import Collection

from sqlmodel import col, select

from service import clock
from service.database import Database
from service.directory.models import Person
from service.errors import Failure
from service.rate_limits import SIGN_IN, SIGN_IN_FROM, SIGN_IN_OF, Limit, forgive, spend, whence
from service.security import verify_password
from workflows.commands import clean
from workflows.words import _

LOGIN_MOST, PASSWORD_MOST = 60, 200


class WrongPassword(Failure):
    http_status = 401
    sentence = _("用户名或密码不对。再看看大小写；还可以试 {left} 次。")


def person_behind(database: Database, login: str, password: str, address: str, remembered: Collection[int] = ()) -> int:
    """Raise WrongPassword, TooMany or Busy. The slow part, the hash, is done while no transaction is open.

    `remembered` are the people who have signed in from this very browser before.
    """
    now, login = clock.now(), str(clean(login))[:LOGIN_MOST]
    with database.reading() as session:
        person = session.exec(select(Person).where(Person.login == login, col(Person.is_active))).one_or_none()
    counts = _counts(login, whence(address), is_remembered=person is not None and person.id in remembered)
    left = min([spend(database, limit, who, now) for limit, who in counts])
    is_right = verify_password(password[:PASSWORD_MOST], person.password_hash if person else None)
    if person is None or person.id is None or not is_right:
        raise WrongPassword(left=left)
    for limit, who in counts:
        if limit is not SIGN_IN_FROM:
            forgive(database, limit, who)
    return person.id


def _counts(login: str, place: str, *, is_remembered: bool) -> list[tuple[Limit, str]]:
    """What a try is counted under, each of which can refuse it before the next is counted.

    Who guesses from one place locks himself out; who guesses from many locks out all strangers, for there is no other
    way to stop him, but never the browser of the owner, whose tries are counted for themselves.
    """
    if is_remembered:
        return [(SIGN_IN, f"remembered\n{login}")]
    return [(SIGN_IN_FROM, place), (SIGN_IN, f"{place}\n{login}"), (SIGN_IN_OF, login)]
