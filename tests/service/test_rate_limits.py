"""Tries are counted by all processes together, and stay counted whatever happens next."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from service.database import Database
from service.errors import TooMany
from service.models import Attempt
from service.rate_limits import Limit, forget_old, forgive, spend, stretch_of, tries, whence

NOW = datetime(2026, 11, 21, 8, 10, tzinfo=UTC)
CODES = Limit("test codes", 3, timedelta(hours=1))
DOORS = Limit("test doors", 3, timedelta(hours=1))


def test_after_so_many_tries_one_is_told_how_long_to_wait(database: Database) -> None:
    assert [spend(database, CODES, "2026-000123", NOW) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooMany) as refused:
        spend(database, CODES, "2026-000123", NOW)
    assert refused.value.seconds == 50 * 60
    assert "50 分钟" in str(refused.value)


def test_others_and_other_doors_are_counted_for_themselves(database: Database) -> None:
    for _ in range(3):
        spend(database, CODES, "a", NOW)
    assert spend(database, CODES, "b", NOW) == 2
    assert spend(database, DOORS, "a", NOW) == 2


def test_all_addresses_of_one_connection_count_as_one() -> None:
    assert whence("2001:db8:1:2::1") == whence("2001:db8:1:2:ffff::9") != whence("2001:db8:1:3::1")
    assert whence("::ffff:192.0.2.1") == whence("192.0.2.1") != whence("192.0.2.2")
    assert whence("testclient") == "testclient"


def test_with_the_next_hour_one_may_try_again(database: Database) -> None:
    for _ in range(3):
        spend(database, CODES, "a", NOW)
    assert spend(database, CODES, "a", NOW + timedelta(minutes=50)) == 2


def test_success_forgives(database: Database) -> None:
    spend(database, CODES, "a", NOW)
    spend(database, CODES, "b", NOW)
    forgive(database, CODES, "a")
    with database.reading() as session:
        assert (tries(session, CODES, "a", NOW), tries(session, CODES, "b", NOW)) == (0, 1)


def test_nobody_slips_through_at_the_same_moment(database: Database) -> None:
    def one_try(number: int) -> bool:
        try:
            spend(database, CODES, "a", NOW)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(one_try, range(24))) == 3


def test_the_table_holds_no_address_and_no_number(database: Database) -> None:
    spend(database, CODES, "13812345678", NOW)
    with database.reading() as session:
        row = session.exec(select(Attempt)).one()
    assert "13812345678" not in str(row) and len(row.who) == 64


def test_what_is_over_is_forgotten(database: Database) -> None:
    spend(database, CODES, "a", NOW - timedelta(hours=2))
    spend(database, CODES, "a", NOW)
    with database.writing() as session:
        assert forget_old(session, NOW) == 1
    with database.reading() as session:
        assert tries(session, CODES, "a", NOW) == 1


def test_stretches_follow_each_other_without_gaps() -> None:
    since, until = stretch_of(CODES, NOW)
    assert since <= NOW < until
    assert stretch_of(CODES, until)[0] == until
