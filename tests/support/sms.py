"""A strict stand-in for 阿里云短信: real HTTP, its own reading of the signature, and no kinder than the real one."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

KEY, SECRET, SIGN, TEMPLATE = "LTAI5tTest", "s3cret/+", "青岭县微愿", "SMS_154950909"
VARIABLES = {"said", "token"}
ASKED = {
    "SendSms": {"PhoneNumbers", "SignName", "TemplateCode", "TemplateParam", "OutId"},
    "QuerySendDetails": {"PhoneNumber", "SendDate", "PageSize", "CurrentPage"},
}
SIGNED = [
    *("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"),
    "x-acs-version",
]
EMPTY = hashlib.sha256(b"").hexdigest()
LIMITS = ((timedelta(minutes=1), 1, "分钟"), (timedelta(hours=1), 5, "小时"), (timedelta(days=1), 10, "天"))


class Refused(Exception):
    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(words)
        self.code, self.words = code, words


@dataclass(frozen=True)
class Sent:
    phone: str
    params: dict[str, str]
    key: str
    at: datetime


@dataclass
class Platform:
    """What it knows and saw; `broken` answers instead of the contract, once each; `drops`: takes it mutely."""

    address: str = ""
    sent: list[Sent] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    broken: list[tuple[int, bytes]] = field(default_factory=list)
    drops: int = 0
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def account(self) -> str:
        host = urlsplit(self.address).netloc
        secret = quote(SECRET, safe="")
        return f"aliyun+plain://{KEY}:{secret}@{host}?sign={quote(SIGN)}&template={TEMPLATE}"

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.broken:
            return self.broken.pop(0)
        try:
            said = self._do(method, target, headers, body)
        except Refused as refusal:
            self.refused.append(refusal.code)
            return 400, json.dumps({"Code": refusal.code, "Message": refusal.words}).encode()
        if self.drops:
            self.drops -= 1
            return 503, b"<html>busy</html>"
        return 200, json.dumps({"Code": "OK", "Message": "OK", **said}).encode()

    def _do(self, method: str, target: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        url = urlsplit(target)
        if (method, url.path, body) != ("POST", "/", b"") or headers.get("x-acs-version") != "2017-05-25":
            raise Refused("InvalidAction.NotFound")
        self._check_signature(url.query, headers)
        action, asked = headers["x-acs-action"], dict(parse_qsl(url.query, keep_blank_values=True))
        if set(asked) != ASKED.get(action):
            raise Refused("InvalidParameter", str(sorted(asked)))
        return self._send(asked) if action == "SendSms" else self._details(asked)

    def _check_signature(self, query: str, headers: dict[str, str]) -> None:
        algorithm, _space, rest = headers.get("authorization", "").partition(" ")
        parts = dict(part.partition("=")[::2] for part in rest.split(","))
        names = parts.get("SignedHeaders", "").split(";")
        if algorithm != "ACS3-HMAC-SHA256" or parts.get("Credential") != KEY or names != SIGNED:
            raise Refused("IncompleteSignature")
        if query != "&".join(sorted(query.split("&"))) or headers["x-acs-content-sha256"] != EMPTY:
            raise Refused("SignatureDoesNotMatch")
        canonical = f"POST\n/\n{query}\n" + "".join(f"{name}:{headers[name]}\n" for name in names)
        canonical += f"\n{';'.join(names)}\n{EMPTY}"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        right = hmac.new(SECRET.encode(), f"ACS3-HMAC-SHA256\n{digest}".encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, parts.get("Signature", "")):
            raise Refused("SignatureDoesNotMatch")
        said_at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(datetime.now(UTC) - said_at) > timedelta(minutes=15) or headers["x-acs-signature-nonce"] in self.nonces:
            raise Refused("SignatureNonceUsed")
        self.nonces.add(headers["x-acs-signature-nonce"])

    def _send(self, asked: dict[str, str]) -> dict[str, Any]:
        phone, now = asked["PhoneNumbers"], self.clock()
        if not (phone.isascii() and phone.isdigit() and len(phone) == 11 and phone.startswith("1")):
            raise Refused("isv.MOBILE_NUMBER_ILLEGAL")
        if asked["SignName"] != SIGN:
            raise Refused("isv.SMS_SIGNATURE_ILLEGAL")
        if asked["TemplateCode"] != TEMPLATE:
            raise Refused("isv.SMS_TEMPLATE_ILLEGAL")
        params = json.loads(asked["TemplateParam"])
        if set(params) != VARIABLES or not all(isinstance(value, str) and value for value in params.values()):
            raise Refused("isv.TEMPLATE_MISSING_PARAMETERS")
        if any(len(value) > 35 or "://" in value for value in params.values()):
            raise Refused("isv.PARAM_LENGTH_LIMIT")
        for span, most, word in LIMITS:
            if sum(each.phone == phone and each.at > now - span for each in self.sent) >= most:
                raise Refused("isv.BUSINESS_LIMIT_CONTROL", f"触发{word}级流控Permits:{most}")
        self.sent.append(Sent(phone, params, asked["OutId"], now))
        return {"BizId": "900619746936498440^0"}

    def _details(self, asked: dict[str, str]) -> dict[str, Any]:
        day = (self.clock() + timedelta(hours=8)).strftime("%Y%m%d")
        rows = [
            {"OutId": each.key, "SendStatus": 3, "PhoneNum": each.phone}
            for each in self.sent
            if each.phone == asked["PhoneNumber"] and asked["SendDate"] == day
        ]
        return {"TotalCount": len(rows), "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}}
