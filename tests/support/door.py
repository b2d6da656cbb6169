"""A real HTTP server on 127.0.0.1 before a stand-in that answers (method, address, headers, body)."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Protocol, TypeVar


class StandIn(Protocol):
    address: str

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]: ...


Any = TypeVar("Any", bound=StandIn)


@contextmanager
def opened(stand_in: Any) -> Iterator[Any]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = stand_in.answer(self.command, self.path, headers, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(BrokenPipeError):  # the other side would not wait
                self.wfile.write(answer)

        do_GET = do_PUT = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """The test speaks, not the server."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        stand_in.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield stand_in
        finally:
            server.shutdown()
