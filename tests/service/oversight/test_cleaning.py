"""What is forgotten, and what is kept."""

from datetime import timedelta

from sqlmodel import select

from service.accounts.models import SignInSession
from service.database import Database
from service.oversight.cleaning import KEPT_AFTER_ITS_END, forget_old_sign_ins
from tests.factories import NOW, County, later, sign_in


def test_sign_ins_are_forgotten_a_month_after_they_ended(database: Database, county: County) -> None:
    with database.writing() as session:
        sign_in(session, county.handler, NOW - KEPT_AFTER_ITS_END - timedelta(days=1))
        sign_in(session, county.dispatcher, NOW - timedelta(days=1))
        sign_in(session, county.supervisor, NOW)
    with database.writing() as session:
        assert forget_old_sign_ins(session, later(hours=1)) == 1
        kept = session.exec(select(SignInSession.person_id)).all()
    assert sorted(kept) == sorted([county.dispatcher, county.supervisor])
