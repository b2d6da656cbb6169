"""She chooses to be told on her page or as she sends, and stops it there or from a message; looking does nothing."""

import re
from collections.abc import Iterator

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from service.database import Database
from service.rate_limits import TELL_ME
from service.settings import Settings
from service.tickets.consents import message_token
from service.tickets.models import Consent, QuietNumber
from tests.factories import PHONE, County, submit_wish, wish_in
from tests.service.tickets.conftest import Villager, page_of
from tests.support.door import opened
from tests.support.wechat import OfficialAccount
from workflows.consents import Way
from workflows.statuses import Status

OPENID = "oX1a2b3c4d5e6f7g8h9i0jKlMnOp"
IN_WECHAT = {"user-agent": "Mozilla/5.0 (Linux; Android 8.1) Chrome/66 Mobile MicroMessenger/7.0.1"}


@pytest.fixture
def official() -> Iterator[OfficialAccount]:
    with opened(OfficialAccount()) as official:
        yield official


@pytest.fixture
def told(villager: Villager, official: OfficialAccount) -> Villager:
    """In a county that has set up both ways."""
    both = {"sms_url": "aliyun://k:s@127.0.0.1?sign=a&template=b", "wechat_url": official.account}
    state = villager.client.app.state  # type: ignore[attr-defined]
    state.settings = Settings(**{**state.settings.model_dump(), **both})
    return villager


def consents_of(database: Database) -> list[tuple[Way, str | None, bool]]:
    with database.reading() as session:
        return [(each.way, each.address, each.stopped_at is None) for each in session.exec(select(Consent))]


def says_on_page(told: Villager, ticket_id: int, verb: str, **fields: str) -> str:
    answer = told.client.post(f"{page_of(ticket_id)}/{verb}", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, page_of(ticket_id))
    return told.opens(page_of(ticket_id)).words


def test_a_county_without_either_way_offers_nothing(villager: Villager) -> None:
    ticket_id = villager.has_said(phone=PHONE)
    assert "有消息告诉您" not in villager.opens(page_of(ticket_id)).words
    assert "tell_by_sms" not in villager.opens("/w/k3Vb9QxA").source


def test_she_agrees_on_her_page_reads_what_is_sent_and_stops_it_there(told: Villager, database: Database) -> None:
    ticket_id = told.has_said(phone=PHONE)
    before = told.opens(page_of(ticket_id)).words
    assert "有消息发短信到 138****5678" in before and "晚上九点到早上八点不发" in before
    words = says_on_page(told, ticket_id, "tell")
    assert "有消息就告诉您" in words and "不要再发了" in words
    assert consents_of(database) == [(Way.sms, None, True)]
    assert "不再给您发消息了" in says_on_page(told, ticket_id, "stop")
    assert consents_of(database) == [(Way.sms, None, False)]
    says_on_page(told, ticket_id, "tell")
    says_on_page(told, ticket_id, "tell")
    assert told.verbs_of(ticket_id) == ["submit", "agree_to_notices", "stop_notices", "agree_to_notices"]


def test_the_second_address_in_a_message_asks_before_it_stops(told: Villager, database: Database) -> None:
    ticket_id = told.has_said(phone=PHONE)
    says_on_page(told, ticket_id, "tell")
    page = told.opens(f"{page_of(ticket_id)}/stop")
    assert "点一下就停" in page.words
    assert consents_of(database) == [(Way.sms, None, True)]
    assert told.client.post(f"{page_of(ticket_id)}/stop").status_code == 303
    assert "现在没有给您发消息" in told.opens(f"{page_of(ticket_id)}/stop").words


def test_who_left_no_number_gives_one_for_this_alone(told: Villager, database: Database) -> None:
    ticket_id = told.has_said()
    assert 'name="phone"' in told.opens(page_of(ticket_id)).source
    assert "请写上手机号" in says_on_page(told, ticket_id, "tell", phone="0915-2520001")
    assert consents_of(database) == []
    assert "发短信到 139****4321" in says_on_page(told, ticket_id, "tell", phone="139 8765 4321")
    assert consents_of(database) == [(Way.sms, "13987654321", True)]
    assert told.tickets()[0].phone is None


def test_one_tick_as_she_sends_is_enough(told: Villager, database: Database) -> None:
    assert "tell_by_sms" in told.opens("/w/k3Vb9QxA").source
    ticket_id = told.has_said(phone=PHONE, tell_by_sms="true")
    assert told.verbs_of(ticket_id) == ["submit", "agree_to_notices"]
    refused = told.says(text="桥上的栏杆松了。", phone="0915-2520001", tell_by_sms="true")
    assert (refused.status, len(told.tickets())) == (422, 1)
    assert "要收短信，请写上手机号" in refused.words and 'value="true" checked' in refused.source


def test_in_wechat_she_is_asked_by_wechat_itself(told: Villager, official: OfficialAccount, database: Database) -> None:
    ticket_id = told.has_said()
    assert "用微信告诉我" not in told.opens(page_of(ticket_id)).words
    assert "用微信告诉我" in told.client.get(page_of(ticket_id), headers=IN_WECHAT).text
    asked = told.client.get(f"{page_of(ticket_id)}/wechat").headers["location"]
    state = re.search(r"state=([0-9a-f]+)", asked)
    assert asked.startswith("https://open.weixin.qq.com/") and state is not None
    official.codes["081xyz"] = OPENID
    told.client.get(f"{page_of(ticket_id)}/wechat?code=081xyz&state=made-up")
    assert consents_of(database) == []
    told.client.get(f"{page_of(ticket_id)}/wechat?code=081xyz&state={state[1]}")
    assert consents_of(database) == [(Way.wechat, OPENID, True)]
    told.client.get(f"{page_of(ticket_id)}/wechat?code=081xyz&state={state[1]}")
    assert "微信没有告诉我们您是谁" in told.opens(page_of(ticket_id)).words


