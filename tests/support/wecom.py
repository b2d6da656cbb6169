"""A strict stand-in for the group robots of 企业微信: real HTTP, and no kinder than the real one."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.door import opened

PATH = "/cgi-bin/webhook/send"
SIZES = {"text": 2048, "markdown": 4096}
FIELDS = {"text": {"content", "mentioned_list", "mentioned_mobile_list"}, "markdown": {"content"}}
PER_MINUTE = 20


class Refused(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True)
class Accepted:
    key: str
    msgtype: str
    content: str


@dataclass
class Robots:
    """What the robots know and saw. `clock` counts seconds; `broken` answers instead of the contract, once each."""

    address: str = ""
    keys: set[str] = field(default_factory=set)
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    broken: list[tuple[int, bytes]] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    calls: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lock: Lock = field(default_factory=Lock)

    def add(self, key: str) -> str:
        """A robot in a group; returns the address that its settings show."""
        self.keys.add(key)
        return f"{self.address}{PATH}?key={key}"

    def texts(self, key: str) -> list[str]:
        return [message.content for message in self.accepted if message.key == key]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with self.lock:
            if self.broken:
                return self.broken.pop(0)
            try:
                self.accepted.append(self._read(method, target, headers.get("content-type", ""), body))
            except Refused as refusal:
                self.refused.append(refusal.code)
                return 200, json.dumps({"errcode": refusal.code, "errmsg": str(refusal)}).encode()
            return 200, b'{"errcode":0,"errmsg":"ok"}'

    def _read(self, method: str, target: str, content_type: str, body: bytes) -> Accepted:
        key = self._key(method, target)
        self._count(key)
        if content_type.partition(";")[0].strip() != "application/json":
            raise Refused(47001, "content type is not application/json")
        msgtype, content = _message(_json(body))
        return Accepted(key, msgtype, content)

    def _key(self, method: str, target: str) -> str:
        url = urlsplit(target)
        query = parse_qs(url.query, keep_blank_values=True)
        if method != "POST" or url.path != PATH or list(query) != ["key"] or len(query["key"]) != 1:
            raise Refused(93000, "invalid webhook url")
        if query["key"][0] not in self.keys:
            raise Refused(93000, "invalid webhook url")
        return query["key"][0]

    def _count(self, key: str) -> None:
        now = self.clock()
        recent = [moment for moment in self.calls[key] if moment > now - 60]
        if len(recent) >= PER_MINUTE:
            raise Refused(45009, "api freq out of limit")
        self.calls[key] = [*recent, now]


def _json(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body.decode("utf8"))
    except ValueError:
        raise Refused(47001, "data format error") from None
    if not isinstance(message, dict):
        raise Refused(47001, "data format error")
    return message


def _message(message: dict[str, Any]) -> tuple[str, str]:
    msgtype = message.get("msgtype")
    if msgtype not in SIZES:
        raise Refused(40008, "invalid message type")
    if set(message) != {"msgtype", msgtype} or not isinstance(message[msgtype], dict):
        raise Refused(40058, f"body is not msgtype and {msgtype}")
    part = message[msgtype]
    if not set(part) <= FIELDS[msgtype] or not all(
        _is_list_of_str(part.get(name, [])) for name in set(part) - {"content"}
    ):
        raise Refused(40058, f"{msgtype} has fields that do not belong there")
    return msgtype, _content(msgtype, part.get("content"))


def _content(msgtype: str, content: object) -> str:
    if not isinstance(content, str) or not content.strip():
        raise Refused(44004, "empty content")
    if len(content.encode("utf8")) > SIZES[msgtype]:
        raise Refused(40058, f"{msgtype}.content exceed max length {SIZES[msgtype]}")
    return content


def _is_list_of_str(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


@contextmanager
def wecom_robots(clock: Callable[[], float] = time.monotonic) -> Iterator[Robots]:
    with opened(Robots(clock=clock)) as robots:
        yield robots
