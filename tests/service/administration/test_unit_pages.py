"""Units: added, renamed, given a robot, taken out of service only with empty hands."""

import pytest

from service.database import Database
from service.directory.models import Unit
from service.directory.reference import reference
from service.jobs import Surroundings
from service.oversight.checks import breaches
from service.settings import Settings
from service.tickets.dissolved import return_from_dissolved_units
from tests.factories import NOW, County, act, number_of, submit_wish, ticket_of, wish_in
from tests.service.administration.conftest import As, changes, last_change, row
from tests.support.officials import Official
from tests.support.queries import counted
from workflows.commands import Assign, Reopen, RequestConsultation
from workflows.statuses import Status

UNITS = "/desk/units"
FORM = {"name": "县水利局", "short_name": "水利局", "unit_class": "bureau", "phone": "0915-2520000"}
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a1b2"


def test_a_new_unit_can_be_dispatched_to(administrator: Official, as_: As, database: Database, county: County) -> None:
    made = administrator.sends(UNITS, area=str(county.county), **FORM)
    page = administrator.follow(made)
    assert all(words in page.words for words in ("县水利局", "县直部门", "0915-2520000", "单位加好了"))
    with database.writing() as session:
        wish = submit_wish(session, county)
    assert as_("dispatcher").presses(wish, "assign", unit=made.goes_to.rpartition("/")[2]).status == 303
    assert last_change(database)[::2] == (
        "add_unit",
        {"about": "县水利局", "old": {}, "new": {"area": county.county, **FORM}},
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "县交通运输局", "已经有一个叫“县交通运输局”的单位"),
        ("name", "局", "请至少写 2 个字"),
        ("short_name", "", "请至少写 1 个字"),
        ("unit_class", "club", "请从列表里选一个"),
        ("phone", "没有", "看起来不对"),
        ("area", "77", "这个地方不归您管"),
    ],
)
def test_a_mistake_leaves_everything_as_it_was(
    administrator: Official, database: Database, county: County, field: str, value: str, sentence: str
) -> None:
    page = administrator.sends(UNITS, **{"area": str(county.county), **FORM, field: value})
    assert page.status == 422 and sentence in page.words and changes(database) == []


def test_a_new_name_is_on_every_page_at_once(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress)
    renamed = FORM | {"name": "县交通局", "short_name": "交通局"}
    assert administrator.sends(f"{UNITS}/{county.bureau}/change_unit", **renamed).status == 303
    assert "县交通局" in as_("handler").reads(wish).words
    details = last_change(database)[2]
    assert details["old"]["name"] == "县交通运输局" and details["new"]["name"] == "县交通局"
    assert "unit_class" not in details["new"]


@pytest.mark.parametrize("status", [Status.assigned, Status.replied, Status.follow_up])
def test_with_open_tickets_it_stays_and_the_page_says_which(
    administrator: Official, database: Database, county: County, status: Status
) -> None:
    """Also while another desk has the ticket, as long as this unit leads it."""
    with database.writing() as session:
        wish = wish_in(session, county, status)
        number = number_of(session, wish)
    page = administrator.sends(f"{UNITS}/{county.bureau}/deactivate_unit")
    assert page.status == 422 and f"还有 1 件没办完（{number}）" in page.words
    assert f"/desk/tickets/{number}" not in page.source, "an administrator sees no tickets"
    assert row(database, Unit, county.bureau).is_active and changes(database) == []


def test_a_unit_that_supports_is_not_free_either(administrator: Official, database: Database, county: County) -> None:
    with database.writing() as session:
        for _wish in range(7):
            wish = submit_wish(session, county)
            act(session, wish, Assign(unit=county.bureau, supporting=(county.other_bureau,)), county.dispatcher)
    page = administrator.sends(f"{UNITS}/{county.other_bureau}/deactivate_unit")
    assert page.status == 422 and "还有 7 件没办完" in page.words and "等）" in page.words


