"""What is due is sent: once where all goes well, again where it does not, and never by two at the same time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from notifications.channels import CHANNELS
from notifications.channels.base import Outgoing, Tools
from notifications.channels.mail_server import MailServer
from notifications.notices import ChannelName
from notifications.retries import BACK_OFF
from service.database import Database
from service.outbox import relay as relaying
from service.outbox.models import Delivery, DeliveryState
from service.outbox.relay import LEASE, relay, send_notices
from tests.factories import NOW, County, add, later, submit_wish
from tests.service.at_once import at_once
from tests.service.outbox.conftest import Around, plan_all
from tests.support.mail import mail_server
from tests.support.wecom import Robots

PLUG_PULLED = "the plug is pulled"


class Killed(BaseException):
    """As when the power fails: no handler may catch it."""


def delivery_to(session: Session, county: County, **columns: object) -> int:
    """A message that is due now, about a wish that is there for it."""
    event = session.execute(text("SELECT min(id) FROM ticket_event")).scalar() or _first_event(session, county)
    count = session.execute(text("SELECT count(*) FROM delivery")).scalar_one()
    values = {
        "key": f"{event} holder wecom {count}",
        "event_id": event,
        "ticket_id": session.execute(text("SELECT min(id) FROM ticket")).scalar_one(),
        "verb": "assign",
        "audience": "holder",
        "channel": "wecom",
        "unit_id": county.bureau,
        "subject": "派给县交通运输局",
        "body": f"这件心愿派给县交通运输局办理。第 {count} 条",
        "created_at": NOW,
        "next_attempt_at": NOW,
    }
    return add(session, Delivery(**values | columns))


def _first_event(session: Session, county: County) -> int:
    submit_wish(session, county)
    session.execute(text("DELETE FROM outbox"))
    return int(session.execute(text("SELECT min(id) FROM ticket_event")).scalar_one())


def to_bureau(robots: Robots, county: County) -> dict[str, object]:
    return {"address": robots.add(str(county.bureau)), "unit_id": county.bureau}


def state_of(database: Database, delivery_id: int) -> Delivery:
    with database.reading() as session:
        return session.get_one(Delivery, delivery_id)


def test_what_is_due_reaches_the_robot_and_is_settled(
    database: Database, county: County, robots: Robots, around: Around
) -> None:
    with database.writing() as session:
        submit_wish(session, county)
    plan_all(around)
    tally = send_notices(around())
    assert (tally.done, tally.failed) == (1, 0)
    [words] = robots.texts(str(county.town_desk))
    assert "新心愿待派单" in words
    with database.reading() as session:
        delivery = session.exec(select(Delivery).where(Delivery.channel == "wecom")).one()
    assert (delivery.state, delivery.attempts, delivery.claimed_until) == (DeliveryState.sent, 1, None)
    assert delivery.sent_at is not None and delivery.sent_at >= NOW


def test_an_unreachable_robot_is_tried_again_and_its_error_is_seen(
    database: Database, county: County, around: Around, tools: Tools
) -> None:
    with database.writing() as session:
        wish = delivery_to(session, county, address="http://127.0.0.1:9/cgi-bin/webhook/send?key=x")
    tally = relay(around(), tools)
    assert (tally.done, tally.failed) == (0, 1)
    delivery = state_of(database, wish)
    assert (delivery.state, delivery.attempts) == (DeliveryState.waiting, 1)
    assert delivery.last_error == "连不上企业微信（ConnectError）"
    assert BACK_OFF[0] <= delivery.next_attempt_at - NOW < BACK_OFF[0] + timedelta(seconds=30)
    assert relay(around(), tools).failed == 0, "it is not due yet"
    relay(around(now=later(minutes=2)), tools)
    assert state_of(database, wish).attempts == 2


def test_after_the_last_attempt_it_is_left_to_a_person(
    database: Database, county: County, around: Around, tools: Tools
) -> None:
    with database.writing() as session:
        wish = delivery_to(
            session, county, address="http://127.0.0.1:9/cgi-bin/webhook/send?key=x", attempts=len(BACK_OFF)
        )
    relay(around(), tools)
    delivery = state_of(database, wish)
    assert (delivery.state, delivery.attempts) == (DeliveryState.given_up, len(BACK_OFF) + 1)


def test_a_permanent_refusal_is_given_up_at_once_and_the_others_go_on(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools
) -> None:
    with database.writing() as session:
        removed = delivery_to(session, county, address=f"{robots.address}/cgi-bin/webhook/send?key=removed")
        good = delivery_to(session, county, **to_bureau(robots, county))
    assert relay(around(), tools).done == 1
    assert state_of(database, removed).state is DeliveryState.given_up
    assert "93000" in (state_of(database, removed).last_error or "")
    assert state_of(database, good).state is DeliveryState.sent


def test_a_row_that_cannot_be_read_does_not_stop_the_others(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools
) -> None:
    with database.writing() as session:
        broken = delivery_to(session, county, **to_bureau(robots, county))
        good = delivery_to(session, county, **to_bureau(robots, county))
        session.execute(text("UPDATE delivery SET body = subject WHERE id = :id"), {"id": broken})
    assert relay(around(), tools).done == 1
    with database.reading() as session:
        row = session.execute(select(Delivery.state, Delivery.last_error).where(Delivery.id == broken)).one()
    assert (row.state, row.last_error) == (DeliveryState.given_up, "这条通知读不出来（Broken）")
    assert state_of(database, good).state is DeliveryState.sent


def test_a_channel_that_breaks_is_tried_again(
    database: Database, county: County, around: Around, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(self: object, outgoing: Outgoing, tools: Tools) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(CHANNELS[ChannelName.wecom]), "send", breaks)
    with database.writing() as session:
        wish = delivery_to(session, county)
    relay(around(), tools)
    delivery = state_of(database, wish)
    assert (delivery.state, delivery.last_error) == (DeliveryState.waiting, "发送程序出错（ZeroDivisionError）")


def test_a_dead_robot_is_asked_once_in_a_run(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools
) -> None:
    with database.writing() as session:
        dead = [delivery_to(session, county, address=f"{robots.address}/cgi-bin/webhook/send?key=x") for _ in range(3)]
        alive = delivery_to(session, county, **to_bureau(robots, county) | {"unit_id": county.town_desk})
    robots.broken = [(502, b"")]
    tally = relay(around(), tools)
    assert (tally.done, tally.failed, tally.error) == (1, 1, "企业微信没有接收（HTTP 502）")
    assert [state_of(database, row).attempts for row in dead] == [1, 0, 0]
    assert state_of(database, alive).state is DeliveryState.sent


def test_the_pace_of_a_robot_is_kept_without_spending_attempts(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools
) -> None:
    with database.writing() as session:
        rows = [delivery_to(session, county, **to_bureau(robots, county)) for _ in range(25)]
    assert relay(around(), tools).done == 20
    late = state_of(database, rows[-1])
    assert robots.refused == [] and late.attempts == 0
    assert NOW + timedelta(seconds=59) < late.next_attempt_at < NOW + timedelta(seconds=90)


def test_at_night_a_retry_waits_for_the_morning(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools
) -> None:
    night, morning = datetime(2026, 10, 12, 15, 0, tzinfo=UTC), datetime(2026, 10, 13, 0, 0, tzinfo=UTC)
    with database.writing() as session:
        ordinary = delivery_to(session, county, **to_bureau(robots, county))
        danger = delivery_to(session, county, **to_bureau(robots, county), is_emergency=True)
    assert relay(around(now=night), tools).done == 1
    assert state_of(database, danger).state is DeliveryState.sent
    assert state_of(database, ordinary).next_attempt_at == morning


def test_killed_between_sending_and_settling_it_is_sent_again_under_the_same_key(
    database: Database, county: County, around: Around, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        wish = delivery_to(
            session, county, channel="email", address="a@example.com", unit_id=None, person_id=county.handler
        )
    with mail_server() as box:
        mail = MailServer.from_url(f"smtp+plain://127.0.0.1:{box.port}", "weiyuan@example.com")
        kill_before_settling(monkeypatch)
        with pytest.raises(Killed):
            relay(around(), replace(tools, mail=mail))
        monkeypatch.undo()
        assert state_of(database, wish).state is DeliveryState.claimed
        assert relay(around(), replace(tools, mail=mail)).done == 0, "the claim holds"
        assert relay(around(now=NOW + LEASE + timedelta(minutes=1)), replace(tools, mail=mail)).done == 1
        first, second = [each.message["Message-ID"] for each in box.received]
    assert first == second
    assert (state_of(database, wish).state, state_of(database, wish).attempts) == (DeliveryState.sent, 2)


def test_what_kills_the_relay_every_time_is_given_up_in_the_end(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        wish = delivery_to(session, county, **to_bureau(robots, county))
    kill_before_settling(monkeypatch)
    for turn in range(len(BACK_OFF) + 1):
        with pytest.raises(Killed):
            relay(around(now=later(minutes=6 * turn)), tools)
    assert relay(around(now=later(hours=1)), tools).done == 0
    delivery = state_of(database, wish)
    assert (delivery.state, delivery.last_error) == (DeliveryState.given_up, "发送时多次中断")


def kill_before_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    def pull_the_plug(*anything: object) -> None:
        raise Killed(PLUG_PULLED)

    monkeypatch.setattr(relaying, "_settle", pull_the_plug)


def test_a_late_failure_does_not_undo_what_another_relay_has_sent(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first relay slept longer than its lease; meanwhile a second one has sent the message."""
    send = type(CHANNELS[ChannelName.wecom]).send

    def sleeps(self: object, outgoing: Outgoing, tools: Tools) -> None:
        monkeypatch.setattr(type(CHANNELS[ChannelName.wecom]), "send", send)
        assert relay(around(now=NOW + LEASE + timedelta(seconds=1)), tools).done == 1
        raise ZeroDivisionError

    with database.writing() as session:
        wish = delivery_to(session, county, **to_bureau(robots, county))
    monkeypatch.setattr(type(CHANNELS[ChannelName.wecom]), "send", sleeps)
    relay(around(), tools)
    delivery = state_of(database, wish)
    assert (delivery.state, delivery.last_error) == (DeliveryState.sent, None)


