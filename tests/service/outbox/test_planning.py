"""Who hears of what: an event becomes one row for each person and group chat, once."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, delete, select

from service.database import Database
from service.directory.models import Appointment, Person, Unit
from service.directory.reference import touch
from service.outbox import planning
from service.outbox.models import DeliveryState
from service.outbox.planning import plan_notices
from service.tickets.models import OutboxRow, TicketEventDetails
from tests.factories import NOW, PHONE, County, act, add, later, number_of, submit_wish, wish_in
from tests.service.at_once import at_once
from tests.service.outbox.conftest import Around, plan_all, planned, told
from tests.support.wecom import Robots
from workflows.actors import system
from workflows.commands import (
    Assign,
    Expedite,
    MarkOverdue,
    Merge,
    Rate,
    Satisfaction,
    SendBack,
    Split,
    Supervise,
    Supplement,
    Withdraw,
)
from workflows.escalations import BY_NAME
from workflows.statuses import Role, Status
from workflows.time_limits import Urgency

NIGHT = datetime(2026, 10, 12, 15, 0, tzinfo=UTC)
MORNING = datetime(2026, 10, 13, 0, 0, tzinfo=UTC)


def test_a_new_wish_is_told_to_the_dispatchers_of_the_nearest_desk(
    database: Database, county: County, robots: Robots, around: Around
) -> None:
    with database.writing() as session:
        submit_wish(session, county)
    plan_all(around)
    assert told(database, "submit") == [
        ("dispatchers", "inbox", county.dispatcher),
        ("dispatchers", "wecom", county.town_desk),
    ]


def test_where_the_nearest_desk_has_nobody_the_next_one_hears(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        session.get_one(Person, county.dispatcher).is_active = False
        submit_wish(session, county)
    plan_all(around)
    assert told(database, "submit") == [("dispatchers", "inbox", county.county_dispatcher)]


def test_the_unit_that_gets_a_wish_hears_by_every_channel_it_has(
    database: Database, county: County, robots: Robots, around: Around, with_mail: None
) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county)
        act(session, wish, Assign(unit=county.bureau, supporting=(county.other_bureau,)), county.dispatcher)
    plan_all(around)
    assert told(database, "assign") == [
        ("holder", "inbox", county.handler),
        ("holder", "inbox", county.head),
        ("holder", "wecom", county.bureau),
        ("holder", "email", county.handler),
        ("holder", "email", county.head),
        ("supporting_units", "inbox", county.wrong_handler),
    ]


def test_without_a_mail_server_no_mail_is_planned(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish_in(session, county, Status.assigned)
    plan_all(around)
    assert {channel for _audience, channel, _whom in told(database, "assign")} == {"inbox"}


def test_whoever_acted_is_not_told_of_it(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        add(session, Appointment(person_id=county.dispatcher, unit_id=county.bureau, role=Role.handler))
        wish_in(session, county, Status.assigned)
    plan_all(around)
    assert county.dispatcher not in [whom for _audience, _channel, whom in told(database, "assign")]


def test_somebody_in_two_audiences_hears_once_in_the_words_of_the_first(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress)
        act(session, wish, Supervise(note="请抓紧"), county.supervisor)
    plan_all(around)
    assert told(database, "supervise") == [
        ("unit_head", "inbox", county.head),
        ("holder", "inbox", county.handler),
    ]


def test_a_reply_is_told_to_the_nearest_reviewer_and_sent_back_to_the_unit(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.replied)
        act(session, wish, SendBack(reason="请写明哪天修好的"), county.reviewer)
    plan_all(around)
    assert told(database, "reply") == [("reviewers", "inbox", county.reviewer)]
    assert [whom for _audience, _channel, whom in told(database, "send_back")] == [county.handler, county.head]


@pytest.mark.parametrize(
    ("status", "holders"),
    [
        (Status.submitted, ["dispatcher"]),
        (Status.assigned, ["handler", "head"]),
        (Status.in_progress, ["handler", "head"]),
        (Status.replied, ["reviewer"]),
        (Status.follow_up, ["follow_up_officer"]),
    ],
)
def test_whoever_must_act_now_is_urged(
    database: Database, county: County, around: Around, status: Status, holders: list[str]
) -> None:
    with database.writing() as session:
        act(session, wish_in(session, county, status), Expedite())
    plan_all(around)
    assert told(database, "expedite") == [("holder", "inbox", getattr(county, who)) for who in holders]


def test_the_unit_hears_that_its_wish_was_withdrawn(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        act(session, wish_in(session, county, Status.assigned), Withdraw(reason="修好了"))
        act(session, submit_wish(session, county), Withdraw())
    plan_all(around)
    assert told(database, "withdraw") == [
        ("holder", "inbox", county.handler),
        ("holder", "inbox", county.head),
        ("holder", "inbox", county.dispatcher),
    ]


def test_dissatisfaction_is_told_to_the_unit_and_to_the_supervisors(
    database: Database, county: County, around: Around
) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.follow_up)
        act(session, wish, Rate(satisfaction=Satisfaction.dissatisfied, words="灯还是不亮"))
    plan_all(around)
    with database.reading() as session:
        first, *_others, last = planned(session, verb="rate")
        assert (first.audience, last.audience, last.person_id) == ("handling_unit", "supervisors", county.supervisor)
        assert first.subject.startswith("请重办") and "不满意" in first.body and "灯还是不亮" in first.body


def test_words_come_from_the_event_and_say_nothing_personal(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county, text=f"路灯坏了，请打{PHONE}找我")
        act(session, wish, Assign(unit=county.bureau, note=f"她的电话是{PHONE}"), county.dispatcher)
        number = number_of(session, wish)
    plan_all(around)
    with database.reading() as session:
        delivery = planned(session, verb="assign")[0]
    assert delivery.subject == f"派给县交通运输局：{number}"
    assert delivery.body.splitlines() == [
        "这件心愿派给县交通运输局办理，请先签收，再联系诉求人。",
        "心愿：路灯坏了，请打138****5678找我",
        "地点：清溪镇双喜村",
        "说明：她的电话是138****5678",
        "期限：10 月 19 日（周一） 18:00（还剩 7 天）",
        f"查看工单：http://127.0.0.1:8000/desk/tickets/{number}",
    ]


def test_a_wish_for_officials_only_does_not_leave_the_house(
    database: Database, county: County, robots: Robots, around: Around
) -> None:
    with database.writing() as session:
        submit_wish(session, county, is_private=True, text="村主任截留了补贴")
    plan_all(around)
    with database.reading() as session:
        inbox, robot = planned(session)
    assert "截留" in inbox.body
    assert "截留" not in robot.body and "请到工作台查看" in robot.body


def test_a_rule_of_the_clock_speaks_in_its_own_words(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress)
        act(session, wish, BY_NAME["due_soon"].command, system("due_soon"), later(days=4))
        act(session, wish, MarkOverdue(), system("overdue"), later(days=8))
    plan_all(around, now=later(days=8))
    with database.reading() as session:
        reminder, overdue = planned(session, verb="expedite")[0], planned(session, verb="mark_overdue")[0]
    assert reminder.subject.startswith("提醒") and "答复期限快到了，请抓紧办理。" in reminder.body
    assert overdue.person_id == county.head and overdue.audience == "unit_head" and "超期" in overdue.body


def test_merging_and_splitting_name_the_other_wishes(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        main, twin, double = (submit_wish(session, county) for _ in range(3))
        act(session, twin, Merge(into=number_of(session, main)), county.county_dispatcher)
        act(session, double, Split(parts=("路灯坏了", "水管漏了")), county.county_dispatcher)
        main_number = number_of(session, main)
    plan_all(around)
    with database.reading() as session:
        merged, split = planned(session, verb="merge")[0], planned(session, verb="split")[0]
    assert main_number in merged.body
    assert f"2026-{double + 1:06d}、2026-{double + 2:06d}" in split.body


def test_words_erased_by_law_leave_the_notice_without_them(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.assigned)
        act(session, wish, Supplement(text="新的情况"))
        session.execute(delete(TicketEventDetails))
    plan_all(around)
    with database.reading() as session:
        assert "新的情况" not in planned(session, verb="supplement")[0].body


def test_what_rings_waits_for_the_morning_and_an_emergency_does_not(
    database: Database, county: County, robots: Robots, around: Around
) -> None:
    with database.writing() as session:
        ordinary, danger = submit_wish(session, county, now=NIGHT), submit_wish(session, county, now=NIGHT)
        act(session, danger, Assign(unit=county.bureau, urgency=Urgency.danger), county.dispatcher, NIGHT)
    plan_all(around, now=NIGHT)
    with database.reading() as session:
        [at_rest] = planned(session, channel="wecom", ticket_id=ordinary)
        ringing = planned(session, channel="wecom", ticket_id=danger)
    assert (at_rest.next_attempt_at, at_rest.is_emergency) == (MORNING, False)
    assert [(row.next_attempt_at, row.is_emergency) for row in ringing] == [(NIGHT, True)] * 2


def test_the_inbox_needs_no_sending(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        submit_wish(session, county)
    plan_all(around)
    with database.reading() as session:
        delivery = planned(session)[0]
    assert (delivery.state, delivery.sent_at, delivery.read_at) == (DeliveryState.sent, NOW, None)


def test_two_relays_at_once_plan_once(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        for _ in range(20):
            submit_wish(session, county)
    tallies = at_once(lambda: plan_notices(around()))
    with database.reading() as session:
        assert len(planned(session)) == 20
        assert session.exec(select(OutboxRow)).all() == []
    assert [tally.failed for tally in tallies] == [0, 0]


def test_planning_again_by_hand_adds_nothing(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        submit_wish(session, county)
    plan_all(around)
    with database.writing() as session:
        session.add(OutboxRow(event_id=planned(session)[0].event_id))
    plan_all(around)
    assert len(told(database, "submit")) == 1


def test_what_cannot_be_planned_is_shown_and_does_not_stop_the_others(
    database: Database, county: County, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        bad, good = submit_wish(session, county), submit_wish(session, county)
    words = planning.values_of

    def fails_for_one(session: Session, told: planning.Told, *rest: object) -> object:
        if told.ticket.id == bad:
            raise LookupError("no words")
        return words(session, told, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "values_of", fails_for_one)
    plan_notices(around())
    with database.reading() as session:
        failed, planned_one = planned(session)
        assert session.exec(select(OutboxRow)).all() == []
    assert (failed.ticket_id, failed.state, failed.last_error) == (
        bad,
        DeliveryState.given_up,
        "通知没有生成（LookupError）",
    )
    assert planned_one.ticket_id == good


def test_a_unit_out_of_service_and_one_without_robot_are_left_out(
    database: Database, county: County, robots: Robots, around: Around
) -> None:
    with database.writing() as session:
        session.get_one(Unit, county.town_desk).is_active = False
        touch(session)
        submit_wish(session, county)
    plan_all(around)
    assert [channel for _audience, channel, _whom in told(database, "submit")] == ["inbox"]


def test_nothing_personal_is_readable_in_the_table(database: Database, county: County, around: Around) -> None:
    with database.writing() as session:
        submit_wish(session, county)
    plan_all(around)
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT address, subject, body FROM delivery").one()
    assert all("路灯".encode() not in bytes(value) for value in row)
