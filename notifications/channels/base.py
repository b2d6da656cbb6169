"""What every channel is: something that sends one message to one address, or says why it could not."""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

import httpx

from notifications.channels.accounts import Entrance, SmsAccount
from notifications.channels.mail_server import MailServer

TIMEOUT_SECONDS = 10.0
ROBOT_HOST = "qyapi.weixin.qq.com"


class Addressee(StrEnum):
    """Whose address a channel uses: one delivery for each person, one for the whole unit (its group chat), or one for
    the villager, where she has agreed to it."""

    person = "person"
    unit = "unit"
    villager = "villager"


@dataclass(frozen=True)
class Pace:
    """At most so many messages to one address in any window of this length."""

    messages: int
    window: timedelta


@dataclass(frozen=True)
class Outgoing:
    """One message to one address; `key` stays the same however often it is tried, and `is_retry` says that it was."""

    key: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    is_retry: bool = False


@dataclass(frozen=True)
class Tools:
    """What channels need from outside; `mail`, `sms` and `wechat` are None where none is set up.

    `robot_hosts` is where group robots live: what somebody types as an address must open no other door from inside.
    """

    http: httpx.Client
    mail: MailServer | None = None
    robot_hosts: frozenset[str] = frozenset({ROBOT_HOST})
    sms: SmsAccount | None = None
    wechat: Entrance | None = None


class DeliveryFailed(Exception):
    """`reason` is shown to officials, so it holds no address and no key; `permanent` means trying again is no use, and
    `is_its_own` that others on the same way may well arrive."""

    def __init__(
        self, reason: str, *, permanent: bool = False, retry_after: timedelta | None = None, is_its_own: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.is_its_own = is_its_own or permanent


class Channel(Protocol):
    @property
    def addressee(self) -> Addressee: ...

    @property
    def rings(self) -> bool:
        """It makes a telephone ring, so it keeps quiet hours."""

    @property
    def pace(self) -> Pace | None: ...

    def send(self, delivery: Outgoing, tools: Tools) -> None:
        """Returns when the other side has taken the message; raises DeliveryFailed otherwise."""


def http_client(timeout: float = TIMEOUT_SECONDS) -> httpx.Client:
    """The client for all channels. A robot's address is its password, and httpx logs every address at INFO."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.Client(timeout=timeout, follow_redirects=False)
