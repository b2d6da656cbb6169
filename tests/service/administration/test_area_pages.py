"""Areas: a tree that grows downwards, and the desks where wishes arrive."""

import pytest
from sqlmodel import select

from service.database import Database
from service.directory.models import Area
from service.directory.reference import reference
from tests.factories import County, submit_wish, ticket_of
from tests.service.administration.conftest import As, changes, last_change, row
from tests.support.officials import Official

AREAS = "/desk/areas"


def area_called(database: Database, name: str) -> Area:
    with database.reading() as session:
        return session.exec(select(Area).where(Area.name == name)).one()


def test_the_tree_begins_where_one_looks_after_it(as_: As, county: County) -> None:
    assert as_("administrator").opens(AREAS).goes_to == f"{AREAS}/{county.county}"
    town = as_("town_administrator")
    assert town.opens(AREAS).goes_to == f"{AREAS}/{county.town}"
    page = town.opens(f"{AREAS}/{county.village}")
    assert "清溪镇 › 双喜村" in page.words and "青岭县 ›" not in page.words


def test_a_new_village_takes_wishes_at_the_towns_desk(
    administrator: Official, database: Database, county: County
) -> None:
    done = administrator.sends(f"{AREAS}/{county.town}/add_area", name="新桥村", level="village")
    page = administrator.follow(done)
    area = area_called(database, "新桥村")
    assert area.path == f"/{county.county}/{county.town}/{area.id}/" and "新桥村加好了" in page.words
    with database.writing() as session:
        wish = submit_wish(session, county, area=area.id)
        assert ticket_of(session, wish).unit_id == county.town_desk
        assert reference(session).place_name(area.id or 0) == "清溪镇新桥村"
    assert last_change(database)[0] == "add_area"


@pytest.mark.parametrize(
    ("name", "level", "sentence"),
    [
        ("双喜村", "village", "这里已经有一个叫“双喜村”的地方"),
        ("新桥村", "town", "它下面不能再分这一级"),
        ("新桥村", "", "请从列表里选一个"),
        ("", "village", "请至少写 1 个字"),
    ],
)
def test_what_does_not_fit_into_the_tree_is_refused(
    administrator: Official, database: Database, county: County, name: str, level: str, sentence: str
) -> None:
    page = administrator.sends(f"{AREAS}/{county.town}/add_area", name=name, level=level)
    assert page.status == 422 and sentence in page.words and changes(database) == []


def test_below_a_group_nothing_is_added(administrator: Official, database: Database, county: County) -> None:
    administrator.sends(f"{AREAS}/{county.village}/add_area", name="一组", level="group")
    group = area_called(database, "一组")
    page = administrator.opens(f"{AREAS}/{group.id}")
    assert "加一个地方" not in page.words and "由上一级受理" in page.words
    assert administrator.sends(f"{AREAS}/{group.id}/add_area", name="半组", level="group").status == 422


def test_a_new_desk_gets_the_new_wishes(administrator: Official, database: Database, county: County) -> None:
    with database.writing() as session:
        before = submit_wish(session, county)
    url = f"{AREAS}/{county.village}/change_area"
    assert administrator.sends(url, name="双喜村", desk_unit=str(county.village_unit)).status == 303
    with database.writing() as session:
        after = submit_wish(session, county)
        units = [ticket_of(session, wish).unit_id for wish in (before, after)]
    assert units == [county.town_desk, county.village_unit]
    assert last_change(database)[2] == {"about": "双喜村", "old": {}, "new": {"desk_unit": county.village_unit}}


def test_a_county_is_never_without_a_desk(administrator: Official, database: Database, county: County) -> None:
    page = administrator.sends(f"{AREAS}/{county.county}/change_area", name="青岭县", desk_unit="")
    assert page.status == 422 and "县里一定要有一个受理台" in page.words
    assert row(database, Area, county.county).desk_unit_id == county.county_desk
    town = administrator.sends(f"{AREAS}/{county.town}/change_area", name="清溪镇", desk_unit="")
    assert town.status == 303 and row(database, Area, county.town).desk_unit_id is None


def test_a_unit_of_another_place_is_no_desk_here(administrator: Official, county: County) -> None:
    page = administrator.sends(f"{AREAS}/{county.town}/change_area", name="清溪镇", desk_unit=str(county.village_unit))
    assert page.status == 422 and "没有这个单位" in page.words


def test_a_new_name_must_be_free(administrator: Official, database: Database, county: County) -> None:
    administrator.sends(f"{AREAS}/{county.county}/add_area", name="石桥镇", level="town")
    taken = administrator.sends(f"{AREAS}/{county.town}/change_area", name="石桥镇", desk_unit=str(county.town_desk))
    assert taken.status == 422 and "已经有一个叫“石桥镇”的地方" in taken.words
    free = administrator.sends(f"{AREAS}/{county.town}/change_area", name="清水镇", desk_unit=str(county.town_desk))
    assert free.status == 303 and row(database, Area, county.town).name == "清水镇"
