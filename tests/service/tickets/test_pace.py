"""Whoever holds a secret address may say much, but not without end."""

from datetime import timedelta

import pytest

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.reference import reference
from service.errors import TooMany
from service.tickets import lifecycle
from tests.factories import NOW, build_county, later, submit_wish
from workflows.actors import resident_of
from workflows.commands import Note, Supplement


def test_a_villager_is_heard_thirty_times_an_hour_and_again_in_the_next(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        wish = submit_wish(session, county)
        for number in range(lifecycle.ACTS_AN_HOUR - 1):
            lifecycle.perform(
                session, wish, Supplement(text=f"还有第 {number} 句"), resident_of(wish), later(minutes=1)
            )
        with pytest.raises(TooMany):
            lifecycle.perform(session, wish, Supplement(text="再说一句"), resident_of(wish), later(minutes=2))
        lifecycle.perform(session, wish, Supplement(text="过了一小时"), resident_of(wish), later(minutes=63))


def test_officials_are_not_counted(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        wish = submit_wish(session, county)
        dispatcher = actor_of(session, county.dispatcher, reference(session))
        for number in range(lifecycle.ACTS_AN_HOUR + 5):
            done = lifecycle.perform(session, wish, Note(words=f"记 {number}"), dispatcher, NOW + timedelta(minutes=1))
        assert done.version == lifecycle.ACTS_AN_HOUR + 6
