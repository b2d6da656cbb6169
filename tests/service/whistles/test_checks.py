"""`weiyuan check` finds every kind of damage to a whistle, and nothing in sound ones."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import Session

from service.database import Database
from service.oversight.checks import breaches
from service.whistles.casefile import calls_of
from tests.factories import later
from tests.service.whistles.conftest import CAME, Scene, blow, do
from workflows import whistle_commands as c
from workflows.whistle_commands import ContestGround

DAMAGE = {
    "whistles_without_holder": "UPDATE whistle SET alarm_at = raised_at WHERE status = 'dismissed'",
    "milestones_without_holder": "UPDATE milestone SET unit_id = (SELECT max(id) FROM unit)",
    "calls_without_term": "UPDATE whistle_call SET ended_at = called_at WHERE state = 'reported'",
    "contests_without_officer": "UPDATE whistle_call SET contest_due_at = NULL",
    "whistles_without_lead": "UPDATE whistle_call SET is_lead = (1 = 2)",
    "whistles_against_events": "UPDATE whistle SET status = 'completed' WHERE status = 'at_work'",
}


@pytest.fixture
def whistles(database: Database, scene: Scene) -> tuple[int, int, int]:
    """One at work with a plan and a call that is contested, one that waits for approval, one that was dismissed."""
    county = scene.county
    with database.writing() as session:
        first = blow(session, scene, scene.principal)
        do(session, first, CAME, county.handler)
        contest = c.ContestCall(ground=ContestGround.town_can_do_it, words="与农业无关")
        do(session, first, contest, county.wrong_handler)
        draft = c.MilestoneDraft(title="抢通便道", unit=county.bureau, due=date(2026, 10, 20))
        do(session, first, c.PlanWork(milestones=(draft,)), county.handler)
        second = blow(session, scene, lead=scene.water)
        third = blow(session, scene, scene.principal, lead=county.other_bureau, supporting=(county.bureau,))
        do(session, third, c.DismissWhistle(reason="不用了"), county.dispatcher, later(days=9))
    return first, second, third


def found(session: Session) -> set[str]:
    return {breach.check.name for breach in breaches(session)}


def test_sound_whistles_have_no_breach(database: Database, whistles: tuple[int, int, int]) -> None:
    with database.reading() as session:
        assert found(session) == set()
        assert [call.was_late for call in calls_of(session, whistles[2])] == [True, True]


@pytest.mark.parametrize("name", DAMAGE)
def test_each_kind_of_damage_to_a_whistle_is_found(
    database: Database, whistles: tuple[int, int, int], name: str
) -> None:
    with database.writing() as session:
        session.execute(text(DAMAGE[name]))
    with database.reading() as session:
        assert name in found(session)


def test_the_database_itself_refuses_an_open_whistle_without_holder(
    database: Database, whistles: tuple[int, int, int]
) -> None:
    with pytest.raises(Exception, match="open_has_unit_due"), database.writing() as session:
        session.execute(text("UPDATE whistle SET due_at = NULL WHERE status = 'raised'"))
