"""An empty database becomes the demo county by way of the real lifecycle; a second time nothing changes."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, func, select

from service import keys
from service.administration.today import today_here
from service.claims.models import Claim, Pairing
from service.database import Database
from service.demo.county import county
from service.demo.fill import Demo, fill
from service.demo.playing import play
from service.demo.scenes import Album
from service.demo.settling import settle
from service.demo.story import plan
from service.directory.models import Area, AreaLevel, CatalogueRow, EmergencyMode, Link, Person
from service.directory.reference import reference
from service.directory.seeding import seed
from service.issues.models import Issue
from service.jobs import Surroundings
from service.outbox.models import Delivery
from service.outbox.planning import plan_notices
from service.oversight.checks import breaches
from service.sealing import ticket_of
from service.security import verify_password
from service.settings import Settings
from service.tickets.models import (
    IS_OPEN,
    Ask,
    Attachment,
    LinkDay,
    PictureState,
    Ticket,
    TicketEvent,
    TicketEventDetails,
)
from service.tickets.picture_store import PictureStore
from service.whistles.models import Milestone, Whistle, WhistleCall
from tests.support import processes
from tests.support.keys import KEYRING
from tests.support.server import PROGRAM, Server, environment, wait_until_ready
from workflows.ask_words import AskKind, AskState, PromiseState
from workflows.claim_words import PoolRank
from workflows.claimable import FINER_THAN_A_VILLAGE
from workflows.commands import CallResult, Satisfaction
from workflows.issue_words import IssueStatus
from workflows.refusals import Refused
from workflows.statuses import Source, Status
from workflows.wall import COLUMNS
from workflows.whistle_words import CallState, MilestoneState

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> PictureStore:
    return PictureStore(str(tmp_path_factory.mktemp("files")))


@pytest.fixture(scope="module")
def filled(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, store: PictureStore
) -> Iterator[tuple[Database, Demo]]:
    """Filled once for all tests that only look at it."""
    path = tmp_path_factory.mktemp("demo") / "weiyuan.db"
    shutil.copyfile(sqlite_template, path)
    keys.use(KEYRING)
    database = Database(f"sqlite:///{path}")
    yield database, fill(database, NOW, store)
    database.close()


@pytest.fixture
def demo(filled: tuple[Database, Demo]) -> Demo:
    return filled[1]


@pytest.fixture
def session(filled: tuple[Database, Demo]) -> Iterator[Session]:
    with filled[0].reading() as session:
        yield session


def test_the_county_satisfies_every_check_of_a_live_database(session: Session) -> None:
    assert [str(breach) for breach in breaches(session)] == []


def test_wishes_stand_in_every_status_that_a_verb_of_today_leads_to(session: Session) -> None:
    found = Counter(session.exec(select(Ticket.status)).all())
    assert set(found) == set(Status)
    assert 380 <= found.total() <= 420
    assert found[Status.closed] > 0.6 * found.total()


def test_some_are_late_some_are_watched_and_some_are_done_again(session: Session) -> None:
    unanswered = session.exec(select(Ticket).where(IS_OPEN, Ticket.status != Status.follow_up)).all()
    late = [ticket for ticket in unanswered if ticket.due_at and ticket.due_at < NOW]
    assert len(late) >= 10
    assert any(ticket.supervised_at for ticket in late)
    assert len([ticket for ticket in late if ticket.overdue_at]) >= 8
    assert session.exec(select(func.count()).where(Ticket.round == 2)).one() >= 6


def test_one_wish_of_the_pool_waits_one_was_helped_and_one_came_back(session: Session) -> None:
    assert Counter(session.exec(select(Claim.state)).all()) == {"delivered": 1, "lapsed": 1}
    ranks = session.exec(select(Ticket.pool_rank).where(IS_OPEN, col(Ticket.is_claimable))).all()
    assert {PoolRank.returned, PoolRank.free} <= set(ranks)


def test_some_are_to_be_called_some_asked_for_a_later_call_and_one_had_no_cause_to_complain(session: Session) -> None:
    tickets = session.exec(select(Ticket)).all()
    assert any(ticket.call_at is not None for ticket in tickets)
    assert any(ticket.attempt_result is CallResult.unreachable for ticket in tickets)
    told = session.exec(select(TicketEventDetails).join(TicketEvent).where(TicketEvent.verb == "follow_up"))  # type: ignore[arg-type]
    assert any("call_back_at" in each.details for each in told)
    [one] = [ticket for ticket in tickets if ticket.is_groundless]
    assert (one.status, one.satisfaction) == (Status.closed, Satisfaction.dissatisfied)


def test_units_asked_for_this_and_that_and_some_of_it_waits_for_its_decision(session: Session) -> None:
    asks = Counter((ask.kind, ask.state) for ask in session.exec(select(Ask)).all())
    assert {kind for kind, state in asks if state is AskState.pending} == {
        AskKind.giving_back, AskKind.extension, AskKind.consultation
    }  # fmt: skip
    granted = {kind for kind, state in asks if state is AskState.granted}
    assert granted == {AskKind.giving_back, AskKind.extension, AskKind.deferral, AskKind.exclusion}
    assert asks[AskKind.extension, AskState.refused] == 1
    [deferred] = session.exec(select(Ticket).where(Ticket.status == Status.deferred)).all()
    assert deferred.deferred_until is not None and deferred.deferred_until > NOW.date()
    assert deferred.due_at is not None and deferred.due_at > NOW


def test_one_promise_was_kept_as_the_villager_confirms_and_one_was_broken(session: Session) -> None:
    tickets = session.exec(select(Ticket).where(col(Ticket.promise_state).in_(["kept", "broken"]))).all()
    found = {(ticket.promise_state, ticket.promise_confirmed) for ticket in tickets}
    assert found == {(PromiseState.kept, True), (PromiseState.broken, False)}


def test_nothing_is_left_for_the_first_sweep(session: Session) -> None:
    assert session.exec(select(func.count()).where(Ticket.alarm_at <= NOW)).one() == 0  # type: ignore[operator]
    assert session.exec(select(func.count()).where(Whistle.alarm_at <= NOW)).one() == 0  # type: ignore[operator]


def test_a_whistle_waits_for_its_lead_one_is_contested_two_are_at_work_and_one_is_scored(session: Session) -> None:
    whistles = session.exec(select(Whistle)).all()
    assert Counter(whistle.status.value for whistle in whistles) == {"blown": 2, "at_work": 2, "accepted": 1}
    [contested] = session.exec(select(WhistleCall).where(WhistleCall.state == CallState.contested)).all()
    assert contested.contest_due_at is not None and contested.contest_due_at > NOW
    calls = session.exec(select(WhistleCall)).all()
    assert [call for call in calls if call.state is CallState.called and call.is_lead and call.report_due_at < NOW]
    assert {call.was_late for call in calls} >= {True, False}
    assert len([call for call in calls if call.scored_at]) == 2
    planned = session.exec(select(Milestone)).all()
    assert {step.state for step in planned} == {MilestoneState.planned, MilestoneState.done}
    assert {step.is_public for step in planned} == {True, False}


def test_one_road_of_several_towns_is_one_issue_that_everybody_can_read(session: Session) -> None:
    issue = session.exec(select(Issue)).one()
    assert issue.status is IssueStatus.open and issue.public_text and issue.expected_on is not None
    towns = session.exec(select(Ticket.town_id).where(Ticket.issue_id == issue.id)).all()
    assert len(towns) >= 5 and len(set(towns)) >= 3
    assert session.get_one(Ticket, issue.main_ticket_id).issue_id == issue.id


def test_the_whistle_for_all_wishes_of_that_road_has_all_that_a_whistle_can_have(session: Session) -> None:
    issue = session.exec(select(Issue)).one()
    whistle = session.exec(select(Whistle).where(Whistle.issue_id == issue.id)).one()
    assert whistle.ticket_id == issue.main_ticket_id
    calls = session.exec(select(WhistleCall).where(WhistleCall.whistle_id == whistle.id)).all()
    assert {call.was_late for call in calls} == {True, False}
    said = session.exec(select(TicketEvent.verb).where(TicketEvent.subject == f"whistle:{whistle.id}")).all()
    assert {"escalate_whistle", "survey", "hold_site_meeting", "plan_work", "report_milestone"} <= set(said)
    steps = session.exec(select(Milestone).where(Milestone.whistle_id == whistle.id)).all()
    assert Counter(step.state for step in steps) == {MilestoneState.done: 2, MilestoneState.planned: 3}


def test_places_in_the_words_of_whistles_are_those_of_their_wishes(session: Session) -> None:
    known = reference(session)
    villages = {area.name for area in known.areas.values() if area.level is AreaLevel.village}
    for whistle in session.exec(select(Whistle).where(col(Whistle.issue_id).is_(None))):
        area = session.get_one(Ticket, whistle.ticket_id).area_id
        here = {each.name for each in known.lineage(area)}
        assert {name for name in villages if name in whistle.public_text} <= here, whistle.public_text


def test_organisations_report_in_to_communities_and_one_town_is_in_an_emergency(session: Session) -> None:
    pairings = session.exec(select(Pairing)).all()
    assert len(pairings) >= 5 and any(pairing.ended_on for pairing in pairings)
    [mode] = session.exec(select(EmergencyMode)).all()
    assert mode.ended_at is None and mode.duty_roster


def test_tickets_are_numbered_in_the_order_in_which_they_came(session: Session) -> None:
    created = session.exec(select(Ticket.created_at).order_by(Ticket.id)).all()  # type: ignore[arg-type]
    assert list(created) == sorted(created)
    happened = session.exec(select(TicketEvent.at).order_by(TicketEvent.id)).all()  # type: ignore[arg-type]
    assert list(happened) == sorted(happened)
    assert happened[-1] <= NOW


def test_wishes_come_from_every_source_and_those_by_link_from_a_link(session: Session) -> None:
    rows = session.exec(select(Ticket.source, Ticket.link_id)).all()
    assert {source for source, _link in rows} == set(Source) - {Source.imported, Source.open311}
    assert all((source is Source.link) == (link is not None) for source, link in rows)


def test_answered_wishes_have_pictures_of_before_and_after(session: Session) -> None:
    states = Counter(session.exec(select(Attachment.state)).all())
    assert set(states) == {PictureState.ready}
    assert states.total() > 60


def test_every_column_of_the_wall_has_something_nothing_finer_than_a_village_and_pictures_beside_answers(
    session: Session,
) -> None:
    shown = [ticket for ticket in session.exec(select(Ticket)) if ticket.published_at]
    said = session.exec(select(TicketEvent.ticket_id).where(TicketEvent.verb == "publish")).all()
    counts = [sum(ticket.status in column.statuses for ticket in shown) for column in COLUMNS]
    assert all(10 <= count <= 20 for count in counts), counts
    assert {ticket.id for ticket in shown} == set(said) and all(ticket.is_shared for ticket in shown)
    assert not any(FINER_THAN_A_VILLAGE.search(ticket.wall_text or "") for ticket in shown)
    pictured = [ticket for ticket in shown if ticket.wall_before_id and ticket.wall_after_id]
    assert pictured and all(ticket.status in COLUMNS[-1].statuses for ticket in pictured)


def test_a_link_was_opened_on_each_day_on_which_somebody_wrote_through_it(session: Session) -> None:
    since = NOW - timedelta(days=12)
    opened = {(each.link_id, each.day) for each in session.exec(select(LinkDay)).all()}
    sent = session.execute(select(Ticket.link_id, Ticket.created_at).where(col(Ticket.created_at) > since)).all()
    assert {(link, today_here(moment)) for link, moment in sent if link} <= opened


def test_only_the_news_of_the_last_day_is_still_to_be_told(session: Session) -> None:
    told = session.execute(text("SELECT count(*) FROM outbox")).scalar_one()
    assert 0 < told < 150


def test_every_town_has_a_link_and_the_villager_gets_one_that_works(session: Session, demo: Demo) -> None:
    links = session.exec(select(Link)).all()
    areas = {link.area_id for link in links if link.revoked_at is None}
    towns = session.exec(select(Area.id).where(Area.level == AreaLevel.town)).all()
    assert areas >= set(towns)
    shown = next(link for link in links if demo.villager == f"/w/{link.token}")
    assert shown.area_id in towns
    assert any(link.revoked_at for link in links)


def test_the_villager_can_rate_the_wish_behind_the_address_that_is_printed(session: Session, demo: Demo) -> None:
    ticket = session.get(Ticket, ticket_of(demo.tracking.removeprefix("/t/")) or 0)
    assert ticket is not None
    assert ticket.status is Status.follow_up
    assert ticket.satisfaction is None


def test_everybody_who_is_printed_can_sign_in(session: Session, demo: Demo) -> None:
    hashes = dict(session.exec(select(Person.login, Person.password_hash)).all())
    assert {hashes[each.login] for each in demo.sign_ins} == set(hashes.values())
    assert verify_password(demo.sign_ins[0].password, hashes[demo.sign_ins[0].login])


def test_whoever_approves_a_whistle_and_whoever_answers_for_a_bureau_are_printed(demo: Demo) -> None:
    said = {each.login: (each.unit, each.title) for each in demo.sign_ins}
    assert said["xiangshuiyan-head"][1] == "镇长"
    assert said["transport-head"] == ("青岭县交通运输局", "局长")


def test_the_catalogue_suggests_for_every_category_in_every_town(session: Session) -> None:
    known = reference(session)
    for town in (area for area in known.areas.values() if area.level is AreaLevel.town):
        rows = session.exec(select(CatalogueRow.category_id).where(CatalogueRow.area_id == town.id)).all()
        assert set(rows) == set(known.categories)


def test_links_were_opened_more_often_than_wishes_came_and_not_by_rule(session: Session) -> None:
    links = session.exec(select(Link)).all()
    wishes = dict(session.exec(select(Ticket.link_id, func.count()).group_by(col(Ticket.link_id))).all())
    assert all(link.visits > 2 * wishes.get(link.id, 0) for link in links)
    steps = {after.visits - before.visits for before, after in pairwise(links)}
    assert len(steps) > len(links) / 2, "no rule from one link to the next"


def test_the_supervisor_has_news(filled: tuple[Database, Demo], session: Session) -> None:
    supervisor = session.exec(select(Person.id).where(Person.login == "supervisor")).one()
    around = Surroundings(filled[0], Settings(), NOW)
    while plan_notices(around).done:
        continue
    wanted = select(Delivery.verb).where(Delivery.person_id == supervisor, Delivery.channel == "inbox")
    with filled[0].reading() as reading:
        assert {"reopen", "supervise"} <= set(reading.exec(wanted).all())


def test_a_second_time_changes_nothing(filled: tuple[Database, Demo], store: PictureStore) -> None:
    database, first = filled
    second = fill(database, NOW, store)
    assert (first.is_new, second.is_new) == (True, False)
    assert (second.villager, second.tracking) == (first.villager, first.tracking)


def test_another_countys_database_is_left_alone(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        session.add(Area(name="真实县", level=AreaLevel.county, path="/1/"))
    with pytest.raises(Refused, match="真实县"):
        fill(sqlite_database, NOW)
    with sqlite_database.reading() as session:
        assert session.exec(select(Area.name)).all() == ["真实县"]


def test_the_first_stories_play_on_either_database(database: Database) -> None:
    with database.writing() as session:
        seed(session, NOW)
        ids = settle(session, NOW)
        play(session, ids, plan(NOW, reference(session).calendar)[:25], Album(None), NOW)
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Ticket)).one() == 25
        assert session.exec(select(func.count()).select_from(Area)).one() == len(county().areas)
        assert list(breaches(session)) == []


def test_served_in_one_go_it_bears_its_own_name_and_shows_its_sign_ins(
    filled: tuple[Database, Demo], tmp_path: Path
) -> None:
    port, log = processes.free_port(), tmp_path / "demo.log"
    env = environment(filled[0].engine.url.render_as_string(), tmp_path)
    command = [str(PROGRAM), "demo", "--serve", "--host", "0.0.0.0", "--port", str(port)]
    process = processes.start(command, log=log, env=env, cwd=tmp_path)
    server = Server(f"http://127.0.0.1:{port}", port, process, log, env)
    try:
        wait_until_ready(server, "/readyz")
        with server.client() as client:
            door = client.get("/sign-in").text
        became = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        again = _starts_over(env, tmp_path, port), _starts_over(env, tmp_path, processes.free_port())
    finally:
        server.stop()
    printed = server.log_text()
    assert "kept as it was" in printed and "Filling" not in printed
    assert f"http://127.0.0.1:{port}/desk" in printed, "nobody can open 0.0.0.0"
    assert "青岭县微愿" in door
    assert b"serve" in became and b"demo" not in became, "what filled the county has threads, which no fork takes along"
    assert all(each.login in door for each in filled[1].sign_ins)
    assert all(code == 1 for code, _words in again) and Path(str(filled[0].url.database)).exists()
    assert f"127.0.0.1:{port} is not to be had" in again[0][1]
    assert "A process is at work on this database" in again[1][1]


def _starts_over(env: dict[str, str], folder: Path, port: int) -> tuple[int, str]:
    command = [str(PROGRAM), "demo", "--reset", "--serve", "--port", str(port)]
    done = subprocess.run(command, check=False, env=env, cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr
