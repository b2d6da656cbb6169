"""阿里云's way of asking: parameters in the address, signed with ACS3-HMAC-SHA256, answered with a Code."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import httpx

from notifications.channels.accounts import SmsAccount
from notifications.channels.base import DeliveryFailed
from workflows.words import _

VERSION = "2017-05-25"
ALGORITHM = "ACS3-HMAC-SHA256"
NOTHING = hashlib.sha256(b"").hexdigest()

Answer = Mapping[str, object]


def ask(http: httpx.Client, account: SmsAccount, action: str, asked: Mapping[str, str]) -> Answer:
    """Errors of the network are told by their kind alone: their texts hold the address, and that the number."""
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(asked.items()))
    headers = signed_headers(account, action, query, datetime.now(UTC), secrets.token_hex(16))
    try:
        answer = http.post(f"{account.root}/?{query}", headers=headers)
    except httpx.TimeoutException:
        raise DeliveryFailed(_("短信平台没有按时回应")) from None
    except httpx.HTTPError as error:
        raise DeliveryFailed(_("连不上短信平台") + f"（{type(error).__name__}）") from None
    return _read(answer)


def _read(answer: httpx.Response) -> Answer:
    """A refusal comes with its Code as well, and with HTTP 400 or 200."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("Code"), str):
        raise DeliveryFailed(_("短信平台没有接收") + f"（HTTP {answer.status_code}）")
    return said


def signed_headers(account: SmsAccount, action: str, query: str, at: datetime, nonce: str) -> dict[str, str]:
    headers = {
        "host": urlsplit(account.root).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": NOTHING,
        "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": VERSION,
    }
    names = ";".join(headers)
    listed = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join(["POST", "/", query, listed, names, NOTHING])
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(account.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential={account.key},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": authorization}


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
