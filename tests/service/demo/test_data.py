"""The demo county as it is written down: whole, of many voices, and nobody's real telephone rings."""

import re
import statistics
from importlib.resources import files

import pytest

from service.demo.cast import county_office, town_office
from service.demo.county import county
from service.demo.people import handlers, officials, villager
from service.demo.wishes import Wish, wishes
from service.directory.defaults import CATEGORIES
from service.directory.models import UnitClass
from service.masking import mask_text
from service.phones import normalise_phone
from workflows.statuses import Kind, Role

SPOKEN = [wish.said(time) for wish in wishes() for time in range(1 + wish.again)]
NUMBER = re.compile(r"[0０1１][0-9０-９][0-9０-９ \-]{7,}[0-9０-９]")
FICTIONAL = re.compile(r"1540000\d{4}|0900555\d{4}")


def test_the_county_has_twelve_towns_of_ten_villages_of_two_to_four_groups() -> None:
    villages = [village for town in county().towns for village in county().villages_of(town.key)]
    assert len(county().towns) == 12
    assert len(villages) == len({village.key for village in villages}) == 120
    assert {len(county().groups_of(village.key)) for village in villages} == {2, 3, 4}


def test_there_are_twenty_bureaus_and_some_parties_outside() -> None:
    classes = [unit.unit_class for unit in county().units]
    assert classes.count(UnitClass.bureau) == 20
    assert classes.count(UnitClass.outside) == 5
    assert len({unit.name for unit in county().units}) == len(classes)


def test_every_unit_that_handles_wishes_has_somebody_who_does_and_a_head() -> None:
    handling = {unit.key for unit in county().units if not unit.unit_class.endswith("_desk")}
    headed = {person.unit for person in officials() if person.role is Role.handler and person.is_head}
    assert handling == set(handlers()) == headed


@pytest.mark.parametrize("role", [Role.dispatcher, Role.reviewer, Role.follow_up_officer])
def test_every_town_and_the_county_have_somebody_for_each_other_role(role: Role) -> None:
    towns = {person.unit.partition(".")[0] for person in officials() if person.role is role}
    assert towns == {"county", *(town.key for town in county().towns)}


def test_every_second_town_watches_itself_and_the_county_hears_of_the_others() -> None:
    towns = {person.unit.partition(".")[0] for person in officials() if person.role is Role.supervisor}
    assert towns == {"county", *(town.key for town in county().towns[::2])}


def test_nobody_signs_in_with_the_login_or_the_name_of_somebody_else() -> None:
    assert len({person.login for person in officials()}) == len({person.name for person in officials()}) == 347


def test_the_catalogue_knows_an_office_for_every_category() -> None:
    keys = {unit.key for unit in county().units}
    for category in CATEGORIES:
        assert county_office(category.key) in keys
        assert all(town_office(town.key, category.key) in keys for town in county().towns)


def test_every_category_has_wishes_but_none_repeats_another() -> None:
    assert {wish.category for wish in wishes()} == {category.key for category in CATEGORIES}
    assert len(wishes()) >= 150
    assert len(SPOKEN) == len(set(SPOKEN)) >= 380


def test_wishes_are_short_and_long_as_people_speak() -> None:
    lengths = [len(words) for words in SPOKEN]
    assert 10 <= min(lengths) < 20
    assert 180 < max(lengths) <= 300
    assert 60 <= statistics.median(lengths) <= 120


def test_both_kinds_of_wish_are_there() -> None:
    kinds = [wish.kind_of_wish() for wish in wishes()]
    assert kinds.count(Kind.development) > 60
    assert kinds.count(Kind.trouble) > 150


def test_wishes_name_places_and_units_that_there_are() -> None:
    areas, units = {area.key for area in county().areas}, {unit.key for unit in county().units}
    town = county().towns[0].key
    for wish in wishes():
        assert wish.town is None or wish.town in areas
        assert wish.village is None or f"{wish.town}/{wish.village}" in areas
        assert wish.unit is None or wish.unit.replace("town.", f"{town}.") in units


def test_who_is_merged_into_another_wish_lives_in_the_same_town() -> None:
    towns = {wish.key: wish.town for wish in wishes() if wish.key}
    merged = [wish for wish in wishes() if wish.merge_into]
    assert len(merged) == 6
    assert all(towns[wish.merge_into] == wish.town for wish in merged)


def test_every_day_that_is_promised_stands_in_the_reply() -> None:
    assert all(("{promised}" in (wish.reply or "")) == (wish.promise is not None) for wish in wishes())


def test_a_wish_without_a_whole_story_is_refused() -> None:
    for half in ({"reply": "好了。"}, {"rating": "satisfied"}, {"decline": "secret"}, {"category": "weather"}):
        with pytest.raises(ValueError, match=r"comes with|says why|is called"):
            Wish.model_validate({"category": "road", "text": "修路", **half})


def test_no_number_in_the_data_can_ring_at_anybodys() -> None:
    told = [person.phone for person in officials()] + [unit.phone for unit in county().units]
    told += [villager(number)[1] for number in range(400)]
    for path in (files("service.demo"), files("service.demo") / "wishes"):
        told += [
            number
            for file in path.iterdir()
            if file.name.endswith(".toml")
            for number in NUMBER.findall(file.read_text("utf8"))
        ]
    assert len(told) > 900
    assert [number for number in told if not FICTIONAL.fullmatch(normalise_phone(number) or "")] == []


def test_numbers_in_wishes_are_masked_for_others() -> None:
    with_number = [words for words in SPOKEN if NUMBER.search(words)]
    assert len(with_number) >= 6
    assert [words for words in with_number if NUMBER.search(mask_text(words))] == []
