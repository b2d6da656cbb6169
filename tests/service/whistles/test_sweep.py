"""The clock at whistles: steps of the ladder fire once, and nothing is left with nobody when units and tickets end."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from service.database import Database
from service.directory.models import Appointment, Area, CalendarYear, Person, Unit, UnitClass
from service.directory.reference import touch
from service.oversight.checks import breaches
from service.whistles import lifecycle, sweep
from service.whistles.casefile import calls_of, milestones_of
from service.whistles.models import WhistleFiring
from service.whistles.queries import events_of
from service.whistles.sweep import LATER, rearm_whistles, recalculate_whistles, sweep_whistles
from tests.factories import NOW, act, add, later, number_of, ticket_of
from tests.service.at_once import at_once
from tests.service.whistles.conftest import CAME, Around, Scene, blow, call_for, do, handled_wish, whistle_of, who
from workflows import whistle_commands as c
from workflows import whistle_ladder
from workflows.commands import Merge, Withdraw
from workflows.statuses import Role
from workflows.whistle_cases import WhistleCase
from workflows.whistle_commands import CallRuling, ContestGround
from workflows.whistle_words import CallState, WhistleKind, WhistleStatus


def fired(database: Database, whistle: int) -> list[str]:
    with database.reading() as session:
        wanted = select(WhistleFiring).where(WhistleFiring.whistle_id == whistle)
        return [row.step for row in sorted(session.exec(wanted), key=lambda row: row.at)]


def an_emergency(session: Session, scene: Scene) -> int:
    """On a wish of its own: one wish has one whistle for one lead."""
    call = call_for(scene, kind=WhistleKind.emergency, supporting=())
    wish = handled_wish(session, scene.county)
    return lifecycle.blow(session, wish, call, who(session, scene.county.dispatcher), NOW)


def close(database: Database, unit: int) -> None:
    with database.writing() as session:
        session.get_one(Unit, unit).is_active = False
        touch(session)


def test_nobody_comes_to_an_emergency_and_every_rung_hears(database: Database, scene: Scene, around: Around) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, kind=WhistleKind.emergency, supporting=())
    assert sweep_whistles(around(later(minutes=10))).done == 0
    for minute, step in ((15, "half"), (30, "due"), (45, "supervision"), (60, "leader")):
        assert sweep_whistles(around(later(minutes=minute))).done == 1
        assert fired(database, whistle)[-1] == f"emergency_{step}"
    assert sweep_whistles(around(later(minutes=61))).done == 0


def test_a_step_tells_who_owes_and_which_rung_hears(database: Database, scene: Scene, around: Around) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, kind=WhistleKind.emergency, supporting=())
    sweep_whistles(around(later(minutes=31)))
    with database.reading() as session:
        last = events_of(session, whistle)[-1]
    assert last.event.rule == "whistle_emergency_due"
    assert (last.details["to"], last.details["owes"]) == ("head", scene.county.bureau)
    assert last.details["called"] == [scene.county.bureau]


def test_two_sweeps_at_once_fire_once(database: Database, scene: Scene, around: Around) -> None:
    with database.writing() as session:
        whistles = [an_emergency(session, scene) for _ in range(4)]
    tallies = at_once(lambda: sweep_whistles(around(later(minutes=50))))
    assert [tally.failed for tally in tallies] == [0, 0]
    for whistle in whistles:
        steps = fired(database, whistle)
        assert len(steps) == len(set(steps)) == 3


def test_a_milestone_that_was_moved_is_watched_anew(database: Database, scene: Scene, around: Around) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal, supporting=())
        do(session, whistle, CAME, county.handler)
        draft = c.MilestoneDraft(title="清淤", unit=county.bureau, due=date(2026, 10, 16))
        do(session, whistle, c.PlanWork(milestones=(draft,)), county.handler)
        [milestone] = milestones_of(session, whistle)
    sweep_whistles(around(later(days=5)))
    assert sorted(fired(database, whistle)) == ["milestone_due", "milestone_soon"]
    with database.writing() as session:
        move = c.ChangeMilestone(milestone=milestone.id or 0, due=date(2026, 10, 30), reason="连着下雨")
        do(session, whistle, move, county.dispatcher, later(days=7))
    sweep_whistles(around(later(days=40)))
    assert sorted(fired(database, whistle)) == [
        *("milestone_due", "milestone_due", "milestone_leader", "milestone_soon", "milestone_soon"),
        "milestone_supervision",
    ]


def test_a_dissolved_units_call_goes_to_the_ruling_officer(database: Database, scene: Scene, around: Around) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal, supporting=())
        do(session, whistle, CAME, county.handler)
        draft = c.MilestoneDraft(title="清淤", unit=county.bureau, due=date(2026, 10, 16))
        do(session, whistle, c.PlanWork(milestones=(draft,)), county.handler)
    close(database, county.bureau)
    assert sweep_whistles(around(later(hours=1))).done == 1
    assert sweep_whistles(around(later(hours=1))).done == 0
    with database.writing() as session:
        row = whistle_of(session, whistle)
        assert (row.unit_id, calls_of(session, whistle)[0].state) == (county.county_desk, CallState.contested)
        assert list(breaches(session)) == []
        instead = c.RuleOnCall(
            unit=county.bureau, decision=CallRuling.replaced, replacement=scene.water, words="职责划转水利局"
        )
        do(session, whistle, instead, county.county_dispatcher, later(hours=2))
        assert [each.unit_id for each in milestones_of(session, whistle)] == [scene.water]
        assert whistle_of(session, whistle).unit_id == scene.water
        do(session, whistle, CAME, scene.water_handler, later(hours=3))


def test_the_new_desk_goes_on_with_what_a_dissolved_one_has_blown(database: Database, scene: Scene) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal, supporting=())
        session.get_one(Area, county.town).desk_unit_id = county.county_desk
    close(database, county.town_desk)
    with database.writing() as session:
        do(session, whistle, CAME, county.handler, later(hours=1))
        do(session, whistle, c.CompleteWhistle(words="路通了"), county.handler, later(hours=2))
        assert whistle_of(session, whistle).unit_id == county.county_desk
        do(session, whistle, c.AcceptWhistle(), county.county_dispatcher, later(hours=3))


def test_a_whistle_follows_its_ticket_into_the_main_one(database: Database, scene: Scene, around: Around) -> None:
    with database.writing() as session:
        main = handled_wish(session, scene.county)
        whistle = blow(session, scene, scene.principal)
        act(session, scene.ticket, Merge(into=number_of(session, main)), scene.county.dispatcher, later(hours=1))
    assert sweep_whistles(around(later(hours=2))).done == 1
    assert sweep_whistles(around(later(hours=2))).done == 0
    with database.writing() as session:
        assert whistle_of(session, whistle).ticket_id == main
        do(session, whistle, CAME, scene.county.handler, later(hours=3))
        assert [each.event.ticket_id for each in events_of(session, whistle)] == [scene.ticket, main, main]
        assert list(breaches(session)) == []


def test_whoever_is_quicker_than_the_clock_takes_the_whistle_along(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        main = handled_wish(session, scene.county)
        whistle = blow(session, scene, scene.principal)
        act(session, scene.ticket, Merge(into=number_of(session, main)), scene.county.dispatcher, later(hours=1))
        done = do(session, whistle, CAME, scene.county.handler, later(hours=2))
        assert done.number == number_of(session, main)
        verbs = [each.event.verb for each in events_of(session, whistle)]
        assert verbs == ["blow_whistle", "move_whistle", "report_in"]


def test_a_wish_withdrawn_under_its_whistle_is_told_to_the_town_once(
    database: Database, scene: Scene, around: Around
) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        act(session, scene.ticket, Withdraw(), None, later(hours=1))
    assert sweep_whistles(around(later(hours=2))).done == 1
    assert sweep_whistles(around(later(hours=3))).done == 0
    with database.writing() as session:
        assert events_of(session, whistle)[-1].event.verb == "tell_ticket_ended"
        do(session, whistle, CAME, scene.county.handler, later(hours=3))
        do(session, whistle, c.DismissWhistle(reason="撤回了"), scene.county.dispatcher, later(hours=4))
        assert whistle_of(session, whistle).status is WhistleStatus.dismissed
        assert ticket_of(session, scene.ticket).closed_at is not None
        assert list(breaches(session)) == []


def test_a_term_into_an_unpublished_year_is_counted_again_once_it_is_there(
    database: Database, scene: Scene, around: Around
) -> None:
    new_year = datetime(2026, 12, 30, 2, 0, tzinfo=NOW.tzinfo)
    with database.writing() as session:
        ticket = handled_wish(session, scene.county, new_year)
        by = who(session, scene.principal)
        whistle = lifecycle.blow(session, ticket, call_for(scene, supporting=()), by, new_year)
        row = whistle_of(session, whistle)
        guessed = row.due_at
        assert row.is_provisional
    assert recalculate_whistles(around(new_year + timedelta(hours=1))).done == 0
    with database.writing() as session:
        session.add(CalendarYear(year=2027, source="国务院办公厅通知", uploaded_at=new_year))
        touch(session)
    assert recalculate_whistles(around(new_year + timedelta(hours=1))).done == 1
    with database.writing() as session:
        row = whistle_of(session, whistle)
        assert not row.is_provisional and row.due_at == guessed
    assert recalculate_whistles(around(new_year + timedelta(hours=2))).done == 0


def test_only_what_has_happened_since_the_last_look_is_looked_at(
    database: Database, scene: Scene, around: Around
) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        act(session, scene.ticket, Withdraw(), None, later(hours=1))
    late = replace(around(later(days=9)), since=later(days=8))
    with database.writing() as session:
        whistle_of(session, whistle).alarm_at = None
    assert sweep_whistles(late).done == 0, "what happened long before the last look is no matter of every minute"
    assert sweep_whistles(replace(late, since=later(hours=1, minutes=30))).done == 1
    with database.reading() as session:
        assert events_of(session, whistle)[-1].event.verb == "tell_ticket_ended"


def test_the_night_follows_what_no_minute_has_seen(database: Database, scene: Scene, around: Around) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        act(session, scene.ticket, Withdraw(), None, later(hours=1))
    rearm_whistles(replace(around(later(days=9)), since=later(days=8)))
    with database.reading() as session:
        assert events_of(session, whistle)[-1].event.verb == "tell_ticket_ended"


def test_a_whistle_is_held_by_the_desk_that_there_is_now(database: Database, scene: Scene, around: Around) -> None:
    """Replaced and not dissolved: the old one is still a unit, but no desk any more."""
    county = scene.county
    with database.writing() as session:
        raised = blow(session, scene, lead=scene.water)
        contested = blow(session, scene, scene.principal)
        contest = c.ContestCall(ground=ContestGround.town_can_do_it, words="与农业无关")
        do(session, contested, contest, county.handler)
        do(session, contested, contest, county.wrong_handler)
        before = whistle_of(session, raised).due_at
    assert sweep_whistles(around(NOW)).done == 0
    with database.writing() as session:
        desk = Unit(name="清溪镇便民中心", short_name="便民中心", unit_class=UnitClass.town_desk, area_id=county.town)
        rulers = Unit(name="县指挥中心", short_name="指挥中心", unit_class=UnitClass.county_desk, area_id=county.county)
        new_desk, new_rulers = add(session, desk), add(session, rulers)
        session.get_one(Area, county.town).desk_unit_id = new_desk
        session.get_one(Area, county.county).desk_unit_id = new_rulers
        touch(session)
    assert [tally.failed for tally in at_once(lambda: sweep_whistles(around(NOW)))] == [0, 0]
    assert sweep_whistles(around(NOW)).done == 0
    with database.reading() as session:
        assert (whistle_of(session, raised).unit_id, whistle_of(session, raised).due_at) == (new_desk, before)
        assert whistle_of(session, contested).unit_id == new_rulers
        assert list(breaches(session)) == []
    with database.writing() as session:
        do(session, raised, c.ApproveWhistle(), who_heads(session, new_desk))
        do(session, raised, CAME, scene.water_handler)
        draft = c.MilestoneDraft(title="让出便道", unit=new_desk, due=date(2026, 10, 20))
        do(session, raised, c.PlanWork(milestones=(draft,)), scene.water_handler)
        assert whistle_of(session, raised).unit_id == county.other_bureau
        assert list(breaches(session)) == []


def who_heads(session: Session, unit: int) -> int:
    head = add(session, Person(login="new_head", name="何镇长", created_at=NOW))
    add(session, Appointment(person_id=head, unit_id=unit, role=Role.reviewer, is_head=True))
    return head


def test_a_bad_whistle_waits_an_hour_and_does_not_stop_the_others(
    database: Database, scene: Scene, around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        bad, good = (an_emergency(session, scene) for _ in range(2))
    whole = whistle_ladder.due_steps

    def due(case: WhistleCase, now: datetime) -> object:
        if case.id == bad:
            raise ArithmeticError("a broken row")
        return whole(case, now)

    monkeypatch.setattr(sweep, "due_steps", due)
    moment = later(minutes=20)
    tally = sweep_whistles(around(moment))
    assert (tally.done, tally.failed) == (1, 1) and f"whistle {bad}" in (tally.error or "")
    assert fired(database, good) == ["emergency_half"]
    with database.reading() as session:
        assert whistle_of(session, bad).alarm_at == moment + LATER


def test_alarms_are_set_anew_at_night(database: Database, scene: Scene, around: Around) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        row = whistle_of(session, whistle)
        right, row.alarm_at = row.alarm_at, None
    assert rearm_whistles(around(NOW)).done == 1
    assert rearm_whistles(around(NOW)).done == 0
    with database.reading() as session:
        assert whistle_of(session, whistle).alarm_at == right is not None
