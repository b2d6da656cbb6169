"""Tables of what is kept: bulletins with their files, and the offices' own templates. Rows are written once."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from service.database import Table


class Bulletin(Table, table=True):
    """One version of a report of a past period. `content` names its frozen figures in the store; later events change
    nothing of it, and whoever makes it again writes another row, with a note."""

    __tablename__ = "bulletin"
    __table_args__ = (UniqueConstraint("report", "period", "area_id", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    report: str = Field(max_length=40)
    period: str = Field(max_length=10)
    area_id: int = Field(foreign_key="area.id")
    version: int
    as_of: datetime
    made_by_id: int | None = Field(default=None, foreign_key="person.id", description="None: by the scheduler")
    note: str = Field(default="", max_length=200)
    content: str = Field(max_length=64, description="SHA-256 of the frozen figures")
    template_refused: str | None = Field(default=None, max_length=300, description="Why the office's own was not used")


class BulletinFile(Table, table=True):
    """A printed file of a bulletin, kept by the hash of its content."""

    __tablename__ = "bulletin_file"
    bulletin_id: int = Field(primary_key=True, foreign_key="bulletin.id", sa_column_kwargs={"autoincrement": False})
    format: str = Field(primary_key=True, max_length=10)
    content: str = Field(max_length=64)
    size: int


class ReportTemplate(Table, table=True):
    """A Word template that an office sent: the latest row of a report counts. Without content: the service's own."""

    __tablename__ = "report_template"
    id: int | None = Field(default=None, primary_key=True)
    report: str = Field(max_length=40, index=True)
    content: str | None = Field(default=None, max_length=64)
    size: int = 0
    sent_at: datetime
    sent_by_id: int = Field(foreign_key="person.id")
