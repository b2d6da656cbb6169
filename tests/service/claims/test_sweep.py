"""Who has not called her in seven days gives the wish back, once; who lets his own day pass is reminded, once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from notifications.notices import Audience
from service.accounts.actors import actor_of
from service.claims.models import Claim
from service.claims.queries import figures
from service.claims.sweep import sweep_claims
from service.database import Database
from service.directory.models import Unit
from service.directory.reference import reference, touch
from service.jobs import Surroundings, Tally
from service.outbox.models import Delivery
from service.outbox.planning import plan_notices
from service.oversight.checks import breaches
from service.scheduler import SCHEDULE
from service.tickets.models import TicketEvent
from tests.factories import TEXT, County, act, later, ticket_of
from tests.service.at_once import at_once
from tests.service.claims.conftest import A_COMPANY_JOINS, WORDS, claim, does, pooled, state_of
from workflows import claim_commands as c
from workflows.claim_words import ClaimantKind, PoolRank
from workflows.commands import Withdraw

Around = Callable[..., Surroundings]
DUE = later(days=7)


def verbs_of(database: Database, wish: int) -> list[str]:
    with database.reading() as session:
        wanted = select(TicketEvent.verb).where(TicketEvent.ticket_id == wish).order_by(col(TicketEvent.number))
        return list(session.exec(wanted))


def test_a_claim_lapses_at_its_hour_and_the_wish_goes_first(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        mine = claim(session, wish, county.wrong_handler)
    assert sweep_claims(around(later(days=6, hours=23))) == Tally()
    assert sweep_claims(around(DUE)) == Tally(done=1)
    assert sweep_claims(around(DUE)) == Tally()
    with database.reading() as session:
        assert (state_of(session, mine), session.get_one(Claim, mine).ended_at) == ("lapsed", DUE)
        assert ticket_of(session, wish).pool_rank == PoolRank.returned
        event = session.exec(select(TicketEvent).where(TicketEvent.verb == "lapse_claim")).one()
        assert (event.rule, event.subject, event.subject_to) == ("claim_contact", f"claim:{mine}", "lapsed")
        assert list(map(str, breaches(session))) == []


def test_who_has_called_keeps_it_and_who_joined_keeps_it_too(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        called = claim(session, wish, county.wrong_handler)
        does(session, called, county.wrong_handler, c.ContactClaimed(deliver_by=later(days=30).date()))
        silent = claim(session, wish, county.handler, A_COMPANY_JOINS)
    assert sweep_claims(around(DUE)) == Tally(done=1)
    with database.reading() as session:
        assert (state_of(session, called), state_of(session, silent)) == ("contacted", "lapsed")
        assert ticket_of(session, wish).pool_rank == PoolRank.claimed


def test_who_lets_the_day_pass_that_he_named_is_reminded_once_with_the_town(
    database: Database, county: County, around: Around
) -> None:
    company = c.Claim(kind=ClaimantKind.company, name="青岭药业", phone="0915-2512345")
    with database.writing() as session:
        wish = pooled(session, county)
        theirs = claim(session, wish, county.handler, company)
        does(session, theirs, county.handler, c.ContactClaimed(deliver_by=NAMED.date()))
    assert sweep_claims(around(NAMED + timedelta(hours=13))) == Tally(), "the day itself is still his, in the county"
    late = NAMED + timedelta(hours=15)
    at_once(lambda: sweep_claims(around(late)))
    assert sweep_claims(around(late + timedelta(days=3))) == Tally()
    plan_notices(around(late))
    with database.reading() as session:
        event = session.exec(select(TicketEvent).where(TicketEvent.verb == "press_claim")).one()
        assert (event.rule, event.subject, event.subject_to) == ("claim_delivery", f"claim:{theirs}", "contacted")
        told = session.exec(select(Delivery).where(Delivery.verb == "press_claim")).all()
        assert {each.person_id: each.audience for each in told} == {
            county.handler: Audience.claimant,
            county.dispatcher: Audience.dispatchers,
        }
        assert [WORDS in each.body for each in told if each.person_id == county.handler] == [True]
        assert on_day(session, county, late) == (0, 1)
        assert list(map(str, breaches(session))) == []
    with database.writing() as session:
        does(
            session,
            theirs,
            county.handler,
            c.DeliverClaim(words="一百本书", given_on=(late + timedelta(hours=8)).date()),
            late,
        )
        assert on_day(session, county, late) == (0, 1), "late it is for good"


NAMED = later(days=30)


def on_day(session: Session, county: County, now: datetime) -> tuple[int, int]:
    dispatcher = actor_of(session, county.dispatcher, reference(session))
    rate = figures(session, dispatcher, now, (now + timedelta(hours=8)).date()).on_day
    return rate.numerator, rate.denominator


def test_two_sweeps_at_once_let_it_lapse_once(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        claim(session, wish, county.wrong_handler)
    tallies = at_once(lambda: sweep_claims(around(DUE)))
    assert [tally.failed for tally in tallies] == [0, 0]
    assert verbs_of(database, wish).count("lapse_claim") == 1


def test_a_claim_of_a_wish_that_she_takes_back_is_over(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        mine = claim(session, wish, county.wrong_handler)
        does(session, mine, county.wrong_handler, c.ContactClaimed(deliver_by=later(days=30).date()))
        act(session, wish, Withdraw(reason="自己买了"), None, later(days=1))
    at_once(lambda: sweep_claims(around(later(days=1, minutes=10))))
    with database.reading() as session:
        assert state_of(session, mine) == "withdrawn"
        assert list(map(str, breaches(session))) == []
    assert verbs_of(database, wish)[-2:] == ["withdraw", "withdraw_claim"]


def test_a_claim_of_a_unit_that_is_dissolved_gives_the_wish_back_to_the_pool_first(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        wish = pooled(session, county)
        promised = claim(session, wish, county.wrong_handler)
        does(session, promised, county.wrong_handler, c.ContactClaimed(deliver_by=later(days=30).date()))
        session.get_one(Unit, county.other_bureau).is_active = False
        touch(session)
    at_once(lambda: sweep_claims(around(later(days=1))))
    with database.reading() as session:
        assert state_of(session, promised) == "withdrawn"
        assert ticket_of(session, wish).pool_rank == PoolRank.returned
        assert verbs_of(database, wish).count("withdraw_claim") == 1
        assert list(map(str, breaches(session))) == []


def test_the_schedule_has_it() -> None:
    assert [job.function for job in SCHEDULE if job.name == "sweep_claims"] == [sweep_claims]


def test_the_unit_hears_that_its_claim_lapsed_and_reads_only_what_the_pool_says(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        mine = claim(session, pooled(session, county), county.wrong_handler)
    sweep_claims(around(DUE))
    plan_notices(around(DUE))
    with database.reading() as session:
        wanted = select(Delivery).where(Delivery.verb == "lapse_claim", Delivery.person_id == county.wrong_handler)
        told = session.exec(wanted).one()
        assert told.audience == Audience.claimant
        assert WORDS in told.body and f"/desk/claims/{mine}" in told.body
        assert TEXT[:6] not in told.body and "双喜村" not in told.body
