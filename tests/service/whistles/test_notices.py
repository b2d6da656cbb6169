"""Who hears of a whistle: the units that are called, the town, its principal, and the county above."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from service.database import Database
from service.directory.models import Appointment, Person, Unit, UnitClass
from service.directory.reference import touch
from service.outbox.models import Delivery
from service.outbox.planning import plan_notices
from tests.factories import NOW, add, later
from tests.service.whistles.conftest import Around, Scene, blow, do
from workflows import whistle_commands as c
from workflows.actors import system
from workflows.statuses import Role
from workflows.whistle_commands import CallRuling, ContestGround
from workflows.whistle_words import WhistleKind

Heard = Callable[[str], dict[str, set[int]]]


@pytest.fixture
def heard(database: Database, around: Around) -> Heard:
    """Of a verb: which audience heard it in the workbench, each with its people."""

    def of(verb: str) -> dict[str, set[int]]:
        assert plan_notices(around(NOW)).failed == 0
        with database.reading() as session:
            rows = session.exec(select(Delivery).where(Delivery.verb == verb, Delivery.channel == "inbox")).all()
        found: dict[str, set[int]] = {}
        for row in rows:
            found.setdefault(row.audience, set()).add(row.person_id or 0)
        return found

    return of


def test_a_whistle_to_be_approved_is_the_principals_alone(database: Database, scene: Scene, heard: Heard) -> None:
    with database.writing() as session:
        whistle = blow(session, scene)
    assert heard("blow_whistle") == {"principals": {scene.principal}}
    with database.writing() as session:
        do(session, whistle, c.ApproveWhistle(), scene.principal)
    county = scene.county
    assert heard("approve_whistle") == {
        "called_units": {county.handler, county.head, county.wrong_handler},
        "whistling_town": {county.dispatcher},
    }


def test_a_blown_emergency_is_told_at_night_with_the_way_to_its_page(
    database: Database, scene: Scene, heard: Heard
) -> None:
    with database.writing() as session:
        session.get_one(Unit, scene.county.bureau).robot_url = "https://example.com/robot"
        touch(session)
        whistle = blow(session, scene, kind=WhistleKind.emergency, supporting=())
    assert set(heard("blow_whistle")) == {"principals", "called_units"}
    with database.reading() as session:
        robot = session.exec(select(Delivery).where(Delivery.channel == "wecom", Delivery.verb == "blow_whistle")).one()
    assert robot.is_emergency and f"/desk/whistles/{whistle}" in robot.body
    assert "清溪镇受理台吹哨（应急处置），请贵单位报到。" in robot.body


def test_contest_and_ruling_reach_the_officer_and_those_concerned(
    database: Database, scene: Scene, heard: Heard
) -> None:
    county = scene.county
    ground = ContestGround.town_can_do_it
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        do(session, whistle, c.ContestCall(ground=ground, words="不是我们的路"), county.handler)
    assert heard("contest_call") == {
        "ruling_officers": {county.county_dispatcher},
        "whistling_town": {county.dispatcher, scene.principal},
    }
    with database.writing() as session:
        ruling = c.RuleOnCall(
            unit=county.bureau, decision=CallRuling.replaced, replacement=scene.water, words="归水利局"
        )
        do(session, whistle, ruling, county.county_dispatcher)
    assert heard("rule_on_call")["called_units"] == {county.handler, county.head, scene.water_handler}


def test_each_rung_of_the_ladder_has_its_own_ears(database: Database, scene: Scene, heard: Heard) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal, supporting=())
    for to, people in (
        ("contact", {county.handler, county.head}),
        ("head", {county.head}),
        ("supervision", {county.supervisor}),
        ("leader", {county.supervisor}),
    ):
        with database.writing() as session:
            session.connection().exec_driver_sql("DELETE FROM delivery")
            step = {"contact": "report_soon", "head": "report_due"}.get(to, f"report_{to}")
            call = next(iter(sorted(_subjects(session, whistle))))
            command = c.EscalateWhistle(subject=call, step=step, note="报到的时限到了，还没有报到。")
            do(session, whistle, command, system("whistle_test"), later(hours=1))
        assert heard("escalate_whistle") == {"ladder_rung": people}, to


def test_the_leader_is_not_the_supervision_once_more_where_there_is_another_head(
    database: Database, scene: Scene, heard: Heard
) -> None:
    with database.writing() as session:
        leader = add(session, Person(login="leader", name="林县长", created_at=NOW))
        unit = scene.county.county_desk
        add(session, Appointment(person_id=leader, unit_id=unit, role=Role.dispatcher, is_head=True))
        whistle = blow(session, scene, scene.principal, supporting=())
    for to, person in (("supervision", scene.county.supervisor), ("leader", leader)):
        with database.writing() as session:
            session.connection().exec_driver_sql("DELETE FROM delivery")
            [call] = _subjects(session, whistle)
            command = c.EscalateWhistle(subject=call, step=f"report_{to}", note="报到的时限到了。")
            do(session, whistle, command, system("whistle_test"), later(hours=1))
        assert heard("escalate_whistle") == {"ladder_rung": {person}}, to


def test_the_head_of_an_office_is_not_asked_to_approve(database: Database, scene: Scene, heard: Heard) -> None:
    with database.writing() as session:
        office = Unit(
            name="清溪镇建设办", short_name="建设办", unit_class=UnitClass.town_office, area_id=scene.county.town
        )
        boss = add(session, Person(login="boss", name="白主任", created_at=NOW))
        add(session, Appointment(person_id=boss, unit_id=add(session, office), role=Role.handler, is_head=True))
        touch(session)
        blow(session, scene)
    assert heard("blow_whistle") == {"principals": {scene.principal}}


def _subjects(session: Session, whistle: int) -> set[str]:
    rows = session.connection().exec_driver_sql(f"SELECT id FROM whistle_call WHERE whistle_id = {whistle}")
    return {f"call:{row.id}" for row in rows}
