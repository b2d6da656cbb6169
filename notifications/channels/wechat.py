"""Messages of the county's own 公众号 to a villager who asked for them in 微信: its template, our two fields.

The platform takes one message of a key within ten minutes once, and answers 200 even when it refuses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlencode

import httpx

from notifications.channels.accounts import Entrance, WeChatAccount
from notifications.channels.base import Addressee, DeliveryFailed, Outgoing, Pace, Tools
from notifications.messages import link_of, shortened
from workflows.words import _

THING_LENGTH = 20
"""Characters of a field of the kind `thing`."""
KEY_LENGTH = 32
TOKEN_PATH, SEND_PATH, OPENID_PATH = (
    "/cgi-bin/stable_token",
    "/cgi-bin/message/template/send",
    "/sns/oauth2/access_token",
)
AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
STALE = frozenset({40001, 40014, 42001})
"""The token that lets us in has run out, or somebody has fetched another."""


class Refusal(NamedTuple):
    reason: str
    permanent: bool = False
    retry_after: timedelta | None = None


REFUSALS: dict[int, Refusal] = {
    40003: Refusal(_("这个微信号不是本公众号的"), permanent=True),
    40037: Refusal(_("微信模板不能用"), permanent=True),
    43004: Refusal(_("诉求人没有关注公众号"), permanent=True),
    43101: Refusal(_("诉求人在微信里拒收"), permanent=True),
    47003: Refusal(_("微信模板的字段不对"), permanent=True),
    45009: Refusal(_("今天发得太多了"), retry_after=timedelta(hours=6)),
    45011: Refusal(_("发送太频繁"), retry_after=timedelta(minutes=1)),
    48001: Refusal(_("公众号没有发模板消息的权限"), permanent=True),
}


@dataclass(frozen=True)
class WeChat:
    addressee: Addressee = Addressee.villager
    rings: bool = True
    pace: Pace | None = None

    def send(self, delivery: Outgoing, tools: Tools) -> None:
        if tools.wechat is None:
            raise DeliveryFailed(_("还没有设置公众号"), permanent=True)
        words = message(delivery, tools.wechat.account)
        code = _send(tools.http, tools.wechat, words)
        if code in STALE:
            tools.wechat.token = ""
            code = _send(tools.http, tools.wechat, words)
        if code != 0:
            raise _refused(code)


def message(delivery: Outgoing, account: WeChatAccount) -> dict[str, object]:
    number, _space, said = delivery.subject.partition(" ")
    fields = {account.number_field: number, account.said_field: shortened(said, THING_LENGTH)}
    return {
        "touser": delivery.address,
        "template_id": account.template,
        "url": link_of(delivery.body)[2],
        "client_msg_id": sha256(delivery.key.encode()).hexdigest()[:KEY_LENGTH],
        "data": {name: {"value": value} for name, value in fields.items()},
    }


def _send(http: httpx.Client, entrance: Entrance, words: Mapping[str, object]) -> int:
    if not entrance.token:
        entrance.token = _fetch_token(http, entrance.account)
    address = f"{entrance.account.root}{SEND_PATH}?{urlencode({'access_token': entrance.token})}"
    return _errcode(_post(http, address, words))


def _fetch_token(http: httpx.Client, account: WeChatAccount) -> str:
    asked = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    answer = _post(http, account.root + TOKEN_PATH, asked)
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise _refused(_errcode(answer))
    return token


def consent_address(account: WeChatAccount, back: str, state: str) -> str:
    """Where 微信 tells us who she is, and nothing more; from there she comes `back` with a code."""
    asked = {
        "appid": account.app_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{AUTHORIZE}?{urlencode(asked)}#wechat_redirect"


def openid_of(http: httpx.Client, account: WeChatAccount, code: str) -> str:
    """Who she is to this account, for the code that she came back with. Raise DeliveryFailed."""
    asked = {"appid": account.app_id, "secret": account.secret, "code": code, "grant_type": "authorization_code"}
    answer = _asked(lambda: http.get(f"{account.root}{OPENID_PATH}", params=asked))
    openid = answer.get("openid")
    if not isinstance(openid, str) or not openid:
        raise _refused(_errcode(answer))
    return openid


def _post(http: httpx.Client, address: str, words: Mapping[str, object]) -> Mapping[str, object]:
    return _asked(lambda: http.post(address, json=words))


def _asked(ask: Callable[[], httpx.Response]) -> Mapping[str, object]:
    """Errors of the network are told by their kind alone: their texts hold the address, and that the token."""
    try:
        answer = ask()
    except httpx.TimeoutException:
        raise DeliveryFailed(_("微信没有按时回应")) from None
    except httpx.HTTPError as error:
        raise DeliveryFailed(_("连不上微信") + f"（{type(error).__name__}）") from None
    try:
        said = answer.json() if answer.status_code == httpx.codes.OK else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise DeliveryFailed(_("微信没有接收") + f"（HTTP {answer.status_code}）")
    return said


def _errcode(answer: Mapping[str, object]) -> int:
    code = answer.get("errcode")
    if type(code) is not int:
        raise DeliveryFailed(_("微信的回应看不懂"))
    return code


def _refused(code: int) -> DeliveryFailed:
    refusal = REFUSALS.get(code, Refusal(_("微信拒收")))
    reason = f"{refusal.reason}（errcode {code}）"
    return DeliveryFailed(reason, permanent=refusal.permanent, retry_after=refusal.retry_after)
