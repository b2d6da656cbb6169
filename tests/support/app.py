"""The whole application on a test's own database: called in this process, or served on a port for a real browser."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from tests.support import processes
from tests.support.keys import TEST_KEY

PATIENCE = 20.0


def app_on(database_url: str, folder: Path, **more: object) -> FastAPI:
    chosen = {"database_url": database_url, "files_url": str(folder / "files"), "secret_key": TEST_KEY} | more
    return create_app(Settings(scheduler=False, var_dir=folder, **chosen))


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> FastAPI:
    """A test that asks for this runs on both databases."""
    return app_on(database_url, tmp_path)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Follows no redirect by itself: where one is sent to is part of the answer."""
    with TestClient(app, follow_redirects=False) as opened:
        yield opened


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address under which it answers."""
    port = processes.free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        give_up = time.monotonic() + PATIENCE
        while not server.started and thread.is_alive() and time.monotonic() < give_up:
            time.sleep(0.02)
        assert server.started, "the service did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with serving(app) as url:
        yield url
