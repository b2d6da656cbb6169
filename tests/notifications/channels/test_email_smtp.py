"""Mail, over real SMTP to a real server."""

import logging
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import pytest

from notifications.channels.base import DeliveryFailed, Outgoing, Tools, http_client
from notifications.channels.email_smtp import Email
from notifications.channels.mail_server import MailServer, Security, WrongMailAddress
from tests.support.mail import PASSWORD, USER, MailBox, certificates, mail_server

# The test server allows a password on a connection that is TLS from its start, and warns about it.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SENDER = "岚山县微愿 <weiyuan@lanshan.example>"
TO = "li.zhuren@lanshan.example"
BODY = "这件心愿过了期限，请您过问。\n查看工单：https://wish.example/desk/tickets/2026-000123"
SIGN_IN = f"{USER}:{quote(PASSWORD, safe='')}@"


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificates(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mail_server() as box:
        yield box


def send(server: MailServer | None, address: str = TO, subject: str = "已超期：2026-000123", key: str = "7") -> None:
    with http_client() as http:
        Email().send(Outgoing(key, address, subject, BODY), Tools(http, server))


def failure(server: MailServer | None, address: str = TO) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        send(server, address)
    for secret in (TO, "li.zhuren", PASSWORD, quote(PASSWORD, safe="")):
        assert secret not in repr(failed.value)
    assert failed.value.__cause__ is None
    return failed.value


def plain(box: MailBox) -> MailServer:
    return MailServer.from_url(f"smtp+plain://127.0.0.1:{box.port}", SENDER)


def test_a_mail_arrives_as_it_was_written(box: MailBox) -> None:
    send(plain(box))
    (mail,) = box.received
    assert (mail.sender, mail.recipients) == ("weiyuan@lanshan.example", (TO,))
    assert mail.message["From"] == SENDER
    assert mail.message["To"] == TO
    assert mail.message["Subject"] == "已超期：2026-000123"
    assert mail.message.get_content().splitlines() == BODY.splitlines()
    assert mail.message.get_content_charset() == "utf-8"
    assert mail.raw.isascii()


def test_a_mail_says_that_a_machine_wrote_it_and_when(box: MailBox) -> None:
    send(plain(box))
    message = box.received[0].message
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert datetime.now(UTC) - parsedate_to_datetime(message["Date"]) < timedelta(minutes=1)


def test_a_repeated_mail_can_be_recognised(box: MailBox) -> None:
    for key in ("7", "7", "8"):
        send(plain(box), key=key)
    first, second, other = [mail.message["Message-ID"] for mail in box.received]
    assert first == second != other
    assert first.endswith("@lanshan.example>")
    assert TO not in first


def test_a_long_chinese_subject_comes_through(box: MailBox) -> None:
    subject = "派给岚山县住房和城乡建设局市政工程管理所：" * 4
    send(plain(box), subject=subject)
    assert box.received[0].message["Subject"] == subject


def test_a_subject_adds_no_header(box: MailBox) -> None:
    send(plain(box), subject="a\r\nBcc: all@example.com")
    message = box.received[0].message
    assert message["Bcc"] is None
    assert message["Subject"] == "a Bcc: all@example.com"


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b\r\nRCPT TO:<c@d>", "a@b, c@d", "<a@b>", "a b@c", "a@b@c", "张三"]
)
def test_what_is_no_mail_address_is_never_tried(box: MailBox, address: str) -> None:
    failed = failure(plain(box), address)
    assert failed.permanent
    assert failed.reason == "收件地址不是邮箱地址"
    assert box.received == []


@pytest.mark.parametrize(
    ("to_whom", "answer", "reason", "permanent"),
    [
        (TO, f"550 5.1.1 <{TO}>: no such user", "收件地址被拒（550 5.1.1）", True),
        (TO, f"550 {TO} unknown", "收件地址被拒（550）", True),
        (TO, "451 4.7.1 greylisted, come again", "收件地址被拒（451 4.7.1）", False),
        (TO, "421 4.3.2 closing", "收件地址被拒（421 4.3.2）", False),
        ("MAIL", f"553 5.7.1 {TO} may not send", "发件地址被拒（553 5.7.1）", False),
        ("DATA", f"554 5.7.1 spam for {TO}", "邮件被拒（554 5.7.1）", True),
        ("DATA", "452 4.3.1 disk full", "邮件被拒（452 4.3.1）", False),
    ],
)
def test_refusals_are_told_by_their_codes(
    box: MailBox, to_whom: str, answer: str, reason: str, permanent: bool
) -> None:
    box.answers[to_whom] = answer
    failed = failure(plain(box))
    assert (failed.reason, failed.permanent) == (reason, permanent)
    assert box.received == []


