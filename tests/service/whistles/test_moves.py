"""A whistle goes on with the wish that it is for: merged and taken apart again, taken out of its issue, withdrawn."""

from datetime import date

import pytest
from sqlmodel import Session

from service.database import Database
from service.directory.models import Area, Unit, UnitClass
from service.directory.reference import touch
from service.issues import lifecycle as issues
from service.issues.settling import settle_issues
from service.oversight.checks import breaches
from service.whistles.casefile import milestones_of
from service.whistles.queries import events_of
from service.whistles.sweep import rearm_whistles, sweep_whistles
from tests.factories import act, add, later, number_of, ticket_of
from tests.service.at_once import at_once
from tests.service.whistles.conftest import CAME, Around, Scene, blow, do, handled_wish, whistle_of, who
from workflows import commands as t
from workflows import whistle_commands as c
from workflows.issue_commands import CreateIssue, LeaveIssue
from workflows.whistle_words import WhistleStatus


@pytest.fixture
def others(database: Database, scene: Scene) -> list[int]:
    """Two more wishes of the same issue as the scene's own, which stands for it and is whistled for."""
    with database.writing() as session:
        found = [handled_wish(session, scene.county) for _wish in range(2)]
        numbers = tuple(number_of(session, each) for each in (scene.ticket, *found))
        dispatcher = who(session, scene.county.county_dispatcher)
        issues.create(session, CreateIssue(title="干线公路被压坏了", tickets=numbers), dispatcher, later())
    return found


def hangs_on(session: Session, whistle: int) -> int:
    return whistle_of(session, whistle).ticket_id


def last_verb(session: Session, whistle: int) -> str:
    return events_of(session, whistle)[-1].event.verb


def test_a_whistle_for_all_goes_on_with_the_next_wish_when_its_own_is_withdrawn(
    database: Database, scene: Scene, others: list[int], around: Around
) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal, issue=ticket_of(session, scene.ticket).issue_id)
        act(session, scene.ticket, t.Withdraw(), None, later(hours=1))
    settle_issues(around(later(hours=2)))
    at_once(lambda: sweep_whistles(around(later(hours=2))))
    with database.writing() as session:
        assert [each.event.verb for each in events_of(session, whistle)] == ["blow_whistle", "move_whistle"]
        assert hangs_on(session, whistle) == others[0]
        do(session, whistle, CAME, scene.county.handler, later(hours=3))
        assert whistle_of(session, whistle).status is WhistleStatus.at_work and list(breaches(session)) == []


def test_a_whistle_for_all_stays_with_the_issue_when_its_wish_is_taken_out(
    database: Database, scene: Scene, others: list[int], around: Around
) -> None:
    with database.writing() as session:
        issue = ticket_of(session, scene.ticket).issue_id or 0
        whistle = blow(session, scene, scene.principal, issue=issue)
        out = LeaveIssue(ticket=number_of(session, scene.ticket), reason="这是另一条路")
        issues.perform(session, issue, out, who(session, scene.county.county_dispatcher), later(hours=1))
    assert sweep_whistles(around(later(hours=1))).done == 1
    assert sweep_whistles(around(later(hours=1))).done == 0
    with database.reading() as session:
        assert hangs_on(session, whistle) == others[0] and list(breaches(session)) == []


def test_a_whistle_for_one_wish_stays_with_it_when_it_is_taken_out_of_an_issue(
    database: Database, scene: Scene, around: Around
) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal)
        found = [handled_wish(session, scene.county) for _wish in range(2)]
        numbers = tuple(number_of(session, each) for each in (scene.ticket, *found))
        dispatcher = who(session, scene.county.county_dispatcher)
        issue = issues.create(session, CreateIssue(title="干线公路被压坏了", tickets=numbers), dispatcher, later())
        issues.perform(session, issue.issue_id, LeaveIssue(ticket=numbers[0], reason="另一条路"), dispatcher, later())
    assert sweep_whistles(around(later(hours=1))).done == 0
    with database.reading() as session:
        assert hangs_on(session, whistle) == scene.ticket


def test_once_every_wish_of_the_issue_has_ended_the_town_is_told(
    database: Database, scene: Scene, others: list[int], around: Around
) -> None:
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal, issue=ticket_of(session, scene.ticket).issue_id)
        for wish in (scene.ticket, *others):
            act(session, wish, t.Withdraw(), None, later(hours=1))
    settle_issues(around(later(hours=2)))
    assert sweep_whistles(around(later(hours=2))).done == 1
    with database.reading() as session:
        assert last_verb(session, whistle) == "tell_ticket_ended" and hangs_on(session, whistle) == scene.ticket


@pytest.mark.parametrize("is_by_night", [False, True])
def test_a_merger_that_is_undone_gives_the_whistle_back(
    database: Database, scene: Scene, around: Around, is_by_night: bool
) -> None:
    with database.writing() as session:
        main = handled_wish(session, scene.county)
        whistle = blow(session, scene, scene.principal)
        act(session, scene.ticket, t.Merge(into=number_of(session, main)), scene.county.dispatcher, later(hours=1))
    sweep_whistles(around(later(hours=1)))
    with database.writing() as session:
        assert hangs_on(session, whistle) == main
        act(session, scene.ticket, t.Unmerge(reason="不是同一件事"), scene.county.dispatcher, later(hours=2))
    (rearm_whistles if is_by_night else sweep_whistles)(around(later(hours=2)))
    assert sweep_whistles(around(later(hours=2))).done == 0, "and does not go to and fro"
    with database.writing() as session:
        assert hangs_on(session, whistle) == scene.ticket and last_verb(session, whistle) == "move_whistle"
        act(session, scene.ticket, t.Assign(unit=scene.county.village_unit), scene.county.dispatcher, later(hours=2))
        do(session, whistle, CAME, scene.county.handler, later(hours=3))
        assert list(breaches(session)) == []


def test_a_milestone_of_a_desk_that_was_replaced_is_the_new_desks(
    database: Database, scene: Scene, around: Around
) -> None:
    county = scene.county
    with database.writing() as session:
        whistle = blow(session, scene, scene.principal, supporting=())
        do(session, whistle, CAME, county.handler)
        draft = c.MilestoneDraft(title="清场让路", unit=county.town_desk, due=date(2026, 10, 14))
        do(session, whistle, c.PlanWork(milestones=(draft,)), county.handler)
        desk = Unit(name="清溪镇便民中心", short_name="便民中心", unit_class=UnitClass.town_desk, area_id=county.town)
        new_desk = add(session, desk)
        session.get_one(Area, county.town).desk_unit_id = new_desk
        session.get_one(Unit, county.town_desk).is_active = False
        touch(session)
    sweep_whistles(around(later(hours=1)))
    with database.writing() as session:
        row = whistle_of(session, whistle)
        assert (row.unit_id, row.due_at) == (new_desk, milestones_of(session, whistle)[0].due_at)
        assert milestones_of(session, whistle)[0].unit_id == new_desk
        assert list(breaches(session)) == []
