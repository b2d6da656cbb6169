"""When things happen in a story: officials keep office hours, villagers are awake, a broken pipe waits for nobody."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from workflows.time_limits import Limits, Urgency
from workflows.workdays import WorkCalendar

AT_ONCE = frozenset({Urgency.danger, Urgency.urgent})
AWAKE = (time(7), time(21, 30))
# Villagers write in the morning, at noon and above all in the evening.
HOURS = (7, 8, 8, 9, 10, 11, 12, 12, 13, 15, 17, 18, 19, 19, 20, 20, 20, 21)
LIMITS = Limits.defaults()


@dataclass(frozen=True)
class Pace:
    """The lots of one story, and the county's working time."""

    lots: Random
    calendar: WorkCalendar

    def minutes(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=round(60 * self.lots.uniform(least, most)))

    def in_office(self, moment: datetime, least: float, most: float) -> datetime:
        """Some minutes after the office is next open; what would be after hours is for the next morning."""
        found = self.calendar.next_opening(moment) + self.minutes(least, most)
        if self.calendar.is_working(found):
            return found
        return self.calendar.next_opening(found) + self.minutes(2, 40)

    def awake(self, moment: datetime) -> datetime:
        """The moment itself in daytime, else some time in the next morning."""
        local = moment.astimezone(self.calendar.zone)
        if AWAKE[0] <= local.time() <= AWAKE[1]:
            return moment
        morning = datetime.combine(local.date(), AWAKE[0], self.calendar.zone)
        return max(morning, morning + timedelta(days=local.time() > AWAKE[1])) + self.minutes(1, 100)

    def by_day(self, moment: datetime, earliest: datetime) -> datetime:
        """The moment itself in daytime, else the evening before it, or the morning after where that is too early."""
        local = moment.astimezone(self.calendar.zone)
        if self.is_day(moment):
            return moment
        night = local.date() if local.time() > AWAKE[1] else local.date() - timedelta(days=1)
        evening = datetime.combine(night, AWAKE[1], self.calendar.zone) - self.minutes(5, 90)
        return evening.astimezone(moment.tzinfo) if evening > earliest else self.awake(moment).astimezone(moment.tzinfo)

    def spoken(self, days_ago: float, now: datetime) -> datetime:
        """When a wish of so many days ago was spoken; those of the last day keep their very hour."""
        moment = now - timedelta(days=days_ago)
        if days_ago < 1:
            return moment
        local = moment.astimezone(self.calendar.zone)
        spoken = local.replace(hour=self.lots.choice(HOURS), minute=self.lots.randrange(60))
        return (spoken if spoken < now else spoken - timedelta(days=1)).astimezone(now.tzinfo)

    def dispatched(self, submitted: datetime, urgency: Urgency) -> datetime:
        if urgency is Urgency.danger:
            return submitted + self.minutes(4, 22)
        if urgency is Urgency.urgent:
            return self.awake(submitted + self.minutes(8, 70))
        return self.in_office(submitted, 8, 170)

    def received(self, dispatched: datetime, urgency: Urgency) -> datetime:
        """签收"""
        if urgency in AT_ONCE:
            return self.soon(dispatched + self.minutes(3, 20), urgency)
        return self.in_office(dispatched, 6, 220)

    def answered(self, begun: datetime, after: datetime, urgency: Urgency, share: float) -> datetime:
        """When the reply comes, having used this share of the promise that counts from `begun`."""
        promise = self.calendar.add(begun, LIMITS.reply(urgency))
        moment = max(begun + share * (promise - begun), after + self.minutes(12, 40))
        if urgency is Urgency.danger:
            return moment
        return self.by_day(moment, after) if urgency in AT_ONCE else self.in_office(moment, 0, 30)

    def reviewed(self, replied: datetime, urgency: Urgency) -> datetime:
        if urgency in AT_ONCE:
            return self.soon(replied + self.minutes(6, 45), urgency)
        return self.in_office(replied, 15, 260)

    def soon(self, moment: datetime, urgency: Urgency) -> datetime:
        """Only danger keeps officials up at night."""
        return moment if urgency is Urgency.danger else self.awake(moment)

    def within(self, start: datetime, end: datetime, share: float, urgency: Urgency) -> datetime:
        """A moment between two others, in office hours where there is room for it, by day where there is not."""
        moment = start + share * (end - start)
        if urgency is Urgency.danger:
            return moment
        opened = moment if urgency in AT_ONCE else self.in_office(moment, 0, 20)
        return opened if self.is_day(opened) and start < opened < end else self.by_day(moment, start)

    def is_day(self, moment: datetime) -> bool:
        return AWAKE[0] <= moment.astimezone(self.calendar.zone).time() <= AWAKE[1]