def test_a_server_that_is_away_is_tried_again() -> None:
    with mail_server() as gone:
        server = plain(gone)
    failed = failure(server)
    assert not failed.permanent
    assert failed.reason == "连不上邮件服务器（ConnectionRefusedError）"


def test_without_a_mail_server_nothing_is_tried() -> None:
    failed = failure(None)
    assert failed.permanent
    assert failed.reason == "还没有设置邮件服务器"


@pytest.mark.parametrize("security", [Security.starttls, Security.tls])
def test_password_and_mail_travel_encrypted(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], security: Security
) -> None:
    shown, trust = contexts
    how = {"starttls": shown} if security is Security.starttls else {"tls": shown}
    with mail_server(**how, needs_sign_in=True) as box:
        send(MailServer.from_url(f"{security}://{SIGN_IN}127.0.0.1:{box.port}", SENDER, trust=trust))
    assert [mail.is_encrypted for mail in box.received] == [True]


def test_a_wrong_password_is_told_and_tried_again(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    shown, trust = contexts
    with mail_server(tls=shown, needs_sign_in=True) as box:
        failed = failure(MailServer.from_url(f"smtps://{USER}:wrong@127.0.0.1:{box.port}", SENDER, trust=trust))
    assert not failed.permanent
    assert failed.reason == "邮件服务器不认用户名或口令（535 5.7.8）"
    assert box.received == []


def test_a_server_with_a_strange_certificate_gets_nothing(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    with mail_server(tls=contexts[0]) as box:
        failed = failure(MailServer.from_url(f"smtps://127.0.0.1:{box.port}", SENDER))
    assert failed.reason == "连不上邮件服务器（SSLCertVerificationError）"
    assert box.received == []


def test_encryption_that_is_asked_for_is_never_done_without(box: MailBox) -> None:
    failed = failure(MailServer.from_url(f"smtp://127.0.0.1:{box.port}", SENDER))
    assert failed.reason == "邮件服务器不提供加密或登录"
    assert box.received == []


def test_the_conversation_is_in_no_log(box: MailBox, caplog: pytest.LogCaptureFixture) -> None:
    box.answers[TO] = f"550 5.1.1 <{TO}>: no such user"
    with caplog.at_level(logging.DEBUG):
        failure(plain(box))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("notifications")]
    assert ours == []


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtps://mail.example", "mail.example", 465, Security.tls),
        ("smtp://mail.example", "mail.example", 587, Security.starttls),
        ("smtp+plain://mail.example", "mail.example", 25, Security.none),
        ("smtps://[::1]:2465", "::1", 2465, Security.tls),
    ],
)
def test_one_address_says_host_port_and_privacy(url: str, host: str, port: int, security: Security) -> None:
    server = MailServer.from_url(url, SENDER)
    assert (server.host, server.port, server.security) == (host, port, security)


def test_user_and_password_may_hold_any_character() -> None:
    server = MailServer.from_url(f"smtps://wei%40yuan:{quote(PASSWORD, safe='')}@mail.example", SENDER)
    assert (server.user, server.password) == ("wei@yuan", PASSWORD)
    assert PASSWORD not in repr(server)


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://u:secret@mail.example", SENDER),
        ("smtps://", SENDER),
        ("smtps://u:secret@mail.example:port", SENDER),
        ("mail.example", SENDER),
        ("smtp+plain://u:secret@mail.example", SENDER),
        ("smtps://u:secret@mail.example", "微愿"),
        ("smtps://u:secret@mail.example", "weiyuan@"),
    ],
)
def test_a_wrong_setting_is_refused_without_repeating_the_password(url: str, sender: str) -> None:
    with pytest.raises(WrongMailAddress) as wrong:
        MailServer.from_url(url, sender)
    assert "secret" not in str(wrong.value)