def test_two_relays_at_once_send_once(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools
) -> None:
    with database.writing() as session:
        for _ in range(12):
            delivery_to(session, county, **to_bureau(robots, county))
    at_once(lambda: relay(around(), tools))
    words = robots.texts(str(county.bureau))
    assert len(words) == len(set(words)) == 12


def test_a_wrong_mail_server_leaves_the_robots_alone(
    database: Database, county: County, robots: Robots, around: Around
) -> None:
    with database.writing() as session:
        mail = delivery_to(session, county, channel="email", address="a@example.com", unit_id=None)
        robot = delivery_to(session, county, **to_bureau(robots, county))
    send_notices(around(smtp_url="nonsense://"))
    assert state_of(database, mail).last_error == "还没有设置邮件服务器"
    assert state_of(database, robot).state is DeliveryState.sent


def test_a_relay_that_no_longer_leads_stops_between_two_messages(
    database: Database, county: County, robots: Robots, around: Around, tools: Tools
) -> None:
    with database.writing() as session:
        for _ in range(3):
            delivery_to(session, county, **to_bureau(robots, county))
    answers = iter([True, False])
    ending = around()
    ending = type(ending)(ending.database, ending.settings, ending.now, lambda: next(answers))
    assert relay(ending, tools).done == 1
