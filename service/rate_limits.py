"""How often something may be tried, counted in the database so that all processes count together."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import Connection, bindparam, delete
from sqlmodel import Session, col, select

from service.database import Database
from service.errors import TooMany
from service.inserts import INSERTS, waiting_of
from service.models import Attempt
from service.sealing import blind_index


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` tries in each stretch of `within`, for each `who` that is asked about."""

    kind: str
    most: int
    within: timedelta


OF_ONE_CONNECTION = 64

_TRIES = select(col(Attempt.count)).where(
    col(Attempt.kind) == bindparam("kind"),
    col(Attempt.who) == bindparam("who"),
    col(Attempt.since) == bindparam("since"),
)

TRACKING_CODE = Limit("tracking code", 5, timedelta(hours=1))
SIGN_IN = Limit("sign-in", 8, timedelta(minutes=15))
SIGN_IN_OF = Limit("sign-in of", 40, timedelta(minutes=15))
SIGN_IN_FROM = Limit("sign-in from", 60, timedelta(minutes=15))
PHONE_SEARCH = Limit("phone search", 60, timedelta(hours=1))
SAME_PHONE_SEARCH = Limit("same phone search", 10_000, timedelta(hours=1))
TELL_ME = Limit("tell me", 10, timedelta(hours=1))
ENDORSE_FROM = Limit("endorse from", 300, timedelta(hours=1))


def whence(address: str) -> str:
    """Whose address it is, for `who`: a single IPv6 connection has 2^64 addresses, so its network counts as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), OF_ONE_CONNECTION), strict=False))


def spend(database: Database, limit: Limit, who: str, now: datetime) -> int:
    """Count one try in a transaction of its own, so that it stays counted when what follows is undone.

    Returns how many are left; raises TooMany, with the seconds to wait, when there were none.
    """
    since, until = stretch_of(limit, now)
    with database.writing() as session:
        count = _count_one_more(session, limit, who, since, until)
    if count > limit.most:
        raise TooMany(seconds=max(1, int((until - now).total_seconds())))
    return limit.most - count


def count_within(session: Session, limit: Limit, who: str, now: datetime) -> int:
    """Count one try in the caller's transaction, and undo it with that. How many there are now."""
    since, until = stretch_of(limit, now)
    return _count_one_more(session, limit, who, since, until)


def count_soon(session: Session, limit: Limit, who: str, now: datetime) -> int:
    """As `count_within`, where very many come at once: those who share a commit are counted with one statement.

    Of two commits at the same moment, neither sees the tries of the other yet: for limits where a few more do no harm.
    """
    waiting = waiting_of(session)
    if waiting is None:
        return count_within(session, limit, who, now)
    stretch = stretch_of(limit, now)
    return waiting.part((limit.kind, who, stretch), lambda: _Tries(session, limit, who, now)).one_more()


class _Tries:
    """One row of tries, and by how many it grows."""

    def __init__(self, session: Session, limit: Limit, who: str, now: datetime) -> None:
        self._before = tries(session, limit, who, now)
        self._row = (limit, who, *stretch_of(limit, now))
        self._new = 0

    def one_more(self) -> int:
        self._new += 1
        return self._before + self._new

    def write(self, connection: Connection) -> None:
        _count_more(connection, *self._row, self._new)


def forgive(database: Database, limit: Limit, who: str) -> None:
    """After success the tries before it do not count."""
    mine = (col(Attempt.kind) == limit.kind, col(Attempt.who) == blind_index(who))
    with database.writing() as session:
        session.execute(delete(Attempt).where(*mine))


def forget_old(session: Session, now: datetime) -> int:
    """Stretches that are over count no more."""
    return session.execute(delete(Attempt).where(col(Attempt.until) < now)).rowcount  # type: ignore[attr-defined,no-any-return]


def tries(session: Session, limit: Limit, who: str, now: datetime) -> int:
    since, _until = stretch_of(limit, now)
    asked = {"kind": limit.kind, "who": blind_index(who), "since": since}
    return session.connection().execute(_TRIES, asked).scalar_one_or_none() or 0


def stretch_of(limit: Limit, now: datetime) -> tuple[datetime, datetime]:
    """Stretches follow each other without gaps: with limits of a few, twice as many at a border do no harm."""
    width = int(limit.within.total_seconds())
    start = int(now.timestamp()) // width * width
    since = datetime.fromtimestamp(start, UTC)
    return since, since + limit.within


def _count_one_more(session: Session, limit: Limit, who: str, since: datetime, until: datetime) -> int:
    return _count_more(session.connection(), limit, who, since, until, 1)


def _count_more(connection: Connection, limit: Limit, who: str, since: datetime, until: datetime, more: int) -> int:
    """One statement, so that two processes never count the same try."""
    row = {"kind": limit.kind, "who": blind_index(who), "since": since, "until": until, "count": more}
    counted = INSERTS[connection.dialect.name](Attempt).values(row)
    more_of_them = counted.on_conflict_do_update(
        index_elements=["kind", "who", "since"], set_={"count": col(Attempt.count) + more}
    )
    return int(connection.execute(more_of_them.returning(col(Attempt.count))).scalar_one())
