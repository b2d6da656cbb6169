"""Log lines without personal data: what happened, where, how long it took, under which request id.

Addresses appear as their route (/t/{token}), because the real ones are keys; numbers and names inside of messages of
errors are masked.
"""

import logging
import re
import sys
import time
import uuid
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.masking import mask_text

REQUEST_ID = "x-request-id"
PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# PostgreSQL repeats the offending row or value in these lines.
DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)
# Neither a digit nor an address nor a Chinese character: not worth the time of masking.
MAY_BE_PERSONAL = re.compile(r"[^\x00-\x7f]|\d|@|DETAIL:|CONTEXT:")
UNREMARKABLE = ("/static", "/healthz", "/readyz", "/metrics")
OURS = frozenset({"timestamp", "level", "request_id"})
QUIET = {
    "uvicorn.access": logging.WARNING,
    "apscheduler": logging.WARNING,
    # A job that takes longer than its interval skips a tick: that is meant so, and the next one finds what is due.
    "apscheduler.scheduler": logging.ERROR,
    "httpx": logging.WARNING,
}

log = structlog.get_logger()


def configure(as_json: bool = False, level: str = "info") -> None:
    """One format for our lines and those of the libraries. The request log takes the place of the server's own."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    last = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _console()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    _send_everything_to(formatter, level)
    lines.render, lines.least = last, logging.getLevelNamesMapping()[level.upper()]


class Lines:
    """The way of the request line: one is written for every request, so it takes 10 µs and not 40."""

    def __init__(self) -> None:
        self._stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        self.render = _console()
        self.least = logging.INFO

    def write(self, level: int, **facts: object) -> None:
        if level < self.least:
            return
        name = logging.getLevelName(level).lower()
        line = self._stamp(None, name, {"event": "request", "level": name} | facts)
        sys.stderr.write(str(self.render(None, name, line)) + "\n")


def _console() -> structlog.typing.Processor:
    # The pretty tracebacks show the values of variables: somebody's telephone number.
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)


def _send_everything_to(formatter: logging.Formatter, level: str) -> None:
    handler = ToStderr()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)


class ToStderr(logging.Handler):
    """Asks for stderr with every line: whoever redirects it later gets the lines, too."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


lines = Lines()


def without_personal_data(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last look at a line before it is written."""
    for key, value in line.items():
        if isinstance(value, str) and key not in OURS and MAY_BE_PERSONAL.search(value):
            line[key] = clean(value)
    return line


def clean(text: str) -> str:
    """A message as it may be kept: numbers and names masked, values that a database repeats left out."""
    return mask_text(DETAIL.sub(r"\1: …", text))


class RequestLog:
    """One line a request, with the route in place of the address, and the same id on the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_of(Headers(scope=scope))
        seen: dict[str, Any] = {"status": 500}
        began = time.perf_counter()

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_noted)
            finally:
                milliseconds = round((time.perf_counter() - began) * 1000, 1)
                route = route_of(scope)
                level = logging.DEBUG if route.startswith(UNREMARKABLE) else logging.INFO
                facts = {"method": scope["method"], "route": route, "status": seen["status"], "ms": milliseconds}
                lines.write(level, request_id=request_id, **facts)


def route_of(scope: Mapping[str, Any]) -> str:
    """The template of the route: /t/{token}, never the token."""
    return getattr(scope.get("route"), "path", None) or "(none)"


def _id_of(headers: Headers) -> str:
    """The proxy's id, if it looks like one; a made-up one must not write into our log."""
    given = headers.get(REQUEST_ID, "")
    return given if PLAIN_ID.fullmatch(given) else uuid.uuid4().hex[:16]
