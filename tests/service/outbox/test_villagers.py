"""She is told what she agreed to, where she agreed to it, until she says stop; her number is opened as it leaves."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from notifications.messages import key_of
from service import settings as places
from service.database import Database
from service.jobs import Tally
from service.outbox.models import Delivery, DeliveryState
from service.outbox.number_pace import FOR_QUESTIONS, PACES
from service.outbox.relay import send_notices
from service.rate_limits import SMS_A_DAY, SMS_AN_HOUR, tries
from service.sealing import tracking_token
from service.tickets import consents
from service.tickets.models import QuietNumber
from tests.factories import NOW, PHONE, County, act, later, number_of, submit_wish, wish_in
from tests.service.at_once import at_once
from tests.service.outbox.conftest import Around, plan_all, planned
from tests.support.door import opened
from tests.support.sms import Platform
from tests.support.wechat import OfficialAccount
from workflows.actors import system
from workflows.commands import (
    Acknowledge,
    ApproveReply,
    Assign,
    Decline,
    DeclineGround,
    Merge,
    Outcome,
    Rate,
    RemindPromise,
    Reopen,
    Reply,
    Satisfaction,
)
from workflows.consents import Way
from workflows.refusals import Refused
from workflows.statuses import Status

OPENID = "oX1a2b3c4d5e6f7g8h9i0jKlMnOp"
NIGHT = datetime(2026, 10, 12, 15, 0, tzinfo=UTC)
MORNING = datetime(2026, 10, 13, 0, 0, tzinfo=UTC)

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A county that has set up short messages and a 公众号, both of them here."""
    with opened(Platform()) as platform:
        monkeypatch.setenv("WEIYUAN_SMS_URL", platform.account)
        monkeypatch.setenv("WEIYUAN_BASE_URL", "https://wish.example")
        places.settings.cache_clear()
        yield platform
    places.settings.cache_clear()


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Iterator[OfficialAccount]:
    with opened(OfficialAccount(followers={OPENID})) as official:
        monkeypatch.setenv("WEIYUAN_WECHAT_URL", official.account)
        places.settings.cache_clear()
        yield official


def told_wish(session: Session, county: County, **fields: Any) -> int:
    ticket_id = submit_wish(session, county, **fields)
    consents.agree(session, ticket_id, Way.sms, NOW)
    return ticket_id


def sent_at(around: Around, platform: Platform, now: datetime) -> Tally:
    platform.clock = lambda: now
    return send_notices(around(now))


def leads_to(session: Session, key: str) -> tuple[int | None, bool]:
    """The wish to which the key of a message leads, and whether it is known as one of a message to its number."""
    consent, has_message = consents.consent_behind(session, key)
    return consent.ticket_id if consent else None, has_message


def to_villagers(database: Database) -> list[Delivery]:
    with database.reading() as session:
        return [each for each in planned(session) if each.consent_id is not None]


def test_she_hears_of_each_step_that_is_hers_to_hear(
    database: Database, county: County, around: Around, platform: Platform, official: OfficialAccount
) -> None:
    with database.writing() as session:
        wish = told_wish(session, county)
        consents.agree(session, wish, Way.wechat, NOW, OPENID)
        act(session, wish, Assign(unit=county.bureau), county.dispatcher)
    plan_all(around)
    with database.writing() as session:
        act(session, wish, Acknowledge(), county.handler)
        promise = Reply(outcome=Outcome.for_now, words="下个月来换路灯。", promised_for=later(days=20).date())
        act(session, wish, promise, county.handler)
        act(session, wish, ApproveReply(), county.reviewer)
        act(session, wish, RemindPromise(note="承诺的日子快到了"), system("promise_soon"))
        number = number_of(session, wish)
    plan_all(around)
    with database.reading() as session:
        assert all(each.address == "" for each in planned(session) if each.consent_id)
    for minute in range(5):
        assert sent_at(around, platform, NOW + timedelta(minutes=2 * minute)).failed == 0
    said = [each.params["said"] for each in platform.sent]
    assert said == [f"{number} 已交给县交通运输局办", f"{number} 有答复了，请您评一评", f"{number} 答应您的日子快到了"]
    with database.reading() as session:
        assert {(each.phone, leads_to(session, each.params["token"])) for each in platform.sent} == {
            (PHONE, (wish, True))
        }
    assert [each.said for each in official.sent] == [
        "已交给县交通运输局办",
        "有答复了，请您评一评",
        "答应您的日子快到了",
    ]
    assert {each.url for each in official.sent} == {f"https://wish.example/t/{tracking_token(wish)}/news"}


