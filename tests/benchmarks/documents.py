"""Papers and sheets: a month's bulletin of 5,000 tickets as Word and PDF, and 100,000 tickets in one Excel file."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from service import clock
from service.database import Database
from service.directory.reference import reference
from service.jobs import Surroundings
from service.local_words import LocalWords
from service.reports.documents import making
from service.reports.documents.asked import Asked, county_words
from service.reports.documents.content import Content
from service.reports.documents.paper import pdf_of
from service.reports.documents.periods import Cadence, current
from service.reports.documents.table import BY_NAME
from service.reports.documents.word import word_of
from service.reports.folding import fold
from service.settings import Settings
from tests.benchmarks.counties import database_of, open_county
from tests.benchmarks.counties import fill as fill_with
from tests.benchmarks.rows import Row, seconds_of
from tests.support.server import PROGRAM, environment

BULLETIN, EXPORT = 5_000, 100_000
CLOSED = """UPDATE ticket SET status = 'closed', stage = 5, closed_at = created_at, answered_at = created_at,
 answered_on_time = (id % 5 > 0), satisfaction = 'satisfied', unit_id = NULL, due_at = NULL WHERE id % 10 > 0"""


def measure() -> list[Row]:
    with database_of("sqlite") as url, open_county(url) as (database, county):
        fill_with(database, county, BULLETIN)
        with database.writing() as session:
            session.execute(text(CLOSED))
        _fold(database)
        bulletin = _bulletin(database)
        fill_with(database, county, EXPORT)
        return [*bulletin, *_export(url)]


def _fold(database: Database) -> None:
    fold(Surroundings(database, Settings(), clock.now()))


def _bulletin(database: Database) -> list[Row]:
    words, found = county_words("zh"), {}
    for name, act in (
        ("Word", lambda: word_of(_content(database, words), words)),
        ("PDF", lambda: pdf_of(_content(database, words), words, "zh")),
    ):
        found[name] = seconds_of(act)
    what = f"monthly bulletin of {BULLETIN:,} tickets, counted and made as"
    return [Row(f"{what} {name}", seconds, "s", target="under 10 s") for name, seconds in found.items()]


def _content(database: Database, words: LocalWords) -> Content:
    with database.reading() as session:
        return making.made(BY_NAME["monthly_bulletin"], _asked(session, words)).listed(1000)


def _asked(session: Session, words: LocalWords) -> Asked:
    known, now = reference(session), clock.now()
    return Asked(session, known, known.county, current(Cadence.monthly, now), now, words)


def _export(url: str) -> list[Row]:
    """In a process of its own, whose memory is asked for: that of a sheet without a row is what all else takes."""
    few_seconds, few = _written(url, "deferrals")
    seconds, many = _written(url, "progress")
    what = f"Excel of {EXPORT:,} tickets at the command line"
    return [
        Row(what, seconds, "s", few_seconds, "a sheet of none"),
        Row(f"{what}: memory", many, "MiB", few, "a sheet of none", "the same"),
    ]


def _written(url: str, report: str) -> tuple[float, float]:
    """Seconds, and the most memory in MiB."""
    with tempfile.TemporaryDirectory(prefix="weiyuan-bench-", dir=".") as folder:
        path = Path(folder).resolve()
        command = [str(PROGRAM), "report", report, "--format", "xlsx", "--out", str(path / "report.xlsx")]
        started = time.perf_counter()
        child = subprocess.Popen(command, env=environment(url, path), stdout=subprocess.DEVNULL)
        _pid, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        return time.perf_counter() - started, used.ru_maxrss / 1024