def test_whoever_taps_on_somebody_elses_way_to_wechat_agrees_to_nothing(
    told: Villager, official: OfficialAccount, database: Database
) -> None:
    """微信 asks nobody anything: the address that one was sent to would do in another's hand, too."""
    page = page_of(told.has_said())
    asked = told.client.get(f"{page}/wechat").headers["location"]
    state = asked.partition("state=")[2].partition("#")[0]
    official.codes["hers"] = OPENID
    told.client.cookies.clear()
    told.client.get(f"{page}/wechat?code=hers&state={state}")
    assert consents_of(database) == []


def test_codes_that_were_made_up_do_not_make_us_ask_wechat_without_end(
    told: Villager, official: OfficialAccount
) -> None:
    ticket_id = told.has_said()
    asked = told.client.get(f"{page_of(ticket_id)}/wechat").headers["location"]
    state = asked.partition("state=")[2].partition("#")[0]
    for number in range(TELL_ME.most + 3):
        told.client.get(f"{page_of(ticket_id)}/wechat?code=made{number}&state={state}")
    assert len(official.refused) == TELL_ME.most
    assert "您试得太频繁了" in told.opens(page_of(ticket_id)).words


@pytest.mark.parametrize(("status", "spot"), [(Status.in_progress, ""), (Status.follow_up, "#rate")])
def test_a_message_leads_to_what_she_may_do_now(villager: Villager, county: County, status: Status, spot: str) -> None:
    ticket_id = villager.changes(lambda session: wish_in(session, county, status))
    answer = villager.client.get(f"{page_of(ticket_id)}/news")
    assert answer.headers["location"] == page_of(ticket_id) + spot
    if spot:
        assert 'id="rate"' in villager.opens(page_of(ticket_id)).source


def test_of_what_is_over_nobody_can_ask_to_be_told(told: Villager, county: County, database: Database) -> None:
    ticket_id = told.changes(lambda session: wish_in(session, county, Status.withdrawn))
    assert "发短信" not in told.opens(page_of(ticket_id)).words
    assert "不会再有消息" in says_on_page(told, ticket_id, "tell")
    assert consents_of(database) == []


def test_made_up_addresses_tell_nothing(told: Villager, county: County, client: TestClient) -> None:
    told.changes(lambda session: submit_wish(session, county))
    for verb in ("stop", "news", "wechat"):
        assert client.get(f"/t/4mZt9QxA7cP2sLw8YbDeFg/{verb}").status_code == 404
    assert client.post("/t/4mZt9QxA7cP2sLw8YbDeFg/tell").status_code == 404


def message_to(told: Villager, ticket_id: int) -> str:
    """The address that stands in a short message."""
    with told.database.reading() as session:
        consent = session.exec(select(Consent).where(Consent.ticket_id == ticket_id)).one()
        return f"/t/{message_token(consent.id or 0, consent.given_at)}"


def test_whoever_is_named_by_others_stops_all_short_messages_to_her_number(told: Villager, database: Database) -> None:
    first, second = (told.has_said(text=f"{words}的路灯坏了。", phone=PHONE, tell_by_sms="true") for words in "东西")
    message = message_to(told, first)
    assert told.client.get(f"{message}/news").headers["location"] == page_of(first)
    page = told.opens(f"{message}/stop")
    assert "138****5678 半年里什么短信都不收" in page.words and PHONE not in page.source
    assert f'href="{page_of(first)}"' in page.source
    assert "一个号码一天最多 6 条" in told.opens(page_of(second)).words
    answer = told.client.post(f"{message}/stop", data={"everything": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, page_of(first))
    assert "不再收任何短信" in told.opens(page_of(first)).words
    for ticket_id in (first, second):
        words = told.opens(page_of(ticket_id)).words
        assert "发短信到" not in words and "不要再发了" not in words
    assert "不再收短信" in says_on_page(told, second, "tell")
    page = told.says(text="桥断了，请来看看。", form_key="c", phone="138 1234 5678", tell_by_sms="true")
    assert page.status == 422 and "不再收短信" in page.words and page.value_of("text") == "桥断了，请来看看。"
    assert told.says(text="桥断了，请来看看。", form_key="c", phone=PHONE).status == 303


def test_nobody_silences_a_number_without_having_read_a_message_to_it(told: Villager, database: Database) -> None:
    """Whoever names her number in a wish of his own has the key of his page, and a message to himself at most."""
    hers = told.has_said(text="东边的路灯坏了。", phone=PHONE, tell_by_sms="true")
    his = told.has_said(text="西边的路灯坏了。", form_key="his")
    says_on_page(told, his, "tell", phone="13900000009")
    to_himself = message_to(told, his)
    says_on_page(told, his, "tell", phone=PHONE)
    assert told.verbs_of(his).count("agree_to_notices") == 2
    for address in (page_of(his), to_himself, message_to(told, his)[:-1] + "g", page_of(his) + "0" * 12):
        assert "什么短信都不收，谁" not in told.opens(f"{address}/stop").words
        told.client.post(f"{address}/stop", data={"everything": "1"})
    assert "发短信到 138****5678" in told.opens(page_of(hers)).words
    with database.reading() as session:
        assert session.exec(select(QuietNumber)).all() == []
