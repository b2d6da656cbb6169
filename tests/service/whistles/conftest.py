"""A county with a town's principal and three bureaus, and a wish that the village handles."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.models import Appointment, Person, Unit, UnitClass
from service.directory.reference import reference, touch
from service.jobs import Surroundings
from service.settings import Settings
from service.whistles import lifecycle
from service.whistles.lifecycle import WhistlePerformed
from service.whistles.models import Whistle
from tests.factories import NOW, County, act, add, build_county, submit_wish
from workflows.actors import Actor
from workflows.commands import Acknowledge, Assign
from workflows.statuses import Role
from workflows.whistle_commands import BlowWhistle, ReportIn, WhistleCommand
from workflows.whistle_words import WhistleKind, WhistleReason

Around = Callable[..., Surroundings]


CAME = ReportIn(is_on_site=True, place="塌方路段")
"""Whoever comes to the site says where that is."""


@dataclass(frozen=True)
class Scene:
    """Ids by what they are: `county.bureau` is to lead, `county.other_bureau` to support, `water` is not called."""

    county: County
    principal: int
    water: int
    water_handler: int
    ticket: int


def build_scene(session: Session, now: datetime = NOW) -> Scene:
    county = build_county(session)
    water = add(session, Unit(name="县水利局", short_name="水利局", unit_class=UnitClass.bureau, area_id=county.county))
    people = {}
    for login, unit, role, is_head in (
        ("principal", county.town_desk, Role.reviewer, True),
        ("water_handler", water, Role.handler, False),
    ):
        people[login] = add(session, Person(login=login, name="何镇长", created_at=NOW))
        add(session, Appointment(person_id=people[login], unit_id=unit, role=role, is_head=is_head))
    touch(session)
    session.flush()
    return Scene(county, people["principal"], water, people["water_handler"], handled_wish(session, county, now))


def handled_wish(session: Session, county: County, now: datetime = NOW) -> int:
    ticket = submit_wish(session, county, now)
    act(session, ticket, Assign(unit=county.village_unit), county.dispatcher, now)
    act(session, ticket, Acknowledge(), county.village_secretary, now)
    return ticket


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.writing() as session:
        return build_scene(session)


@pytest.fixture
def around(database: Database) -> Around:
    def at(now: datetime = NOW) -> Surroundings:
        return Surroundings(database, Settings(), now)

    return at


def call_for(scene: Scene, **fields: Any) -> BlowWhistle:
    return BlowWhistle(
        **{
            "kind": WhistleKind.public_concern,
            "reason": WhistleReason.beyond_power,
            "text": "请交通局来看塌方的路段，电话 13812345678",
            "lead": scene.county.bureau,
            "supporting": (scene.county.other_bureau,),
        }
        | fields
    )


def who(session: Session, person: int | Actor) -> Actor:
    return actor_of(session, person, reference(session)) if isinstance(person, int) else person


def blow(session: Session, scene: Scene, person: int | None = None, now: datetime = NOW, **fields: Any) -> int:
    """By the town's dispatcher, unless somebody else is named."""
    by = who(session, person or scene.county.dispatcher)
    return lifecycle.blow(session, scene.ticket, call_for(scene, **fields), by, now)


def do(
    session: Session, whistle: int, command: WhistleCommand, person: int | Actor, now: datetime = NOW
) -> WhistlePerformed:
    return lifecycle.perform(session, whistle, command, who(session, person), now)


def whistle_of(session: Session, whistle: int) -> Whistle:
    found = session.get_one(Whistle, whistle)
    session.refresh(found)
    return found
