"""Mail by SMTP: plain text, marked as automatic, and recognisable when it comes twice."""

import re
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from hashlib import sha256

from notifications.channels.base import Addressee, DeliveryFailed, Outgoing, Pace, Tools
from notifications.channels.mail_server import MailServer
from workflows.words import _

# Seven bits pass every server on the way; Chinese text becomes base64.
POLICY = SMTP.clone(cte_type="7bit")

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")


@dataclass(frozen=True)
class Email:
    addressee: Addressee = Addressee.person
    rings: bool = False
    pace: Pace | None = None

    def send(self, delivery: Outgoing, tools: Tools) -> None:
        if tools.mail is None:
            raise DeliveryFailed(_("还没有设置邮件服务器"), permanent=True)
        if not ADDRESS.fullmatch(delivery.address):
            raise DeliveryFailed(_("收件地址不是邮箱地址"), permanent=True)
        transmit(tools.mail, delivery.address, compose(delivery, tools.mail.sender))


def compose(delivery: Outgoing, sender: str) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = delivery.address
    message["Subject"] = " ".join(delivery.subject.split())
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = message_id(delivery.key, sender)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(delivery.body + "\n", charset="utf-8")
    return message


def message_id(key: str, sender: str) -> str:
    """The same for every attempt of one delivery, so that mail programs show a repeated mail once."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def transmit(server: MailServer, recipient: str, message: EmailMessage) -> None:
    """Answers of the server are told by their codes alone: their texts repeat addresses."""
    connection = _connect(server)
    try:
        _hand_over(connection, recipient, message)
    finally:
        _say_goodbye(connection)


def _connect(server: MailServer) -> smtplib.SMTP:
    try:
        return server.connect()
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryFailed(
            _("邮件服务器不认用户名或口令") + f"（{_code(error.smtp_code, error.smtp_error)}）"
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise DeliveryFailed(_("邮件服务器不提供加密或登录")) from None
    except OSError as error:
        raise DeliveryFailed(_("连不上邮件服务器") + f"（{type(error).__name__}）") from None


def _hand_over(connection: smtplib.SMTP, recipient: str, message: EmailMessage) -> None:
    """A refused sender is our own setting, which somebody mends: only recipient and content are refused for good."""
    try:
        connection.send_message(message, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients[recipient]
        raise DeliveryFailed(_("收件地址被拒") + f"（{_code(code, text)}）", permanent=code >= 500) from None
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
        raise DeliveryFailed(_("邮件被拒") + f"（{_code(code, error.smtp_error)}）", permanent=code >= 500) from None
    except smtplib.SMTPSenderRefused as error:
        raise DeliveryFailed(_("发件地址被拒") + f"（{_code(error.smtp_code, error.smtp_error)}）") from None
    except smtplib.SMTPNotSupportedError:
        raise DeliveryFailed(_("邮件服务器不支持这样的收件地址"), permanent=True) from None
    except OSError as error:
        raise DeliveryFailed(_("发送邮件时断开") + f"（{type(error).__name__}）") from None


def _say_goodbye(connection: smtplib.SMTP) -> None:
    """Whether the mail was taken is known by now; a failing farewell must not have it sent twice."""
    with suppress(OSError):
        connection.quit()
    connection.close()


def _code(code: int, text: bytes | str) -> str:
    """`550 5.1.1`: the code and, when there is one, the enhanced code at the head of the text."""
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", words.strip())
    return f"{code} {enhanced[0]}" if enhanced else str(code)
