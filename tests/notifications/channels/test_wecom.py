"""The group robot, over real HTTP, against a stand-in that is as strict as the contract."""

import logging
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import CHANNELS
from notifications.channels.base import DeliveryFailed, Outgoing, Tools, http_client
from notifications.channels.wecom import MARKDOWN_BYTES, WeCom, cut, markdown
from notifications.notices import ChannelName
from tests.support.wecom import PER_MINUTE, Robots, wecom_robots

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
HERE = frozenset({"127.0.0.1"})
LINK = "https://wish.example/desk/tickets/2026-000123"
BODY = f"请县交通运输局抓紧办理。\n心愿：路灯坏了\n查看工单：{LINK}"


@pytest.fixture(scope="module")
def tools() -> Iterator[Tools]:
    with http_client(timeout=2) as http:
        yield Tools(http, robot_hosts=HERE)


@pytest.fixture
def robots() -> Iterator[Robots]:
    with wecom_robots() as robots:
        yield robots


def send(tools: Tools, address: str, subject: str = "催办：2026-000123", body: str = BODY) -> None:
    WeCom().send(Outgoing("delivery-1", address, subject, body), tools)


def failure(tools: Tools, address: str) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        send(tools, address)
    assert KEY not in repr(failed.value)
    assert failed.value.__cause__ is None
    return failed.value


def test_the_robot_gets_subject_text_and_link(tools: Tools, robots: Robots) -> None:
    send(tools, robots.add(KEY))
    assert robots.texts(KEY) == [f"**催办：2026-000123**\n请县交通运输局抓紧办理。\n心愿：路灯坏了\n[查看工单]({LINK})"]
    assert robots.accepted[0].msgtype == "markdown"
    assert robots.refused == []


def test_a_text_without_link_is_sent_as_it_is(tools: Tools, robots: Robots) -> None:
    send(tools, robots.add(KEY), body="今天停水")
    assert robots.texts(KEY) == ["**催办：2026-000123**\n今天停水"]


def test_typed_words_neither_format_nor_link_nor_mention(tools: Tools, robots: Robots) -> None:
    send(tools, robots.add(KEY), body="# [点我](http://evil.example) <@all> **138****5678** `x` &lt;")
    (text,) = robots.texts(KEY)
    assert text.splitlines()[1] == "＃ ［点我］(http://evil.example) ＜@all＞ ＊＊138＊＊＊＊5678＊＊ ｀x｀ ＆lt;"


def test_a_long_text_is_cut_between_characters_and_keeps_its_link(tools: Tools, robots: Robots) -> None:
    send(tools, robots.add(KEY), body="路" * 5000 + f"\n查看工单：{LINK}")
    (text,) = robots.texts(KEY)
    assert MARKDOWN_BYTES - 3 < len(text.encode()) <= MARKDOWN_BYTES
    assert text.endswith(f"路…\n[查看工单]({LINK})")


@given(subject=st.text(max_size=400), text=st.text(max_size=3000), label=st.sampled_from(["查看", "查" * 99]))
def test_whatever_is_said_fits_and_keeps_its_link(subject: str, text: str, label: str) -> None:
    content = markdown(subject, f"{text}\n{label}：{LINK}")
    assert len(content.encode()) <= MARKDOWN_BYTES
    assert content.endswith(f"]({LINK})")


@given(st.text(), st.integers(min_value=3, max_value=50))
def test_a_cut_text_is_valid_and_short_enough(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short.encode()) <= limit
    assert short == text or short.endswith("…")


def test_brackets_in_an_address_do_not_end_the_link() -> None:
    assert markdown("a", "b\n看：https://x.example/(1)").endswith("[看](https://x.example/%281%29)")


def test_an_endless_address_is_left_out(tools: Tools, robots: Robots) -> None:
    send(tools, robots.add(KEY), body="路灯\n查看：https://x.example/" + "a" * 5000)
    assert robots.texts(KEY) == ["**催办：2026-000123**\n路灯"]


def test_an_unknown_robot_is_a_permanent_failure(tools: Tools, robots: Robots) -> None:
    known = robots.add(KEY)
    failed = failure(tools, known + "0")
    assert failed.permanent
    assert failed.reason == "机器人地址无效或已被移出群聊（errcode 93000）"


def test_too_many_messages_in_a_minute_are_tried_again_after_a_minute(tools: Tools) -> None:
    seconds = [0.0]
    with wecom_robots(clock=lambda: seconds[0]) as robots:
        address = robots.add(KEY)
        for _ in range(PER_MINUTE):
            send(tools, address)
        failed = failure(tools, address)
        assert not failed.permanent
        assert failed.retry_after is not None
        assert failed.retry_after.total_seconds() == 60
        seconds[0] += failed.retry_after.total_seconds()
        send(tools, address)
        assert len(robots.accepted) == PER_MINUTE + 1


def test_the_pace_of_the_channel_is_the_pace_of_the_robot() -> None:
    pace = CHANNELS[ChannelName.wecom].pace
    assert pace is not None
    assert (pace.messages, pace.window.total_seconds()) == (PER_MINUTE, 60)


