"""A whistle from the first call to the last score: who holds it, who sees it, and what the ticket keeps."""

from datetime import date

import pytest
from sqlmodel import Session, select

from service.database import Database
from service.directory.models import Appointment, Person, Unit, UnitClass
from service.directory.reference import touch
from service.errors import Conflict, NotFound
from service.oversight.checks import breaches
from service.tickets.models import Assignment
from service.tickets.queries import story_of
from service.tickets.scope import seen_ticket
from service.whistles import lifecycle
from service.whistles.casefile import calls_of, milestones_of
from service.whistles.queries import (
    Only,
    count_whistles,
    events_of,
    open_whistles,
    seen_whistle,
)
from tests.factories import NOW, act, add, later, submit_wish, ticket_of
from tests.service.at_once import at_once
from tests.service.whistles.conftest import CAME, Scene, blow, call_for, do, whistle_of, who
from workflows import whistle_commands as c
from workflows.commands import Assign
from workflows.refusals import NotPermitted, Refused, WrongStatus
from workflows.statuses import Role, Status
from workflows.whistle_commands import CallRuling, ContestGround
from workflows.whistle_words import (
    CallState,
    MilestoneState,
    WhistleKind,
    WhistleStatus,
)


def state_of(session: Session, whistle: int, unit: int) -> CallState:
    session.expire_all()
    return next(call.state for call in calls_of(session, whistle) if call.unit_id == unit)


def supporting(session: Session, ticket: int) -> set[int]:
    wanted = select(Assignment).where(Assignment.ticket_id == ticket)
    return {hold.unit_id for hold in session.exec(wanted) if hold.role == "supporting" and hold.ended_at is None}


def at_work(session: Session, scene: Scene) -> int:
    whistle = blow(session, scene, scene.principal)
    do(
        session,
        whistle,
        CAME,
        scene.county.handler,
        later(hours=1),
    )
    return whistle


def plan(*units: int) -> c.PlanWork:
    drafts = [
        c.MilestoneDraft(title=f"第 {n} 段路基", unit=unit, due=date(2026, 10, 20)) for n, unit in enumerate(units)
    ]
    return c.PlanWork(milestones=tuple(drafts))


def test_from_the_call_to_the_score(database: Database, scene: Scene) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = blow(session, scene)
        row = whistle_of(session, whistle)
        assert (row.status, row.unit_id, row.due_at) == (
            WhistleStatus.raised,
            county.town_desk,
            later(hours=6),
        )
        assert "138****5678" in row.public_text and "13812345678" not in row.public_text
        assert supporting(session, scene.ticket) == set()
        do(session, whistle, c.ApproveWhistle(), scene.principal, later(hours=1))
        assert whistle_of(session, whistle).unit_id in {
            county.bureau,
            county.other_bureau,
        }
        assert supporting(session, scene.ticket) == {county.bureau, county.other_bureau}
        do(
            session,
            whistle,
            CAME,
            county.handler,
            later(hours=2),
        )
        row = whistle_of(session, whistle)
        assert row.status is WhistleStatus.at_work and row.unit_id == county.other_bureau
        do(
            session,
            whistle,
            c.ReportIn(is_on_site=False),
            county.wrong_handler,
            later(days=3),
        )
        do(
            session,
            whistle,
            c.Survey(words="路基空了三十米"),
            county.handler,
            later(days=3),
        )
        meeting = c.HoldSiteMeeting(
            held_on=date(2026, 10, 14),
            place="塌方路段",
            attendance="三家",
            decisions="分三段修",
        )
        do(session, whistle, meeting, county.dispatcher, later(days=3))
        do(
            session,
            whistle,
            plan(county.bureau, county.other_bureau),
            county.handler,
            later(days=3),
        )
        first, second = (each.id for each in milestones_of(session, whistle))
        assert first and second
        do(
            session,
            whistle,
            c.ReportMilestone(milestone=first, words="填好了"),
            county.handler,
            later(days=4),
        )
        do(
            session,
            whistle,
            c.ReportMilestone(milestone=second, words="清完了"),
            county.wrong_handler,
            later(days=9),
        )
        do(
            session,
            whistle,
            c.HandOverPart(words="清方结束"),
            county.wrong_handler,
            later(days=9),
        )
        do(
            session,
            whistle,
            c.CompleteWhistle(words="路通了"),
            county.handler,
            later(days=9),
        )
        assert whistle_of(session, whistle).unit_id == county.town_desk
        do(
            session,
            whistle,
            c.RefuseAcceptance(reason="边沟没有清"),
            county.dispatcher,
            later(days=10),
        )
        do(
            session,
            whistle,
            c.CompleteWhistle(words="边沟清了"),
            county.handler,
            later(days=10),
        )
        do(session, whistle, c.AcceptWhistle(), county.dispatcher, later(days=11))
        score = c.ScoreCall(unit=county.bureau, speed=5, work=4, result=5)
        do(session, whistle, score, county.dispatcher, later(days=11))
        row = whistle_of(session, whistle)
        assert row.status is WhistleStatus.accepted and row.unit_id is None and row.alarm_at is None
        lead, other = calls_of(session, whistle)
        assert (lead.was_late, other.was_late, lead.speed) == (False, True, 5)
        assert supporting(session, scene.ticket) == set()
        ticket = ticket_of(session, scene.ticket)
        assert (ticket.status, ticket.lead_unit_id) == (
            Status.in_progress,
            county.village_unit,
        )
        assert list(breaches(session)) == []
        with pytest.raises(Refused):
            do(session, whistle, score, county.dispatcher, later(days=11))


