"""How often something may be tried, counted in the database so that all processes count together."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from fastapi import Request
from sqlalchemy import Connection, bindparam, delete, update
from sqlmodel import Session, col, select

from service.database import Database
from service.errors import TooMany
from service.inserts import INSERTS, waiting_of
from service.models import Attempt
from service.sealing import blind_index


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` tries in each stretch of `within`, for each `who` that is asked about.

    `who` and `beyond` tell the reader of the README of whom it is counted, and what comes then.
    """

    kind: str
    most: int
    within: timedelta
    who: str = ""
    beyond: str = ""


OF_ONE_CONNECTION = 64
LONGEST_AGENT = 300

_TRIES = select(col(Attempt.count)).where(
    col(Attempt.kind) == bindparam("kind"),
    col(Attempt.who) == bindparam("who"),
    col(Attempt.since) == bindparam("since"),
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_TASK = "the form comes back filled, with a task: a little work of its script, or a minute's wait"
LATER = "a sentence that says how many minutes to wait"

FROM_ONE_ADDRESS = Limit(
    "submit from", 300, HOUR, "an address (or as many as the link's daily cap, or the setting)", A_TASK
)
FROM_ONE_DEVICE = Limit("submit by", 60, HOUR, "an address and browser (or a fifth of what its address may)", A_TASK)
SAME_WORDS = Limit("same words", 10, HOUR, "the same words to one link", "she is told that they were heard")
WAITED = Limit("waited", 10, timedelta(minutes=1), "an address, for those who waited", "another minute's wait")
SOLVED = Limit("work solved", 1, timedelta(minutes=30), "a task, until it is too old", "another task")
OPENED = Limit("form opened", 1, DAY, "an opened form that stands for its device", A_TASK)
TRACKING_CODE = Limit("tracking code", 5, HOUR, "the number of a wish", LATER)
TRACKING_FROM = Limit("tracking from", 30, HOUR, "an address", LATER)
ENDORSE_FROM = Limit("endorse from", 300, HOUR, "an address", LATER)
TELL_ME = Limit("tell me", 10, HOUR, "a wish", LATER)
SUPPLEMENT = Limit("supplement", 20, DAY, "a wish", "a sentence; her words are in the form again")
SMS_A_MINUTE = Limit("sms a minute", 1, timedelta(minutes=1), "a telephone number", "it goes a minute later")
SMS_AN_HOUR = Limit("sms an hour", 3, HOUR, "a telephone number", "it goes an hour later")
SMS_A_DAY = Limit(
    "sms a day", 6, DAY, "a telephone number; the last two for what asks her something", "it goes the next day"
)
SIGN_IN = Limit("sign-in", 8, timedelta(minutes=15), "an official from an address", LATER)
SIGN_IN_OF = Limit("sign-in of", 40, timedelta(minutes=15), "an official", LATER)
SIGN_IN_FROM = Limit("sign-in from", 60, timedelta(minutes=15), "an address", LATER)
PHONE_SEARCH = Limit("phone search", 60, HOUR, "an official", LATER)
LOOK = Limit("look", 120, HOUR, "an official, at names and whole numbers", LATER)
SAME_PHONE_SEARCH = Limit("same phone search", 10_000, HOUR)
"""No limit of its own: within the hour the same search by the same official is counted once."""

LIMITS: tuple[Limit, ...] = (
    *(FROM_ONE_ADDRESS, FROM_ONE_DEVICE, SAME_WORDS, WAITED, SOLVED, OPENED),
    *(TRACKING_CODE, TRACKING_FROM, ENDORSE_FROM, TELL_ME, SUPPLEMENT, SMS_A_MINUTE, SMS_AN_HOUR, SMS_A_DAY),
    *(SIGN_IN, SIGN_IN_OF, SIGN_IN_FROM, PHONE_SEARCH, LOOK),
)


def as_markdown() -> str:
    head = "| row | most | within | of | beyond that |\n|---|---|---|---|---|\n"
    lines = (f"| `{row.kind}` | {row.most} | {_span(row.within)} | {row.who} | {row.beyond} |" for row in LIMITS)
    return head + "\n".join(lines) + "\n"


def _span(within: timedelta) -> str:
    minutes = int(within.total_seconds()) // 60
    return {60: "an hour", 1440: "a day", 1: "a minute"}.get(minutes, f"{minutes} minutes")


def whence(address: str) -> str:
    """Whose address it is, for `who`: a single IPv6 connection has 2^64 addresses, so its network counts as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), OF_ONE_CONNECTION), strict=False))


def device_of(request: Request) -> str:
    """Address and browser, of which only keyed marks are kept anywhere. Nothing is set on the telephone for it."""
    address = whence(request.client.host) if request.client else ""
    return f"device {address} {request.headers.get('user-agent', '')[:LONGEST_AGENT]}"


def spend(database: Database, limit: Limit, who: str, now: datetime) -> int:
    """Count one try in a transaction of its own, so that it stays counted when what follows is undone.

    Returns how many are left; raises TooMany, with the seconds to wait, when there were none.
    """
    since, until = stretch_of(limit, now)
    with database.writing() as session:
        count = _count_one_more(session, limit, who, since, until)
    if count > limit.most:
        raise TooMany(seconds=_seconds(until - now))
    return limit.most - count


def spend_within(session: Session, limit: Limit, who: str, now: datetime, sentence: str | None = None) -> None:
    """As `spend`, in the caller's transaction: what is undone with it counts for nothing. Raises TooMany."""
    since, until = stretch_of(limit, now)
    if _count_one_more(session, limit, who, since, until) > limit.most:
        raise TooMany(sentence, seconds=_seconds(until - now))


def _seconds(left: timedelta) -> int:
    return max(1, int(left.total_seconds()))


def count_within(session: Session, limit: Limit, who: str, now: datetime) -> int:
    """Count one try in the caller's transaction, and undo it with that. How many there are now."""
    since, until = stretch_of(limit, now)
    return _count_one_more(session, limit, who, since, until)


def take_back(session: Session, limit: Limit, who: str, at: datetime) -> None:
    """What was counted at that moment and did not happen after all."""
    since, _until = stretch_of(limit, at)
    mine = (col(Attempt.kind) == limit.kind, col(Attempt.who) == blind_index(who), col(Attempt.since) == since)
    session.execute(update(Attempt).where(*mine, col(Attempt.count) > 0).values(count=Attempt.count - 1))


def is_first_use(session: Session, limit: Limit, mark: str, given_at: datetime) -> bool:
    """Of something that we gave away once: remembered for exactly as long as it is worth anything."""
    return _count_one_more(session, limit, mark, given_at, given_at + limit.within) <= limit.most


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
