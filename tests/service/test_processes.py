"""Several processes on one database: none waits for ever, none loses what it was told is written, one of them leads."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from service.database import Database
from service.models import Attempt, JobRun
from tests.support import processes

PROJECT = Path(__file__).resolve().parents[2]
Start = Callable[[str, str, str], tuple[subprocess.Popen[bytes], Path]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts tests.support.child; returns the process and the file in which it says what it does."""
    running: list[subprocess.Popen[bytes]] = []

    def one(verb: str, url: str, name: str) -> tuple[subprocess.Popen[bytes], Path]:
        said = tmp_path / f"{name}.said"
        command = [sys.executable, "-m", "tests.support.child", verb, url, name]
        running.append(processes.start(command, log=said, cwd=PROJECT, env=dict(os.environ)))
        return running[-1], said

    yield one
    for process in running:
        with awake(process):
            processes.kill(process)


@contextmanager
def awake(process: subprocess.Popen[bytes]) -> Iterator[None]:
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
    yield


def until(fact: Callable[[], bool], within: float = 20) -> None:
    give_up = time.monotonic() + within
    while not fact():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.02)


def lines(said: Path) -> list[str]:
    """What the child said; the log, which speaks on the same stream when the lead changes, is not of it."""
    return [line for line in said.read_text().split("\n")[:-1] if line and "process=" not in line]


def last_word(said: Path) -> str:
    return lines(said)[-1].split()[-1] if lines(said) else ""


def test_what_was_acknowledged_survives_a_kill(database_url: str, start: Start) -> None:
    first, first_said = start("write", database_url, "first")
    second, second_said = start("write", database_url, "second")
    until(lambda: len(lines(first_said)) > 100 and len(lines(second_said)) > 100)
    processes.kill(first)
    processes.kill(second)
    database = Database(database_url)
    with database.reading() as session:
        rows = set(session.exec(select(Attempt.kind, Attempt.who)).all())
    database.close()
    assert {("first", number) for number in lines(first_said)} <= rows
    assert {("second", number) for number in lines(second_said)} <= rows


def test_two_writing_processes_both_get_on(sqlite_url: str, start: Start) -> None:
    _first, first_said = start("write", sqlite_url, "first")
    _second, second_said = start("write", sqlite_url, "second")
    until(lambda: bool(lines(first_said)) and bool(lines(second_said)))
    before = len(lines(first_said)), len(lines(second_said))
    until(lambda: len(lines(first_said)) > before[0] + 200 and len(lines(second_said)) > before[1] + 200)
    path = sqlite_url.removeprefix("sqlite:///")
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_one_leads_and_another_takes_over_when_it_is_killed(database_url: str, start: Start) -> None:
    leader, leader_said = start("lead", database_url, "leader")
    until(lambda: last_word(leader_said) == "leads")
    _other, other_said = start("lead", database_url, "other")
    until(lambda: len(lines(other_said)) > 10)
    assert {line.split()[-1] for line in lines(other_said)} == {"follows"}
    killed_at = time.monotonic()
    processes.kill(leader)
    until(lambda: last_word(other_said) == "leads", within=5)
    assert time.monotonic() - killed_at < 5


def test_never_do_two_lead_at_once(database_url: str, start: Start) -> None:
    """Five ask; whoever leads is killed, four times over; what they said is compared afterwards."""
    running = {name: start("lead", database_url, name) for name in ("a", "b", "c", "d", "e")}
    for _ in range(4):
        until(lambda: any(last_word(said) == "leads" for _process, said in running.values()))
        leaders = [name for name, (_process, said) in running.items() if last_word(said) == "leads"]
        assert len(leaders) == 1
        processes.kill(running.pop(leaders[0])[0])
    until(lambda: all(last_word(said) == "leads" for _process, said in running.values()))
    assert len(running) == 1


def test_a_leader_that_sleeps_is_replaced_on_postgresql_and_knows_it_when_it_wakes(
    postgresql_url: str, start: Start
) -> None:
    leader, leader_said = start("lead", postgresql_url, "leader")
    until(lambda: last_word(leader_said) == "leads")
    _other, other_said = start("lead", postgresql_url, "other")
    leader.send_signal(signal.SIGSTOP)
    until(lambda: last_word(other_said) == "leads", within=25)
    said_before = len(lines(leader_said))
    leader.send_signal(signal.SIGCONT)
    until(lambda: len(lines(leader_said)) > said_before + 5)
    after = [line.split()[-1] for line in lines(leader_said)[said_before + 2 :]]
    assert set(after) == {"follows"}
    assert last_word(other_said) == "leads"


def test_jobs_run_in_the_leader_only_and_go_on_in_the_next(database_url: str, start: Start) -> None:
    first, first_said = start("work", database_url, "first")
    until(lambda: lines(first_said).count("ran") >= 3)
    _second, second_said = start("work", database_url, "second")
    before = lines(first_said).count("ran")
    until(lambda: lines(first_said).count("ran") >= before + 10)
    assert "ran" not in lines(second_said)
    processes.kill(first)
    until(lambda: lines(second_said).count("ran") >= 3)
    database = Database(database_url)
    with database.reading() as session:
        ends = session.exec(select(JobRun.finished_at).where(JobRun.name == "speak")).all()
    database.close()
    ran = lines(first_said).count("ran") + lines(second_said).count("ran")
    # The run in which the first one was killed was not written down, and the newest may not be yet.
    assert ran >= len(ends) - 2 and len(ends) >= 14
    assert all(isinstance(end, datetime) for end in ends)
