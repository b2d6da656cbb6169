"""平急转换 at whistles: what begins in an emergency is shorter, and what was promised before runs on as promised."""

from datetime import datetime

from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from service import clock
from service.database import Database
from service.directory.lifecycle import begin_emergency, end_emergency
from service.directory.models import EmergencyMode
from service.whistles import lifecycle
from service.whistles.casefile import calls_of
from tests.factories import later
from tests.service.whistles.conftest import CAME, Scene, blow, build_scene, call_for, do, handled_wish, whistle_of, who
from tests.support.officials import official
from workflows import whistle_commands as c
from workflows.whistle_commands import ContestGround
from workflows.whistle_words import CallState


def flood(session: Session, scene: Scene, now: datetime) -> EmergencyMode:
    return begin_emergency(session, scene.county.town, "防汛", "", None, now)


def report_due(session: Session, whistle: int) -> set[datetime]:
    return {call.report_due_at for call in calls_of(session, whistle)}


def test_running_clocks_stay_as_promised_and_new_ones_are_shorter(database: Database, scene: Scene) -> None:
    county = scene.county
    with database.writing() as session:
        before = blow(session, scene, scene.principal)
        promised = report_due(session, before)
        mode = flood(session, scene, later(hours=1))
        wish = handled_wish(session, county, later(hours=2))
        during = lifecycle.blow(session, wish, call_for(scene), who(session, scene.principal), later(hours=2))
        assert report_due(session, during) == {later(hours=14)}, "twelve hours, not two working days"
        contest = c.ContestCall(ground=ContestGround.town_can_do_it, words="与农业无关")
        do(session, before, contest, county.wrong_handler, later(hours=6))
        lead, other = calls_of(session, before)
        assert other.state is CallState.contested, "in time by the term under which it was called"
        assert other.contest_due_at == later(hours=10) and {lead.report_due_at} == promised
        do(session, during, CAME, county.handler, later(hours=3))
        plan_due = whistle_of(session, during).work_due_at
        assert plan_due == later(days=1, hours=8), "one working day, not five"
        end_emergency(session, mode, None, later(hours=4))
        do(session, during, c.NoteWhistle(words="水退了"), county.dispatcher, later(hours=5))
        assert whistle_of(session, during).work_due_at == plan_due
        assert later(hours=14) in report_due(session, during)


def test_the_form_says_that_the_clocks_are_those_of_an_emergency(
    app: FastAPI, client: TestClient, database: Database
) -> None:
    with database.writing() as session:
        scene = build_scene(session, clock.now())
        flood(session, scene, clock.now())
    town = official(app, database, scene.county.dispatcher)
    words = town.opens(f"{town.address_of(scene.ticket)}/whistle").words
    assert "这里正在应急（防汛" in words and "以前吹的哨照原来答应的时间走" in words
    assert "群众诉求 12 小时内报到" in words and "应急处置 15 分钟内报到" in words