def test_nobody_is_told_who_did_not_ask_for_it(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    with database.writing() as session:
        wish_in(session, county, Status.follow_up)
    plan_all(around)
    assert to_villagers(database) == []


def test_what_was_waiting_when_she_said_stop_is_neither_sent_nor_kept(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    with database.writing() as session:
        wish = told_wish(session, county)
        act(session, wish, Assign(unit=county.bureau), county.dispatcher)
    plan_all(around)
    assert len(to_villagers(database)) == 1
    with database.writing() as session:
        consents.stop(session, wish, NOW)
        act(session, wish, Acknowledge(), county.handler)
        act(session, wish, Reply(outcome=Outcome.resolved, words="路灯已经修好了。"), county.handler)
        act(session, wish, ApproveReply(), county.reviewer)
    plan_all(around)
    assert send_notices(around()).done == 0
    assert to_villagers(database) == [] and platform.sent == []


def test_a_number_that_gets_too_many_messages_holds_up_nobody_elses(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    """Anybody may hand in wishes in one breath, and ask for messages to one number."""
    other = "13900000009"
    with database.writing() as session:
        for phone in (PHONE, PHONE, PHONE, other):
            wish = told_wish(session, county, phone=phone)
            act(session, wish, Assign(unit=county.bureau), county.dispatcher)
    plan_all(around)
    assert (sent_at(around, platform, NOW).done, [each.phone for each in platform.sent]) == (2, [PHONE, other])


def test_her_telephone_is_silent_at_night(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    with database.writing() as session:
        wish = told_wish(session, county)
        act(
            session,
            wish,
            Decline(ground=DeclineGround.unlawful, words="这件事请到法院起诉。"),
            county.dispatcher,
            NIGHT,
        )
    plan_all(around, now=NIGHT)
    assert send_notices(around(NIGHT)).done == 0
    assert [each.next_attempt_at for each in to_villagers(database)] == [MORNING]
    assert send_notices(around(MORNING)).done == 1


def test_one_number_is_written_to_once_a_minute(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    with database.writing() as session:
        wish = told_wish(session, county)
        act(session, wish, Assign(unit=county.bureau), county.dispatcher)
        act(session, wish, Acknowledge(), county.handler)
        act(session, wish, Reply(outcome=Outcome.resolved, words="路灯已经修好了。"), county.handler)
        act(session, wish, ApproveReply(), county.reviewer)
    plan_all(around)
    assert sent_at(around, platform, NOW).done == 1
    assert sent_at(around, platform, NOW + timedelta(seconds=30)).done == 0
    assert sent_at(around, platform, NOW + timedelta(seconds=90)).done == 1
    assert platform.refused == []


def test_what_she_did_herself_is_no_news_to_her_but_to_whose_wish_is_one_with_hers(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    with database.writing() as session:
        main = wish_in(session, county, Status.in_progress)
    plan_all(around)
    with database.writing() as session:
        consents.agree(session, main, Way.sms, NOW)
        other = told_wish(session, county, phone="13987654321")
        act(session, other, Merge(into=number_of(session, main)), county.dispatcher)
        act(session, main, Reply(outcome=Outcome.resolved, words="路灯已经修好了。"), county.handler)
        act(session, main, ApproveReply(), county.reviewer)
        act(session, main, Rate(satisfaction=Satisfaction.satisfied), None)
    plan_all(around)
    with database.reading() as session:
        hers = {(each.verb, leads_to(session, key_of(each.body))[0] == other) for each in to_villagers(database)}
    assert hers == {("approve_reply", False), ("approve_reply", True)}
    with database.writing() as session:
        act(session, main, Reopen(reason="还是不亮"), None)
    plan_all(around)
    with database.reading() as session:
        reopened = [key_of(each.body) for each in to_villagers(database) if each.verb == "reopen"]
        assert [leads_to(session, key) for key in reopened] == [(other, True)]


def test_a_message_that_was_cut_off_is_asked_for_before_it_is_sent_again(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    with database.writing() as session:
        wish = told_wish(session, county)
        act(session, wish, Assign(unit=county.bureau), county.dispatcher)
    plan_all(around)
    platform.drops = 1
    assert send_notices(around()).failed == 1
    assert send_notices(around(later(minutes=2))).done == 1
    assert len(platform.sent) == 1
    [delivery] = to_villagers(database)
    assert (delivery.state, delivery.attempts) == (DeliveryState.sent, 2)


def test_two_relays_at_once_send_her_one_message(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    with database.writing() as session:
        wish = told_wish(session, county)
        act(session, wish, Assign(unit=county.bureau), county.dispatcher)
    plan_all(around)
    at_once(lambda: send_notices(around()))
    assert len(platform.sent) == 1


# One number, named in many wishes by whoever likes


def named_in(database: Database, county: County, wishes: int, phone: str = PHONE) -> list[int]:
    """Each is assigned, and so each has news for that number."""
    with database.writing() as session:
        found = [told_wish(session, county, phone=phone) for _wish in range(wishes)]
        for wish in found:
            act(session, wish, Assign(unit=county.bureau), county.dispatcher)
    return found


def sends_for(around: Around, platform: Platform, since: datetime, hours: int) -> list[int]:
    """How many messages have left after each hour; a relay looks three times in it."""
    left = []
    for minute in range(0, 60 * hours, 20):
        sent_at(around, platform, since + timedelta(minutes=minute))
        if minute % 60 == 40:
            left.append(len(platform.sent))
    return left


def answered(session: Session, county: County, wish: int) -> None:
    act(session, wish, Acknowledge(), county.handler)
    act(session, wish, Reply(outcome=Outcome.resolved, words="路灯已经修好了。"), county.handler)
    act(session, wish, ApproveReply(), county.reviewer)


def test_a_number_that_is_named_in_many_wishes_gets_few_messages_a_day_and_questions_before_news(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    first, *_others = named_in(database, county, 12)
    plan_all(around)
    news = SMS_A_DAY.most - FOR_QUESTIONS
    assert sends_for(around, platform, NOW, 4) == [SMS_AN_HOUR.most, news, news, news]
    with database.writing() as session:
        answered(session, county, first)
    plan_all(around)
    assert sends_for(around, platform, NOW + timedelta(hours=4), 1) == [news + 1]
    assert "请您评一评" in platform.sent[-1].params["said"]
    named_in(database, county, 1, "13900000009")
    plan_all(around)
    sent_at(around, platform, NOW + timedelta(hours=5))
    assert platform.sent[-1].phone == "13900000009" and platform.refused == []


@on_one_database
def test_on_the_next_day_there_are_a_few_more_and_what_is_no_news_any_more_is_left_to_a_person(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    named_in(database, county, 15)
    plan_all(around)
    for day in range(4):
        sends_for(around, platform, NOW + timedelta(days=day), 2)
    by_day = Counter((each.at - NOW).days for each in platform.sent)
    assert [by_day[day] for day in range(3)] == [SMS_A_DAY.most - FOR_QUESTIONS] * 3
    left = [each for each in to_villagers(database) if each.state is DeliveryState.given_up]
    assert len(left) == 15 - len(platform.sent) > 0
    assert {each.last_error for each in left} == {"这个号码这几天的短信够多了"}


def test_several_relays_at_once_count_one_number_together(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    named_in(database, county, 6)
    plan_all(around)
    platform.clock = lambda: NOW
    at_once(lambda: send_notices(around()))
    assert len(platform.sent) == 1 and platform.refused == []


def test_what_did_not_arrive_counts_for_nothing(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    named_in(database, county, 1)
    plan_all(around)
    platform.broken = [(503, b"busy")] * 2
    assert sent_at(around, platform, NOW).failed == 1
    with database.reading() as session:
        assert {tries(session, limit, PHONE, NOW) for limit in PACES} == {0}
    assert [sent_at(around, platform, NOW + timedelta(minutes=at)).done for at in (1, 10, 20)].count(1) == 1
    with database.reading() as session:
        assert tries(session, SMS_A_DAY, PHONE, NOW) == 1


def test_who_wants_no_message_at_all_gets_none_of_anybodys_wish_for_half_a_year(
    database: Database, county: County, around: Around, platform: Platform
) -> None:
    hers, _somebodys, *_ = named_in(database, county, 3)
    plan_all(around)
    with database.writing() as session:
        consents.stop_number(session, hers, NOW)
        consents.stop_number(session, hers, NOW)
    sent_at(around, platform, NOW)
    assert platform.sent == [] and to_villagers(database) == []
    with database.writing() as session:
        wish = submit_wish(session, county, phone=PHONE)
        with pytest.raises(Refused, match="不再收短信"):
            consents.agree(session, wish, Way.sms, NOW)
        consents.agree(session, wish, Way.wechat, NOW, OPENID)
        assert PHONE not in str(session.exec(select(QuietNumber)).all())
        assert consents.forget_old_quiet(session, NOW + timedelta(days=180)) == 0
        assert consents.forget_old_quiet(session, NOW + timedelta(days=190)) == 1
        consents.agree(session, wish, Way.sms, NOW + timedelta(days=190))
