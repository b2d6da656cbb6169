"""What a process does after it has answered: pictures are cleaned by one thread, visits are written down by another."""

import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import structlog
from anyio import to_thread
from fastapi import FastAPI

from service import clock
from service.database import Database
from service.tickets.crowds import Crowd
from service.tickets.darkroom import prepare_pictures
from service.tickets.links import Visits
from service.tickets.picture_store import PictureStore, store_at

log = structlog.get_logger()


class Afterwards:
    """Bounded: one picture at a time, and however often it is asked, one more pass at most is waiting."""

    def __init__(self, database: Database, store: PictureStore) -> None:
        self.store = store
        self.visits = Visits(database)
        self._database = database
        self._lock = threading.Lock()
        self._is_asked = False
        self._thread = ThreadPoolExecutor(1, "pictures")

    def prepare_pictures(self) -> None:
        with self._lock:
            if self._is_asked:
                return
            self._is_asked = True
        self._thread.submit(self._prepare)

    def _prepare(self) -> None:
        """What fails here is tried again by the job of the schedule."""
        with self._lock:
            self._is_asked = False
        try:
            prepare_pictures(self._database, clock.now(), self.store)
        except Exception:
            log.exception("pictures wait for the next pass")

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        self.visits.close()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Of a router: begins when the database is open, ends before it is closed."""
    app.state.afterwards = Afterwards(app.state.database, store_at(app.state.settings.files_url))
    app.state.crowd = Crowd(app.state.settings.wishes_an_hour)
    try:
        yield
    finally:
        await to_thread.run_sync(app.state.afterwards.close)
