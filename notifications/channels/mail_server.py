"""The county's mail server, from one address: smtps://user:password@host:465, smtp://…:587, smtp+plain://host:25."""

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

TIMEOUT_SECONDS = 20.0


class Security(StrEnum):
    """How the connection is made private; `none` is for a relay on the same machine or in the same room."""

    tls = "smtps"
    starttls = "smtp"
    none = "smtp+plain"


USUAL_PORT: dict[Security, int] = {Security.tls: 465, Security.starttls: 587, Security.none: 25}


class WrongMailAddress(ValueError):
    """WEIYUAN_SMTP_URL or WEIYUAN_MAIL_FROM does not say what is needed; the text holds no password."""


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    timeout: float = TIMEOUT_SECONDS

    @classmethod
    def from_url(cls, smtp_url: str, sender: str, trust: ssl.SSLContext | None = None) -> "MailServer":
        """`trust` replaces the system's certificates, for a county with an authority of its own."""
        address = _split(smtp_url)
        security = _security(address.scheme)
        if not re.fullmatch(r"[^\s@]+@[^\s@]+", parseaddr(sender)[1]):
            raise WrongMailAddress("发件地址要像 weiyuan@example.gov.cn 这样")
        if address.password and security is Security.none:
            raise WrongMailAddress("smtp+plain:// 不加密，不能带口令；请改用 smtps:// 或 smtp://")
        return cls(
            host=address.hostname or "",
            port=address.port or USUAL_PORT[security],
            security=security,
            sender=sender,
            user=unquote(address.username or ""),
            password=unquote(address.password or ""),
            trust=trust,
        )

    def connect(self) -> smtplib.SMTP:
        """A signed-in connection; raises OSError (of which smtplib's errors and TLS errors are kinds)."""
        connection = self._open()
        try:
            if self.security is Security.starttls:
                connection.starttls(context=self._trusted())
            if self.user:
                connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open(self) -> smtplib.SMTP:
        if self.security is Security.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self._trusted())
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    def _trusted(self) -> ssl.SSLContext:
        return self.trust or ssl.create_default_context()


def _split(smtp_url: str) -> SplitResult:
    try:
        address = urlsplit(smtp_url)
        usable = bool(address.hostname) and address.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise WrongMailAddress("邮件服务器地址要像 smtps://用户:口令@主机:465 这样")
    return address


def _security(scheme: str) -> Security:
    try:
        return Security(scheme)
    except ValueError:
        raise WrongMailAddress("邮件服务器地址要以 smtps://、smtp:// 或 smtp+plain:// 开头") from None
