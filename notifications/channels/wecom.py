"""The group robot of 企业微信: a webhook whose address holds its key, answering 200 even when it refuses."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import httpx

from notifications.channels.base import Addressee, DeliveryFailed, Outgoing, Pace, Tools
from notifications.messages import link_of
from workflows.words import _

PATH = "/cgi-bin/webhook/send"
PACE = Pace(messages=20, window=timedelta(seconds=60))
MARKDOWN_BYTES = 4096
SUBJECT_BYTES = 300
LABEL_BYTES = 60
URL_BYTES = 2048
ELLIPSIS = "…"

# The robot knows no backslash escapes, so what would format, link or mention becomes its full-width twin.
HARMLESS = str.maketrans("\\`*_[]<>#~|&", "＼｀＊＿［］＜＞＃～｜＆")


class Refusal(NamedTuple):
    reason: str
    permanent: bool = False
    retry_after: timedelta | None = None


# Codes from the vendor's error list; any other code is tried again until the back-off ends.
REFUSALS: dict[int, Refusal] = {
    40008: Refusal(_("消息类型不对"), permanent=True),
    40058: Refusal(_("消息内容不合要求"), permanent=True),
    44004: Refusal(_("消息内容为空"), permanent=True),
    45009: Refusal(_("发送太频繁"), retry_after=timedelta(seconds=60)),
    93000: Refusal(_("机器人地址无效或已被移出群聊"), permanent=True),
}


@dataclass(frozen=True)
class WeCom:
    addressee: Addressee = Addressee.unit
    rings: bool = True
    pace: Pace | None = PACE

    def send(self, delivery: Outgoing, tools: Tools) -> None:
        address = webhook(delivery.address)
        if address.host not in tools.robot_hosts:
            raise DeliveryFailed(_("机器人地址不在允许的网站上，请管理员核对"), permanent=True)
        content = markdown(delivery.subject, delivery.body)
        read_answer(post(tools.http, address, {"msgtype": "markdown", "markdown": {"content": content}}))


def webhook(address: str) -> httpx.URL:
    """The address in its one allowed shape, so that a slip of the pen does not post notices to some other page."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        raise _not_a_robot() from None
    if url.scheme not in {"http", "https"} or not url.host or url.path != PATH or not url.params.get("key"):
        raise _not_a_robot()
    return url


def _not_a_robot() -> DeliveryFailed:
    return DeliveryFailed(_("机器人地址不对，请从群机器人的设置里重新复制"), permanent=True)


def post(http: httpx.Client, address: httpx.URL, message: dict[str, object]) -> httpx.Response:
    """Errors of the network are told by their kind alone: their texts may hold the address."""
    try:
        return http.post(address, json=message)
    except httpx.TimeoutException:
        raise DeliveryFailed(_("企业微信没有按时回应")) from None
    except httpx.HTTPError as error:
        raise DeliveryFailed(_("连不上企业微信") + f"（{type(error).__name__}）") from None


def read_answer(answer: httpx.Response) -> None:
    if answer.status_code != httpx.codes.OK:
        raise DeliveryFailed(_("企业微信没有接收") + f"（HTTP {answer.status_code}）")
    code = _errcode(answer)
    if code == 0:
        return
    refusal = REFUSALS.get(code, Refusal(_("企业微信拒收")))
    raise DeliveryFailed(
        f"{refusal.reason}（errcode {code}）", permanent=refusal.permanent, retry_after=refusal.retry_after
    )


def _errcode(answer: httpx.Response) -> int:
    try:
        code = answer.json()["errcode"]
    except (ValueError, KeyError, TypeError):
        code = None
    if type(code) is not int:
        raise DeliveryFailed(_("企业微信的回应看不懂"))
    return code


def markdown(subject: str, body: str) -> str:
    """Subject in bold, text, and the link of the last line; the text gives way when there are too many bytes."""
    text, label, url = link_of(body)
    head = f"**{cut(harmless(subject), SUBJECT_BYTES)}**"
    link = _link(label, url)
    room = MARKDOWN_BYTES - len(f"{head}\n\n{link}".encode())
    return "\n".join(part for part in (head, cut(harmless(text), room), link) if part)


def _link(label: str, url: str) -> str:
    """An address too long for any browser is no link at all."""
    if not url or len(url.encode()) > URL_BYTES:
        return ""
    return f"[{cut(harmless(label), LABEL_BYTES)}]({url.replace('(', '%28').replace(')', '%29')})"


def harmless(text: str) -> str:
    return text.translate(HARMLESS)


def cut(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, never half a character, with an ellipsis where something is missing."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    return encoded[: limit - len(ELLIPSIS.encode())].decode(errors="ignore") + ELLIPSIS
