"""The schedule: what the service does by itself, and when. A new row is all that a new job needs."""

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from service import clock, jobs
from service.claims.sweep import sweep_claims
from service.clean_up import PLATFORM, clean_up
from service.database import Database
from service.directory.expiry import expire_links
from service.issues.settling import settle_issues
from service.jobs import Job, Register, Surroundings, Tally
from service.leadership import BEAT, Leadership, Lock, lock_for
from service.outbox.cleaning import forget_old_deliveries
from service.outbox.planning import plan_notices
from service.outbox.relay import send_notices
from service.oversight.cleaning import forget_old_sign_ins
from service.oversight.early_warning import raise_warnings
from service.oversight.inspections import pass_rounds_on
from service.oversight.late_rounds import remind_late_rounds
from service.oversight.recalculation import recalculate_provisional
from service.oversight.sweep import rearm, sweep_escalations
from service.rate_limits import forget_old
from service.reports.documents.schedule import make_bulletins
from service.reports.folding import fold
from service.reports.stock import write_down_stock
from service.settings import Settings
from service.signals.finding import look_for_signals
from service.tickets.consents import forget_old_quiet
from service.tickets.darkroom import prepare_pictures, tidy_pictures
from service.tickets.dissolved import return_from_dissolved_units
from service.tickets.rating_marks import forget_old_marks
from service.whistles.sweep import rearm_whistles, recalculate_whistles, sweep_whistles

log = structlog.get_logger()

FORGOTTEN = (*PLATFORM, forget_old_sign_ins, forget_old_deliveries, forget_old_marks, forget_old_quiet)


def counted(act: Callable[[Database, datetime], int]) -> Callable[[Surroundings], Tally]:
    """A job that minds its rows by itself and only says how many it has done."""
    return lambda around: Tally(done=act(around.database, around.now))


SCHEDULE = (
    Job("plan_notices", plan_notices, every=timedelta(seconds=2)),
    Job("send_notices", send_notices, every=timedelta(seconds=5)),
    Job("sweep_escalations", sweep_escalations, every=timedelta(minutes=1)),
    Job("sweep_whistles", sweep_whistles, every=timedelta(minutes=1)),
    Job("prepare_pictures", counted(prepare_pictures), every=timedelta(seconds=30)),
    Job("refresh_figures", fold, every=timedelta(minutes=1)),
    Job("sweep_claims", sweep_claims, every=timedelta(minutes=10)),
    Job("settle_issues", settle_issues, every=timedelta(minutes=1)),
    Job("return_from_dissolved_units", return_from_dissolved_units, every=timedelta(minutes=10)),
    Job("pass_rounds_on", pass_rounds_on, every=timedelta(minutes=10)),
    Job("remind_late_rounds", remind_late_rounds, every=timedelta(minutes=10)),
    Job("raise_warnings", raise_warnings, every=timedelta(minutes=5)),
    Job("recalculate_provisional", recalculate_provisional, every=timedelta(hours=1)),
    Job("recalculate_whistles", recalculate_whistles, every=timedelta(hours=1)),
    Job("expire_links", expire_links, every=timedelta(hours=1)),
    Job("forget_tries", partial(clean_up, steps=(forget_old,)), every=timedelta(hours=1)),
    Job("write_down_stock", write_down_stock, at=time(0, 5)),
    Job("rearm", rearm, at=time(2, 40)),
    Job("rearm_whistles", rearm_whistles, at=time(2, 50)),
    Job("tidy_pictures", counted(tidy_pictures), at=time(3, 0)),
    Job("make_bulletins", make_bulletins, at=time(6, 0)),
    Job("look_for_signals", look_for_signals, at=time(4, 0)),
    Job("clean_up", partial(clean_up, steps=FORGOTTEN), at=time(3, 20)),
)

# How often a job with a long interval is asked whether it is due.
LOOKS_EVERY = timedelta(seconds=5)


class Clockwork:
    """Ticks in every process, works only in the one that leads. What is due, the database says and not APScheduler:
    a job whose hour passed while the machine was off runs when it is on again."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        schedule: tuple[Job, ...] = SCHEDULE,
        beat: float = BEAT,
        lock: Lock | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._schedule = schedule
        self._register = Register(database)
        self._ends = threading.Event()
        self._last_runs: dict[str, datetime | None] = {}
        self.leadership = Leadership(lock or lock_for(database), beat)
        self._ticker = BackgroundScheduler(
            timezone=ZoneInfo(settings.time_zone),
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def start(self) -> None:
        self.leadership.start()
        for job in self._schedule:
            pause = min(job.every or LOOKS_EVERY, LOOKS_EVERY)
            self._ticker.add_job(self._tick, "interval", (job,), id=job.name, seconds=pause.total_seconds())
        self._ticker.start()

    def stop(self) -> None:
        """Jobs end between two rows; then the lead is given back."""
        self._ends.set()
        self._ticker.shutdown(wait=True)
        self.leadership.stop()

    def _tick(self, job: Job) -> None:
        if not self._goes_on():
            self._last_runs.pop(job.name, None)
            return
        now = clock.now()
        if job.name not in self._last_runs:
            self._last_runs[job.name] = self._register.last_end_of(job.name)
        last = self._last_runs[job.name]
        if job.is_due(last, now, self._settings.time_zone):
            self._last_runs[job.name] = now
            since = None if last is None or jobs.is_from_the_future(last, now) else last
            jobs.run(job, Surroundings(self._database, self._settings, now, self._goes_on, since), self._register)

    def _goes_on(self) -> bool:
        return self.leadership.is_ours and not self._ends.is_set()
