"""The bell and the page of deliveries, over HTTP."""

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from service import clock, errors, web
from service.database import Database
from service.directory.models import Unit
from service.directory.reference import touch
from service.outbox import pages, planning, queries
from service.outbox.models import Delivery, DeliveryState
from service.outbox.planning import plan_notices
from service.outbox.queries import inbox, unread_count
from service.tickets.models import OutboxRow
from tests.factories import NOW, County, add, number_of, sign_in, submit_wish
from tests.service.outbox.conftest import Around, plan_all, planned

SignedIn = Callable[[int], TestClient]


@pytest.fixture
def app(database: Database) -> FastAPI:
    made = FastAPI()
    made.state.database = database
    web.set_up(made, web.Face("青岭县", "Asia/Shanghai", b"k" * 32, bell=pages.bell))
    errors.install(made, web.error_page, web.say)
    made.include_router(pages.router)
    return made


@pytest.fixture
def signed_in(app: FastAPI, database: Database, county: County) -> Iterator[SignedIn]:
    def client_of(person: int) -> TestClient:
        with database.writing() as session:
            secret = sign_in(session, person)
        return TestClient(app, cookies={"weiyuan_session": secret}, follow_redirects=False)

    return client_of


@pytest.fixture
def three_wishes(database: Database, county: County, around: Around) -> list[int]:
    with database.writing() as session:
        wishes = [submit_wish(session, county, text=f"第{n}件：路灯坏了") for n in (1, 2, 3)]
    plan_all(around)
    return wishes


def given_up(database: Database, county: County, **columns: object) -> int:
    with database.writing() as session:
        about = planned(session)[0]
        values = about.model_dump(exclude={"id", "sent_at", "person_id"}) | {
            "key": "the robot's",
            "channel": "wecom",
            "unit_id": county.town_desk,
            "address": "http://robot.example/old",
            "state": DeliveryState.given_up,
            "attempts": 7,
            "last_error": "机器人地址无效或已被移出群聊（errcode 93000）",
        }
        return add(session, Delivery(**values | columns))


def test_nobody_sees_a_bell_without_signing_in(app: FastAPI) -> None:
    client = TestClient(app)
    assert [client.get(page).status_code for page in (pages.INBOX, pages.DELIVERIES)] == [401, 401]


def test_the_inbox_shows_what_concerns_me(signed_in: SignedIn, county: County, three_wishes: list[int]) -> None:
    page = signed_in(county.dispatcher).get(pages.INBOX).text
    assert page.count("新心愿待派单") == 3 and "第3件：路灯坏了" in page
    assert page.index("第3件") < page.index("第1件")
    assert "新心愿待派单" not in signed_in(county.handler).get(pages.INBOX).text


def test_the_bell_counts_what_is_unread(
    database: Database, signed_in: SignedIn, county: County, three_wishes: list[int]
) -> None:
    assert "3 条未读" in signed_in(county.dispatcher).get(pages.INBOX).text
    with database.reading() as session:
        assert unread_count(session, county.dispatcher) == 3
        assert unread_count(session, county.handler) == 0


def test_opening_a_notice_reads_it_and_leads_to_the_ticket(
    database: Database, signed_in: SignedIn, county: County, three_wishes: list[int]
) -> None:
    with database.reading() as session:
        notice = planned(session, ticket_id=three_wishes[0])[0]
        number = number_of(session, three_wishes[0])
    client = signed_in(county.dispatcher)
    answer = client.get(f"{pages.INBOX}/{notice.id}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/tickets/{number}")
    assert "2 条未读" in client.get(pages.INBOX).text
    page = client.get(pages.INBOX).text
    assert page.index("第2件") < page.index("第1件"), "what was read goes below"


def test_nobody_reads_the_notices_of_another(
    database: Database, signed_in: SignedIn, county: County, three_wishes: list[int]
) -> None:
    with database.reading() as session:
        notice = planned(session)[0]
    assert signed_in(county.handler).get(f"{pages.INBOX}/{notice.id}").status_code == 404
    with database.reading() as session:
        assert unread_count(session, county.dispatcher) == 3


