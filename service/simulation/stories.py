"""What a story of the year is made of: steps in the order of time, and how far it has come when the year ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from service.demo.cast import Cast
from service.simulation.fates import Fate, Span, Stays
from service.simulation.pace import Tempo
from workflows.time_limits import Urgency
from workflows.workdays import WorkCalendar

LETS_IT_LIE = 0.03


@dataclass(frozen=True)
class Step:
    """`who` is a login or the resident; areas and units are named by their keys. An attempt may be refused."""

    at: datetime
    who: str
    verb: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    is_attempt: bool = False


@dataclass(frozen=True)
class Frame:
    """What all stories have in common."""

    calendar: WorkCalendar
    span: Span
    seed: int


@dataclass
class Teller:
    """`at` is the time of the last step; `concluded_at` when the wish has ended, by whomever, the clock too."""

    fate: Fate
    frame: Frame
    lots: Random
    pace: Tempo
    cast: Cast
    urgency: Urgency
    at: datetime
    steps: list[Step] = field(default_factory=list)
    concluded_at: datetime | None = None
    answer_held: datetime | None = None

    def happens(self, chance: float) -> bool:
        return self.lots.random() < chance

    def add(self, at: datetime, who: str, verb: str, *, is_attempt: bool = False, **fields: Any) -> None:
        self.at = max(at, self.at + timedelta(seconds=40)) if self.steps else at
        told = {name: value for name, value in fields.items() if value is not None}
        self.steps.append(Step(self.at, who, verb, told, is_attempt))

    def later(self, least: float, most: float) -> datetime:
        """Minutes; now and then somebody lets it lie, and the clock speaks."""
        if self.happens(LETS_IT_LIE):
            return self.pace.at_desk(self.at, self.urgency, 4 * most, 6 * most)
        return self.pace.at_desk(self.at, self.urgency, least, most)


@dataclass(frozen=True)
class Told:
    """A story; its first `alone` steps touch nobody else's. `concluded_at` None: still open when the year ends."""

    fate: Fate
    cast: Cast
    steps: tuple[Step, ...]
    alone: int
    concluded_at: datetime | None
    ends_at: datetime
    """When it would have ended, the year aside."""


def finished(teller: Teller, alone: int) -> Told:
    """What lies behind the end of the year has not happened."""
    end = teller.frame.span.end
    concluded = teller.concluded_at if teller.concluded_at is not None and teller.concluded_at <= end else None
    steps = teller.steps
    if teller.fate.stays is Stays.slow and concluded is not None:
        steps, concluded = _without_an_answer(steps), None
    told = tuple(step for step in steps if step.at <= end)
    return Told(teller.fate, teller.cast, told, min(alone, len(told)), concluded, teller.concluded_at or end)


def _without_an_answer(steps: list[Step]) -> list[Step]:
    first = next(place for place, step in enumerate(steps) if step.verb == "reply")
    return steps[:first]
