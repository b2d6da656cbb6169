"""Sends what is due: claim, send outside of any transaction, settle. At least once, and always under the same key.

Whoever dies between sending and settling leaves a claim behind that runs out; then the message is sent again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from notifications import retries
from notifications.channels import CHANNELS
from notifications.channels.accounts import Entrance, SmsAccount, WeChatAccount, WrongAccount
from notifications.channels.base import DeliveryFailed, Outgoing, Tools, http_client
from notifications.channels.mail_server import MailServer, WrongMailAddress
from notifications.notices import ChannelName, NoticeUrgency
from service.database import Database
from service.errors import Busy
from service.jobs import Surroundings, Tally
from service.outbox.consented import address_of, is_still_wanted
from service.outbox.models import Delivery, DeliveryState
from service.outbox.number_pace import give_back, is_stale, turn_of
from service.settings import Settings
from workflows.words import _

log = structlog.get_logger()
Account = TypeVar("Account")

BATCH = 200
RUN_FOR = timedelta(seconds=60)
LEASE = timedelta(minutes=5)
"""Longer than the slowest send; a claim older than this belongs to nobody any more."""

DUE = col(Delivery.state).in_([DeliveryState.waiting, DeliveryState.claimed])


def send_notices(around: Surroundings) -> Tally:
    """`done` counts the messages that the other side has taken, `failed` those that it has not."""
    with tools_of(around.settings) as tools:
        return relay(around, tools)


@contextmanager
def tools_of(county: Settings) -> Iterator[Tools]:
    with http_client() as http:
        yield Tools(http, _mail_server(county), county.allowed_robot_hosts, _sms(county), _wechat(county))


def _mail_server(county: Settings) -> MailServer | None:
    """A wrong address of the mail server stops the mails, each with its error, and not the group robots."""
    if county.smtp_url is None:
        return None
    try:
        return MailServer.from_url(county.smtp_url.get_secret_value(), county.mail_from)
    except WrongMailAddress as error:
        log.exception("mail server", reason=str(error))
        return None


def _sms(county: Settings) -> SmsAccount | None:
    return _account("short messages", SmsAccount.from_url, county.sms_url)


def _wechat(county: Settings) -> Entrance | None:
    account = _account("wechat", WeChatAccount.from_url, county.wechat_url)
    return Entrance(account) if account else None


def _account(of: str, read: Callable[[str], Account], url: SecretStr | None) -> Account | None:
    """A wrong address stops what goes that way, each with its error, and nothing else."""
    try:
        return read(url.get_secret_value()) if url else None
    except WrongAccount as error:
        log.exception(of, reason=str(error))
        return None


@dataclass
class Run:
    """One pass of the relay: its clock goes on while slow servers are waited for.

    An address that has just failed is not tried again in this run, or one dead robot would hold up all others.
    """

    database: Database
    tools: Tools
    began: datetime
    _since: float = field(default_factory=time.monotonic)
    failing: set[tuple[str, int | None]] = field(default_factory=set)
    sent: int = 0
    failed: int = 0
    last_error: str | None = None

    @property
    def now(self) -> datetime:
        return self.began + timedelta(seconds=time.monotonic() - self._since)

    @property
    def is_over(self) -> bool:
        return self.now - self.began > RUN_FOR

    def note(self, reason: str) -> None:
        self.failed, self.last_error = self.failed + 1, reason


def relay(around: Surroundings, tools: Tools) -> Tally:
    run = Run(around.database, tools, around.now)
    for delivery_id in _due(around.database, around.now):
        if run.is_over or not around.goes_on():
            break
        _send_safely(run, delivery_id)
    return Tally(run.sent, run.failed, run.last_error)


def _due(database: Database, now: datetime) -> list[int]:
    """Emergencies first, then whoever has waited longest."""
    wanted = select(Delivery.id).where(DUE, Delivery.next_attempt_at <= now)
    order = (col(Delivery.is_emergency).desc(), col(Delivery.next_attempt_at), col(Delivery.id))
    with database.reading() as session:
        return [each for each in session.exec(wanted.order_by(*order).limit(BATCH)) if each is not None]


def _send_safely(run: Run, delivery_id: int) -> None:
    """One bad row never stops the others: a row that cannot even be read is left to a person."""
    try:
        _send_one(run, delivery_id)
    except (Busy, OperationalError):
        raise
    except Exception as error:
        log.exception("delivery failed", delivery=delivery_id)
        reason = _("这条通知读不出来") + f"（{type(error).__name__}）"
        run.note(reason)
        broken = update(Delivery).where(col(Delivery.id) == delivery_id)
        with run.database.writing() as session:
            session.execute(broken.values(state=DeliveryState.given_up, claimed_until=None, last_error=reason))


def _send_one(run: Run, delivery_id: int) -> None:
    with run.database.writing() as session:
        delivery = claim(session, delivery_id, run.now, run.failing)
        address = address_of(session, delivery) if delivery is not None else None
    if delivery is None or address is None:
        return
    try:
        _hand_over(delivery, address, run.tools)
    except DeliveryFailed as failure:
        run.note(failure.reason)
        if not failure.is_its_own:
            run.failing.add(line_of(delivery))
        _settle(run, delivery, _after_failure(delivery, failure, run.now), undone=address)
    else:
        run.sent += 1
        _settle(run, delivery, {"state": DeliveryState.sent, "sent_at": run.now, "last_error": None})


def _hand_over(delivery: Delivery, address: str, tools: Tools) -> None:
    """Raise DeliveryFailed, and nothing else."""
    outgoing = Outgoing(delivery.key, address, delivery.subject, delivery.body, is_retry=delivery.attempts > 1)
    try:
        CHANNELS[ChannelName(delivery.channel)].send(outgoing, tools)
    except DeliveryFailed:
        raise
    except Exception as error:
        log.exception("channel failed", delivery=delivery.id, channel=delivery.channel)
        raise DeliveryFailed(_("发送程序出错") + f"（{type(error).__name__}）") from error


def line_of(delivery: Delivery) -> tuple[str, int | None]:
    """What fails together: one robot, or the mail server."""
    return delivery.channel, delivery.unit_id


def claim(session: Session, delivery_id: int, now: datetime, failing: set[tuple[str, int | None]]) -> Delivery | None:
    """Ours for the length of the lease, counted as an attempt; None when it is not due, or not for us."""
    wanted = select(Delivery).where(Delivery.id == delivery_id, DUE, Delivery.next_attempt_at <= now)
    delivery = session.exec(wanted.with_for_update(skip_locked=True)).one_or_none()
    if delivery is None or line_of(delivery) in failing:
        return None
    if not is_still_wanted(session, delivery, now):
        session.delete(delivery)
        return None
    if (moment := _may_ring_at(session, delivery, now)) > now:
        delivery.next_attempt_at = moment
        return None
    if delivery.attempts > len(retries.BACK_OFF):
        delivery.state, delivery.claimed_until = DeliveryState.given_up, None
        delivery.last_error = delivery.last_error or _("发送时多次中断")
        return None
    if _waits_its_turn(session, delivery, now):
        return None
    delivery.state = DeliveryState.claimed
    delivery.attempts += 1
    delivery.claimed_until = delivery.next_attempt_at = now + LEASE
    return delivery


def _waits_its_turn(session: Session, delivery: Delivery, now: datetime) -> bool:
    """One number gets so many messages, however many wishes name it; what is no news any more is left to a person."""
    turn = turn_of(session, delivery, address_of(session, delivery), now) if delivery.consent_id else now
    if turn > now:
        delivery.next_attempt_at, delivery.claimed_until = turn, None
        delivery.state = DeliveryState.given_up if is_stale(delivery, turn) else DeliveryState.waiting
        delivery.last_error = _("这个号码这几天的短信够多了")
    return turn > now


def _may_ring_at(session: Session, delivery: Delivery, now: datetime) -> datetime:
    """Not at night, and not faster than the other side bears."""
    channel = ChannelName(delivery.channel)
    urgency = NoticeUrgency.emergency if delivery.is_emergency else NoticeUrgency.normal
    earliest = retries.earliest_send(now, urgency, channel)
    pace = CHANNELS[channel].pace
    if pace is None or earliest > now:
        return earliest
    sent = select(Delivery.sent_at).where(
        Delivery.channel == delivery.channel,
        Delivery.unit_id == delivery.unit_id,
        Delivery.consent_id == delivery.consent_id,
        col(Delivery.sent_at) > now - pace.window,
    )
    return retries.next_slot([moment for moment in session.exec(sent) if moment], now, pace)


def _after_failure(delivery: Delivery, failure: DeliveryFailed, now: datetime) -> dict[str, Any]:
    """Try again later, or leave it to a person."""
    again = None if failure.permanent else retries.next_attempt(delivery.attempts, now, failure.retry_after)
    state = DeliveryState.given_up if again is None else DeliveryState.waiting
    return {"state": state, "next_attempt_at": again or now, "last_error": failure.reason}


def _settle(run: Run, delivery: Delivery, values: dict[str, Any], undone: str = "") -> None:
    """Only while the claim is still ours: after the lease somebody else may have sent it, and knows better. `undone`
    is the number that has got no message after all."""
    ours = update(Delivery).where(
        col(Delivery.id) == delivery.id, col(Delivery.claimed_until) == delivery.claimed_until
    )
    with run.database.writing() as session:
        session.execute(ours.values(claimed_until=None, **values))
        if undone and delivery.claimed_until:
            give_back(session, delivery, undone, delivery.claimed_until - LEASE)