def test_every_event_stands_in_the_tickets_chain_under_the_whistles_name(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = at_work(session, scene)
        told = events_of(session, whistle)
        assert [(each.event.verb, each.event.subject_to) for each in told] == [
            ("blow_whistle", "blown"),
            ("report_in", "at_work"),
        ]
        assert told[1].event.unit_id == scene.county.bureau and told[1].details["place"] == "塌方路段"
        assert told[0].details["town"] == scene.county.town_desk
        assert told[0].details["called"] == sorted([scene.county.bureau, scene.county.other_bureau])
        assert [each.event.id for each in told] == [
            each.event.id for each in story_of(session, scene.ticket) if each.event.subject
        ]


def test_an_emergency_is_blown_at_once_and_confirmed_afterwards(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, kind=WhistleKind.emergency)
        row = whistle_of(session, whistle)
        assert (row.status, row.due_at) == (WhistleStatus.blown, later(minutes=30))
        assert row.confirm_due_at == later(hours=24)
        do(
            session,
            whistle,
            CAME,
            scene.county.handler,
            later(minutes=20),
        )
        do(
            session,
            whistle,
            CAME,
            scene.county.wrong_handler,
            later(minutes=40),
        )
        do(
            session,
            whistle,
            c.CompleteWhistle(words="人都撤出来了"),
            scene.county.handler,
            later(hours=5),
        )
        with pytest.raises(Refused, match="补批"):
            do(
                session,
                whistle,
                c.AcceptWhistle(),
                scene.county.dispatcher,
                later(hours=6),
            )
        do(session, whistle, c.ConfirmWhistle(), scene.principal, later(hours=6))
        do(session, whistle, c.AcceptWhistle(), scene.county.dispatcher, later(hours=7))
        assert [call.was_late for call in calls_of(session, whistle)] == [False, True]


def test_a_village_blows_through_its_town(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.county.village_secretary)
        row = whistle_of(session, whistle)
        assert (row.status, row.town_unit_id) == (
            WhistleStatus.raised,
            scene.county.town_desk,
        )
        do(
            session,
            whistle,
            c.DismissWhistle(reason="自己修好了"),
            scene.county.village_secretary,
        )
        assert whistle_of(session, whistle).status is WhistleStatus.dismissed


def an_office_of_the_town(session: Session, scene: Scene) -> int:
    office = Unit(name="清溪镇党建办", short_name="党建办", unit_class=UnitClass.town_office, area_id=scene.county.town)
    found = add(session, office)
    touch(session)
    return found


def test_a_community_calls_for_itself(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        secretary, party = scene.county.village_secretary, an_office_of_the_town(session, scene)
        own = {"lead": party, "supporting": ()}
        with pytest.raises(Refused, match="县里的部门"):
            blow(session, scene, secretary, kind=WhistleKind.community)
        with pytest.raises(NotPermitted):
            blow(session, scene, scene.county.dispatcher, kind=WhistleKind.liaison, **own)
        whistle = blow(session, scene, secretary, kind=WhistleKind.community, **own)
        row = whistle_of(session, whistle)
        assert (row.status, row.town_unit_id) == (
            WhistleStatus.blown,
            scene.county.village_unit,
        )


def test_a_bureau_blows_no_whistle(database: Database, scene: Scene) -> None:
    for person in (
        scene.county.handler,
        scene.county.county_dispatcher,
        scene.county.supervisor,
    ):
        with database.writing() as session, pytest.raises(NotPermitted):
            blow(session, scene, person)


def test_nobody_is_called_before_the_principal_has_approved(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = blow(session, scene)
        with pytest.raises(NotFound):
            seen_whistle(session, who(session, scene.county.handler), whistle)
        with pytest.raises(WrongStatus):
            do(session, whistle, CAME, scene.county.handler)
        do(
            session,
            whistle,
            c.RefuseWhistle(reason="先自己抢修"),
            scene.principal,
            later(days=9),
        )
        assert [call.was_late for call in calls_of(session, whistle)] == [None, None]


def test_called_units_see_the_whistle_and_its_ticket_and_others_do_not(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = at_work(session, scene)
        for person in (
            scene.county.handler,
            scene.county.wrong_handler,
            scene.county.county_dispatcher,
        ):
            actor = who(session, person)
            assert seen_whistle(session, actor, whistle).id == whistle
            assert seen_ticket(session, actor, scene.ticket).id == scene.ticket
        with pytest.raises(NotFound):
            seen_whistle(session, who(session, scene.water_handler), whistle)


def contest(scene: Scene) -> c.ContestCall:
    return c.ContestCall(
        ground=ContestGround.another_unit_competent,
        words="河道以内归水利局",
        suggested_unit=scene.water,
    )


def test_two_bureaus_contest_at_once_and_each_gets_its_ruling(database: Database, scene: Scene) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        do(session, whistle, contest(scene), county.handler)
        do(session, whistle, contest(scene), county.wrong_handler)
        row = whistle_of(session, whistle)
        assert row.unit_id == county.county_desk and row.status is WhistleStatus.blown
        must = c.RuleOnCall(
            unit=county.bureau,
            decision=CallRuling.must_come,
            words="路是县道",
            was_needed=True,
        )
        do(session, whistle, must, county.county_dispatcher, later(hours=1))
        assert state_of(session, whistle, county.bureau) is CallState.called
        with pytest.raises(Refused, match="不能再提异议"):
            do(session, whistle, contest(scene), county.handler, later(hours=2))
        released = c.RuleOnCall(unit=county.other_bureau, decision=CallRuling.released, words="确实无关")
        leader = add(session, Person(login="leader", name="高副县长", created_at=NOW))
        post = Appointment(person_id=leader, unit_id=county.county_desk, role=Role.supervisor, is_head=True)
        add(session, post)
        touch(session)
        do(session, whistle, released, leader, later(hours=2))
        assert events_of(session, whistle)[-1].event.person_id == leader, "where the desk lets it lie, he rules"
        assert state_of(session, whistle, county.other_bureau) is CallState.released
        assert supporting(session, scene.ticket) == {county.bureau}
        row = whistle_of(session, whistle)
        assert row.was_needed is True and row.unit_id == county.bureau
        assert row.due_at == next(call.report_due_at for call in calls_of(session, whistle) if call.is_lead)


def test_two_bureaus_that_contest_in_the_same_moment_are_both_heard(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
    bureaus = [scene.county.handler, scene.county.wrong_handler]

    def contests() -> None:
        with database.writing() as session:
            do(session, whistle, contest(scene), bureaus.pop())

    at_once(contests)
    with database.reading() as session:
        assert {call.state for call in calls_of(session, whistle)} == {CallState.contested}
        assert whistle_of(session, whistle).unit_id == scene.county.county_desk
        assert list(breaches(session)) == []


def test_a_replaced_lead_hands_its_place_to_the_unit_that_the_ruling_names(database: Database, scene: Scene) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        do(session, whistle, contest(scene), county.handler)
        ruling = c.RuleOnCall(
            unit=county.bureau,
            decision=CallRuling.replaced,
            replacement=scene.water,
            words="河道归水利局",
        )
        do(session, whistle, ruling, county.county_dispatcher, later(hours=1))
        assert supporting(session, scene.ticket) == {scene.water, county.other_bureau}
        with pytest.raises(Refused):
            do(session, whistle, contest(scene), scene.water_handler, later(hours=2))
        do(
            session,
            whistle,
            CAME,
            scene.water_handler,
            later(hours=2),
        )
        assert whistle_of(session, whistle).status is WhistleStatus.at_work


def test_a_whistle_from_which_all_are_released_ends_and_counts_as_not_needed(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal, supporting=())
        do(session, whistle, contest(scene), scene.county.handler)
        ruling = c.RuleOnCall(
            unit=scene.county.bureau,
            decision=CallRuling.released,
            words="镇里自己能办",
            was_needed=False,
        )
        do(session, whistle, ruling, scene.county.county_dispatcher)
        row = whistle_of(session, whistle)
        assert (row.status, row.was_needed) == (WhistleStatus.dismissed, False)


def test_it_is_too_late_to_contest_after_a_day(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        with pytest.raises(Refused, match="期限已经过了"):
            do(session, whistle, contest(scene), scene.county.handler, later(days=2))


def test_a_moved_milestone_and_a_dropped_one(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = at_work(session, scene)
        do(
            session,
            whistle,
            plan(scene.county.bureau, scene.county.bureau),
            scene.county.handler,
            later(hours=2),
        )
        first, second = (each.id or 0 for each in milestones_of(session, whistle))
        move = c.ChangeMilestone(milestone=first, due=date(2026, 10, 30), reason="连着下雨")
        do(session, whistle, move, scene.county.handler, later(hours=3))
        drop = c.ChangeMilestone(milestone=second, is_dropped=True, reason="并到第一段")
        do(session, whistle, drop, scene.county.handler, later(hours=3))
        moved, dropped = milestones_of(session, whistle)
        assert moved.moves == 1 and dropped.state is MilestoneState.dropped
        with pytest.raises(Refused, match="还有节点没有做完"):
            do(
                session,
                whistle,
                c.CompleteWhistle(words="好了"),
                scene.county.handler,
                later(hours=4),
            )


def test_a_unit_that_supported_before_goes_on_supporting(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        ticket = submit_wish(session, scene.county)
        lamp = Assign(unit=scene.county.village_unit, supporting=(scene.county.other_bureau,))
        act(session, ticket, lamp, scene.county.dispatcher)
        whistle = lifecycle.blow(session, ticket, call_for(scene), who(session, scene.principal), NOW)
        assert supporting(session, ticket) == {
            scene.county.bureau,
            scene.county.other_bureau,
        }
        do(session, whistle, c.DismissWhistle(reason="不用了"), scene.county.dispatcher)
        assert supporting(session, ticket) == {scene.county.other_bureau}


def test_a_unit_that_two_whistles_called_stays_until_the_last_has_ended(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        first = blow(session, scene, scene.principal)
        second = blow(
            session, scene, scene.principal, lead=scene.county.other_bureau, supporting=(scene.county.bureau,)
        )
        do(
            session,
            first,
            c.DismissWhistle(reason="并到一起办"),
            scene.county.dispatcher,
        )
        assert supporting(session, scene.ticket) == {
            scene.county.bureau,
            scene.county.other_bureau,
        }
        do(session, second, c.DismissWhistle(reason="不用了"), scene.county.dispatcher)
        assert supporting(session, scene.ticket) == set()


def test_a_stale_version_is_a_conflict_and_an_unknown_whistle_is_not_found(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        whistle = at_work(session, scene)
        seen = whistle_of(session, whistle).version
        do(session, whistle, c.NoteWhistle(words="看过了"), scene.county.dispatcher)
        actor = who(session, scene.county.dispatcher)
        with pytest.raises(Conflict):
            lifecycle.perform(session, whistle, c.NoteWhistle(words="再看"), actor, NOW, version=seen)
        with pytest.raises(NotFound):
            lifecycle.perform(session, 999, c.NoteWhistle(words="哪件"), actor, NOW)


def test_units_that_do_not_exist_or_are_our_own_are_refused(database: Database, scene: Scene) -> None:
    for fields in (
        {"lead": 999},
        {"supporting": (999,)},
        {"lead": scene.county.town_desk},
        {"lead": scene.county.village_unit},
        {"supporting": (scene.county.village_unit,)},
        {"issue": 7},
    ):
        with database.writing() as session, pytest.raises(Refused):
            blow(session, scene, **fields)


def test_a_wish_that_waits_for_dispatch_has_no_whistle(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        waiting = submit_wish(session, scene.county)
        with pytest.raises(Refused, match="还不能为它吹哨"):
            lifecycle.blow(
                session,
                waiting,
                call_for(scene),
                who(session, scene.county.dispatcher),
                NOW,
            )


def test_lists_narrow_to_who_has_not_come_what_is_late_and_what_is_mine(database: Database, scene: Scene) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = at_work(session, scene)
        dispatcher, handler = (
            who(session, county.dispatcher),
            who(session, county.handler),
        )
        other = who(session, county.wrong_handler)
        assert [row.id for row in open_whistles(session, dispatcher, NOW).rows] == [whistle]
        assert count_whistles(session, dispatcher, NOW, Only.not_reported_in) == 1
        assert count_whistles(session, dispatcher, NOW, Only.late) == 0
        assert count_whistles(session, dispatcher, later(days=9), Only.late) == 1
        assert count_whistles(session, other, NOW, Only.mine) == 1
        assert count_whistles(session, handler, NOW, Only.mine) == 1, "the plan is owed"
        assert count_whistles(session, dispatcher, NOW, Only.mine) == 0
        blow(session, scene, scene.principal, lead=scene.water)
        first = open_whistles(session, dispatcher, NOW, most=1)
        rest = open_whistles(session, dispatcher, NOW, cursor=first.cursor, most=1)
        assert first.cursor and rest.cursor is None and first.rows[0].id != rest.rows[0].id
        with pytest.raises(Refused):
            open_whistles(session, dispatcher, NOW, cursor="nonsense")
