"""Places, units and categories as people write them."""

import pytest
from sqlmodel import Session

from service.database import Database
from service.directory.models import Area, AreaLevel, Unit, UnitClass
from service.directory.reference import reference, touch
from service.exchange.names import Names
from tests.factories import County, add, build_county
from workflows.refusals import Refused


@pytest.fixture
def county(sqlite_database: Database) -> County:
    """With a second town that also has a 双喜村 and an office of the same short name, and with groups."""
    with sqlite_database.writing() as session:
        county = build_county(session)
        county_path = session.get_one(Area, county.county).path
        other = area(session, "白河镇", AreaLevel.town, county.county, county_path)
        area(session, "双喜村", AreaLevel.village, other, f"{county_path}{other}/")
        area(session, "石桥村", AreaLevel.village, other, f"{county_path}{other}/")
        village_path = session.get_one(Area, county.village).path
        area(session, "三组", AreaLevel.group, county.village, village_path)
        for name, place in (("清溪镇便民服务中心", county.town), ("白河镇便民服务中心", other)):
            add(session, Unit(name=name, short_name="便民服务中心", unit_class=UnitClass.town_office, area_id=place))
        retired = Unit(name="县老干部局", short_name="老干部局", unit_class=UnitClass.bureau, area_id=county.county)
        retired.is_active = False
        add(session, retired)
        touch(session)
    return county


def area(session: Session, name: str, level: AreaLevel, parent: int, above: str) -> int:
    row = Area(name=name, level=level, parent_id=parent, path=f"new {name} {parent}")
    area_id = add(session, row)
    row.path = f"{above}{area_id}/"
    return area_id


@pytest.fixture
def names(sqlite_database: Database, county: County) -> Names:
    with sqlite_database.reading() as session:
        return Names(reference(session))


PLACES = {
    "清溪镇双喜村": "清溪镇双喜村",
    "清溪镇/双喜村/三组": "清溪镇双喜村三组",
    "青岭县 清溪镇 双喜村 3组": "清溪镇双喜村三组",
    "清溪双喜第三组": "清溪镇双喜村三组",
    "清溪镇双喜村三组王大爷家门口": "清溪镇双喜村三组",
    "清溪镇政府后面": "清溪镇",
    "白河镇": "白河镇",
    "白河镇双喜村": "白河镇双喜村",
    "石桥村": "白河镇石桥村",
    "双喜村": None,
    "某个地方": None,
    "": "青岭县",
}


@pytest.mark.parametrize(("words", "place"), PLACES.items(), ids=PLACES.keys())
def test_places_are_found_as_far_down_as_the_words_lead(
    sqlite_database: Database, county: County, names: Names, words: str, place: str | None
) -> None:
    found = names.area(words, county.county)
    with sqlite_database.reading() as session:
        assert (reference(session).place_name(found) if found else None) == place


def test_within_a_town_its_own_villages_are_meant(county: County, names: Names) -> None:
    assert names.area("双喜村", county.town) == county.village
    assert names.area("石桥村", county.town) is None


@pytest.mark.parametrize("words", ["县交通运输局", "交通运输局", "青岭县交通运输局", " 县交通 运输局", "通运输局"])
def test_units_are_found_with_and_without_the_county(county: County, names: Names, words: str) -> None:
    assert names.units(words, county.village) == [county.bureau]


def test_several_units_stand_in_their_order(county: County, names: Names) -> None:
    assert names.units("县农业农村局、县交通运输局；县农业农村局", county.village) == [
        county.other_bureau,
        county.bureau,
    ]
    assert names.units("", county.village) == []


def test_the_office_of_the_wish_s_own_town_is_meant(county: County, names: Names) -> None:
    [unit] = names.units("便民服务中心", county.village)
    assert names.units("清溪镇便民服务中心", county.county) == [unit]
    with pytest.raises(Refused, match="好几个"):
        names.units("便民服务中心", county.county)


@pytest.mark.parametrize("words", ["县气象局", "县老干部局"])
def test_a_unit_that_is_not_there_or_out_of_service_is_named(county: County, names: Names, words: str) -> None:
    with pytest.raises(Refused) as refused:
        names.units(words, county.village)
    assert words in str(refused.value)


def test_categories_are_found_by_name_key_and_the_end_of_a_path(names: Names) -> None:
    assert [names.category(words) for words in ("路灯", "lamps", "路灯类", "城乡建设/路灯", "种苗问题", "其他")] == [
        *["lamps"] * 4,
        "seedlings",
        None,
    ]
