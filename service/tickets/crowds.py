"""When very many wishes come from one place at once: nobody is locked out, but each costs a minute or a little work.

A whole village may share one address, so an address alone proves nothing. Beyond what a link expects in an hour, the
form comes back with a task: a script solves it in a second or two, and where there is none, a minute's wait will do.
"""

import hashlib
import threading
from collections import Counter
from datetime import datetime, timedelta

from sqlmodel import Session

from service.directory.models import Link
from service.errors import Failure
from service.rate_limits import Limit, count_soon, count_within, stretch_of, whence
from service.sealing import form_token, is_form_token
from workflows.refusals import Refused
from workflows.words import _

FROM_ONE_ADDRESS = Limit("submit from", 300, timedelta(hours=1))
SAME_WORDS = Limit("same words", 10, timedelta(hours=1))
SOLVED = Limit("work solved", 1, timedelta(hours=1))
SPARE = 20
"""So many an hour each process counts for itself: a village without a crowd costs no writing."""

OWNER = "work"
ZERO_BITS = 16
PATIENCE = timedelta(seconds=60)
LIFETIME = timedelta(minutes=30)


class Crowded(Failure):
    """`task` goes back with the form."""

    http_status = 429
    sentence = _("这一会儿从您这里送来的心愿特别多。您写的都在：等一分钟再按一次就行。")

    def __init__(self, task: str) -> None:
        super().__init__()
        self.task = task


class Crowd:
    """What one process has seen in this hour; beyond the spare, all processes count together in the database.

    `expected` wishes an hour from one address need nothing; a link with a daily cap expects as many as that.
    """

    def __init__(self, expected: int = FROM_ONE_ADDRESS.most) -> None:
        self._expected = expected
        self._lock = threading.Lock()
        self._seen: Counter[tuple[str, str, datetime]] = Counter()

    def admit(
        self,
        session: Session,
        link: Link,
        address: str,
        words: str,
        now: datetime,
        solution: tuple[str, str] = ("", ""),
    ) -> None:
        """Raise Crowded or Refused; counted in the transaction of the wish, so that what is undone is not counted."""
        same = hashlib.sha256(" ".join(words.split()).encode()).hexdigest()
        if self._count(session, SAME_WORDS, f"{link.id} {same}", now) > SAME_WORDS.most:
            raise Refused(_("同样的话这一小时已经收到很多遍了，我们都看到了，不用再送。"), field="text")
        most = max(self._expected, link.daily_cap or 0)
        if self._count(session, FROM_ONE_ADDRESS, whence(address), now) > most:
            _must_have_worked(session, solution, now)

    def _count(self, session: Session, limit: Limit, who: str, now: datetime) -> int:
        spare = min(SPARE, self._expected, limit.most)
        since, _until = stretch_of(limit, now)
        with self._lock:
            if len(self._seen) > 50_000:
                self._seen.clear()
            self._seen[limit.kind, who, since] += 1
            here = self._seen[limit.kind, who, since]
        return here if here <= spare else spare + count_soon(session, limit, who, now)


def new_task(now: datetime) -> str:
    return form_token(OWNER, now)


def is_solved(task: str, answer: str, now: datetime) -> bool:
    """By work: SHA-256 of task and answer begins with so many zero bits. Or by having waited a minute."""
    if not is_form_token(task, OWNER, now, LIFETIME):
        return False
    digest = hashlib.sha256(f"{task}{answer}".encode()).digest()
    has_worked = bool(answer) and int.from_bytes(digest[:4], "big") >> (32 - ZERO_BITS) == 0
    return has_worked or is_form_token(task, OWNER, now - PATIENCE, LIFETIME)


def _must_have_worked(session: Session, solution: tuple[str, str], now: datetime) -> None:
    """Each task pays for one wish."""
    task, answer = solution
    if not is_solved(task, answer[:40], now) or count_within(session, SOLVED, task, now) > SOLVED.most:
        raise Crowded(new_task(now))
