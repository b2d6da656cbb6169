"""What whistles and claims hand over to the figures is what their own formulas count, and opens their tickets."""

from datetime import timedelta
from pathlib import Path

import time_machine
from sqlmodel import select

from service.app import FIGURES_ELSEWHERE
from service.claims.models import Claim
from service.database import Database
from service.directory.reference import reference
from service.reports.telling import told_elsewhere
from service.whistles.models import Whistle, WhistleCall
from tests.factories import NOW, County, add, build_county, submit_wish, wish_in
from tests.support.app import app_on
from tests.support.officials import official
from workflows.claim_figures import ClaimCount, claim_figures
from workflows.claim_words import ClaimantKind, ClaimState
from workflows.statuses import Status
from workflows.whistle_figures import CallFacts, punctuality
from workflows.whistle_words import CallState, WhistleKind, WhistleReason, WhistleStatus

HOUR = timedelta(hours=1)
DUE = NOW + HOUR
CALLS = (
    (CallState.called, None, None, NOW + 9 * HOUR),
    (CallState.called, None, None, DUE),
    (CallState.called, None, True, DUE),
    (CallState.reported, DUE, False, DUE),
    (CallState.reported, DUE + HOUR, True, DUE),
)


def whistled_and_claimed(database: Database) -> County:
    """One wish with two whistles, one of them not blown, five calls in each, and a claim in every state."""
    with database.writing() as session:
        county = build_county(session)
        wish = submit_wish(session, county)
        for blown_at in (NOW, None):
            whistle = Whistle(
                ticket_id=wish, area_path="/1/", kind=next(iter(WhistleKind)), reason=next(iter(WhistleReason)),
                public_text="来人", status=WhistleStatus.blown, town_unit_id=county.town_desk, unit_id=county.bureau,
                due_at=DUE, raised_at=NOW, blown_at=blown_at,
            )  # fmt: skip
            add(session, whistle)
            units = (county.bureau, county.other_bureau, county.town_desk, county.county_desk, county.village_unit)
            for unit, (state, came, was_late, due) in zip(units, CALLS, strict=True):
                call = WhistleCall(
                    whistle_id=whistle.id or 0, unit_id=unit, state=state, called_at=NOW, report_due_at=due,
                    reported_at=came, was_late=was_late,
                )  # fmt: skip
                add(session, call)
        for claimed in ClaimState:
            claim = Claim(
                ticket_id=wish, kind=ClaimantKind.company, claimant="一家企业", claimed_at=NOW, contact_due_at=DUE,
                state=claimed,
            )  # fmt: skip
            add(session, claim)
    return county


def test_report_ins_and_claims_are_counted_as_their_own_formulas_do(database: Database) -> None:
    now = NOW + 3 * HOUR
    whistled_and_claimed(database)
    with database.reading() as session:
        report_in, delivered = told_elsewhere(session, reference(session).county, now, FIGURES_ELSEWHERE)
        states = session.exec(select(Claim.state)).all()
    counted = punctuality([CallFacts(1, state, due, came, late) for state, came, late, due in CALLS], now)
    assert report_in.rate is not None and delivered.rate is not None
    assert (
        (report_in.rate.numerator, report_in.n, report_in.not_yet_due) == (counted.on_time, counted.n, 1) == (1, 4, 1)
    )
    claims = claim_figures([], [ClaimCount(ClaimState(state), None, 1) for state in states])
    assert delivered.rate == claims.kept and delivered.not_yet_due == claims.running


def test_a_wish_that_counts_several_times_says_so_in_its_list(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path
) -> None:
    county = whistled_and_claimed(sqlite_database)
    with time_machine.travel(NOW + 3 * HOUR, tick=False):
        supervisor = official(app_on(sqlite_url, tmp_path), sqlite_database, county.supervisor)
        with supervisor.client:
            page = supervisor.opens("/board/tickets?measure=report_in_on_time&part=denominator")
            assert "分母里的 1 件" in page.words and "这个数是 4" in page.words and "算 4 次" in page.words
            once = supervisor.opens("/board/tickets?measure=report_in_on_time&part=numerator").words
            assert "分子里的 1 件" in once and "这个数是" not in once and "算 1 次" not in once


def test_what_was_answered_in_time_is_not_late_in_any_list(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path
) -> None:
    """Its villager is still to be asked: the deadline that has passed since was kept."""
    with sqlite_database.writing() as session:
        county = build_county(session)
        wish_in(session, county, Status.follow_up)
        wish_in(session, county, Status.in_progress)
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        supervisor = official(app_on(sqlite_url, tmp_path), sqlite_database, county.supervisor)
        with supervisor.client:
            source = supervisor.opens("/board/tickets?count=open").source
            answered, waiting = source.partition("<tbody>")[2].split("</tr>")[:2][::-1]
    assert "待回访" in answered and "答复" in answered and "超期" not in answered
    assert "办理中" in waiting and "超期" in waiting
