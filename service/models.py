"""Tables of the platform: what the clockwork did, and how often something was tried."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from service.database import Table


class JobRun(Table, table=True):
    """One run of a job; runs that found nothing to do, one after another, share a row and are counted."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_name", "name", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=40)
    started_at: datetime = Field(index=True)
    finished_at: datetime
    runs: int = 1
    done: int = 0
    failed: int = 0
    error: str | None = Field(default=None, max_length=500)


class Attempt(Table, table=True):
    """How often something was tried in one stretch of time; `who` is a blind index, never an address or a number."""

    __tablename__ = "attempt"
    kind: str = Field(primary_key=True, max_length=40)
    who: str = Field(primary_key=True, max_length=64)
    since: datetime = Field(primary_key=True)
    until: datetime = Field(index=True)
    count: int = 1
