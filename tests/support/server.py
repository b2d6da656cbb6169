"""A real `weiyuan serve`, started as a county starts it, and ended as a county PC ends: in order, or by the plug."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support import processes
from tests.support.keys import TEST_KEY

PROGRAM = Path(sys.executable).with_name("weiyuan")
PATIENCE = 40.0

StartServer = Callable[..., "Server"]


@dataclass
class Server:
    """A started service; `env` was its whole environment, so that a second one can be given the same."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    env: dict[str, str]

    @property
    def pid(self) -> int:
        return self.process.pid

    def client(self, **options: object) -> httpx.Client:
        """A client whose cookies are its own; unsafe requests carry the header a browser would send."""
        headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "zh-CN"}
        return httpx.Client(**({"base_url": self.url, "headers": headers, "timeout": 20, "trust_env": False} | options))

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        return processes.stop(self.process)

    def kill(self) -> int:
        """`kill -9` to the service and all its workers."""
        return processes.kill(self.process)


def environment(database_url: str, var_dir: Path, **more: str) -> dict[str, str]:
    """All that a service is told: nothing of the machine's own environment but where programs are."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(var_dir),
        "LANG": "C.UTF-8",
        "WEIYUAN_DATABASE_URL": database_url,
        "WEIYUAN_VAR_DIR": str(var_dir),
        "WEIYUAN_SECRET_KEY": TEST_KEY,
        "WEIYUAN_FILES_URL": str(var_dir / "files"),
    } | more


def start(env: Mapping[str, str], folder: Path, workers: int = 1, ready: str = "/readyz") -> Server:
    """Start it on a free port and wait until it says that it is ready."""
    port = processes.free_port()
    log = folder / f"serve-{port}.log"
    command = [str(PROGRAM), "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    server = Server(
        f"http://127.0.0.1:{port}", port, processes.start(command, log=log, env=env, cwd=folder), log, dict(env)
    )
    try:
        wait_until_ready(server, ready)
    except BaseException:
        server.kill()
        raise
    return server


def wait_until_ready(server: Server, path: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if server.process.poll() is not None:
            raise RuntimeError(f"weiyuan serve ended with {server.process.returncode}:\n{server.log_text()}")
        if is_ready(server.url + path):
            return
        time.sleep(0.05)
    raise RuntimeError(f"weiyuan serve was not ready after {PATIENCE} s:\n{server.log_text()}")


def is_ready(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def starting(folder: Path) -> Iterator[StartServer]:
    """A function that starts servers; all that still run at the end are stopped."""
    started: list[Server] = []

    def start_one(env: Mapping[str, str], workers: int = 1) -> Server:
        started.append(start(env, folder, workers))
        return started[-1]

    try:
        yield start_one
    finally:
        for server in started:
            server.stop()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    with starting(tmp_path) as start_one:
        yield start_one