def test_a_dissolved_unit_hands_back_what_it_holds_and_its_asks_lapse(
    administrator: Official, database: Database, county: County
) -> None:
    with database.writing() as session:
        led, deferred = (wish_in(session, county, status) for status in (Status.in_progress, Status.deferred))
        due = ticket_of(session, led).due_at
        act(session, led, RequestConsultation(units=(county.other_bureau,), reason="说不清归谁"), county.handler)
        supported = submit_wish(session, county)
        act(session, supported, Assign(unit=county.other_bureau, supporting=(county.bureau,)), county.dispatcher)
    assert administrator.sends(f"{UNITS}/{county.bureau}/deactivate_unit", hands_back="true").status == 303
    with database.reading() as session:
        for wish in (led, deferred):
            ticket = ticket_of(session, wish)
            assert (ticket.status, ticket.unit_id, ticket.lead_unit_id) == (Status.submitted, county.town_desk, None)
            assert ticket.pending_asks == 0
        assert ticket_of(session, led).due_at == due, "what she was promised stays"
        assert not reference(session).units[county.bureau].is_active
        assert list(breaches(session)) == []


def test_what_comes_back_to_a_unit_that_is_no_more_goes_to_the_desk(
    administrator: Official, database: Database, county: County
) -> None:
    with database.writing() as session:
        wish = wish_in(session, county, Status.closed)
    administrator.sends(f"{UNITS}/{county.bureau}/deactivate_unit")
    with database.writing() as session:
        act(session, wish, Reopen(reason="又不亮了"), county.supervisor)
    assert return_from_dissolved_units(Surroundings(database, Settings(), NOW)).done == 1
    with database.reading() as session:
        assert ticket_of(session, wish).status is Status.submitted


def test_with_empty_hands_it_goes_and_comes_back(administrator: Official, database: Database, county: County) -> None:
    with database.writing() as session:
        wish_in(session, county, Status.closed)
    url = f"{UNITS}/{county.bureau}"
    assert administrator.sends(f"{url}/deactivate_unit").status == 303
    with database.reading() as session:
        assert not reference(session).units[county.bureau].is_active
    assert "重新启用单位" in administrator.opens(url).words
    assert administrator.sends(f"{url}/reactivate_unit").status == 303
    assert [event.what for event in changes(database)] == ["deactivate_unit", "reactivate_unit"]


def test_a_desk_is_replaced_before_it_goes(administrator: Official, county: County) -> None:
    page = administrator.sends(f"{UNITS}/{county.town_desk}/deactivate_unit")
    assert page.status == 422 and "它是清溪镇的受理台" in page.words


def test_the_robots_address_is_checked_sealed_and_never_shown(
    administrator: Official, database: Database, county: County
) -> None:
    url = f"{UNITS}/{county.bureau}/set_robot"
    wrong = administrator.sends(url, robot_url="https://example.com/elsewhere?key=1")
    assert wrong.status == 422 and "这不是群机器人的地址" in wrong.words
    inside = administrator.sends(url, robot_url="http://10.0.0.7/cgi-bin/webhook/send?key=1")
    assert inside.status == 422 and "10.0.0.7" in inside.words and "WEIYUAN_ROBOT_HOSTS" in inside.words
    assert administrator.sends(url, robot_url=ROBOT).status == 303
    assert row(database, Unit, county.bureau).robot_url == ROBOT
    page = administrator.opens(f"{UNITS}/{county.bureau}")
    assert "已设" in page.words and "a1b2" not in page.source and "a1b2" not in str(last_change(database))
    assert administrator.sends(url, robot_url="").status == 303
    assert row(database, Unit, county.bureau).robot_url is None


def test_the_list_stands_in_the_order_of_the_county_and_counts_in_one_query(
    administrator: Official, database: Database, county: County
) -> None:
    administrator.opens(UNITS)
    with counted() as with_none:
        administrator.opens(UNITS)
    with database.writing() as session:
        wish_in(session, county, Status.assigned)
        wish_in(session, county, Status.in_progress)
    with counted() as with_two:
        words = administrator.opens(UNITS).words
    assert len(with_none) == len(with_two) and "县交通运输局 通运输局 县直部门 青岭县 – 2 在用" in words
    assert words.index("县受理中心") < words.index("清溪镇受理台") < words.index("双喜村村委会")
    assert "清溪镇受理台" not in administrator.opens(f"{UNITS}?q=农业").words


def test_a_town_sees_its_own_units(as_: As) -> None:
    words = as_("town_administrator").opens(UNITS).words
    assert "清溪镇受理台" in words and "双喜村村委会" in words and "县交通运输局" not in words
