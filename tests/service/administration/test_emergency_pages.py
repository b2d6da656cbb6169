"""平急转换: shorter terms while it is on, running clocks as they were promised, and everybody at the desk knows."""

from datetime import timedelta

import time_machine
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.models import EmergencyMode
from service.directory.reference import reference
from service.jobs import Surroundings
from service.oversight.sweep import rearm, sweep_escalations
from service.settings import Settings
from service.tickets.models import Assignment, Ticket
from tests.factories import NOW, County, act, later, submit_wish, ticket_of, wish_in
from tests.service.administration.conftest import As, changes, last_change
from tests.support.officials import Official
from workflows.commands import Assign
from workflows.statuses import Status
from workflows.terms import working_days

HERE = "/desk/emergency"
REASON = "县防汛指挥部发布暴雨红色预警"
DURING, AN_HOUR = later(minutes=10), timedelta(hours=1)
ROSTER = "白天 李主任 0915-2520001\n夜里 王站长 0915-2520002"


def switch_on(official: Official, area: int, **fields: str) -> object:
    return official.sends(
        f"{HERE}/begin_emergency", area=str(area), **{"reason": REASON, "duty_roster": ROSTER, **fields}
    )


def modes(database: Database) -> list[EmergencyMode]:
    with database.reading() as session:
        return list(session.exec(select(EmergencyMode).order_by(col(EmergencyMode.id))))


def clocks(session: Session, ticket_id: int) -> tuple[object, ...]:
    ticket = ticket_of(session, ticket_id)
    holds = session.exec(select(Assignment.due_at).where(Assignment.ticket_id == ticket_id)).all()
    return (ticket.due_at, ticket.original_due_at, ticket.alarm_at, tuple(holds))


def test_new_wishes_are_promised_sooner_and_switching_back_leaves_what_was_promised(
    administrator: Official, database: Database, county: County, monday: time_machine.Traveller
) -> None:
    with database.writing() as session:
        before = wish_in(session, county, Status.assigned)
        promised_before = clocks(session, before)
    page = administrator.follow(switch_on(administrator, county.town))  # type: ignore[arg-type]
    assert "已转入应急" in page.words and REASON in page.words and "李主任" in page.words
    with database.writing() as session:
        during = submit_wish(session, county, DURING)
        assert ticket_of(session, during).due_at == DURING + AN_HOUR, "dispatched within an hour of natural time"
        act(session, during, Assign(unit=county.bureau), county.dispatcher, DURING)
        known = reference(session)
        assert ticket_of(session, during).due_at == known.calendar.add(DURING, working_days(2))
        assert ticket_of(session, during).alarm_at == DURING + AN_HOUR, "and acknowledged within another"
        promised_during = clocks(session, during)
        assert clocks(session, before) == promised_before
    monday.shift(timedelta(minutes=30))
    back = administrator.follow(administrator.sends(f"{HERE}/1/end_emergency"))
    assert "应急时答应的期限照旧" in back.words and "现在都是平时" in back.words
    rearm(Surroundings(database, Settings(), NOW))
    with database.writing() as session:
        assert (clocks(session, before), clocks(session, during)) == (promised_before, promised_during)
        after = submit_wish(session, county, DURING + AN_HOUR)
        assert ticket_of(session, after).due_at != DURING + 2 * AN_HOUR


def test_an_emergency_leaves_a_running_acknowledgement_alone(
    administrator: Official, database: Database, county: County
) -> None:
    with database.writing() as session:
        before = wish_in(session, county, Status.assigned)
        alarm = ticket_of(session, before).alarm_at
    switch_on(administrator, county.county)
    rearm(Surroundings(database, Settings(), NOW))
    assert sweep_escalations(Surroundings(database, Settings(), later(hours=3))).done == 0
    with database.reading() as session:
        assert session.get_one(Ticket, before).alarm_at == alarm


def test_only_the_area_and_what_lies_below_is_in_a_hurry(
    administrator: Official, database: Database, county: County
) -> None:
    switch_on(administrator, county.village)
    with database.reading() as session:
        known = reference(session)
        assert known.limits_in(county.village) == known.emergency_limits
        assert known.limits_in(county.town) == known.limits


def test_the_desk_of_that_area_says_who_is_on_duty(
    administrator: Official, as_: As, county: County, monday: time_machine.Traveller
) -> None:
    calm = as_("dispatcher").opens("/desk").words
    assert "应急状态" not in calm
    switch_on(administrator, county.town)
    for who in ("dispatcher", "village_secretary", "handler"):
        words = as_(who).opens("/desk").words
        assert "清溪镇在应急状态" in words and "王站长" in words and REASON in words
    monday.shift(timedelta(hours=2))
    administrator.sends(f"{HERE}/1/end_emergency")
    assert "应急状态" not in as_("dispatcher").opens("/desk").words


def test_both_ways_stand_in_the_record_of_changes(administrator: Official, database: Database, county: County) -> None:
    switch_on(administrator, county.town)
    what, who, details = last_change(database)
    assert (what, who, details["about"]) == ("begin_emergency", county.administrator, "清溪镇")
    administrator.sends(f"{HERE}/1/end_emergency")
    assert last_change(database)[0] == "end_emergency"
    words = administrator.opens("/desk/changes").words
    assert "转入应急" in words and "转回平时" in words and REASON in words


def test_a_second_one_in_the_same_place_is_refused_and_so_is_ending_twice(
    administrator: Official, database: Database, county: County
) -> None:
    switch_on(administrator, county.town)
    page = switch_on(administrator, county.town)
    assert page.status == 422 and "已经在应急状态" in page.words  # type: ignore[attr-defined]
    administrator.sends(f"{HERE}/1/end_emergency")
    again = administrator.sends(f"{HERE}/1/end_emergency")
    assert again.status == 422 and "已经转回平时" in again.words
    assert len(modes(database)) == 1 and len(changes(database)) == 2


def test_bad_input_comes_back_with_a_sentence(administrator: Official, database: Database, county: County) -> None:
    for fields, sentence in (
        ({"area": "999999"}, "没有这个地方"),
        ({"area": "县城"}, "请从列表里选一个"),
        ({"reason": "雨"}, "为什么"),
        ({"duty_roster": "长" * 1001}, "值班表"),
    ):
        given = {"area": str(county.town), "reason": REASON, "duty_roster": ROSTER, **fields}
        page = administrator.sends(f"{HERE}/begin_emergency", **given)
        assert page.status == 422 and sentence in page.words, fields
    assert modes(database) == []
    assert administrator.sends(f"{HERE}/77/end_emergency").status == 404
    assert administrator.sends(f"{HERE}/{10**30}/end_emergency").status == 404


def test_a_town_switches_itself_and_nothing_above_it(as_: As, database: Database, county: County) -> None:
    town = as_("town_administrator")
    assert switch_on(town, county.county).status == 422  # type: ignore[attr-defined]
    assert switch_on(town, county.village).status == 303  # type: ignore[attr-defined]
    switch_on(as_("administrator"), county.county)
    assert town.sends(f"{HERE}/2/end_emergency").status == 404
    assert [mode.area_id for mode in modes(database)] == [county.village, county.county]
