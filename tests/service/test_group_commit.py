"""Writers that share a commit are as independent of each other as if each had one of his own."""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from service import group_commit
from service.database import Database
from service.errors import Busy
from service.inserts import insert_soon, write_waiting
from service.models import Attempt
from service.rate_limits import PHONE_SEARCH, count_soon

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def adding(who: str) -> Callable[[Session], str]:
    def act(session: Session) -> str:
        session.add(Attempt(kind="test", who=who, since=NOW, until=NOW))
        return who

    return act


def raising(who: str, error: Exception) -> Callable[[Session], str]:
    def act(session: Session) -> str:
        adding(who)(session)
        session.flush()
        raise error

    return act


def leaving(who: str) -> Callable[[Session], str]:
    """Leaves its row to be written together with those of others."""

    def act(session: Session) -> str:
        insert_soon(session, Attempt, {"kind": "test", "who": who, "since": NOW, "until": NOW, "count": 1})
        return who

    return act


def counting(who: str) -> Callable[[Session], str]:
    def act(session: Session) -> str:
        return str(count_soon(session, PHONE_SEARCH, who, NOW))

    return act


def written(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(Attempt.who)))


def all_at_once(database: Database, acts: list[Callable[[Session], str]]) -> list[str | Exception]:
    """Everybody waits while the file is held by another, so they make one batch."""

    def outcome(act: Callable[[Session], str]) -> str | Exception:
        try:
            return database.together(act)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as threads:
        with database.writing():
            waiting = [threads.submit(outcome, act) for act in acts]
            time.sleep(0.1)
        return [one.result() for one in waiting]


def commits_of(database: Database) -> list[int]:
    commits: list[int] = []
    event.listen(database.engine, "commit", lambda connection: commits.append(1))
    return commits


def test_those_who_wait_share_one_commit(sqlite_database: Database) -> None:
    commits = commits_of(sqlite_database)
    names = [f"w{number:02}" for number in range(12)]
    assert all_at_once(sqlite_database, [adding(name) for name in names]) == names
    assert written(sqlite_database) == names
    # Whom they waited for wrote nothing, so he committed nothing.
    assert len(commits) == 1


@pytest.mark.parametrize("place", [0, 2, 4])
def test_one_who_fails_spoils_nothing_for_the_others(database: Database, place: int) -> None:
    acts = [adding(f"w{number}") for number in range(5)]
    acts[place] = raising("bad", ZeroDivisionError())
    results = all_at_once(database, acts)
    assert isinstance(results[place], ZeroDivisionError)
    assert written(database) == [f"w{number}" for number in range(5) if number != place]


def test_two_who_want_the_same_row_get_one_row_and_one_error(database: Database) -> None:
    results = all_at_once(database, [adding("same"), adding("same"), adding("other")])
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "str", "str"]
    assert written(database) == ["other", "same"]


def test_rows_that_are_left_to_the_end_are_written_for_everybody(database: Database) -> None:
    names = [f"w{number}" for number in range(6)]
    assert all_at_once(database, [leaving(name) for name in names]) == names
    assert written(database) == names


def test_a_row_that_cannot_be_written_at_the_end_fails_for_its_writer_alone(database: Database) -> None:
    results = all_at_once(database, [leaving("same"), leaving("other"), leaving("same"), adding("first")])
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "str", "str", "str"]
    assert written(database) == ["first", "other", "same"]


def test_what_was_left_to_the_end_is_there_for_whoever_wants_to_read_it(database: Database) -> None:
    def act(session: Session) -> str:
        leaving("mine")(session)
        write_waiting(session)
        return session.exec(select(Attempt.who)).one()

    assert database.together(act) == "mine"
    assert written(database) == ["mine"]


def test_tries_that_share_a_commit_are_counted_each(sqlite_database: Database) -> None:
    assert sqlite_database.together(counting("a")) == "1"
    counted = all_at_once(sqlite_database, [counting("a"), counting("b"), counting("a"), counting("a")])
    assert sorted(map(str, counted)) == ["1", "2", "3", "4"]
    assert sqlite_database.together(counting("a")) == "5"


