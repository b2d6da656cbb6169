"""One matter, one lead, one whistle, and what a whistle runs for is not put off."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.testclient import TestClient

from service.database import Database
from service.issues import lifecycle as issues
from service.whistles import lifecycle
from service.whistles.models import Whistle
from tests.factories import NOW, act, number_of, ticket_of
from tests.service.at_once import at_once
from tests.service.whistles.conftest import Scene, blow, call_for, do, handled_wish, who
from tests.support.officials import official
from workflows import commands as t
from workflows import whistle_commands as c
from workflows.ask_words import AskKind
from workflows.issue_commands import CreateIssue
from workflows.refusals import Refused
from workflows.statuses import Status
from workflows.whistle_words import WhistleKind


@pytest.fixture
def other_wish(database: Database, scene: Scene) -> int:
    """Of the same issue as the scene's own."""
    with database.writing() as session:
        other = handled_wish(session, scene.county)
        numbers = tuple(number_of(session, each) for each in (scene.ticket, other))
        dispatcher = who(session, scene.county.county_dispatcher)
        issues.create(session, CreateIssue(title="干线公路被压坏了", tickets=numbers), dispatcher, NOW)
    return other


def blow_for(session: Session, scene: Scene, wish: int, **fields: object) -> int:
    return lifecycle.blow(session, wish, call_for(scene, **fields), who(session, scene.county.dispatcher), NOW)


def test_a_second_whistle_for_one_wish_and_one_lead_is_refused_until_the_first_has_ended(
    database: Database, scene: Scene
) -> None:
    with database.writing() as session:
        first = blow(session, scene)
        with pytest.raises(Refused) as refused:
            blow(session, scene, kind=WhistleKind.emergency, supporting=())
        assert f"{first} 号哨" in str(refused.value)
        blow(session, scene, lead=scene.county.other_bureau, supporting=(scene.county.bureau,))
        do(session, first, c.DismissWhistle(reason="不用了"), scene.county.dispatcher)
        blow(session, scene)


def test_one_lead_has_one_whistle_for_all_wishes_of_an_issue(database: Database, scene: Scene, other_wish: int) -> None:
    with database.writing() as session:
        first = blow(session, scene)
        with pytest.raises(Refused, match=f"{first} 号哨"):
            blow_for(session, scene, other_wish)
        blow_for(session, scene, other_wish, lead=scene.water)


def test_a_whistle_blown_before_its_wish_came_to_the_issue_counts_as_well(database: Database, scene: Scene) -> None:
    with database.writing() as session:
        other = handled_wish(session, scene.county)
        first = blow(session, scene)
        numbers = tuple(number_of(session, each) for each in (scene.ticket, other))
        dispatcher = who(session, scene.county.county_dispatcher)
        issues.create(session, CreateIssue(title="干线公路被压坏了", tickets=numbers), dispatcher, NOW)
        with pytest.raises(Refused, match=f"{first} 号哨"):
            blow_for(session, scene, other)


def test_two_who_blow_for_one_matter_in_the_same_moment_blow_once(
    database: Database, scene: Scene, other_wish: int
) -> None:
    wishes, refused = [scene.ticket, other_wish], []

    def blows() -> None:
        wish = wishes.pop()
        try:
            with database.writing() as session:
                blow_for(session, scene, wish)
        except Refused as told:
            refused.append(told)

    at_once(blows)
    with database.reading() as session:
        [only] = session.exec(select(Whistle.id)).all()
    assert [each.values for each in refused] == [{"whistle": only}]


LATER = t.RequestDeferral(
    until=(NOW + timedelta(days=30)).date(), reason="要等铁路完工以后改线", evidence="铁路项目部的函"
)
GRANTED = t.Grant(ask=AskKind.deferral)


def test_a_wish_is_put_off_only_while_no_whistle_runs_for_it_or_for_its_issue(
    database: Database, scene: Scene, other_wish: int
) -> None:
    county = scene.county
    with database.writing() as session:
        act(session, other_wish, LATER, county.village_secretary)
        whistle = blow(session, scene)
        with pytest.raises(Refused, match="哨还在走，不能挂账"):
            act(session, scene.ticket, LATER, county.village_secretary)
        do(session, whistle, c.ApproveWhistle(), scene.principal)
        with pytest.raises(Refused, match="哨还在走，不能挂账"):
            act(session, other_wish, GRANTED, county.dispatcher)
        do(session, whistle, c.DismissWhistle(reason="镇里自己能办"), county.dispatcher)
        act(session, other_wish, GRANTED, county.dispatcher)
        act(session, scene.ticket, LATER, county.village_secretary)
        assert ticket_of(session, other_wish).status is Status.deferred


def test_a_whistle_that_went_away_with_a_merge_holds_up_nothing_here(database: Database, scene: Scene) -> None:
    county = scene.county
    with database.writing() as session:
        main = handled_wish(session, county)
        whistle = blow(session, scene)
        act(session, scene.ticket, t.Merge(into=number_of(session, main)), county.dispatcher)
        do(session, whistle, c.ApproveWhistle(), scene.principal)
        act(session, scene.ticket, t.Unmerge(reason="不是一件事"), county.dispatcher)
        act(session, scene.ticket, t.Assign(unit=county.village_unit), county.dispatcher)
        act(session, scene.ticket, LATER, county.village_secretary)
        with pytest.raises(Refused, match="哨还在走，不能挂账"):
            act(session, main, LATER, county.village_secretary)


def test_the_form_that_is_refused_leads_to_the_whistle_that_runs(
    app: FastAPI, client: TestClient, database: Database, scene: Scene
) -> None:
    with database.writing() as session:
        first = blow(session, scene)
    town = official(app, database, scene.county.dispatcher)
    asked = {"kind": "emergency", "reason": "beyond_power", "text": "路又塌了，请马上来", "lead": scene.county.bureau}
    page = town.sends(f"{town.address_of(scene.ticket)}/whistle", **asked)
    assert page.status == 422
    assert f"{first} 号哨叫的也是这个单位牵头" in page.words and "路又塌了，请马上来" in page.source
    assert f'href="/desk/whistles/{first}"' in page.source
