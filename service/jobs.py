"""Timed work: what a job is, how it runs row by row, and where it is written down."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete
from sqlmodel import Session, col, select

from service import clock
from service.database import Database
from service.logs import clean
from service.models import JobRun
from service.settings import Settings

log = structlog.get_logger()

Row = TypeVar("Row")

KEPT = timedelta(days=90)
IDLE_NOTED_EVERY = timedelta(minutes=1)
CLOCKS_DIFFER = timedelta(minutes=1)
"""By so much at most, of the machines of one county."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a job did: how many rows were done, how many failed, and the last reason."""

    done: int = 0
    failed: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a job may use. `goes_on()` turns false when the process ends or another one leads: stop between two rows.

    `since` is when it was begun the last time; None where nobody knows, and then it looks at everything.
    """

    database: Database
    settings: Settings
    now: datetime
    goes_on: Callable[[], bool] = lambda: True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the schedule: `every` so often, or daily `at` the county's local time, later if nobody was there."""

    name: str
    function: Callable[[Surroundings], Tally]
    every: timedelta | None = None
    at: time | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError(f"{self.name}: say either every or at")

    def is_due(self, last: datetime | None, now: datetime, time_zone: str) -> bool:
        """`last` is when it last ran, in whichever process. Clocks are a little early or late: a tenth is no matter."""
        if last is None or is_from_the_future(last, now):
            return True
        if self.every is not None:
            return now - last >= self.every * 0.9
        return last < self._last_moment(now, time_zone)

    def _last_moment(self, now: datetime, time_zone: str) -> datetime:
        local = now.astimezone(ZoneInfo(time_zone))
        today = datetime.combine(local.date(), self.at or time(), local.tzinfo)
        return today if today <= local else today - timedelta(days=1)


def is_from_the_future(last: datetime, now: datetime) -> bool:
    """The clock was wrong and was put right: what was noted meanwhile must not keep anything waiting for years."""
    return last - now > CLOCKS_DIFFER


def one_by_one(around: Surroundings, rows: Iterable[Row], act: Callable[[Session, Row], object]) -> Tally:
    """Each row in a transaction of its own: a bad one is noted, and the others go on."""
    done = failed = 0
    error = None
    for row in rows:
        if not around.goes_on():
            break
        try:
            with around.database.writing() as session:
                act(session, row)
            done += 1
        except Exception as problem:
            failed += 1
            error = told(problem)
            log.exception("a row failed", row=str(row)[:80])
    return Tally(done, failed, error)


def run(job: Job, around: Surroundings, register: "Register") -> Tally:
    """Run it once and write down what came of it; whatever it raises is a row in the register, never the end."""
    with structlog.contextvars.bound_contextvars(job=job.name):
        try:
            tally = job.function(around)
        except Exception as problem:
            log.exception("the job failed")
            tally = Tally(failed=1, error=told(problem))
        register.note(job.name, around.now, clock.now(), tally)
    return tally


def told(problem: Exception) -> str:
    """For the register: no personal data, and not too long."""
    return clean(f"{type(problem).__name__}: {problem}")[:500]


@dataclass
class Register:
    """The table of runs. Of runs that found nothing to do, only one a minute is written, and it counts the others."""

    database: Database
    _idle: dict[str, JobRun] = field(default_factory=dict)
    _noted_at: dict[str, datetime] = field(default_factory=dict)

    def note(self, name: str, started_at: datetime, finished_at: datetime, tally: Tally) -> None:
        entry = _entry(name, started_at, finished_at, tally)
        if _is_idle(entry):
            entry = self._with_idle_ones(entry)
            if (
                finished_at - self._noted_at.get(name, datetime.min.replace(tzinfo=finished_at.tzinfo))
                < IDLE_NOTED_EVERY
            ):
                self._idle[name] = entry
                return
        self._noted_at[name] = finished_at
        with self.database.writing() as session:
            write(session, entry)

    def _with_idle_ones(self, entry: JobRun) -> JobRun:
        before = self._idle.pop(entry.name, None)
        if before is not None:
            entry.started_at, entry.runs = before.started_at, before.runs + 1
        return entry

    def last_end_of(self, name: str) -> datetime | None:
        with self.database.reading() as session:
            last = last_run(session, name)
            return last.finished_at if last else None


def write(session: Session, entry: JobRun) -> None:
    last = last_run(session, entry.name)
    if last is not None and _is_idle(last) and _is_idle(entry):
        last.finished_at, last.runs = entry.finished_at, last.runs + entry.runs
        entry = last
    session.add(entry)


def last_run(session: Session, name: str) -> JobRun | None:
    return session.exec(select(JobRun).where(JobRun.name == name).order_by(col(JobRun.id).desc()).limit(1)).first()


def forget_old_runs(session: Session, now: datetime) -> int:
    found = session.execute(delete(JobRun).where(col(JobRun.finished_at) < now - KEPT))
    return found.rowcount  # type: ignore[attr-defined,no-any-return]


def _entry(name: str, started_at: datetime, finished_at: datetime, tally: Tally) -> JobRun:
    figures = {"done": tally.done, "failed": tally.failed, "error": tally.error}
    return JobRun.model_validate({"name": name, "started_at": started_at, "finished_at": finished_at, **figures})


def _is_idle(entry: JobRun) -> bool:
    return not (entry.done or entry.failed or entry.error)