def test_all_is_read_up_to_what_the_page_showed(
    database: Database, signed_in: SignedIn, county: County, three_wishes: list[int], around: Around
) -> None:
    client = signed_in(county.dispatcher)
    with database.reading() as session:
        newest = queries.newest_in(session, county.dispatcher)
    assert f"{pages.INBOX}/read?until={newest}" in client.get(pages.INBOX).text
    with database.writing() as session:
        submit_wish(session, county)
    plan_all(around)
    assert client.post(f"{pages.INBOX}/read?until={newest}").headers["location"] == pages.INBOX
    with database.reading() as session:
        assert unread_count(session, county.dispatcher) == 1


@pytest.mark.parametrize("read", [0, 1, 2, 3])
def test_pages_of_the_inbox_follow_each_other_without_gap(
    database: Database, county: County, three_wishes: list[int], read: int
) -> None:
    with database.writing() as session:
        for notice in planned(session)[:read]:
            notice.read_at = NOW
    seen, cursor = [], None
    with database.reading() as session:
        for _page in range(3):
            found = inbox(session, county.dispatcher, cursor, most=1)
            seen += [row.Delivery.id for row in found.rows]
            cursor = found.cursor
        whole = [row.Delivery.id for row in inbox(session, county.dispatcher).rows]
    assert seen == whole and len(whole) == 3 and cursor is None


def test_an_address_of_a_page_that_is_none_is_told_in_a_sentence(
    signed_in: SignedIn, county: County, three_wishes: list[int]
) -> None:
    client = signed_in(county.dispatcher)
    answer = client.get(pages.INBOX, params={"cursor": "nonsense"})
    assert answer.status_code == 422 and "从第一页看起" in answer.text
    assert client.get(pages.INBOX, params={"cursor": "new~99999999999999"}).status_code == 200
    assert client.get(f"{pages.INBOX}/99999999999999").status_code == 422


def test_the_deliveries_say_why_a_text_was_not_sent(
    database: Database, signed_in: SignedIn, county: County, three_wishes: list[int]
) -> None:
    failed = given_up(database, county)
    client = signed_in(county.supervisor)
    page = client.get(pages.DELIVERIES).text
    assert "93000" in page and "清溪镇受理台" in page and "robot.example" not in page
    assert page.count('class="stacked"') == 1 and f"{pages.DELIVERIES}/{failed}/retry" in page
    only = client.get(pages.DELIVERIES, params={"state": "given_up"}).text
    assert "93000" in only and "张玉梅" in page and "张玉梅" not in only


def test_only_those_in_charge_see_the_deliveries(
    database: Database, signed_in: SignedIn, county: County, three_wishes: list[int]
) -> None:
    failed = given_up(database, county)
    client = signed_in(county.handler)
    assert client.get(pages.DELIVERIES).status_code == 403
    assert client.post(f"{pages.DELIVERIES}/{failed}/retry").status_code == 403


def test_pressing_again_sends_to_the_address_as_it_is_now(
    database: Database, signed_in: SignedIn, county: County, three_wishes: list[int]
) -> None:
    failed = given_up(database, county)
    with database.writing() as session:
        session.get_one(Unit, county.town_desk).robot_url = "http://robot.example/new"
        touch(session)
    before = clock.now()
    assert signed_in(county.administrator).post(f"{pages.DELIVERIES}/{failed}/retry").status_code == 303
    with database.reading() as session:
        row = session.get_one(Delivery, failed)
    assert (row.state, row.attempts, row.address) == (DeliveryState.waiting, 0, "http://robot.example/new")
    assert row.next_attempt_at >= before


def test_what_was_sent_is_not_sent_again(
    database: Database, signed_in: SignedIn, county: County, three_wishes: list[int]
) -> None:
    sent = given_up(database, county, state=DeliveryState.sent)
    assert signed_in(county.administrator).post(f"{pages.DELIVERIES}/{sent}/retry").status_code == 409


def test_an_event_that_could_not_be_planned_goes_back_into_the_outbox(
    database: Database, signed_in: SignedIn, county: County, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        submit_wish(session, county)
    with monkeypatch.context() as patch:
        patch.delattr(planning, "values_of")
        plan_notices(around())
    client = signed_in(county.administrator)
    assert "通知没有生成（NameError）" in client.get(pages.DELIVERIES).text
    with database.reading() as session:
        [failed] = planned(session)
    client.post(f"{pages.DELIVERIES}/{failed.id}/retry")
    with database.reading() as session:
        assert len(session.exec(select(OutboxRow)).all()) == 1
    plan_all(around)
    with database.reading() as session:
        assert [row.person_id for row in planned(session)] == [county.dispatcher]
