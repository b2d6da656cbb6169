"""Table of the figures as they stood: refreshed by the scheduler, always shown with their time."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from service.database import Table


class FiguresSnapshot(Table, table=True):
    """One row an area (the county and each town): the tally as JSON, as of a time."""

    __tablename__ = "figures_snapshot"
    area_id: int = Field(primary_key=True, foreign_key="area.id", sa_column_kwargs={"autoincrement": False})
    as_of: datetime
    tally: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
