"""For machines that watch: is the process alive, can it serve, and what has it done."""

import os
import time
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import timekeeper
from service.dependencies import TheDatabase
from service.errors import NotFound
from service.logs import route_of

router = APIRouter(include_in_schema=False)

# A proxy on this machine speaks for somebody else.
FORWARDED = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"})
THIS_MACHINE = frozenset({"127.0.0.1", "::1"})
ANSWERED = Counter("weiyuan_requests", "Answered requests", ["method", "route", "status"], registry=None)
SECONDS = Histogram(
    "weiyuan_request_seconds",
    "Seconds from request to answer",
    ["method", "route"],
    registry=None,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5),
)


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """The process is alive."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def readyz(request: Request, database: TheDatabase) -> Response:
    """The process can serve: its database answers. Says whether it leads the timed work."""
    leads = _leads(request)
    try:
        with database.reading() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return JSONResponse({"ready": False, "leads": leads}, 503)
    return JSONResponse({"ready": True, "leads": leads})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Counts and times of all workers, by route and never by address, for the machine itself; others get a 404."""
    if request.client is None or request.client.host not in THIS_MACHINE or FORWARDED & set(request.headers):
        raise NotFound()
    counted = CollectorRegistry()
    counted.register(Leading(_leads(request)))
    if timekeeper.COUNTS in os.environ:
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    else:
        counted.register(ANSWERED)
        counted.register(SECONDS)
    return Response(generate_latest(counted), media_type=CONTENT_TYPE_LATEST)


class Leading(Collector):
    """Asked for anew each time, and so the same whichever worker is asked."""

    def __init__(self, leads: bool) -> None:
        self._leads = leads

    def collect(self) -> Iterator[GaugeMetricFamily]:
        words = "1 in the service that does the timed work"
        yield GaugeMetricFamily("weiyuan_scheduler_leads", words, float(self._leads))


def _leads(request: Request) -> bool:
    """This worker, or the timekeeper that runs beside it, or whichever worker stands in for that."""
    clockwork = request.app.state.clockwork
    return bool(clockwork and (clockwork.leadership.is_ours or timekeeper.leads()))


class Measured:
    """Counts and times every request under its route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status: dict[str, Any] = {"code": 500}

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                status["code"] = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = route_of(scope)
            ANSWERED.labels(scope["method"], route, status["code"]).inc()
            SECONDS.labels(scope["method"], route).observe(time.perf_counter() - started)
