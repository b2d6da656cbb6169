"""Requests that share few threads and one right to write never wait for each other in a circle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from anyio import to_thread
from fastapi import FastAPI
from sqlmodel import Session, select

from service.database import Database
from service.dependencies import Reading, TheDatabase, Writing
from service.models import Attempt

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
THREADS = 4


@asynccontextmanager
async def few_threads(app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def app_on(database: Database) -> FastAPI:
    app = FastAPI(lifespan=few_threads)
    app.state.database = database

    @app.post("/dependency/{who}")
    def by_dependency(session: Writing, who: str) -> str:
        session.add(Attempt(kind="dependency", who=who, since=NOW, until=NOW))
        return who

    @app.post("/together/{who}")
    def by_itself(database: TheDatabase, who: str) -> str:
        def act(session: Session) -> None:
            session.add(Attempt(kind="together", who=who, since=NOW, until=NOW))

        database.together(act)
        return who

    @app.post("/fails/{who}")
    def fails(session: Writing, who: str) -> None:
        session.add(Attempt(kind="fails", who=who, since=NOW, until=NOW))
        session.flush()
        raise ZeroDivisionError

    @app.get("/reading/{who}")
    def by_reading(session: Reading, who: str) -> str:
        return f"{who} {len(session.exec(select(Attempt)).all()) >= 0}"

    return app


async def ask(app: FastAPI, addresses: list[tuple[str, str]]) -> list[int]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with few_threads(app), httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
        answers = await asyncio.gather(*(client.request(method, path) for method, path in addresses))
    return [answer.status_code for answer in answers]


def of_kind(database: Database, kind: str) -> int:
    with database.reading() as session:
        return len(session.exec(select(Attempt).where(Attempt.kind == kind)).all())


def test_a_crowd_of_writers_and_readers_is_served_by_few_threads(database: Database) -> None:
    kinds = [("POST", "/dependency"), ("POST", "/together"), ("GET", "/reading")]
    addresses = [(method, f"{path}/{number}") for number in range(40) for method, path in kinds]
    assert set(asyncio.run(ask(app_on(database), addresses))) == {200}
    assert (of_kind(database, "dependency"), of_kind(database, "together")) == (40, 40)


def test_a_request_that_fails_writes_nothing_and_gives_its_place_back(database: Database) -> None:
    addresses = [("POST", f"/fails/{number}") for number in range(3 * THREADS)] + [("POST", "/dependency/last")]
    statuses = asyncio.run(ask(app_on(database), addresses))
    assert statuses == [500] * 3 * THREADS + [200]
    assert (of_kind(database, "fails"), of_kind(database, "dependency")) == (0, 1)


def test_what_is_answered_is_written(database: Database) -> None:
    async def write_then_look() -> None:
        app = app_on(database)
        transport = httpx.ASGITransport(app)
        async with few_threads(app), httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            for number in range(20):
                await client.post(f"/dependency/{number}")
                assert await asyncio.to_thread(of_kind, database, "dependency") == number + 1

    asyncio.run(write_then_look())
    assert of_kind(database, "dependency") == 20
