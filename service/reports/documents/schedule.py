"""The bulletins that are due: each kept report of the county, once its last period is over. Safe twice at once."""

from datetime import datetime

import structlog
from sqlmodel import Session, col, select

from service import jobs
from service.database import Database
from service.directory.models import Area
from service.directory.reference import reference
from service.jobs import Surroundings, Tally
from service.reports.documents.keeping import Made, make
from service.reports.documents.models import Bulletin
from service.reports.documents.periods import NamedPeriod, last_over
from service.reports.documents.table import KEPT, Report
from service.tickets.models import Ticket

log = structlog.get_logger()


def make_bulletins(around: Surroundings) -> Tally:
    """A bad one is noted, and the others are made all the same."""
    done = failed = 0
    error = None
    for report in KEPT:
        if not around.goes_on():
            break
        try:
            made, refused = _make(around.database, report, around.now)
            done, error = done + made, refused or error
        except Exception as problem:
            failed += 1
            error = jobs.told(problem)
            log.exception("a bulletin failed", report=report.name)
    return Tally(done, failed, error)


def _make(database: Database, report: Report, now: datetime) -> tuple[int, str | None]:
    """How many, and why the office's own template was not used."""
    period = last_over(report.cadence, now)
    with database.reading() as session:
        county = _county(session, period)
    if county is None:
        return 0, None
    bulletin_id = make(database, Made(report, county, period), now)
    if bulletin_id is None:
        return 0, None
    with database.reading() as session:
        return 1, session.get_one(Bulletin, bulletin_id).template_refused


def _county(session: Session, period: NamedPeriod) -> Area | None:
    """None for a county that took no wish yet when the period was over: there is nothing to tell."""
    known = reference(session)
    county = next((area for area in known.areas.values() if area.parent_id is None), None)
    first = session.exec(select(Ticket.id).where(col(Ticket.created_at) < period.until).limit(1)).first()
    return county if first is not None else None
