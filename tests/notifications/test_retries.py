"""Back-off, quiet hours and pace."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import CHANNELS
from notifications.channels.base import Pace
from notifications.notices import ChannelName, NoticeUrgency
from notifications.retries import BACK_OFF, LOCAL, earliest_send, next_attempt, next_slot

NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)
NORMAL, EMERGENCY = NoticeUrgency.normal, NoticeUrgency.emergency
TWENTY = Pace(messages=20, window=timedelta(minutes=1))

moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_attempts_come_after_the_waits_of_the_table_and_then_no_more() -> None:
    waits = [next_attempt(attempts, NOON) for attempts in range(1, len(BACK_OFF) + 2)]
    assert waits == [
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=5),
        NOON + timedelta(minutes=30),
        NOON + timedelta(hours=2),
        NOON + timedelta(hours=6),
        NOON + timedelta(hours=24),
        None,
    ]


def test_a_wait_that_the_channel_asks_for_is_kept() -> None:
    assert next_attempt(1, NOON, retry_after=timedelta(minutes=3)) == NOON + timedelta(minutes=3)
    assert next_attempt(3, NOON, retry_after=timedelta(minutes=3)) == NOON + timedelta(minutes=30)
    assert next_attempt(7, NOON, retry_after=timedelta(minutes=3)) is None


def test_without_a_failure_there_is_no_next_attempt_to_plan() -> None:
    with pytest.raises(ValueError, match="nothing has failed"):
        next_attempt(0, NOON)


@given(moments, st.integers(min_value=1, max_value=20))
def test_the_next_attempt_lies_ahead_or_is_given_up(now: datetime, attempts: int) -> None:
    then = next_attempt(attempts, now)
    assert then is None or now < then <= now + timedelta(hours=24)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-10-12T20:59:59", "2026-10-12T20:59:59"),
        ("2026-10-12T21:00:00", "2026-10-13T08:00:00"),
        ("2026-12-31T23:30:00", "2027-01-01T08:00:00"),
        ("2026-10-13T00:00:00", "2026-10-13T08:00:00"),
        ("2026-10-13T07:59:59", "2026-10-13T08:00:00"),
        ("2026-10-13T08:00:00", "2026-10-13T08:00:00"),
    ],
)
def test_the_robot_is_silent_from_nine_to_eight(at: str, until: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=LOCAL)
    assert earliest_send(now, NORMAL, ChannelName.wecom) == datetime.fromisoformat(until).replace(tzinfo=LOCAL)


@given(moments)
def test_by_day_at_once_and_otherwise_at_the_next_eight_in_the_morning(now: datetime) -> None:
    then = earliest_send(now, NORMAL, ChannelName.wecom)
    assert now <= then <= now + timedelta(hours=11)
    assert time(8) <= then.astimezone(LOCAL).time() < time(21)
    assert then == now or then.astimezone(LOCAL).time() == time(8)
    assert earliest_send(then, NORMAL, ChannelName.wecom) == then
    assert then.tzinfo is UTC


@given(moments, st.sampled_from(ChannelName))
def test_emergencies_never_wait(now: datetime, channel: ChannelName) -> None:
    assert earliest_send(now, EMERGENCY, channel) == now


@given(moments, st.sampled_from([name for name in ChannelName if not CHANNELS[name].rings]))
def test_channels_that_do_not_ring_never_wait(now: datetime, channel: ChannelName) -> None:
    assert earliest_send(now, NORMAL, channel) == now


def test_the_twenty_first_message_waits_until_the_first_is_a_minute_old() -> None:
    sent = [NOON + timedelta(seconds=second) for second in range(20)]
    now = NOON + timedelta(seconds=30)
    assert next_slot(sent[:19], now, TWENTY) == now
    assert next_slot(sent, now, TWENTY) == NOON + timedelta(seconds=60)
    assert next_slot(sent, NOON + timedelta(seconds=60), TWENTY) == NOON + timedelta(seconds=60)


def test_a_channel_without_a_pace_never_waits() -> None:
    assert next_slot([NOON] * 1000, NOON, None) == NOON


@given(st.lists(st.integers(min_value=0, max_value=240), max_size=90))
def test_whoever_waits_for_his_slot_keeps_the_pace(seconds: list[int]) -> None:
    sent: list[datetime] = []
    for second in sorted(seconds):
        sent.append(next_slot(sent, max([NOON + timedelta(seconds=second), *sent[-1:]]), TWENTY))
    for index, moment in enumerate(sent):
        window = [other for other in sent[: index + 1] if other > moment - TWENTY.window]
        assert len(window) <= TWENTY.messages
