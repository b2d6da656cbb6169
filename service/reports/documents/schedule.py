"""The bulletins that are due: each kept report of the county, once its last period is over, and where the county wants
it the monthly ones of every town. Safe twice at once."""

from datetime import datetime

import structlog
from sqlmodel import Session, col, select

from service import jobs
from service.database import Database
from service.directory.models import Area, AreaLevel
from service.directory.reference import reference
from service.jobs import Surroundings, Tally
from service.reports.documents.keeping import Made, make
from service.reports.documents.models import Bulletin
from service.reports.documents.periods import NamedPeriod, last_over
from service.reports.documents.table import KEPT, KEPT_BY_TOWNS, Report
from service.tickets.models import Ticket
from service.tickets.scope import in_area

log = structlog.get_logger()


def make_bulletins(around: Surroundings) -> Tally:
    """A bad one is noted, and the others are made all the same."""
    done = failed = 0
    error = None
    for report, area in _wanted(around):
        if not around.goes_on():
            break
        try:
            made, refused = _make(around.database, report, area, around.now)
            done, error = done + made, refused or error
        except Exception as problem:
            failed += 1
            error = jobs.told(problem)
            log.exception("a bulletin failed", report=report.name, area=area.id)
    return Tally(done, failed, error)


def _wanted(around: Surroundings) -> list[tuple[Report, Area]]:
    """The county's first; none of a place that took no wish yet when the period was over: there is nothing to tell."""
    with around.database.reading() as session:
        areas = reference(session).areas.values()
        rows = [(report, area) for report in KEPT for area in areas if area.parent_id is None]
        if around.settings.town_bulletins:
            rows += [(report, area) for area in areas if area.level is AreaLevel.town for report in KEPT_BY_TOWNS]
        return [
            (report, area) for report, area in rows if _has_begun(session, area, last_over(report.cadence, around.now))
        ]


def _has_begun(session: Session, area: Area, period: NamedPeriod) -> bool:
    wanted = select(Ticket.id).where(in_area(area.path), col(Ticket.created_at) < period.until)
    return session.exec(wanted.limit(1)).first() is not None


def _make(database: Database, report: Report, area: Area, now: datetime) -> tuple[int, str | None]:
    """How many, and why the office's own template was not used."""
    bulletin_id = make(database, Made(report, area, last_over(report.cadence, now)), now)
    if bulletin_id is None:
        return 0, None
    with database.reading() as session:
        return 1, session.get_one(Bulletin, bulletin_id).template_refused
