"""Categories and the dispatch catalogue: what holds for new wishes, and never for those under way."""

import pytest
from sqlmodel import col, select

from service.database import Database
from service.directory.models import CatalogueRow, Category
from tests.factories import County, submit_wish, ticket_of
from tests.service.administration.conftest import As, changes, last_change, row
from tests.support.officials import Official
from workflows.statuses import FollowUpRule
from workflows.time_limits import Urgency

CATEGORIES = "/desk/categories"
FORM = {
    "name": "路灯照明",
    "urgency": "urgent",
    "needs_review": "false",
    "follow_up_rule": "always",
    "prompts": "村口的路灯不亮了\n电线杆歪了",
    "is_active": "true",
}


def test_what_is_changed_holds_for_new_wishes_only(administrator: Official, database: Database, county: County) -> None:
    with database.writing() as session:
        before = submit_wish(session, county)
    assert administrator.sends(f"{CATEGORIES}/{county.lamps}/change_category", **FORM).status == 303
    with database.writing() as session:
        old, new = (ticket_of(session, wish) for wish in (before, submit_wish(session, county)))
    assert (old.urgency, old.needs_review, old.follow_up_rule) == (Urgency.ordinary, True, FollowUpRule.if_unrated)
    assert (new.urgency, new.needs_review, new.follow_up_rule) == (Urgency.urgent, False, FollowUpRule.always)
    assert last_change(database)[2]["old"] == {
        "name": "路灯",
        "urgency": "ordinary",
        "needs_review": True,
        "follow_up_rule": "if_unrated",
    }


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "种苗", "已经有一个叫“种苗”的事项"),
        ("name", "灯", "请至少写 2 个字"),
        ("urgency", "", "请从列表里选一个"),
        ("follow_up_rule", "sometimes", "请从列表里选一个"),
        ("prompts", "长" * 1001, "最多写 1000 个字"),
    ],
)
def test_a_mistake_is_said_and_nothing_changes(
    administrator: Official, database: Database, county: County, field: str, value: str, sentence: str
) -> None:
    page = administrator.sends(f"{CATEGORIES}/{county.lamps}/change_category", **FORM | {field: value})
    assert page.status == 422 and sentence in page.words and changes(database) == []
    assert row(database, Category, county.lamps).name == "路灯"


def test_one_category_stays_in_use(administrator: Official, database: Database, county: County) -> None:
    out = FORM | {"is_active": "false"}
    assert administrator.sends(f"{CATEGORIES}/{county.lamps}/change_category", **out).status == 303
    last = administrator.sends(f"{CATEGORIES}/{county.seedlings}/change_category", **out | {"name": "种苗"})
    assert last.status == 422 and "最后一个在用的事项" in last.words
    assert row(database, Category, county.seedlings).is_active


def test_a_new_category_can_be_chosen_for_a_wish(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    done = administrator.sends(CATEGORIES, **FORM | {"kind": "trouble", "name": "养犬管理"})
    assert "事项加好了" in administrator.follow(done).words
    with database.reading() as session:
        key = session.exec(select(Category.key).where(Category.name == "养犬管理")).one()
    with database.writing() as session:
        assert ticket_of(session, submit_wish(session, county, category=key)).urgency is Urgency.urgent


def test_the_catalogue_suggests_and_stops_suggesting(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    with database.writing() as session:
        wish = submit_wish(session, county)
    url = f"{CATEGORIES}/{county.lamps}"
    typed = {"area": str(county.town), "unit": str(county.village_unit)}
    assert administrator.sends(f"{url}/add_catalogue_row", **typed).status == 303
    assert "派单目录：清溪镇的“路灯”由它办" in as_("dispatcher").reads(wish).words
    twice = administrator.sends(f"{url}/add_catalogue_row", **typed)
    assert twice.status == 422 and "目录里已经有这一行了" in twice.words
    with database.reading() as session:
        newest = session.exec(select(CatalogueRow.id).order_by(col(CatalogueRow.id).desc())).first()
    remove = f"{url}/catalogue/{newest}/remove_catalogue_row"
    assert administrator.sends(remove).status == 303
    assert "派单目录：清溪镇" not in as_("dispatcher").reads(wish).words
    assert administrator.sends(remove).status == 404
    assert [event.what for event in changes(database)] == ["add_catalogue_row", "remove_catalogue_row"]


def test_a_row_of_another_category_is_not_removed_here(administrator: Official, county: County) -> None:
    assert administrator.sends(f"{CATEGORIES}/{county.seedlings}/catalogue/1/remove_catalogue_row").status == 404


@pytest.mark.parametrize(("field", "sentence"), [("area", "没有这个地方"), ("unit", "没有这个单位")])
def test_a_catalogue_row_names_what_there_is(
    administrator: Official, county: County, field: str, sentence: str
) -> None:
    typed = {"area": str(county.town), "unit": str(county.bureau)} | {field: "777"}
    page = administrator.sends(f"{CATEGORIES}/{county.lamps}/add_catalogue_row", **typed)
    assert page.status == 422 and sentence in page.words


def test_a_town_reads_the_catalogue_and_changes_nothing(as_: As, county: County) -> None:
    page = as_("town_administrator").opens(f"{CATEGORIES}/{county.lamps}")
    assert "县交通运输局" in page.words and "去掉" not in page.words and "改事项" not in page.words
    assert as_("administrator").opens(f"{CATEGORIES}/999").status == 404