def test_a_try_whose_act_fails_is_not_counted(sqlite_database: Database) -> None:
    def act(session: Session) -> str:
        counting("a")(session)
        raise ZeroDivisionError

    results = all_at_once(sqlite_database, [counting("a"), act, counting("a")])
    assert sorted(map(type, results), key=str) == [ZeroDivisionError, str, str]
    assert sqlite_database.together(counting("a")) == "3"


def test_an_act_may_undo_a_part_of_itself(database: Database) -> None:
    def act(session: Session) -> str:
        adding("kept")(session)
        try:
            with session.begin_nested():
                adding("kept")(session)
                session.flush()
        except IntegrityError:
            adding("instead")(session)
        return "done"

    assert all_at_once(database, [adding("first"), act, adding("last")]) == ["first", "done", "last"]
    assert written(database) == ["first", "instead", "kept", "last"]


def test_whoever_is_answered_is_on_disk(sqlite_database: Database) -> None:
    """A reader that opens the file anew sees every row whose writer was answered."""

    def write_and_look(who: str) -> bool:
        sqlite_database.together(adding(who))
        return who in written(sqlite_database)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(write_and_look, [f"w{number}" for number in range(200)]))


def test_an_act_keeps_the_context_of_its_own_thread(sqlite_database: Database) -> None:
    request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id")

    def write_as_context_says(session: Session) -> str:
        return adding(request_id.get())(session)

    def write(who: str) -> str:
        request_id.set(who)
        return sqlite_database.together(write_as_context_says)

    names = [f"w{number:02}" for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(write, names)) == names
    assert written(sqlite_database) == names


def test_when_the_file_cannot_be_written_everybody_is_told_and_the_next_one_succeeds(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(connection: object) -> None:
        raise OSError("disk full")

    event.listen(sqlite_database.engine, "commit", is_full)
    results: list[object] = []

    def write(who: str) -> None:
        try:
            results.append(sqlite_database.together(adding(who)))
        except OSError as error:
            results.append(str(error))

    threads = [threading.Thread(target=write, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert results == ["disk full"] * 4
    event.remove(sqlite_database.engine, "commit", is_full)
    assert sqlite_database.together(adding("after")) == "after"
    assert written(sqlite_database) == ["after"]


def test_the_event_loop_waits_for_many_writers_without_a_thread_for_each(database: Database) -> None:
    names = [f"w{number:03}" for number in range(100)]

    async def all_of_them() -> list[str]:
        before = threading.active_count()
        answers = asyncio.gather(*(database.joined(adding(name)) for name in names))
        await asyncio.sleep(0)
        assert threading.active_count() - before <= 2
        return await answers

    assert asyncio.run(all_of_them()) == names
    assert written(database) == names


def test_what_an_act_raises_reaches_the_one_who_awaits_it(database: Database) -> None:
    async def both() -> list[str | BaseException]:
        acts = (raising("bad", ZeroDivisionError()), adding("good"))
        return await asyncio.gather(*map(database.joined, acts), return_exceptions=True)

    bad, good = asyncio.run(both())
    assert isinstance(bad, ZeroDivisionError) and good == "good"
    assert written(database) == ["good"]


def test_when_too_many_wait_the_next_one_is_told_at_once(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who came before are answered all the same."""
    monkeypatch.setattr(group_commit, "QUEUE_MOST", 3)
    started, released = threading.Event(), threading.Event()

    def dawdle(session: Session) -> str:
        started.set()
        released.wait(10)
        return adding("first")(session)

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(sqlite_database.together, dawdle)
        started.wait(10)
        others = [threads.submit(sqlite_database.together, adding(f"w{number}")) for number in range(5)]
        done, _waiting = wait(others, 0.5)
        released.set()
        assert first.result(10) == "first"
    assert [type(one.exception()) for one in done] == [Busy, Busy]
    assert len(written(sqlite_database)) == 4
