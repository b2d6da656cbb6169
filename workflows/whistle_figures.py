"""How units answer whistles: report-in on time, late and absent, and the towns' scores, by unit; and needless whistles.

Pure, so that pages, reports and exports count alike. Late and absent say nothing of how long the work took.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows.whistle_words import CallState


@dataclass(frozen=True)
class CallFacts:
    """One call as it stands; `was_blown` is false while the principal has not said yes."""

    unit_id: int
    state: CallState
    report_due_at: datetime
    reported_at: datetime | None = None
    was_late: bool | None = None
    scores: tuple[int, int, int] | None = None
    was_blown: bool = True


@dataclass(frozen=True)
class Punctuality:
    """`n` calls that were due: of these some came in time, some `late`, and `absent` did not come at all (so far)."""

    n: int = 0
    late: int = 0
    absent: int = 0

    @property
    def on_time(self) -> int:
        return self.n - self.late - self.absent

    @property
    def rate(self) -> float | None:
        """None where nothing was due: neither 0 % nor 100 %."""
        return self.on_time / self.n if self.n else None


@dataclass(frozen=True)
class Scores:
    """Averages of 1 to 5 over `n` scored calls; None where nobody has scored."""

    n: int = 0
    speed: float | None = None
    work: float | None = None
    result: float | None = None


@dataclass(frozen=True)
class UnitFigures:
    punctuality: Punctuality
    scores: Scores


@dataclass(frozen=True)
class Need:
    """Of `n` whistles that were ruled on, so many were not needed: the towns are assessed as well."""

    n: int = 0
    needless: int = 0

    @property
    def rate(self) -> float | None:
        return self.needless / self.n if self.n else None


def by_unit(calls: Iterable[CallFacts], now: datetime) -> dict[int, UnitFigures]:
    """For each unit that was called, its figures."""
    found: dict[int, list[CallFacts]] = {}
    for call in calls:
        found.setdefault(call.unit_id, []).append(call)
    return {unit: UnitFigures(punctuality(theirs, now), scores(theirs)) for unit, theirs in sorted(found.items())}


def punctuality(calls: Iterable[CallFacts], now: datetime) -> Punctuality:
    """A call counts once its unit has come or its term has run out; whoever a ruling released counts nowhere."""
    answers = [answer for call in calls if (answer := _answer(call, now)) is not None]
    return Punctuality(len(answers), answers.count("late"), answers.count("absent"))


def scores(calls: Iterable[CallFacts]) -> Scores:
    given = [call.scores for call in calls if call.scores is not None]
    if not given:
        return Scores()
    speed, work, result = (sum(column) / len(given) for column in zip(*given, strict=True))
    return Scores(len(given), speed, work, result)


def need(rulings: Iterable[bool | None]) -> Need:
    """`rulings` are the whistles' `was_needed`; those that nobody contested say nothing."""
    said = [ruling for ruling in rulings if ruling is not None]
    return Need(len(said), said.count(False))


def _answer(call: CallFacts, now: datetime) -> str | None:
    if not call.was_blown:
        return None
    if call.reported_at is not None:
        return "late" if call.was_late else "on_time"
    is_overdue = call.state is CallState.called and now > call.report_due_at
    return "absent" if call.was_late or is_overdue else None
