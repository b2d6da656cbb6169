"""The line between a phone and the service: it can be cut, and mended again at the same address."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class Cable:
    """Carries bytes between whoever dials `url` and the service behind it."""

    def __init__(self, service: str) -> None:
        self._host, self._port = urlsplit(service).hostname or "", urlsplit(service).port or 0
        self._sockets: set[socket.socket] = set()
        self._listening = self._listen(0)
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Whoever dials now hears nothing, and whoever is talking is torn off."""
        for each in (self._listening, *self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._sockets.clear()

    def mend(self) -> None:
        self._listening = self._listen(self.port)

    def _listen(self, port: int) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
        threading.Thread(target=self._answer, args=(listening,), daemon=True).start()
        return listening

    def _answer(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _address = listening.accept()
                service = socket.create_connection((self._host, self._port))
                self._sockets |= {caller, service}
                for ends in ((caller, service), (service, caller)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def cable_to(service: str) -> Iterator[Cable]:
    cable = Cable(service)
    try:
        yield cable
    finally:
        cable.cut()
