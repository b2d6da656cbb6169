"""When very many wishes come from one place at once: nobody is locked out, but each costs a minute or a little work.

A whole village may share one address, and all telephones of one model look alike behind it, so neither proves much.
Beyond what is expected in an hour, the form comes back with a task: a script solves it in a second or two, and where
there is none, a minute's wait will do. Of a device, the minute in which somebody wrote her wish counts as well.
"""

import hashlib
import secrets
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from service.directory.models import Link
from service.errors import Failure
from service.rate_limits import (
    FROM_ONE_ADDRESS,
    FROM_ONE_DEVICE,
    OPENED,
    SAME_WORDS,
    SOLVED,
    WAITED,
    Limit,
    count_soon,
    count_within,
    is_first_use,
    stretch_of,
    whence,
)
from service.sealing import blind_index, id_behind, secret_address
from workflows.refusals import Refused
from workflows.words import _

SPARE = 20
"""So many an hour each process counts for itself: a village without a crowd costs no writing."""
REMEMBERED = 50_000
SHARE = 5
"""One device may send a fifth of what is expected of its address: of three hundred, sixty. That is forty neighbours
with one model of telephone, half of whom write twice; whoever writes for a minute may write on."""

NONCE_LENGTH = 12
ZERO_BITS = 16
PATIENCE = timedelta(seconds=60)


class Crowded(Failure):
    """`task` goes back with the form."""

    http_status = 429
    sentence = _("这一会儿从您这里送来的心愿特别多。您写的都在：等一分钟再按一次就行。")

    def __init__(self, task: str) -> None:
        super().__init__()
        self.task = task


@dataclass(frozen=True)
class Sender:
    """Where a wish comes from. Without a `device` it is a program, which its address stands for.

    `opened` came with the form, `task` and `answer` with one that had to come back.
    """

    address: str
    device: str = ""
    opened: str = ""
    task: str = ""
    answer: str = ""


class Crowd:
    """What one process has seen in this hour; beyond the spare, all processes count together in the database.

    `expected` wishes an hour from one address need nothing; a link with a daily cap expects as many as that.
    """

    def __init__(self, expected: int = FROM_ONE_ADDRESS.most) -> None:
        self._expected = expected
        self._lock = threading.Lock()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._hour: datetime | None = None

    def admit(self, session: Session, link: Link, sender: Sender, words: str, now: datetime) -> None:
        """Raise Crowded or Refused; counted in the transaction of the wish, so that what is undone is not counted."""
        same = hashlib.sha256(" ".join(words.split()).encode()).hexdigest()
        if self._count(session, SAME_WORDS, f"{link.id} {same}", now) > SAME_WORDS.most:
            raise Refused(_("同样的话这一小时已经收到很多遍了，我们都看到了，不用再送。"), field="text")
        expected = max(self._expected, link.daily_cap or 0)
        is_crowd = self._count(session, FROM_ONE_ADDRESS, whence(sender.address), now) > expected
        if is_crowd or (
            self._is_busy_device(session, sender, expected, now) and not _has_written(session, sender, now)
        ):
            _must_have_worked(session, sender, now)

    def _is_busy_device(self, session: Session, sender: Sender, expected: int, now: datetime) -> bool:
        """Its mark is another one every hour: nobody can tell from what is kept that a device came back."""
        if not sender.device:
            return False
        since, _until = stretch_of(FROM_ONE_DEVICE, now)
        mark = blind_index(f"{since:%Y%m%d%H} {sender.device}")
        most = max(FROM_ONE_DEVICE.most, expected // SHARE)
        return self._count(session, FROM_ONE_DEVICE, mark, now) > most

    def _count(self, session: Session, limit: Limit, who: str, now: datetime) -> int:
        spare = min(SPARE, self._expected, limit.most)
        since, _until = stretch_of(limit, now)
        with self._lock:
            if self._hour != since or len(self._seen) > REMEMBERED:
                self._seen.clear()
            self._hour = since
            self._seen[limit.kind, who] += 1
            here = self._seen[limit.kind, who]
        return here if here <= spare else spare + count_soon(session, limit, who, now)


def opened_now(now: datetime) -> str:
    """Goes into a fresh form: shows later that we gave it to somebody, and when."""
    return _given("form", now)


def new_task(now: datetime) -> str:
    return _given("task", now)


def _given(kind: str, now: datetime) -> str:
    """No two are alike: neighbours who come in the same second get one each."""
    nonce = secrets.token_urlsafe(NONCE_LENGTH * 3 // 4)
    return nonce + secret_address(f"{kind} {nonce}", int(now.timestamp()))


def _given_at(kind: str, mark: str) -> datetime | None:
    """None when it was made up."""
    nonce = mark[:NONCE_LENGTH]
    stamp = id_behind(f"{kind} {nonce}", mark[NONCE_LENGTH:])
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)


def _has_written(session: Session, sender: Sender, now: datetime) -> bool:
    """Her form was opened a minute ago or longer, and nothing was sent from it yet: she is a person at a telephone."""
    given_at = _given_at("form", sender.opened)
    if given_at is None or not PATIENCE <= now - given_at <= OPENED.within:
        return False
    return is_first_use(session, OPENED, sender.opened, given_at)


def has_worked(task: str, answer: str, now: datetime) -> bool:
    """SHA-256 of task and answer begins with so many zero bits."""
    digest = hashlib.sha256(f"{task}{answer}".encode()).digest()
    is_right = bool(answer) and int.from_bytes(digest[:4], "big") >> (32 - ZERO_BITS) == 0
    return is_right and _age_of(task, now) is not None


def has_waited(task: str, now: datetime) -> bool:
    return (_age_of(task, now) or timedelta()) >= PATIENCE


def _age_of(task: str, now: datetime) -> timedelta | None:
    """None when it is none of ours, or too old."""
    given_at = _given_at("task", task)
    # The stamp has no fractions of a second.
    is_fresh = given_at is not None and timedelta(seconds=-1) < now - given_at <= SOLVED.within
    return now - given_at if is_fresh and given_at is not None else None


def _must_have_worked(session: Session, sender: Sender, now: datetime) -> None:
    """Each task pays for one wish. Whoever hoards tasks and waits once for all of them gets in with a few a minute,
    and keeps her task."""
    task, given_at = sender.task, _given_at("task", sender.task)
    worked = has_worked(task, sender.answer[:40], now)
    if given_at is None or not (worked or has_waited(task, now)) or not is_first_use(session, SOLVED, task, given_at):
        raise Crowded(new_task(now))
    if not worked and count_within(session, WAITED, whence(sender.address), now) > WAITED.most:
        raise Crowded(task)
