"""Which day it is on the county's wall clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from service.settings import settings


def today_here(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings().time_zone)).date()


def midnight_here(now: datetime) -> datetime:
    """When that day began."""
    return datetime.combine(today_here(now), time(), ZoneInfo(settings().time_zone)).astimezone(UTC)
