"""What request handlers ask for: the database, or one transaction that is committed before the answer leaves.

A request that uses the database holds one of as many places as there are threads, from its first dependency to the end
of its handler. It changes threads on its way, and it may hold the right to write meanwhile: if the others could fill
all threads waiting for it, it would never get one again.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from anyio import Semaphore, to_thread
from fastapi import Depends, Request
from sqlmodel import Session

from service.database import Database


def database_of(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


async def _place(request: Request) -> AsyncIterator[Database]:
    async with _places_of(request):
        yield database_of(request)


def _places_of(request: Request) -> Semaphore:
    """Made by the first request, for it belongs to the running event loop."""
    state = request.app.state
    if not hasattr(state, "places"):
        state.places = Semaphore(int(to_thread.current_default_thread_limiter().total_tokens))
    places: Semaphore = state.places
    return places


TheDatabase = Annotated[Database, Depends(_place, scope="function")]


def _reading(database: TheDatabase) -> Iterator[Session]:
    with database.reading() as session:
        yield session


def _writing(database: TheDatabase) -> Iterator[Session]:
    with database.writing() as session:
        yield session


Reading = Annotated[Session, Depends(_reading, scope="function")]
Writing = Annotated[Session, Depends(_writing, scope="function")]
