"""What request handlers ask for: the database, or one transaction that is committed before the answer leaves."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from service.database import Database


def database_of(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


def _reading(request: Request) -> Iterator[Session]:
    with database_of(request).reading() as session:
        yield session


def _writing(request: Request) -> Iterator[Session]:
    with database_of(request).writing() as session:
        yield session


TheDatabase = Annotated[Database, Depends(database_of)]
Reading = Annotated[Session, Depends(_reading, scope="function")]
Writing = Annotated[Session, Depends(_writing, scope="function")]
