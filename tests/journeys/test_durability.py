"""The plug is pulled while villagers send their wishes: what was acknowledged is there, and nothing is half there."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlmodel import func, select

from service.database import Database
from service.oversight.checks import breaches
from service.tickets.models import Assignment, Ticket, TicketEvent, TicketEventDetails
from tests.factories import TOKEN, build_county
from tests.support.programs import API
from tests.support.server import Server, StartServer, environment

WISHES = 200
CONNECTIONS = 8
KILLED_AFTER = 60


@dataclass
class Village:
    """Everybody keeps her own words and key until she has her receipt; `receipts` by the words."""

    keys: dict[str, str] = field(
        default_factory=lambda: {f"第 {number} 户的路灯坏了。": uuid.uuid4().hex for number in range(WISHES)}
    )
    receipts: dict[str, dict[str, str]] = field(default_factory=dict)
    enough: threading.Event = field(default_factory=threading.Event)

    def send(self, server: Server) -> None:
        """From several connections at once, until the server is gone or everybody has her receipt."""
        waiting = iter([words for words in self.keys if words not in self.receipts])
        lock = threading.Lock()

        def neighbours(_connection: int) -> None:
            with server.client() as client:
                while True:
                    with lock:
                        words = next(waiting, None)
                    if words is None or not self._say(client, words):
                        return

        with ThreadPoolExecutor(CONNECTIONS) as together:
            list(together.map(neighbours, range(CONNECTIONS)))

    def _say(self, client: httpx.Client, words: str) -> bool:
        body, key = {"text": words, "category": "lamps"}, {"Idempotency-Key": self.keys[words]}
        try:
            answer = client.post(f"{API}/links/{TOKEN}/wishes", json=body, headers=key)
        except httpx.TransportError:
            return False
        if answer.status_code in {200, 201}:
            self.receipts[words] = answer.json()
        if len(self.receipts) >= KILLED_AFTER:
            self.enough.set()
        return True


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    with opened.writing() as session:
        build_county(session)
    yield opened
    opened.close()


def test_a_wish_that_was_acknowledged_survives_the_plug_and_the_others_can_be_sent_again(
    url: str, database: Database, start_server: StartServer, tmp_path: Path
) -> None:
    village, env = Village(), environment(url, tmp_path, WEIYUAN_LOG_LEVEL="warning")
    server = start_server(env)
    puller = threading.Thread(target=lambda: village.enough.wait(60) and server.kill())
    puller.start()
    village.send(server)
    puller.join()
    acknowledged = dict(village.receipts)
    assert KILLED_AFTER <= len(acknowledged) < WISHES, "the plug was pulled in the middle"
    assert_whole(database, at_least=len(acknowledged))

    again = start_server(env)
    with again.client() as client:
        for words, receipt in acknowledged.items():
            told = client.get(f"{API}/wishes/{receipt['tracking_token']}").json()
            assert (told["number"], told["text"]) == (receipt["number"], words)
    village.send(again)
    assert {words: village.receipts[words] for words in acknowledged} == acknowledged
    assert len({receipt["number"] for receipt in village.receipts.values()}) == WISHES
    assert_whole(database, at_least=WISHES)
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Ticket)).one() == WISHES
    assert "Traceback" not in server.log_text() + again.log_text()


def assert_whole(database: Database, at_least: int) -> None:
    """Every ticket has its one event with its words, and its one holder; `weiyuan check` finds nothing."""
    with database.reading() as session:
        counts = {
            table.__name__: session.exec(select(func.count()).select_from(table)).one()
            for table in (Ticket, TicketEvent, TicketEventDetails, Assignment)
        }
        assert len(set(counts.values())) == 1 and counts["Ticket"] >= at_least, counts
        assert [str(breach) for breach in breaches(session)] == []
