"""A strict stand-in for the interfaces of a 公众号: token, template message, and who came back with a code."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

APP_ID, SECRET, TEMPLATE = "wx1234567890abcdef", "a-secret", "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"
FIELDS = {"character_string1", "thing2"}
A_MESSAGE = {"touser", "template_id", "url", "client_msg_id", "data"}


class Refused(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Sent:
    openid: str
    url: str
    number: str
    said: str


@dataclass
class OfficialAccount:
    """`followers` may be written to; `codes` lead to the one who came back; `token` is the one now in force."""

    address: str = ""
    followers: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    token: str = "token 1"
    sent: list[Sent] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    keys: dict[tuple[str, str], datetime] = field(default_factory=dict)
    broken: list[tuple[int, bytes]] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def account(self) -> str:
        host = urlsplit(self.address).netloc
        return f"wechat+plain://{APP_ID}:{SECRET}@{host}?template={TEMPLATE}&fields=character_string1,thing2"

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.broken:
            return self.broken.pop(0)
        try:
            said = self._do(method, urlsplit(target).path, dict(parse_qsl(urlsplit(target).query)), body)
        except Refused as refusal:
            self.refused.append(refusal.code)
            return 200, json.dumps({"errcode": refusal.code, "errmsg": "refused"}).encode()
        return 200, json.dumps(said).encode()

    def _do(self, method: str, path: str, asked: dict[str, str], body: bytes) -> dict[str, Any]:
        if (method, path) == ("POST", "/cgi-bin/stable_token"):
            return self._let_in(json.loads(body))
        if (method, path) == ("GET", "/sns/oauth2/access_token"):
            return self._who(asked)
        if (method, path) == ("POST", "/cgi-bin/message/template/send"):
            return self._send(asked, json.loads(body))
        raise Refused(40066)

    def _let_in(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked != {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}:
            raise Refused(40013)
        return {"access_token": self.token, "expires_in": 7200}

    def _who(self, asked: dict[str, str]) -> dict[str, Any]:
        code = asked.pop("code", "")
        if asked != {"grant_type": "authorization_code", "appid": APP_ID, "secret": SECRET}:
            raise Refused(40013)
        if code not in self.codes:
            raise Refused(40029)
        return {"openid": self.codes.pop(code), "scope": "snsapi_base", "access_token": "x"}

    def _send(self, asked: dict[str, str], message: dict[str, Any]) -> dict[str, Any]:
        if asked != {"access_token": self.token}:
            raise Refused(40001)
        if set(message) != A_MESSAGE or set(message["data"]) != FIELDS:
            raise Refused(47003)
        if message["template_id"] != TEMPLATE:
            raise Refused(40037)
        values = {name: each["value"] for name, each in message["data"].items()}
        if len(values["thing2"]) > 20 or len(values["character_string1"]) > 32 or len(message["client_msg_id"]) > 32:
            raise Refused(47003)
        if message["touser"] not in self.followers:
            raise Refused(43004)
        self._keep(message, values)
        return {"errcode": 0, "errmsg": "ok", "msgid": 1}

    def _keep(self, message: dict[str, Any], values: dict[str, str]) -> None:
        """A key that was seen within ten minutes is answered as if it had been sent."""
        now, key = self.clock(), (message["touser"], message["client_msg_id"])
        if key not in self.keys or self.keys[key] < now - timedelta(minutes=10):
            sent = Sent(message["touser"], message["url"], values["character_string1"], values["thing2"])
            self.sent.append(sent)
            self.keys[key] = now
