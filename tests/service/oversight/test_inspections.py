"""Looking back over HTTP: a round is drawn in the open, others look, and what is untrue is done again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from service.database import Database
from service.directory.models import Appointment, Area, AreaLevel, Person, Unit, UnitClass
from service.directory.reference import touch
from service.jobs import Surroundings
from service.outbox.models import Delivery
from service.outbox.planning import plan_notices
from service.oversight.api import EXAMPLES
from service.oversight.checks import breaches
from service.oversight.inspections import pass_rounds_on
from service.oversight.late_rounds import remind_late_rounds
from service.oversight.models import InspectionItem, InspectionRound
from service.settings import Settings
from service.tickets.models import Reveal, Ticket, TicketEvent
from tests.factories import NOW, PHONE, County, add, build_county, later, ticket_of, wish_in
from tests.service.at_once import at_once
from tests.support.officials import Official, Page, official
from tests.support.programs import is_problem, program_of
from workflows.inspections import draw
from workflows.statuses import Role, Status

HERE = "/desk/inspections"


@dataclass(frozen=True)
class TwoTowns:
    county: County
    town: int
    desk: int
    inspector: int
    colleague: int


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(later(days=1), tick=True) as traveller:
        yield traveller


@pytest.fixture
def towns(database: Database, monday: object) -> TwoTowns:
    """A second town with a desk and two people, who have nothing to do with the first."""
    with database.writing() as session:
        county = build_county(session)
        area = Area(name="白河镇", level=AreaLevel.town, parent_id=county.county, path="new other", position=1)
        town = add(session, area)
        area.path = f"/{county.county}/{town}/"
        desk = add(session, Unit(name="白河镇受理台", short_name="白河", unit_class=UnitClass.town_desk, area_id=town))
        area.desk_unit_id = desk
        people = [somebody(session, login, desk) for login in ("inspector", "colleague")]
        touch(session)
        return TwoTowns(county, town, desk, *people)


def somebody(session: Session, login: str, unit: int) -> int:
    person = add(session, Person(login=login, name="何平", created_at=NOW))
    add(session, Appointment(person_id=person, unit_id=unit, role=Role.handler))
    return person


@pytest.fixture
def closed(database: Database, towns: TwoTowns) -> list[int]:
    with database.writing() as session:
        return [wish_in(session, towns.county, Status.closed, text=f"第{number}盏路灯坏了") for number in range(1, 5)]


@pytest.fixture
def supervisor(app: FastAPI, client: object, database: Database, towns: TwoTowns) -> Official:
    return official(app, database, towns.county.supervisor)


@pytest.fixture
def inspector(app: FastAPI, client: object, database: Database, towns: TwoTowns) -> Official:
    return official(app, database, towns.inspector)


def opens_round(supervisor: Official, towns: TwoTowns, **fields: Any) -> Page:
    given = {"area": towns.county.town, "unit": towns.desk, "closed_from": "2026-10-01", "closed_until": "2026-10-13"}
    given |= {"percent": "50", "due": "2026-10-20", "seed": "october"} | fields
    return supervisor.sends(f"{HERE}/open_round", **{name: str(value) for name, value in given.items()})


def items(database: Database) -> list[InspectionItem]:
    with database.reading() as session:
        return list(session.exec(select(InspectionItem).order_by(col(InspectionItem.id))))


def finds(inspector: Official, item: InspectionItem, finding: str, **fields: str) -> Page:
    words = {"words": "上门问过，灯还是不亮", **fields}
    return inspector.sends(f"{HERE}/{item.round_id}/{item.id}/record_inspection", finding=finding, **words)


def test_a_round_from_the_draw_to_the_last_finding(
    supervisor: Official, inspector: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    page = supervisor.follow(opens_round(supervisor, towns))
    assert "抽签的种子是 october" in page.words and "抽了 2 件" in page.words and "还没查 2" in page.words
    drawn = items(database)
    assert tuple(item.ticket_id for item in drawn) == draw(closed, 50, "october"), "anybody can draw it again"
    assert "回头看 2 件" in inspector.opens("/desk/registers").words
    assert "我单位查" in inspector.opens(HERE).words
    shown = inspector.opens(f"{HERE}/1/{drawn[0].id}").words
    assert "路灯坏了" in shown and "路灯已经修好" in shown and PHONE not in shown
    after = inspector.follow(finds(inspector, drawn[0], "confirmed"))
    assert "属实 1" in after.words and "还没查 1" in after.words
    again = inspector.follow(finds(inspector, drawn[1], "untrue"))
    assert "已重新办理" in again.words and "已结束" in again.words
    with database.reading() as session:
        assert ticket_of(session, drawn[0].ticket_id).status is Status.closed
        reopened = ticket_of(session, drawn[1].ticket_id)
        assert (reopened.status, reopened.round, reopened.reopen_count) == (Status.in_progress, 2, 1)
        verbs = select(TicketEvent).where(TicketEvent.ticket_id == reopened.id).order_by(col(TicketEvent.number).desc())
        reopen, finding = session.exec(verbs.limit(2)).all()
        assert (finding.verb, finding.subject, finding.subject_to) == ("record_inspection", "inspection:2", "untrue")
        assert (finding.person_id, finding.unit_id) == (towns.inspector, towns.desk)
        assert (reopen.verb, reopen.role, reopen.rule) == ("reopen", Role.system, "inspection")
        assert list(breaches(session)) == []
    told = supervisor.reads(drawn[1].ticket_id).words
    assert "回头看" in told and "不属实" in told and "上门问过" in told


def test_what_a_unit_that_is_gone_did_wrong_becomes_a_new_wish(
    supervisor: Official, inspector: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    opens_round(supervisor, towns)
    with database.writing() as session:
        session.get_one(Unit, towns.county.bureau).is_active = False
        touch(session)
    item = items(database)[0]
    page = inspector.follow(finds(inspector, item, "untrue"))
    assert "成了一件新的工单" in page.words
    with database.reading() as session:
        new = session.exec(select(Ticket).where(Ticket.parent_id == item.ticket_id)).one()
        assert new.status is Status.submitted and ticket_of(session, item.ticket_id).status is Status.closed


def test_nobody_inspects_himself(supervisor: Official, database: Database, towns: TwoTowns, closed: list[int]) -> None:
    for unit in (towns.county.town_desk, towns.county.village_unit):
        page = opens_round(supervisor, towns, unit=unit)
        assert page.status == 422 and "不能自己查自己" in page.words
        assert page.value_of("seed", "open_round") == "october", "what was typed is still there"
    page = opens_round(supervisor, towns, unit=towns.county.bureau)
    assert page.status == 422 and "没有可以核查的办结件" in page.words, "the bureau has handled all of them"
    assert items(database) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"closed_from": "2026-01-01", "closed_until": "2026-01-31"}, "没有可以核查的办结件"),
        ({"closed_until": "2026-09-01"}, "不能早于开始"),
        ({"due": "2026-10-13"}, "要在今天之后"),
        ({"percent": "0"}, "百分之几"),
        ({"percent": "101"}, "百分之几"),
        ({"percent": "一半"}, "百分之几"),
        ({"area": "999999"}, "没有这个地方"),
        ({"unit": "999999"}, "没有这个单位"),
        ({"closed_from": "昨天"}, "从哪天起"),
        ({"seed": "长" * 41}, "种子"),
    ],
)
def test_a_round_that_cannot_be_is_refused_with_a_sentence(
    supervisor: Official, database: Database, towns: TwoTowns, closed: list[int], fields: dict[str, str], sentence: str
) -> None:
    page = opens_round(supervisor, towns, **fields)
    assert page.status == 422 and sentence in page.words
    assert items(database) == []


def test_full_width_digits_are_digits(
    supervisor: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    assert opens_round(supervisor, towns, percent="１００").status == 303
    assert len(items(database)) == 4


def test_only_the_inspecting_unit_looks_and_only_once(
    app: FastAPI, supervisor: Official, inspector: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    opens_round(supervisor, towns)
    item = items(database)[0]
    assert finds(supervisor, item, "confirmed").status == 403
    stranger = official(app, database, towns.county.wrong_handler)
    assert stranger.opens(f"{HERE}/1").status == 404 == finds(stranger, item, "confirmed").status
    assert stranger.opens(f"{HERE}/1/{item.id}").status == 404 == inspector.opens(f"{HERE}/1/99").status
    assert inspector.opens(f"{HERE}/{10**30}").status == 404
    assert finds(inspector, item, "confirmed").status == 303
    again = finds(inspector, item, "untrue")
    assert again.status == 422 and "已经核查过" in again.words
    assert inspector.sends(f"{HERE}/open_round", percent="10").status == 403
    assert inspector.sends(f"{HERE}/1/end_round").status == 403


def test_a_finding_without_words_or_of_no_kind_comes_back(
    supervisor: Official, inspector: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    opens_round(supervisor, towns)
    item = items(database)[0]
    for finding, words in (("untrue", ""), ("perhaps", "上门问过两次")):
        page = finds(inspector, item, finding, words=words)
        assert page.status == 422 and page.value_of("words") == words
    assert items(database)[0].finding is None


def test_two_inspectors_at_once_leave_one_finding(
    app: FastAPI, supervisor: Official, inspector: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    opens_round(supervisor, towns)
    item = items(database)[0]
    both = at_once(lambda: finds(official(app, database, towns.inspector), item, "untrue").status)
    assert sorted(both) == [303, 422]
    with database.reading() as session:
        assert ticket_of(session, item.ticket_id).reopen_count == 1


def test_a_look_at_her_number_is_written_down(
    supervisor: Official, inspector: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    opens_round(supervisor, towns)
    item = items(database)[0]
    assert PHONE in inspector.sends(f"{HERE}/1/{item.id}/reveal").words
    assert supervisor.sends(f"{HERE}/1/{item.id}/reveal").status == 403
    with database.reading() as session:
        looks = session.exec(select(Reveal)).all()
    assert [(look.ticket_id, look.person_id) for look in looks] == [(item.ticket_id, towns.inspector)]


def test_the_ring_opens_a_round_for_each_town_that_has_something_and_turns(
    supervisor: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    assert "清溪镇查白河镇" in supervisor.opens(HERE).words
    given = {"closed_from": "2026-10-01", "closed_until": "2026-10-13", "percent": "25", "due": "2026-10-20"}
    page = supervisor.follow(supervisor.sends(f"{HERE}/open_ring", **given))
    assert "已开 1 轮互查" in page.words and "没有开：白河镇" in page.words
    with database.reading() as session:
        round = session.exec(select(InspectionRound)).one()
        assert round.inspector_unit_id == towns.desk and round.seed
    nothing = supervisor.sends(
        f"{HERE}/open_ring", **{**given, "closed_from": "2025-01-01", "closed_until": "2025-02-01"}
    )
    assert nothing.status == 422 and "没有可以核查的办结件" in nothing.words


def test_a_county_with_one_town_makes_no_ring(app: FastAPI, client: object, database: Database, monday: object) -> None:
    with database.writing() as session:
        county = build_county(session)
    page = official(app, database, county.supervisor).sends(
        f"{HERE}/open_ring", closed_from="2026-10-01", closed_until="2026-10-13", percent="25", due="2026-10-20"
    )
    assert page.status == 422 and "至少要有两个地方" in page.words


def test_a_round_may_end_before_all_were_looked_at(
    supervisor: Official, inspector: Official, database: Database, towns: TwoTowns, closed: list[int]
) -> None:
    opens_round(supervisor, towns)
    page = supervisor.follow(supervisor.sends(f"{HERE}/1/end_round"))
    assert "没查的件记作没查" in page.words and "还没查 2" in page.words
    late = finds(inspector, items(database)[0], "confirmed")
    assert late.status == 422 and "已经结束" in late.words
    assert supervisor.sends(f"{HERE}/1/end_round").status == 422


def test_a_late_round_is_told_once_to_its_inspectors_and_to_supervision(
    supervisor: Official, inspector: Official, towns: TwoTowns, closed: list[int], database: Database
) -> None:
    opens_round(supervisor, towns)
    finds(inspector, items(database)[0], "confirmed")
    around = Surroundings(database, Settings(), later(days=9))
    assert remind_late_rounds(Surroundings(database, Settings(), later(days=8))).done == 0, "its last day is today"
    assert [tally.failed for tally in at_once(lambda: remind_late_rounds(around))] == [0, 0]
    assert remind_late_rounds(around).done == 0
    plan_notices(around)
    with database.reading() as session:
        event = session.exec(select(TicketEvent).where(TicketEvent.verb == "press_inspection")).one()
        assert (event.ticket_id, event.subject) == (items(database)[1].ticket_id, "inspection_round:1")
        told = session.exec(select(Delivery).where(Delivery.verb == "press_inspection")).all()
        assert {each.person_id for each in told} == {towns.inspector, towns.colleague, towns.county.supervisor}
        assert all("/desk/inspections/1" in each.body for each in told)
        assert list(breaches(session)) == []


def test_a_program_reads_a_round_and_says_what_was_found(
    supervisor: Official, client: TestClient, towns: TwoTowns, closed: list[int], database: Database
) -> None:
    opens_round(supervisor, towns)
    program, stranger = (program_of(client, database, who) for who in (towns.inspector, towns.county.wrong_handler))
    [listed] = program.gets("/inspections").json()["rounds"]
    assert (listed["id"], listed["drawn"], listed["not_yet"], listed["is_mine"]) == (1, 2, 2, True)
    shown = program.gets("/inspections/1").json()
    first = shown["items"][0]
    assert "路灯坏了" in first["words"] and first["finding"] is None and PHONE not in str(shown)
    address, said = f"/inspections/1/items/{first['id']}/commands", EXAMPLES["untrue"]["value"]
    assert is_problem(program.sends(address, {**said, "photos": [1]}), 422)
    assert is_problem(stranger.sends(address, said), 404) and stranger.gets("/inspections").json() == {"rounds": []}
    done = program.sends(address, said).json()
    assert (done["finding"], done["consequence"], done["ticket"]) == ("untrue", "reopen", first["ticket"])
    assert is_problem(program.sends(address, said), 422)
    assert program.gets("/inspections/1").json()["untrue"] == 1


def test_the_round_of_a_unit_that_was_dissolved_goes_on_with_the_countys_desk_once(
    supervisor: Official, towns: TwoTowns, closed: list[int], database: Database
) -> None:
    with database.writing() as session:
        water = add(session, Unit(name="县水利局", short_name="水利局", unit_class=UnitClass.bureau, area_id=1))
        touch(session)
    opens_round(supervisor, towns, unit=str(water))
    around = Surroundings(database, Settings(), later(days=2))
    assert pass_rounds_on(around).done == 0
    with database.writing() as session:
        session.get_one(Unit, water).is_active = False
        touch(session)
    at_once(lambda: pass_rounds_on(around))
    with database.reading() as session:
        round = session.exec(select(InspectionRound)).one()
        assert (round.inspector_unit_id, round.ended_at) == (towns.county.county_desk, None)
        assert list(breaches(session)) == []
    assert pass_rounds_on(around).done == 0