@pytest.mark.parametrize(
    ("status", "answer", "reason", "permanent"),
    [
        (200, b'{"errcode":40008,"errmsg":"x"}', "消息类型不对（errcode 40008）", True),
        (200, b'{"errcode":40058,"errmsg":"x"}', "消息内容不合要求（errcode 40058）", True),
        (200, b'{"errcode":44004,"errmsg":"x"}', "消息内容为空（errcode 44004）", True),
        (200, b'{"errcode":-1,"errmsg":"system busy"}', "企业微信拒收（errcode -1）", False),
        (200, b'{"errmsg":"ok"}', "企业微信的回应看不懂", False),
        (200, b'{"errcode":"0"}', "企业微信的回应看不懂", False),
        (200, b'{"errcode":false}', "企业微信的回应看不懂", False),
        (200, b"[]", "企业微信的回应看不懂", False),
        (200, b"<html>log in</html>", "企业微信的回应看不懂", False),
        (200, b"", "企业微信的回应看不懂", False),
        (302, b'{"errcode":0}', "企业微信没有接收（HTTP 302）", False),
        (404, b'{"errcode":0}', "企业微信没有接收（HTTP 404）", False),
        (502, b"", "企业微信没有接收（HTTP 502）", False),
    ],
)
def test_only_http_200_with_errcode_0_is_success(
    tools: Tools, robots: Robots, status: int, answer: bytes, reason: str, permanent: bool
) -> None:
    robots.broken.append((status, answer))
    failed = failure(tools, robots.add(KEY))
    assert (failed.reason, failed.permanent) == (reason, permanent)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "not an address",
        f"ftp://127.0.0.1/cgi-bin/webhook/send?key={KEY}",
        f"https:///cgi-bin/webhook/send?key={KEY}",
        f"http://127.0.0.1/cgi-bin/webhook/other?key={KEY}",
        "http://127.0.0.1/cgi-bin/webhook/send",
        "http://127.0.0.1/cgi-bin/webhook/send?key=",
        f"http://127.0.0.1:port/cgi-bin/webhook/send?key={KEY}",
    ],
)
def test_an_address_of_another_shape_is_never_called(tools: Tools, address: str) -> None:
    failed = failure(tools, address)
    assert failed.permanent
    assert failed.reason.startswith("机器人地址不对")


@pytest.mark.parametrize(
    "host",
    ["10.0.0.7", "localhost", "evil.example", "qyapi.weixin.qq.com.evil.example", "qyapi.weixin.qq.com@10.0.0.7"],
)
def test_a_host_that_is_no_robots_is_never_called(tools: Tools, host: str) -> None:
    failed = failure(tools, f"https://{host}/cgi-bin/webhook/send?key={KEY}")
    assert failed.permanent and failed.reason.startswith("机器人地址不在允许的网站上")


def test_a_private_robot_is_called_only_where_the_county_says_so(robots: Robots) -> None:
    with http_client(timeout=2) as http:
        assert failure(Tools(http), robots.add(KEY)).permanent
    assert robots.accepted == []


def test_nobody_at_home_is_tried_again(tools: Tools) -> None:
    with wecom_robots() as gone:
        address = gone.add(KEY)
    failed = failure(tools, address)
    assert not failed.permanent
    assert failed.reason == "连不上企业微信（ConnectError）"


def test_a_silent_robot_is_not_waited_for_for_ever(robots: Robots) -> None:
    with robots.lock, http_client(timeout=0.1) as http:
        failed = failure(Tools(http, robot_hosts=HERE), robots.add(KEY))
    assert failed.reason == "企业微信没有按时回应"


def test_the_key_is_in_no_log(tools: Tools, robots: Robots, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(tools, robots.add(KEY))
        failure(tools, robots.address + "/cgi-bin/webhook/send?key=" + KEY + "0")
    assert KEY not in caplog.text
    assert KEY not in repr(Outgoing("1", robots.add(KEY), "s", "b"))


def stand_in_answer(robots: Robots, body: object, method: str = "POST", path: str = "") -> int:
    answer = httpx.request(method, path or robots.add(KEY), json=body)
    assert answer.status_code == 200
    code = answer.json()["errcode"]
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "text", "text": {"content": "a", "mentioned_mobile_list": ["@all"]}}, 0),
        ({"msgtype": "text", "text": {"content": "路" * 682 + "ab"}}, 0),
        ({"msgtype": "text", "text": {"content": "路" * 683}}, 40058),
        ({"msgtype": "markdown", "markdown": {"content": "路" * 1365 + "a"}}, 0),
        ({"msgtype": "markdown", "markdown": {"content": "路" * 1366}}, 40058),
        ({"msgtype": "markdown", "markdown": {"content": " "}}, 44004),
        ({"msgtype": "markdown", "markdown": {}}, 44004),
        ({"msgtype": "markdown", "text": {"content": "a"}}, 40058),
        ({"msgtype": "markdown", "markdown": {"content": "a", "mentioned_list": []}}, 40058),
        ({"msgtype": "text", "text": {"content": "a", "mentioned_list": "all"}}, 40058),
        ({"msgtype": "news", "news": {}}, 40008),
        ({"msg_type": "text", "content": {"text": "a"}}, 40008),
        (["text"], 47001),
    ],
)
def test_the_stand_in_is_strict_about_bodies(robots: Robots, body: object, code: int) -> None:
    assert stand_in_answer(robots, body) == code


def test_the_stand_in_is_strict_about_addresses(robots: Robots) -> None:
    body = {"msgtype": "text", "text": {"content": "a"}}
    known = robots.add(KEY)
    assert stand_in_answer(robots, body, method="GET") == 93000
    assert stand_in_answer(robots, body, path=known.replace("send", "sent")) == 93000
    assert stand_in_answer(robots, body, path=known + "&debug=1") == 93000
    assert stand_in_answer(robots, body, path=known + f"&key={KEY}") == 93000
    assert httpx.post(known, content=b'{"msgtype":"text"}').json()["errcode"] == 47001
