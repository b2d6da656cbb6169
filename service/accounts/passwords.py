"""Whose login and password these are, with tries counted for the login and for the address they come from."""

from sqlmodel import col, select

from service import clock
from service.database import Database
from service.directory.models import Person
from service.errors import Failure
from service.rate_limits import SIGN_IN, SIGN_IN_FROM, forgive, spend, whence
from service.security import verify_password
from workflows.commands import clean
from workflows.words import _

LOGIN_MOST, PASSWORD_MOST = 60, 200


class WrongPassword(Failure):
    http_status = 401
    sentence = _("用户名或密码不对。再看看大小写；还可以试 {left} 次。")


def person_behind(database: Database, login: str, password: str, address: str) -> int:
    """Raise WrongPassword, TooMany or Busy. The slow part, the hash, is done while no transaction is open."""
    now, login = clock.now(), str(clean(login))[:LOGIN_MOST]
    spend(database, SIGN_IN_FROM, whence(address), now)
    left = spend(database, SIGN_IN, login, now)
    with database.reading() as session:
        person = session.exec(select(Person).where(Person.login == login, col(Person.is_active))).one_or_none()
    is_right = verify_password(password[:PASSWORD_MOST], person.password_hash if person else None)
    if person is None or person.id is None or not is_right:
        raise WrongPassword(left=left)
    forgive(database, SIGN_IN, login)
    return person.id
