"""The only place that asks the machine what time it is; rules take `now` as an argument."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime, time_zone: str) -> datetime:
    """The same moment as the county's wall clock shows it."""
    return moment.astimezone(ZoneInfo(time_zone))
