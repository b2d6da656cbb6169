"""When to try again, when to give up, when not to ring, and how fast a robot may be spoken to."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.channels import CHANNELS
from notifications.channels.base import Pace
from notifications.notices import ChannelName, NoticeUrgency

# After the first failure one minute, and so on; after the last the delivery is given up and a person sees it.
BACK_OFF: tuple[timedelta, ...] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)

LOCAL = ZoneInfo("Asia/Shanghai")
QUIET_FROM = time(21)
QUIET_UNTIL = time(8)


def next_attempt(attempts: int, now: datetime, retry_after: timedelta | None = None) -> datetime | None:
    """The moment of the next attempt after `attempts` (one or more) failed ones; None when it is time to give up.

    A channel that names a wait of its own is never asked earlier than that.
    """
    if attempts < 1:
        raise ValueError("nothing has failed yet")
    if attempts > len(BACK_OFF):
        return None
    return now + max(BACK_OFF[attempts - 1], retry_after or timedelta())


def earliest_send(now: datetime, urgency: NoticeUrgency, channel: ChannelName) -> datetime:
    """Channels that ring are silent from 21:00 to 08:00, unless it is an emergency."""
    if urgency is NoticeUrgency.emergency or not CHANNELS[channel].rings:
        return now
    return end_of_quiet_hours(now)


def end_of_quiet_hours(now: datetime) -> datetime:
    """`now` itself by day."""
    local = now.astimezone(LOCAL)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    evening = local.time() >= QUIET_FROM
    morning = datetime.combine(local.date() + timedelta(days=evening), QUIET_UNTIL, tzinfo=LOCAL)
    return morning.astimezone(now.tzinfo)


def next_slot(sent: Iterable[datetime], now: datetime, pace: Pace | None) -> datetime:
    """The first moment at which one more message keeps the pace, given when the last ones to this address were sent."""
    if pace is None:
        return now
    recent = sorted(moment for moment in sent if moment > now - pace.window)
    if len(recent) < pace.messages:
        return now
    return recent[-pace.messages] + pace.window
