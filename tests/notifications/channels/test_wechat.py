"""Messages of the 公众号, over real HTTP, against a stand-in that is as strict as the contract."""

import logging
from collections.abc import Iterator

import httpx
import pytest

from notifications.channels.accounts import Entrance, WeChatAccount, WrongAccount
from notifications.channels.base import DeliveryFailed, Outgoing, Tools, http_client
from notifications.channels.wechat import WeChat, consent_address, openid_of
from tests.support.door import opened
from tests.support.wechat import SECRET, OfficialAccount

OPENID = "oX1a2b3c4d5e6f7g8h9i0jKlMnOp"
LINK = "https://wish.example/t/4mZt9QxA7cP2sLw8YbDeFg/news"
BODY = f"您说的事有答复了。\n看答复，评一评：{LINK}"


@pytest.fixture
def official() -> Iterator[OfficialAccount]:
    with opened(OfficialAccount(followers={OPENID})) as official:
        yield official


@pytest.fixture
def tools(official: OfficialAccount) -> Iterator[Tools]:
    with http_client(timeout=2) as http:
        yield Tools(http, wechat=Entrance(WeChatAccount.from_url(official.account)))


def send(tools: Tools, key: str = "12 resident wechat consent 1", openid: str = OPENID) -> None:
    WeChat().send(Outgoing(key, openid, "2026-000123 有答复了，请您评一评", BODY), tools)


def failure(tools: Tools, openid: str = OPENID) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        send(tools, openid=openid)
    assert openid not in repr(failed.value) and SECRET not in repr(failed.value)
    assert failed.value.__cause__ is None
    return failed.value


def test_she_reads_the_number_and_one_sentence_and_comes_to_her_page(official: OfficialAccount, tools: Tools) -> None:
    send(tools)
    [sent] = official.sent
    assert (sent.openid, sent.url) == (OPENID, LINK)
    assert (sent.number, sent.said) == ("2026-000123", "有答复了，请您评一评")


def test_the_same_key_twice_is_one_message(official: OfficialAccount, tools: Tools) -> None:
    send(tools)
    send(tools)
    send(tools, key="13 resident wechat consent 1")
    assert len(official.sent) == 2


def test_a_token_that_ran_out_is_fetched_anew_and_others_are_kept(official: OfficialAccount, tools: Tools) -> None:
    send(tools)
    official.token = "token 2"
    send(tools, key="13")
    assert (len(official.sent), official.refused) == (2, [40001])


def test_who_does_not_follow_the_account_cannot_be_told(official: OfficialAccount, tools: Tools) -> None:
    failed = failure(tools, "oSomebodyElse")
    assert (failed.reason, failed.permanent) == ("诉求人没有关注公众号（errcode 43004）", True)


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (200, b'{"errcode":45009}', "今天发得太多了（errcode 45009）"),
        (200, b"[]", "微信没有接收（HTTP 200）"),
        (200, b'{"errmsg":"ok"}', "微信的回应看不懂"),
        (502, b'{"errcode":0}', "微信没有接收（HTTP 502）"),
    ],
)
def test_only_errcode_0_is_success(
    official: OfficialAccount, tools: Tools, status: int, answer: bytes, reason: str
) -> None:
    send(tools)
    official.broken.append((status, answer))
    failed = failure(tools)
    assert (failed.reason, failed.permanent) == (reason, False)


def test_who_came_back_from_wechat_is_known_by_her_code_once(official: OfficialAccount, tools: Tools) -> None:
    assert tools.wechat is not None
    account, official.codes["081xyz"] = tools.wechat.account, OPENID
    asked = httpx.URL(consent_address(account, "https://wish.example/t/abc/wechat", "state1"))
    assert (asked.host, asked.fragment) == ("open.weixin.qq.com", "wechat_redirect")
    assert dict(asked.params)["redirect_uri"] == "https://wish.example/t/abc/wechat"
    assert openid_of(tools.http, account, "081xyz") == OPENID
    with pytest.raises(DeliveryFailed):
        openid_of(tools.http, account, "081xyz")


def test_neither_token_nor_secret_nor_she_is_in_a_log(
    official: OfficialAccount, tools: Tools, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        send(tools)
        failure(tools, "oSomebodyElse")
    assert all(each not in caplog.text for each in (SECRET, official.token, OPENID, "oSomebodyElse"))
    assert SECRET not in repr(tools) and official.token not in repr(tools)


@pytest.mark.parametrize("address", ["", "wechat://a:b@host", "wechat://a:b@host?template=1&fields=x", "https://a:b@h"])
def test_an_account_of_another_shape_is_refused(address: str) -> None:
    with pytest.raises(WrongAccount):
        WeChatAccount.from_url(address)


def test_without_an_account_nothing_can_be_sent() -> None:
    with http_client() as http, pytest.raises(DeliveryFailed) as failed:
        WeChat().send(Outgoing("1", OPENID, "1 s", "b"), Tools(http))
    assert failed.value.permanent
