"""A county's year at a small scale, on both databases: its totals come out, no check is broken, it is repeatable."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, SQLModel, col, func, select
from typer.testing import CliRunner

from service import keys
from service.cli import app
from service.database import Database
from service.directory.models import Area, DirectoryEvent, Person, SampleRule, Unit
from service.endorsements.models import Endorsement
from service.issues.models import Issue, IssueAnswer
from service.oversight.checks import breaches
from service.reports.figures import count_figures
from service.simulation import planning
from service.simulation.fates import draw, of_year, up_to
from service.simulation.targets import targets
from service.simulation.year import Asked, before_the_demo, simulate
from service.tickets.models import IS_OPEN, Ask, Assignment, EscalationFiring, OutboxRow, Ticket, TicketEvent
from service.tickets.models import TicketEventDetails as Details
from service.whistles.models import Milestone, Whistle, WhistleCall
from tests.support import postgres
from tests.support.databases import fresh_name
from tests.support.keys import KEYRING
from workflows.ask_words import AskKind, PromiseState
from workflows.formulas import satisfaction_rate
from workflows.refusals import Refused
from workflows.statuses import Source, Status
from workflows.whistle_words import WhistleStatus

ZONE = ZoneInfo("Asia/Shanghai")
WISHES, SEED = 260, 1
YEAR = Asked(WISHES, of_year(2025, ZONE), SEED)
END = YEAR.span.end
RANDOM = {"salt", "digest", "previous_hash", "hash", "password_hash", "token"}
SEEN = (Area, Unit, Person, DirectoryEvent, SampleRule, Ticket, TicketEvent, Details, Assignment, Ask, EscalationFiring)
SEEN_TOGETHER = (Whistle, WhistleCall, Milestone, Issue, IssueAnswer, Endorsement)


def silent(share: float, rows: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def sqlite_year(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("year") / "weiyuan.db"
    shutil.copyfile(sqlite_template, path)
    yield from played(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def postgresql_year(postgres_server: str, postgres_template: str) -> Iterator[Database]:
    with postgres.database(postgres_server, fresh_name(), postgres_template) as url:
        yield from played(url)


def played(url: str) -> Iterator[Database]:
    keys.use(KEYRING)
    database = Database(url)
    simulate(database, YEAR, silent)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    with request.getfixturevalue(f"{request.param}_year").reading() as session:
        yield session


def test_the_year_ends_with_the_totals_it_was_steered_to(session: Session) -> None:
    tally, goal = count_figures(session, END).tally, targets(WISHES)
    assert (tally.collected, tally.concluded, tally.open) == (WISHES, goal.concluded, goal.open)
    still_open = session.exec(select(Ticket).where(IS_OPEN)).all()
    assert len(still_open) == goal.open
    assert all(ticket.unit_id and ticket.due_at for ticket in still_open)
    rate = satisfaction_rate(tally)
    assert rate.denominator > 0.7 * WISHES
    assert abs((rate.value or 0) - 0.9859) <= 0.05 / rate.denominator, "as near as this denominator allows"


def test_it_satisfies_every_check_of_a_live_database(session: Session) -> None:
    assert [str(breach) for breach in breaches(session)] == []


def test_villagers_officials_and_the_clock_have_all_had_their_part(session: Session) -> None:
    verbs = Counter(session.exec(select(TicketEvent.verb)).all())
    assert {"submit", "assign", "reassign", "contact", "reply", "approve_reply", "rate", "follow_up"} <= set(verbs)
    assert {"decline", "withdraw", "merge", "endorse", "keep_promise", "request_return", "grant"} <= set(verbs)
    assert {"blow_whistle", "report_in", "accept_whistle", "create_issue", "answer_issue", "end_issue"} <= set(verbs)
    rules = set(session.exec(select(TicketEvent.rule).where(col(TicketEvent.rule).is_not(None))).all())
    assert {"undispatched", "due_soon", "overdue", "close_undrawn"} <= rules
    assert AskKind.giving_back in session.exec(select(Ask.kind)).all()
    assert session.exec(select(func.count()).where(col(Ticket.round) > 1)).one() >= targets(WISHES).redone - 1
    assert PromiseState.kept in session.exec(select(Ticket.promise_state)).all()


def test_whistles_and_issues_are_played_to_their_end(session: Session) -> None:
    goal = targets(WISHES)
    whistles = session.exec(select(Whistle.status)).all()
    assert len(whistles) == goal.whistles
    assert set(whistles) <= {WhistleStatus.accepted, WhistleStatus.dismissed}
    issues = session.exec(select(Issue)).all()
    assert len(issues) >= goal.issues - 1
    assert all(issue.ended_at is not None for issue in issues)
    members = session.exec(select(Ticket.status).where(col(Ticket.issue_id).is_not(None))).all()
    assert len(members) >= 3 * len(issues) and set(members) == {Status.closed}


def test_everything_happens_within_the_year_and_in_order(session: Session) -> None:
    events = session.exec(select(TicketEvent).order_by(col(TicketEvent.ticket_id), col(TicketEvent.number))).all()
    assert all(YEAR.span.start <= event.at <= END for event in events)
    spoken = [ticket.created_at for ticket in session.exec(select(Ticket).order_by(col(Ticket.id))).all()]
    assert spoken == sorted(spoken), "numbers follow the order in which people spoke"


def test_the_words_are_many_the_people_are_nobody_and_nobody_is_told(session: Session) -> None:
    tickets = session.exec(select(Ticket)).all()
    said = {ticket.wish for ticket in tickets}
    assert len(said) > 0.9 * (WISHES - targets(WISHES).merged)
    assert not [words for words in said if "{" in words or "|" in words]
    assert all(ticket.phone.startswith("154") for ticket in tickets if ticket.phone)
    assert {Source.link, Source.hotline, Source.home_visit} <= {ticket.source for ticket in tickets}
    assert session.exec(select(OutboxRow)).all() == []


def test_the_same_seed_tells_the_same_year_on_either_database(sqlite_year: Database, postgresql_year: Database) -> None:
    with sqlite_year.reading() as one, postgresql_year.reading() as other:
        for table in (*SEEN, *SEEN_TOGETHER):
            assert readable(one, table) == readable(other, table), table.__name__


def readable(session: Session, table: Any) -> list[dict[str, Any]]:
    """All that people can read, unsealed; of what is random by intention nothing."""
    names = [name for name in table.model_fields if name not in RANDOM]
    rows = session.exec(select(table)).all()
    return sorted(({name: getattr(row, name) for name in names} for row in rows), key=lambda row: str(_key(table, row)))


def _key(table: type[SQLModel], row: dict[str, Any]) -> list[Any]:
    return [row[column.name] for column in table.__table__.primary_key]  # type: ignore[attr-defined]


def test_another_seed_tells_another_year() -> None:
    one, same, other = (draw(40, YEAR.span, seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_county_that_is_there_is_left_alone(sqlite_year: Database) -> None:
    with pytest.raises(Refused, match="模拟的一年只能装进空的数据库"):
        simulate(sqlite_year, YEAR, silent)
    said = CliRunner().invoke(app, ["simulate", "--year", "2031"])
    assert (said.exit_code, "Choose a year from 2015" in said.output) == (1, True)


def test_whoever_ends_it_early_has_an_empty_county(sqlite_database: Database) -> None:
    def interrupt(share: float, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(sqlite_database, Asked(100, YEAR.span, SEED), interrupt)
    with sqlite_database.reading() as session:
        assert session.exec(select(func.count()).select_from(Ticket)).one() == 0
        assert session.exec(select(Area.id)).all() == []


def test_a_year_too_large_for_one_lot_is_played_in_several(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "TOGETHER", 70)
    tally = simulate(sqlite_database, Asked(200, YEAR.span, SEED), silent).figures.tally
    assert (tally.collected, tally.concluded) == (200, targets(200).concluded)
    with sqlite_database.reading() as session:
        assert [str(breach) for breach in breaches(session)] == []
        assert session.exec(select(func.count()).select_from(Issue)).one() > 1


def test_the_demos_year_ends_today() -> None:
    now = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    span = up_to(now, ZONE)
    assert (span.first, span.last, span.end) == (date(2025, 11, 24), date(2026, 11, 23), now)
    assert before_the_demo(100, now, silent).since < span.start
    assert all(fate.at < now for fate in draw(60, span, 3))
