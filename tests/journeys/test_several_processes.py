"""Several processes serve one county: one does the timed work, another takes over, and all know the same at once."""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import col, delete, select

from service import clock, keys
from service.database import Database
from service.directory.lifecycle import LinkTerms, create_link, revoke_link, set_limit
from service.models import JobRun
from service.oversight.checks import breaches
from service.tickets.models import TicketEvent
from tests.factories import TEXT, TOKEN, County, act, build_county, sign_in, submit_wish
from tests.support import postgres, server
from tests.support.databases import fresh_name
from tests.support.keys import KEYRING
from tests.support.programs import API, Program
from tests.support.server import Server
from workflows.commands import Acknowledge, Assign
from workflows.terms import hours

WISH = {"text": TEXT}
LEADS = re.compile(r"\bleads\b.*process=(\d+)")


def until(fact: Callable[[], bool], within: float = 25) -> float:
    """How many seconds it took."""
    since = time.monotonic()
    while not fact():
        assert time.monotonic() - since < within, "it did not happen"
        time.sleep(0.05)
    return time.monotonic() - since


def leads(served: Server) -> bool:
    try:
        return bool(httpx.get(f"{served.url}/readyz", trust_env=False, timeout=5).json()["leads"])
    except httpx.TransportError:
        return False


@dataclass
class Served:
    """A county on one database; `first` and `second` are processes that answer for it."""

    database: Database
    county: County
    env: dict[str, str]
    folder: Path
    servers: list[Server]
    late_from_the_first: int = 0

    @property
    def first(self) -> Server:
        return self.servers[0]

    @property
    def second(self) -> Server:
        return self.servers[1]

    def revive(self) -> None:
        """Start again what a test has killed."""
        for place, served in enumerate(self.servers):
            if served.process.poll() is not None:
                self.servers[place] = server.start(self.env, self.folder)

    def overdue_wish(self) -> int:
        """Assigned three weeks ago, seen, and not answered."""
        then = clock.now() - timedelta(days=21)
        with self.database.writing() as session:
            wish = submit_wish(session, self.county, then)
            act(session, wish, Assign(unit=self.county.bureau), self.county.dispatcher, then)
            act(session, wish, Acknowledge(), self.county.handler, then)
        return wish

    def fired(self, wish: int) -> Counter[str]:
        """How often each rule of the clock has acted on it."""
        with self.database.reading() as session:
            rules = session.exec(
                select(TicketEvent.rule).where(TicketEvent.ticket_id == wish, col(TicketEvent.rule).is_not(None))
            )
            return Counter(rule for rule in rules if rule)

    def sweep_is_due(self) -> None:
        """As if the last sweep had been long ago: nobody wants to wait a minute for the next one."""
        with self.database.writing() as session:
            session.exec(delete(JobRun).where(col(JobRun.name) == "sweep_escalations"))

    def breaches(self) -> list[str]:
        with self.database.reading() as session:
            return [str(breach) for breach in breaches(session)]


ONCE_EACH = {"due_soon": 1, "overdue": 1, "long_overdue": 1}


