"""Durable wishes a second over HTTP at 32 connections, against the same rows by the bare driver, a commit each."""

import asyncio
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3
from sqlalchemy import text

from service.database import Database
from tests.benchmarks.counties import DIALECTS, database_of, open_county
from tests.benchmarks.rows import Row
from tests.factories import TOKEN
from tests.support.server import environment, start

CONNECTIONS = 32
SECONDS = 8.0
# Until the timed work that a fresh start brings is behind us.
WARM_UP = 10.0
BARE_ROWS = 1500
WISH = {
    "text": "三组的路灯坏了两盏，晚上老人不敢出门，孩子放学也看不见路，请尽快来修。" * 3,
    "phone": "19900001234",
    "name": "李大姐",
}
TABLES = ("ticket", "ticket_event", "ticket_event_details", "assignment", "outbox")
TARGET, P99_MOST = "at least 0.30 of the bare driver", 150


@dataclass(frozen=True)
class Load:
    a_second: float
    p99: float


def measure() -> list[Row]:
    return [row for dialect in DIALECTS for row in _measure_on(dialect)]


def _measure_on(dialect: str) -> list[Row]:
    with database_of(dialect) as url, open_county(url) as (database, _county):
        loads = {workers: _serve_and_load(url, workers) for workers in (1, 2)}
        bare = _bare(database)
    rows = []
    for workers, load in loads.items():
        named = f"{CONNECTIONS} connections, {workers} worker{'s' if workers > 1 else ''}, {dialect}"
        rows.append(Row(f"submit, {named}", load.a_second, "a second", bare, "bare driver, one connection", TARGET))
        rows.append(Row(f"submit, p99, {named}", load.p99 * 1000, "ms", target=f"< {P99_MOST} ms"))
    return rows


def _serve_and_load(url: str, workers: int) -> Load:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = start(
            environment(url, folder, WEIYUAN_LOG_LEVEL="warning", WEIYUAN_WISHES_AN_HOUR="1000000"), folder, workers
        )
        try:
            asyncio.run(_load(server.port, WARM_UP))
            return asyncio.run(_load(server.port, SECONDS))
        finally:
            server.stop()


async def _load(port: int, seconds: float) -> Load:
    until = time.perf_counter() + seconds
    began = time.perf_counter()
    lists = await asyncio.gather(*(_press(port, until, number) for number in range(CONNECTIONS)))
    spans = sorted(span for each in lists for span in each)
    return Load(len(spans) / (time.perf_counter() - began), spans[int(len(spans) * 0.99)])


async def _press(port: int, until: float, number: int) -> list[float]:
    """One villager after another on one connection, each waiting for her receipt."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /api/v1/links/{TOKEN}/wishes HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: application/json\r\n"
    )
    spans: list[float] = []
    while (started := time.perf_counter()) < until:
        told = {"text": f"{WISH['text']}{number} {started}", "phone": f"199{number:03}{len(spans) % 100_000:05}"}
        body = json.dumps(WISH | told, ensure_ascii=False).encode()
        writer.write(
            f"{head}Content-Length: {len(body)}\r\nIdempotency-Key: {number}-{started}\r\n\r\n".encode() + body
        )
        status = await _answer(reader)
        assert status == 201, f"answered {status}"
        spans.append(time.perf_counter() - started)
    writer.close()
    return spans


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next(
        int(line.partition(":")[2]) for line in head.split("\r\n") if line.lower().startswith("content-length")
    )
    await reader.readexactly(length)
    return int(head.split(" ", 2)[1])


def _bare(database: Database) -> float:
    """The rows of the last wish again and again by the driver alone: one connection, one commit for each wish."""
    with database.engine.connect() as connection:
        rows = [_last_row(connection, table) for table in TABLES]
        tokens = " ".join(f"字{number}" for number in range(80))
    write = _by_pysqlite3 if database.dialect == "sqlite" else _by_psycopg
    seconds = write(database, rows, tokens)
    return BARE_ROWS / seconds


def _last_row(connection: Any, table: str) -> tuple[str, dict[str, Any]]:
    key = "event_id" if table in {"ticket_event_details", "outbox"} else "id"
    found = connection.execute(text(f"SELECT * FROM {table} ORDER BY {key} DESC LIMIT 1")).mappings().one()
    return table, dict(found)


def _by_pysqlite3(database: Database, rows: list[tuple[str, dict[str, Any]]], tokens: str) -> float:
    connection = pysqlite3.connect(str(database.url.database), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    started = time.perf_counter()
    for number in range(BARE_ROWS):
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in _statements(rows, 10_000_000 + number, "?"):
            connection.execute(statement, values)
        connection.execute("INSERT INTO ticket_search (rowid, tokens) VALUES (?, ?)", (10_000_000 + number, tokens))
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def _by_psycopg(database: Database, rows: list[tuple[str, dict[str, Any]]], tokens: str) -> float:
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    search = "INSERT INTO ticket_search (ticket_id, tokens) VALUES (%s, to_tsvector('simple', %s))"
    with psycopg.connect(address) as connection:
        started = time.perf_counter()
        for number in range(BARE_ROWS):
            for statement, values in _statements(rows, 10_000_000 + number, "%s"):
                connection.execute(statement, values)
            connection.execute(search, (10_000_000 + number, tokens))
            connection.commit()
        return time.perf_counter() - started


def _statements(rows: list[tuple[str, dict[str, Any]]], new_id: int, mark: str) -> list[tuple[str, list[Any]]]:
    fresh = {"id": new_id, "ticket_id": new_id, "event_id": new_id, "idempotency_key": f"bare-{new_id}"}
    statements = []
    for table, row in rows:
        values = {name: fresh.get(name, value) for name, value in row.items()}
        columns, marks = ", ".join(values), ", ".join([mark] * len(values))
        statements.append((f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values.values())))
    return statements
