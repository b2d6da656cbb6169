"""Timed work: every row has its own transaction, every run is written down, and nothing stops the clock."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import Session, select

from service import clean_up, jobs
from service.database import Database
from service.jobs import Job, Register, Surroundings, Tally, one_by_one
from service.models import Attempt, JobRun
from service.scheduler import SCHEDULE, Clockwork
from service.settings import Settings

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
ZONE = "Asia/Shanghai"


def around(database: Database, now: datetime = NOW, goes_on: Callable[[], bool] = lambda: True) -> Surroundings:
    return Surroundings(database, Settings(), now, goes_on)


def runs_of(database: Database) -> list[tuple[str, int, int, int, str | None]]:
    with database.reading() as session:
        found = session.exec(select(JobRun).order_by(JobRun.id))  # type: ignore[arg-type]
        return [(run.name, run.runs, run.done, run.failed, run.error) for run in found]


def add(session: Session, who: str) -> None:
    session.add(Attempt(kind="test", who=who, since=NOW, until=NOW))
    session.flush()
    if who == "bad":
        raise ValueError("电话13812345678")


def test_one_bad_row_never_stops_the_others(database: Database) -> None:
    tally = one_by_one(around(database), ["a", "bad", "c"], add)
    assert tally == Tally(done=2, failed=1, error="ValueError: 电话138****5678")
    with database.reading() as session:
        assert sorted(session.exec(select(Attempt.who))) == ["a", "c"]


def test_a_job_stops_between_two_rows_when_it_leads_no_more(database: Database) -> None:
    answers = iter([True, True, False])
    tally = one_by_one(around(database, goes_on=lambda: next(answers)), ["a", "b", "c", "d"], add)
    assert tally == Tally(done=2)


def test_a_run_is_written_down_with_what_it_did(database: Database) -> None:
    job = Job("count", lambda around: Tally(done=3), every=timedelta(minutes=5))
    jobs.run(job, around(database), Register(database))
    assert runs_of(database) == [("count", 1, 3, 0, None)]


def test_a_job_that_raises_is_written_down_and_the_clock_goes_on(database: Database) -> None:
    def fails(around: Surroundings) -> Tally:
        raise RuntimeError("户主张三丰 没有电话")

    jobs.run(Job("fails", fails, every=timedelta(minutes=5)), around(database), Register(database))
    assert runs_of(database) == [("fails", 1, 0, 1, "RuntimeError: 户主张** 没有电话")]


def test_runs_that_find_nothing_share_a_row(database: Database) -> None:
    register = Register(database)
    for seconds in range(0, 300, 10):
        at = NOW + timedelta(seconds=seconds)
        register.note("relay", at, at, Tally())
    assert [(name, runs) for name, runs, *_ in runs_of(database)] == [("relay", 25)]
    register.note("relay", NOW, NOW + timedelta(seconds=300), Tally(done=1))
    register.note("relay", NOW, NOW + timedelta(seconds=400), Tally())
    assert [(runs, done) for _name, runs, done, *_ in runs_of(database)] == [(25, 0), (1, 1), (6, 0)]


def test_an_interval_is_kept_across_processes(database: Database) -> None:
    job = Job("hourly", lambda around: Tally(), every=timedelta(hours=1))
    assert job.is_due(None, NOW, ZONE)
    assert not job.is_due(NOW - timedelta(minutes=50), NOW, ZONE)
    assert job.is_due(NOW - timedelta(minutes=60), NOW, ZONE)
    assert not job.is_due(NOW + timedelta(seconds=2), NOW, ZONE), "the clock of another machine is a little early"
    assert job.is_due(NOW + timedelta(days=365), NOW, ZONE), "the clock was put right"
    Register(database).note("hourly", NOW, NOW, Tally())
    assert Register(database).last_end_of("hourly") == NOW
    assert Register(database).last_end_of("other") is None


@pytest.mark.parametrize(
    ("last", "now", "is_due"),
    [
        # 03:20 in Shanghai is 19:20 UTC the day before.
        (datetime(2026, 11, 20, 19, 21, tzinfo=UTC), datetime(2026, 11, 21, 19, 19, tzinfo=UTC), False),
        (datetime(2026, 11, 20, 19, 21, tzinfo=UTC), datetime(2026, 11, 21, 19, 20, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 19, 20, tzinfo=UTC), datetime(2026, 11, 21, 19, 21, tzinfo=UTC), False),
        # The county's PC is switched off at night.
        (datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 21, 0, 30, tzinfo=UTC), True),
        # Its clock stood in the next year for an hour, and was put right.
        (datetime(2027, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 21, 9, tzinfo=UTC), True),
    ],
)
def test_a_daily_job_runs_once_a_day_and_later_if_the_machine_was_off(
    last: datetime, now: datetime, is_due: bool
) -> None:
    assert Job("nightly", lambda around: Tally(), at=time(3, 20)).is_due(last, now, ZONE) is is_due


def test_a_job_says_either_every_or_at() -> None:
    with pytest.raises(ValueError, match="either"):
        Job("never", lambda around: Tally())
    with pytest.raises(ValueError, match="either"):
        Job("both", lambda around: Tally(), every=timedelta(1), at=time(3))


def test_what_nobody_needs_any_more_is_forgotten(database: Database) -> None:
    long_ago = NOW - timedelta(days=100)
    Register(database).note("old", long_ago, long_ago, Tally(done=1))
    Register(database).note("new", NOW, NOW, Tally(done=1))
    with database.writing() as session:
        session.add(Attempt(kind="test", who="a", since=long_ago, until=long_ago))
    tally = clean_up.clean_up(around(database), clean_up.PLATFORM)
    assert tally.failed == 0
    assert [name for name, *_ in runs_of(database)] == ["new"]
    with database.reading() as session:
        assert session.exec(select(Attempt)).all() == []


def test_the_schedule_names_each_job_once() -> None:
    names = [job.name for job in SCHEDULE]
    assert len(set(names)) == len(names) and all(len(name) <= 40 for name in names)


def test_a_clockwork_that_stops_gives_the_lead_back_at_once(database: Database) -> None:
    ran: list[str] = []

    def note(around: Surroundings) -> Tally:
        ran.append("x")
        return Tally(done=1)

    for enough in (3, 6):
        works = Clockwork(database, Settings(), (Job("tick", note, every=timedelta(seconds=0.05)),), beat=0.05)
        works.start()
        wait_for(lambda enough=enough: len(ran) >= enough)  # type: ignore[misc]
        works.stop()
    assert len(runs_of(database)) >= 6


def wait_for(fact: Callable[[], bool]) -> None:
    until = datetime.now(UTC) + timedelta(seconds=10)
    while not fact():
        assert datetime.now(UTC) < until
