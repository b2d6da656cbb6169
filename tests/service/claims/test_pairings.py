"""双报到: who reports where, kept by those in charge of the place, counted by what was delivered there."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from service.claims.models import Pairing
from service.claims.pairing_commands import PAIRING_COMMANDS, PAIRING_WORDS
from service.database import Database
from service.directory.models import DirectoryEvent
from tests.factories import County, later
from tests.service.claims.conftest import claim, does, pooled
from tests.support.officials import Official, Page, official
from workflows import claim_commands as c

Person = Callable[[str], Official]


@pytest.fixture
def person(app: FastAPI, client: TestClient, database: Database, county: County) -> Person:
    return lambda who: official(app, database, getattr(county, who))


def pairs(who: Official, county: County, **fields: Any) -> Page:
    given = {"unit": county.other_bureau, "area": county.village, "members": "１２", "since": "2026-10-01"} | fields
    return who.sends("/desk/pairings", verb="pair", **{name: str(value) for name, value in given.items()})


def rows(database: Database) -> list[Pairing]:
    with database.reading() as session:
        return list(session.exec(select(Pairing)))


def test_what_a_paired_unit_has_delivered_there_is_counted(database: Database, county: County, person: Person) -> None:
    keeper = person("administrator")
    assert "已记下" in keeper.follow(pairs(keeper, county)).words
    with database.writing() as session:
        for given_on in (later(days=1).date(), later(days=2).date()):
            mine = claim(session, pooled(session, county), county.wrong_handler)
            gift = c.DeliverClaim(words="书一百本", given_on=given_on)
            does(session, mine, county.wrong_handler, gift, later(days=3))
        claim(session, pooled(session, county), county.wrong_handler)
    page = keeper.opens("/desk/pairings").words
    assert "现在有 1 对，12 名党员，兑现认领 2 件" in page
    assert "1 个单位，12 名党员，兑现认领 2 件" in page and "清溪镇双喜村" in page
    told = list(csv.reader(io.StringIO(keeper.opens("/desk/pairings/pairings.csv").source.removeprefix("\ufeff"))))
    assert told[1] == ["县农业农村局", "清溪镇双喜村", "12", "2026-10-01", "", "2"] and told[-1][0] == "截至"
    assert keeper.opens(f"/desk/pairings?area={county.town}").words.count("县农业农村局") >= 2


def test_it_is_changed_ended_and_begun_anew_and_every_step_is_written_down(
    database: Database, county: County, person: Person
) -> None:
    keeper = person("supervisor")
    pairs(keeper, county)
    row = rows(database)[0]
    form = keeper.opens(f"/desk/pairings?change={row.id}")
    assert f"/desk/pairings/{row.id}/change_pairing" in form.source
    keeper.sends(f"/desk/pairings/{row.id}/change_pairing", members="15", since="2026-10-02")
    keeper.sends(f"/desk/pairings/{row.id}/end_pairing", ended_on="2026-10-20")
    assert (rows(database)[0].members, str(rows(database)[0].ended_on)) == (15, "2026-10-20")
    assert "现在有 0 对" in keeper.opens("/desk/pairings").words
    assert pairs(keeper, county, since="2026-11-01").status == 303
    assert len(rows(database)) == 1 and rows(database)[0].ended_on is None
    with database.reading() as session:
        written = session.exec(select(DirectoryEvent).where(DirectoryEvent.person_id == county.supervisor)).all()
    assert [event.what for event in written] == ["pair", "change_pairing", "end_pairing", "pair"]
    assert written[1].details["old"] == {"members": 12, "since": "2026-10-01"}
    told = person("administrator").opens("/desk/changes").words
    assert "登记双报到" in told and "change_pairing" not in told


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"unit": 10**6}, "没有这个单位"),
    ({"area": 10**6}, "不归您管"),
    ({"members": "-1"}, "人数"),
    ({"members": "许多"}, "人数"),
    ({"since": "昨天"}, "日期"),
    ({"unit": "9" * 40}, "单位"),
]


@pytest.mark.parametrize(("fields", "said"), WRONG, ids=lambda value: str(value)[:24])
def test_what_is_wrong_comes_back_beside_its_field(
    database: Database, county: County, person: Person, fields: dict[str, Any], said: str
) -> None:
    page = pairs(person("administrator"), county, **fields)
    assert page.status == 422 and said in page.words and rows(database) == []


def test_a_second_time_and_an_end_before_the_beginning_are_refused(
    database: Database, county: County, person: Person
) -> None:
    keeper = person("administrator")
    pairs(keeper, county)
    again = pairs(keeper, county)
    assert again.status == 422 and "已经在这里报到" in again.words
    early = keeper.sends(f"/desk/pairings/{rows(database)[0].id}/end_pairing", ended_on="2026-09-01")
    assert early.status == 422 and "不能早于开始" in early.words


def test_others_look_or_stay_outside(database: Database, county: County, person: Person) -> None:
    pairs(person("administrator"), county)
    row = rows(database)[0].id
    seen = {who: person(who).opens("/desk/pairings").status for who in ("dispatcher", "handler", "reviewer")}
    assert seen == {"dispatcher": 200, "handler": 403, "reviewer": 403}
    assert "登记双报到" not in person("dispatcher").opens("/desk/pairings").words
    assert person("dispatcher").sends(f"/desk/pairings/{row}/end_pairing", ended_on="2026-11-01").status == 403
    assert pairs(person("dispatcher"), county).status == 403
    assert person("supervisor").sends("/desk/pairings/99999999999/end_pairing", ended_on="2026-11-01").status == 404


def test_every_act_has_its_word() -> None:
    assert PAIRING_WORDS.keys() == PAIRING_COMMANDS.keys()
