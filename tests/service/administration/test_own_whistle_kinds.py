"""A county adds a kind of whistle, a reason and steps of the ladder: it blows by them, and the clock keeps them."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from service.database import Database
from service.directory.reference import reference
from service.jobs import Surroundings
from service.settings import Settings
from service.tickets.models import TicketEvent
from service.whistles.models import Whistle, WhistleFiring
from service.whistles.sweep import sweep_whistles
from tests.factories import County, later, wish_in
from tests.service.administration.conftest import As, last_change
from tests.service.administration.test_whistle_kind_pages import blow
from tests.service.at_once import at_once
from tests.support.officials import Official, official
from workflows.statuses import Status
from workflows.terms import minutes
from workflows.whistle_steps import LADDER, Rung

KINDS, LADDER_PAGE = "/desk/whistle-kinds", "/desk/whistle-ladder"
FLOOD = {
    "name": "防汛抢险",
    "english": "Flood rescue",
    "goes_by": "emergency",
    "approval": "after",
    "is_offered": "true",
}
FLOOD |= {"report": "20", "report_unit": "minutes", "plan": "2", "plan_unit": "working_days"}
STEP = {"duty": "report_in", "rung": "leader", "moment": "after", "amount": "5", "amount_unit": "minutes"}
STEP |= {"note": "防汛的哨还没有人到。", "kinds": "own_1"}


@pytest.fixture
def flood(administrator: Official) -> None:
    page = administrator.follow(administrator.sends(KINDS, **FLOOD))
    assert "加好了，吹哨时就可以选" in page.words and "本县加的，照应急处置来" in page.words


def fired(database: Database, whistle: Whistle) -> set[str]:
    with database.reading() as session:
        return set(session.exec(select(WhistleFiring.step).where(WhistleFiring.whistle_id == whistle.id)))


def sweep(database: Database, minute: int) -> None:
    now = later(minutes=minute)
    sweep_whistles(Surroundings(database, Settings(), now, since=now - timedelta(minutes=1)))


@pytest.mark.usefixtures("flood")
def test_an_added_kind_is_blown_with_its_own_clocks_and_is_called_by_its_name_everywhere(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    what, who, details = last_change(database)
    assert (what, who, details["about"]) == ("add_whistle_kind", county.administrator, "防汛抢险")
    assert "照哪一类来" in (words := administrator.opens("/desk/changes").words) and "20 分钟" in words
    with database.reading() as session:
        known = reference(session)
        assert [row.kind for row in known.whistles.offered_kinds][:2] == ["emergency", "own_1"]
        assert known.limits.terms["whistle_report_own_1"] == minutes(20)
        assert known.emergency_limits.terms["whistle_report_own_1"] == minutes(15)
    assert "防汛抢险：报到 20 分钟 15 分钟" in administrator.opens("/desk/emergency").words
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress)
    town = as_("dispatcher")
    assert "防汛抢险：20 分钟内报到" in town.opens(f"{town.address_of(wish)}/whistle").words
    blown = blow(database, county, kind="own_1")
    assert (blown.status, blown.due_at, blown.confirm_due_at) == ("blown", later(minutes=20), later(hours=24))
    page = town.opens(f"/desk/whistles/{blown.id}")
    assert "防汛抢险" in page.words and "chip overdue" in page.source
    assert "防汛抢险" in town.opens("/desk/whistles?view=all").words
    assert "Flood rescue" in town.opens(f"/desk/whistles/{blown.id}?lang=en").words


@pytest.mark.usefixtures("flood")
def test_its_steps_are_the_countys_own_survive_edits_and_fire_once(
    administrator: Official,
    database: Database,
    county: County,
) -> None:
    blown = blow(database, county, kind="own_1")
    administrator.follow(administrator.sends(LADDER_PAGE, **STEP))
    assert "防汛的哨还没有人到" in administrator.opens(LADDER_PAGE).words
    sweep(database, 26)
    assert fired(database, blown) == {"emergency_half", "emergency_due", "own_1"}
    edited = {**STEP, "moment": "percent", "amount": "50", "is_on": "true"}
    page = administrator.follow(administrator.sends(f"{LADDER_PAGE}/own_1/set_whistle_step", **edited))
    assert "提醒过的不再提醒" in page.words and "时限走到 50%" in page.words
    sweep(database, 28)
    other = blow(database, county, kind="enforcement")
    with database.reading() as session:
        said = session.exec(select(TicketEvent.rule).where(TicketEvent.rule == "whistle_own_1")).all()
    assert len(said) == 1 and fired(database, other) == set()
    assert last_change(database)[2]["new"] == {"moment": "percent", "percent": 50}


@pytest.mark.usefixtures("flood")
def test_a_step_that_is_edited_moves_the_alarm_of_what_runs_already(
    administrator: Official,
    database: Database,
    county: County,
) -> None:
    blown = blow(database, county, kind="enforcement")
    usual = next(step for step in LADDER if step.name == "approval_soon")
    fields = {"rung": "contact", "moment": "percent", "amount": "10", "amount_unit": "hours", "note": usual.note}
    page = administrator.sends(f"{LADDER_PAGE}/approval_soon/set_whistle_step", **fields, is_on="true")
    assert page.status == 303, page.words
    sweep(database, 1)
    assert fired(database, blown) == set(), "one look sets every alarm anew, and nothing is due yet"
    sweep(database, 40)
    assert fired(database, blown) == {"approval_soon"}
    with database.reading() as session:
        assert session.get_one(Whistle, blown.id).alarm_at == later(hours=6)


def test_what_would_leave_somebody_unheard_or_says_no_moment_is_refused(
    administrator: Official, database: Database, flood: None
) -> None:
    switched_off = {"rung": "leader", "moment": "due", "amount_unit": "hours", "note": "裁定的时限到了。"}
    page = administrator.sends(f"{LADDER_PAGE}/ruling_due/set_whistle_step", **switched_off)
    assert page.status == 422 and "到期没有人管了：裁定异议" in page.words
    for fields, sentence in (
        ({"amount": ""}, "请写上多少"),
        ({"moment": "percent", "amount": "301"}, "最多到时限的 300%"),
        ({"amount": "99999"}, "太长了，最多"),
        ({"kinds": "own_7"}, "没有这一类哨"),
    ):
        page = administrator.sends(LADDER_PAGE, **{**STEP, **fields})
        assert page.status == 422 and sentence in page.words
    assert administrator.sends(f"{LADDER_PAGE}/nothing/set_whistle_step", **STEP).status == 404
    with database.reading() as session:
        assert len(reference(session).whistles.ladder) == len(LADDER)


@pytest.mark.usefixtures("flood")
def test_steps_of_the_county_watch_over_a_kind_that_is_added_later(administrator: Official, database: Database) -> None:
    administrator.sends(LADDER_PAGE, **{**STEP, "kinds": "emergency"})
    administrator.sends(KINDS, **{**FLOOD, "name": "森林防火", "english": ""})
    with database.reading() as session:
        ladder = reference(session).whistles.ladder
    own = next(step for step in ladder if step.name == "own_1")
    assert own.kinds == {"emergency", "own_2"} and own.rung is Rung.leader and own.after == minutes(5)


CANNOT_BE: tuple[tuple[dict[str, str], str], ...] = (
    ({"name": "应急处置"}, "已经有一个叫“应急处置”的了"),
    ({"goes_by": "liaison"}, "由村和社区自己吹的不用批准"),
    ({"approval": "none"}, "由镇里吹的，要么先批准，要么事后补批"),
    ({"goes_by": "own_1"}, "照哪一类来"),
    ({"report": "0"}, "多久以内报到填得不对"),
    ({"plan": "999"}, "太长了"),
    ({"name": ""}, "叫什么"),
)


def test_a_kind_that_cannot_be_is_not_added_and_comes_back_as_typed(
    administrator: Official, database: Database
) -> None:
    for fields, sentence in CANNOT_BE:
        page = administrator.sends(KINDS, **{**FLOOD, **fields})
        assert page.status == 422 and sentence in page.words, fields
    with database.reading() as session:
        assert len(reference(session).whistles.kinds) == 6


def test_a_reason_is_added_chosen_and_told(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    page = administrator.follow(administrator.sends(f"{KINDS}/reasons", name="要动用县里的资金", is_offered="true"))
    assert "要动用县里的资金" in page.words and last_change(database)[0] == "add_whistle_reason"
    again = administrator.sends(f"{KINDS}/reasons", name="要动用县里的资金")
    assert again.status == 422 and "已经有一个叫" in again.words
    blown = blow(database, county, reason="own_1")
    assert "要动用县里的资金" in as_("dispatcher").opens(f"/desk/whistles/{blown.id}").words


def test_two_administrators_who_add_one_each_in_the_same_moment_have_both(
    app: FastAPI, administrator: Official, database: Database, county: County
) -> None:
    both = [(administrator, "防汛抢险"), (official(app, database, county.administrator), "森林防火")]
    steps = ["防汛的哨还没有人到。", "火场还没有人到。"]

    def adds() -> tuple[int, int]:
        (who, name), note = both.pop(), steps.pop()
        kind = who.sends(KINDS, **{**FLOOD, "name": name})
        every = {name: value for name, value in STEP.items() if name != "kinds"}
        return kind.status, who.sends(LADDER_PAGE, **{**every, "note": note}).status

    assert at_once(adds) == [(303, 303)] * 2
    with database.reading() as session:
        book = reference(session).whistles
    assert {row.words for row in book.kinds.values() if row.goes_by} == {"防汛抢险", "森林防火"}
    assert {step.note for step in book.ladder[len(LADDER) :]} == {"防汛的哨还没有人到。", "火场还没有人到。"}
