"""The table of permissions, by looping over it: every row and every role, on the pages themselves."""

import pytest
from fastapi.routing import APIRoute

from service.administration.pages import PARTS
from service.administration.permissions import BY_NAME, PERMISSIONS
from service.administration.words import COMMANDS
from service.database import Database
from tests.factories import TOKEN, County
from tests.service.administration.conftest import As, changes, version_of_the_reference
from workflows.statuses import POSTS, Role

LOOKS = {
    "see_links": "/desk/links",
    "see_people": "/desk/people",
    "see_units": "/desk/units",
    "see_areas": "/desk/areas/{county.county}",
    "see_categories": "/desk/categories",
    "see_calendar": "/desk/calendar",
    "see_limits": "/desk/time-limits",
    "see_whistle_kinds": "/desk/whistle-kinds",
    "see_whistle_ladder": "/desk/whistle-ladder",
    "see_emergency": "/desk/emergency",
    "see_changes": "/desk/changes",
}
ACTS = {
    "create_link": "/desk/links",
    "change_link": f"/desk/links/{TOKEN}/change_link",
    "revoke_link": f"/desk/links/{TOKEN}/revoke_link",
    "add_person": "/desk/people",
    "change_person": "/desk/people/{county.handler}/change_person",
    "appoint": "/desk/people/{county.handler}/appoint",
    "dismiss": "/desk/people/{county.handler}/posts/8/dismiss",
    "reset_password": "/desk/people/{county.handler}/reset_password",
    "deactivate_person": "/desk/people/{county.handler}/deactivate_person",
    "reactivate_person": "/desk/people/{county.handler}/reactivate_person",
    "add_unit": "/desk/units",
    "change_unit": "/desk/units/{county.bureau}/change_unit",
    "set_robot": "/desk/units/{county.bureau}/set_robot",
    "deactivate_unit": "/desk/units/{county.bureau}/deactivate_unit",
    "reactivate_unit": "/desk/units/{county.bureau}/reactivate_unit",
    "add_area": "/desk/areas/{county.county}/add_area",
    "change_area": "/desk/areas/{county.county}/change_area",
    "add_category": "/desk/categories",
    "change_category": "/desk/categories/{county.lamps}/change_category",
    "add_catalogue_row": "/desk/categories/{county.lamps}/add_catalogue_row",
    "remove_catalogue_row": "/desk/categories/{county.lamps}/catalogue/1/remove_catalogue_row",
    "publish_year": "/desk/calendar",
    "set_limit": "/desk/time-limits/dispatch/set_limit",
    "reset_limit": "/desk/time-limits/dispatch/reset_limit",
    "add_whistle_kind": "/desk/whistle-kinds",
    "set_whistle_kind": "/desk/whistle-kinds/public_concern/set_whistle_kind",
    "add_whistle_reason": "/desk/whistle-kinds/reasons",
    "set_whistle_reason": "/desk/whistle-kinds/reasons/beyond_power/set_whistle_reason",
    "add_whistle_step": "/desk/whistle-ladder",
    "set_whistle_step": "/desk/whistle-ladder/report_due/set_whistle_step",
    "begin_emergency": "/desk/emergency/begin_emergency",
    "end_emergency": "/desk/emergency/1/end_emergency",
}
CAST = {
    Role.dispatcher: "county_dispatcher",
    Role.handler: "handler",
    Role.reviewer: "county_reviewer",
    Role.follow_up_officer: "follow_up_officer",
    Role.supervisor: "supervisor",
    Role.administrator: "administrator",
}


def test_every_verb_and_every_page_has_its_row() -> None:
    assert {row.name for row in PERMISSIONS} == LOOKS.keys() | ACTS.keys()
    assert set(COMMANDS) == set(ACTS) and len(BY_NAME) == len(PERMISSIONS)
    assert set(CAST) == POSTS


@pytest.mark.parametrize("role", CAST)
def test_every_role_opens_what_the_table_says(as_: As, county: County, role: Role) -> None:
    somebody = as_(CAST[role])
    found = {name: somebody.opens(url.format(county=county)).status for name, url in LOOKS.items()}
    assert found == {name: 200 if role in BY_NAME[name].roles else 403 for name in LOOKS}


@pytest.mark.parametrize("role", [role for role in CAST if role is not Role.administrator])
def test_every_other_button_is_refused_and_changes_nothing(
    as_: As, database: Database, county: County, role: Role
) -> None:
    somebody, before = as_(CAST[role]), version_of_the_reference(database)
    refused = [name for name in ACTS if role not in BY_NAME[name].roles]
    found = {name: somebody.sends(ACTS[name].format(county=county)).status for name in refused}
    assert found == dict.fromkeys(refused, 403)
    assert changes(database) == [] and version_of_the_reference(database) == before


def test_nobody_sees_anything_without_signing_in(as_: As, database: Database, county: County) -> None:
    nobody = as_("nobody")
    looked = [nobody.opens(url.format(county=county)) for url in LOOKS.values()]
    assert all(page.status == 303 and page.goes_to.startswith("/sign-in") for page in looked)
    assert {nobody.sends(url.format(county=county)).status for url in ACTS.values()} == {401}
    assert changes(database) == []


def test_what_is_the_countys_is_not_for_a_town_to_change(as_: As, county: County) -> None:
    town = as_("town_administrator")
    countys = [row.name for row in PERMISSIONS if row.is_countys]
    assert {town.sends(ACTS[name].format(county=county)).status for name in countys} == {403}


def test_what_lies_in_another_area_does_not_exist_for_a_town(as_: As, county: County) -> None:
    town = as_("town_administrator")
    elsewhere = [
        f"/desk/people/{county.handler}",
        f"/desk/units/{county.bureau}",
        f"/desk/areas/{county.county}",
        "/desk/links/nothing",
    ]
    assert [town.opens(url).status for url in elsewhere] == [404] * 4
    own = [f"/desk/people/{county.dispatcher}", f"/desk/units/{county.town_desk}", f"/desk/areas/{county.village}"]
    assert [town.opens(url).status for url in own] == [200] * 3


def test_every_button_of_these_pages_is_among_those_that_are_tried() -> None:
    """A new one that nobody thought of here would not be held to the table."""
    routes = [route for part in PARTS for route in part.routes if isinstance(route, APIRoute)]
    pressed = {_shape(route.path) for route in routes if "POST" in route.methods}
    assert pressed <= {_shape(url) for url in ACTS.values()} and len(pressed) > 10


def _shape(path: str) -> str:
    """Without what differs from row to row; one route may serve several verbs."""
    parts = path.strip("/").split("/")
    is_fixed = [part.replace("-", "").isalpha() and part != "dispatch" for part in parts]
    named = [part if fixed else "*" for part, fixed in zip(parts, is_fixed, strict=True)]
    return " ".join(named)