@pytest.fixture(scope="module")
def pair_for_all(
    postgres_server: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    keys.use(KEYRING)
    folder = tmp_path_factory.mktemp("pair")
    with postgres.database(postgres_server, fresh_name(), postgres_template) as url:
        database = Database(url)
        with database.writing() as session:
            county = build_county(session)
        served = Served(database, county, server.environment(url, folder), folder, [])
        served.late_from_the_first = served.overdue_wish()
        served.servers += [server.start(served.env, folder) for _process in range(2)]
        yield served
        for each in served.servers:
            each.stop()
        database.close()


@pytest.fixture
def pair(pair_for_all: Served) -> Served:
    """Two processes on one PostgreSQL, both of them alive."""
    pair_for_all.revive()
    return pair_for_all


def test_a_session_that_is_ended_in_one_process_is_ended_in_the_other(pair: Served) -> None:
    with pair.database.writing() as session:
        token = sign_in(session, pair.county.handler)
    with pair.first.client() as one, pair.second.client() as other:
        assert [Program(client, token).gets("/session").status_code for client in (one, other, one)] == [200] * 3
        assert Program(one, token).ends("/session").status_code == 204
        assert [Program(client, token).gets("/session").status_code for client in (other, one)] == [401] * 2


def test_a_limit_that_was_changed_holds_everywhere_with_the_next_wish(pair: Served) -> None:
    def hours_to_dispatch(served: Server) -> float:
        with served.client() as client:
            receipt = Program(client).sends(f"/links/{TOKEN}/wishes", WISH).json()
        due = datetime.fromisoformat(receipt["due_at"])
        return round((due - clock.now()).total_seconds() / 3600)

    before = [hours_to_dispatch(served) for served in pair.servers]
    with pair.database.writing() as session:
        set_limit(session, "dispatch", hours(1000), None, clock.now())
    assert [hours_to_dispatch(served) for served in pair.servers] == [1000, 1000] != before


def test_a_new_link_works_and_a_revoked_one_does_not_in_any_process(pair: Served) -> None:
    def statuses(token: str) -> list[int]:
        asked = []
        for served in pair.servers:
            with served.client() as client:
                asked.append(client.get(f"/w/{token}").status_code)
                asked.append(client.post(f"{API}/links/{token}/wishes", json=WISH).status_code)
        return asked

    with pair.database.writing() as session:
        token = create_link(session, pair.county.village, LinkTerms("新群"), clock.now()).token
    assert statuses(token) == [200, 201, 200, 201]
    with pair.database.writing() as session:
        revoke_link(session, token, clock.now())
    assert statuses(token) == [410] * 4


def test_one_process_leads_and_when_it_is_killed_the_other_does_and_every_rule_fires_once(pair: Served) -> None:
    until(lambda: any(leads(served) for served in pair.servers))
    leader, follower = sorted(pair.servers, key=leads, reverse=True)
    wish = pair.late_from_the_first
    until(lambda: pair.fired(wish) == ONCE_EACH)
    assert (leads(leader), leads(follower)) == (True, False)

    leader.kill()
    assert until(lambda: leads(follower)) < 10
    next_wish = pair.overdue_wish()
    pair.sweep_is_due()
    until(lambda: pair.fired(next_wish) == ONCE_EACH)
    assert pair.fired(wish) == ONCE_EACH
    assert pair.breaches() == []
    assert "Traceback" not in follower.log_text()


def test_two_workers_on_one_file_share_the_work_as_well(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    with database.writing() as session:
        county = build_county(session)
    env = server.environment(sqlite_url, tmp_path, WEIYUAN_SMTP_URL="mail.example.gov.cn")
    served = Served(database, county, env, tmp_path, [])
    wish = served.overdue_wish()
    workers = server.start(env, tmp_path, workers=2)
    try:
        assert workers.log_text().count("WEIYUAN_SMTP_URL is of no use") == 1, "said at once, and served all the same"
        until(lambda: served.fired(wish) == ONCE_EACH)
        leader = leaders_of(workers)
        assert len(leader) == 1
        os.kill(leader[0], signal.SIGKILL)
        assert until(lambda: len(leaders_of(workers)) == 2) < 10
        next_wish = served.overdue_wish()
        served.sweep_is_due()
        until(lambda: served.fired(next_wish) == ONCE_EACH)
        assert served.fired(wish) == ONCE_EACH
        with workers.client() as client:
            assert Program(client).sends(f"/links/{TOKEN}/wishes", WISH).status_code == 201
        assert served.breaches() == []
        each_worker_tells_of_all(workers)
    finally:
        workers.stop()
        database.close()


def each_worker_tells_of_all(workers: Server) -> None:
    """A connection stays with the worker that took it, and each request here makes one of its own."""
    for _again in range(12):
        with workers.client() as client:
            assert client.get("/api/v1/nowhere").status_code == 404
    for _again in range(6):
        with workers.client() as client:
            told = client.get("/metrics").text
            assert client.get("/readyz").json()["leads"] is True
        assert 'weiyuan_requests_total{method="GET",route="(none)",status="404"} 12.0' in told
        assert 'weiyuan_request_seconds_count{method="GET",route="(none)"} 12.0' in told
        assert "weiyuan_scheduler_leads 1.0" in told and "pid=" not in told


def leaders_of(workers: Server) -> list[int]:
    """Process numbers of those that have said so far that they lead, in their order."""
    return [int(number) for number in LEADS.findall(workers.log_text())]


def test_the_timed_work_has_a_process_of_its_own_which_ends_with_the_service(sqlite_url: str, tmp_path: Path) -> None:
    env = server.environment(sqlite_url, tmp_path, TMPDIR=str(tmp_path))
    served = server.start(env, tmp_path)
    try:
        until(lambda: leads(served))
        (timekeeper,) = leaders_of(served)
        assert timekeeper != served.pid
    finally:
        assert served.stop() == 128 + signal.SIGTERM
    assert not Path(f"/proc/{timekeeper}").exists()
    assert not list(tmp_path.glob("weiyuan-*"))


def test_the_timed_work_ends_by_itself_when_the_service_is_killed(sqlite_url: str, tmp_path: Path) -> None:
    served = server.start(server.environment(sqlite_url, tmp_path), tmp_path)
    try:
        until(lambda: leads(served))
        (timekeeper,) = leaders_of(served)
        os.kill(served.pid, signal.SIGKILL)
        served.process.wait()
        assert until(lambda: not Path(f"/proc/{timekeeper}").exists()) < 10
    finally:
        served.stop()
