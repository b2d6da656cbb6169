"""When things happen in the year: as in the demo's stories, and quicker at its end where somebody is in a hurry."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log

from service.demo.pace import LIMITS, Pace
from workflows.time_limits import Urgency

HURRIES = (1.0, 0.5, 0.25, 0.1, 0.03)
ON_DUTY = 0.25
"""From this haste on, officials work on free days too (值班)."""

MEDIAN_DAYS, SPREAD = 3.3, (log(14) - log(4)) / 1.2816
"""Of 1,464 complaints half were answered within 4 days and nine in ten within 14 (practice): a log-normal curve.
Here it is the work alone; desks, weekends and the reviewer add the rest."""
LONGEST_DAYS = 100.0
PACE_OF = {Urgency.danger: 0.04, Urgency.urgent: 0.2, Urgency.development: 1.3}


@dataclass(frozen=True)
class Tempo(Pace):
    """`speed` below 1 shortens every wait."""

    speed: float = 1.0

    def minutes(self, least: float, most: float) -> timedelta:
        return super().minutes(least * self.speed, most * self.speed)

    def in_office(self, moment: datetime, least: float, most: float) -> datetime:
        if self.speed <= ON_DUTY:
            return self.awake(moment + self.minutes(least, most)).astimezone(UTC)
        return super().in_office(moment, least, most)

    def days_to_answer(self, urgency: Urgency) -> timedelta:
        days = self.lots.lognormvariate(log(MEDIAN_DAYS), SPREAD) * PACE_OF.get(urgency, 1.0)
        return timedelta(days=min(days, LONGEST_DAYS) * self.speed)

    def due(self, begun: datetime, urgency: Urgency) -> datetime:
        """The promise to the villager."""
        return self.calendar.add(begun, LIMITS.reply(urgency))

    def at_desk(self, moment: datetime, urgency: Urgency, least: float, most: float) -> datetime:
        """In office hours, or by day where it cannot wait."""
        if urgency in {Urgency.danger, Urgency.urgent}:
            return self.soon(moment + self.minutes(least / 4, most / 4), urgency)
        return self.in_office(moment, least, most)
