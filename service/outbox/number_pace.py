"""How many short messages one telephone number gets, in however many wishes somebody has named it."""

from datetime import datetime, timedelta

from sqlmodel import Session

from notifications.notices import ChannelName
from service.outbox.models import Delivery
from service.rate_limits import SMS_A_DAY, SMS_A_MINUTE, SMS_AN_HOUR, Limit, count_within, stretch_of, take_back, tries

PACES = (SMS_A_DAY, SMS_AN_HOUR, SMS_A_MINUTE)
ASKS_HER = frozenset({"inquire", "reply", "approve_reply"})
FOR_QUESTIONS = 2
"""The last ones of a day are for what waits for her word, and for danger: news do without."""
NEWS_UNTIL = timedelta(days=3)
"""What has waited longer is no news any more: she reads it on her page, and an official that it did not go."""


def turn_of(session: Session, delivery: Delivery, number: str, now: datetime) -> datetime:
    """`now`, and counted by all processes together, when it may go; else from when on it may be tried again."""
    if delivery.channel != ChannelName.sms or not number:
        return now
    full = [limit for limit in PACES if tries(session, limit, number, now) >= _most(limit, delivery)]
    if not full:
        counted = {limit: count_within(session, limit, number, now) for limit in PACES}
        full = [limit for limit, count in counted.items() if count > _most(limit, delivery)]
        if not full:
            return now
        give_back(session, delivery, number, now)
    return max(stretch_of(limit, now)[1] for limit in full)


def give_back(session: Session, delivery: Delivery, number: str, counted_at: datetime) -> None:
    """Of a message that did not go."""
    if delivery.channel == ChannelName.sms and number:
        for limit in PACES:
            take_back(session, limit, number, counted_at)


def is_stale(delivery: Delivery, turn: datetime) -> bool:
    return turn - delivery.created_at > NEWS_UNTIL


def _most(limit: Limit, delivery: Delivery) -> int:
    is_urgent = delivery.is_emergency or delivery.verb in ASKS_HER
    return limit.most - (0 if is_urgent or limit is not SMS_A_DAY else FOR_QUESTIONS)
