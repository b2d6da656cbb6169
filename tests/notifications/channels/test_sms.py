"""Short messages, over real HTTP, against a stand-in that is as strict as the platform's contract."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.accounts import SmsAccount, WrongAccount
from notifications.channels.base import DeliveryFailed, Outgoing, Tools, http_client
from notifications.channels.sms import PACE, SAID_LENGTH, Sms
from notifications.notices import NOTICES, Audience, ChannelName
from tests.support.door import opened
from tests.support.sms import LIMITS, SECRET, Platform

PHONE = "13812345678"
BODY = "您说的事有答复了。\n看答复，评一评：https://wish.example/t/4mZt9QxA7cP2sLw8YbDeFg/news"


@pytest.fixture
def platform() -> Iterator[Platform]:
    with opened(Platform()) as platform:
        yield platform


def send(platform: Platform, key: str = "12 resident sms consent 1", phone: str = PHONE, **words: object) -> None:
    with http_client(timeout=2) as http:
        tools = Tools(http, sms=SmsAccount.from_url(platform.account))
        subject = str(words.get("subject", "2026-000123 有答复了，请您评一评"))
        is_retry = bool(words.get("is_retry"))
        Sms().send(Outgoing(key, phone, subject, str(words.get("body", BODY)), is_retry=is_retry), tools)


def failure(platform: Platform, **words: object) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        send(platform, **words)  # type: ignore[arg-type]
    assert PHONE not in repr(failed.value) and SECRET not in repr(failed.value)
    assert failed.value.__cause__ is None
    return failed.value


def test_her_number_gets_one_sentence_and_the_key_of_her_page(platform: Platform) -> None:
    send(platform)
    [sent] = platform.sent
    assert (sent.phone, sent.key) == (PHONE, "12 resident sms consent 1")
    assert sent.params == {"said": "2026-000123 有答复了，请您评一评", "token": "4mZt9QxA7cP2sLw8YbDeFg"}


def test_a_long_sentence_is_cut_to_what_a_variable_may_hold(platform: Platform) -> None:
    send(platform, subject="2026-000123 已交给" + "县" * 60)
    assert len(platform.sent[0].params["said"]) == SAID_LENGTH
    assert platform.sent[0].params["said"].endswith("…")


def test_what_arrived_without_an_answer_is_not_sent_twice(platform: Platform) -> None:
    platform.drops = 1
    assert not failure(platform).permanent
    send(platform, is_retry=True)
    assert len(platform.sent) == 1


def test_what_did_not_arrive_is_sent_again(platform: Platform) -> None:
    platform.broken.append((502, b"<html>"))
    assert failure(platform).reason == "短信平台没有接收（HTTP 502）"
    send(platform, is_retry=True)
    assert len(platform.sent) == 1


@pytest.mark.parametrize(("span", "most", "word"), LIMITS)
def test_the_limits_of_one_number_say_how_long_to_wait(span: timedelta, most: int, word: str) -> None:
    now = [datetime(2026, 10, 12, 2, tzinfo=UTC)]
    with opened(Platform(clock=lambda: now[0])) as platform:
        for _ in range(most):
            send(platform)
            now[0] += span / (most + 1)
        failed = failure(platform)
        assert (failed.permanent, failed.retry_after) == (False, timedelta(hours=24) if word == "天" else span)
    assert (PACE.messages, PACE.window) == (1, timedelta(minutes=1))


def test_a_number_that_is_no_mobile_one_is_never_sent_to(platform: Platform) -> None:
    for phone in ("", "0915-2521234", "1381234567", "138123456789", "１３８１２３４５６７８"):
        assert failure(platform, phone=phone).permanent
    assert platform.sent == [] and platform.refused == []


def test_a_wrong_secret_is_told_and_kept_out_of_the_log(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    platform.broken.append((400, b'{"Code":"SignatureDoesNotMatch","Message":"Specified signature is not matched"}'))
    with caplog.at_level(logging.DEBUG):
        failed = failure(platform)
        send(platform)
    assert failed.reason == "短信平台不认我们的签名（SignatureDoesNotMatch）"
    assert PHONE not in caplog.text and SECRET not in caplog.text
    assert PHONE not in repr(Outgoing("1", PHONE, "s", "b")) and SECRET not in repr(
        SmsAccount.from_url(platform.account)
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "aliyun://host",
        "aliyun://a:b@host",
        "aliyun://a:b@host?sign=x",
        "http://a:b@h?sign=x&template=y",
        "aliyun://a:b@h:x?sign=x&template=y",
    ],
)
def test_an_account_of_another_shape_is_refused_without_its_secret(address: str) -> None:
    with pytest.raises(WrongAccount) as wrong:
        SmsAccount.from_url(address)
    assert "aliyun://KEY:SECRET" in str(wrong.value)


def test_without_a_platform_nothing_can_be_sent() -> None:
    with http_client() as http, pytest.raises(DeliveryFailed) as failed:
        Sms().send(Outgoing("1", PHONE, "s", "b"), Tools(http))
    assert failed.value.permanent


def test_both_ways_to_her_tell_the_same() -> None:
    told = {
        channel: [(row.verb, row.to) for row in NOTICES if row.audience is Audience.resident and row.channel is channel]
        for channel in (ChannelName.sms, ChannelName.wechat)
    }
    assert told[ChannelName.sms] == told[ChannelName.wechat] != []
