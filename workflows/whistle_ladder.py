"""The whistle's ladder (逐级提醒): which of its steps are due when nobody comes or work runs late.

A step fires once for each subject. Firings are kept by the step's name, so that rows may be edited at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.terms import working_hours
from workflows.whistle_cases import WhistleCase, WhistleDuty
from workflows.whistle_commands import EscalateWhistle
from workflows.whistle_duties import duties_of
from workflows.whistle_steps import LADDER, RUNG_WORDS, LadderStep
from workflows.whistle_words import KIND_WORDS, WhistleKind
from workflows.workdays import WorkCalendar

A_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class DueStep:
    """A step for one duty, and when it is due."""

    step: LadderStep
    duty: WhistleDuty
    at: datetime

    def command(self) -> EscalateWhistle:
        return EscalateWhistle(subject=self.duty.subject, step=self.step.name, note=self.step.note)


def due_steps(case: WhistleCase, now: datetime) -> tuple[DueStep, ...]:
    """What fires now by the county's ladder, the earliest first."""
    return tuple(sorted((each for each in _pending(case) if each.at <= now), key=lambda each: each.at))


def next_alarm(case: WhistleCase) -> datetime | None:
    """The next moment at which some step may be due: what the sweep's index holds for this whistle."""
    return min((each.at for each in _pending(case)), default=None)


def _pending(case: WhistleCase) -> Iterator[DueStep]:
    for duty in duties_of(case):
        for step in case.book.ladder:
            if step.watches(duty.name, case.kind) and (duty.subject, step.name) not in case.fired:
                yield DueStep(step, duty, moment_of(step, duty, case.calendar))


def moment_of(step: LadderStep, duty: WhistleDuty, calendar: WorkCalendar) -> datetime:
    """A warning never comes before half of a short term is over."""
    if step.percent is not None:
        return _part_of(duty, step.percent, calendar)
    if step.before is not None:
        return max(calendar.subtract(duty.due_at, step.before), duty.since + (duty.due_at - duty.since) / 2)
    return calendar.add(duty.due_at, step.after) if step.after is not None else duty.due_at


def _part_of(duty: WhistleDuty, percent: int, calendar: WorkCalendar) -> datetime:
    """Of a term up to a day by the clock on the wall, of a longer one in whole working hours."""
    length = duty.due_at - duty.since
    worked = calendar.worked(duty.since, duty.due_at)
    if length <= A_DAY or worked < timedelta(hours=2):
        return duty.since + length * percent / 100
    return calendar.add(duty.since, working_hours(int(worked / timedelta(hours=1) * percent / 100)))


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| step | owed | kinds | when | who hears |\n|---|---|---|---|---|\n"
    return head + "".join(_line(step) for step in LADDER)


def _line(step: LadderStep) -> str:
    kinds = " ".join(KIND_WORDS[kind] for kind in WhistleKind if kind in step.kinds) or "all"
    return f"| `{step.name}` | `{step.duty}` | {kinds} | {_moment_words(step)} | {RUNG_WORDS[step.rung]} |\n"


def _moment_words(step: LadderStep) -> str:
    if step.percent is not None:
        return f"at {step.percent} % of the term"
    term = step.before or step.after
    return "when due" if term is None else f"{'before' if step.before else 'after'} by {term.in_words()}"
