"""派单目录: the catalogue suggests the nearest unit for a category, and never more than it knows."""

from hypothesis import given
from hypothesis import strategies as st

from tests.cast import COUNTY_PATH, OTHER_TOWN_PATH, POWER_BUREAU, ROADS_BUREAU, TOWN_DESK, VILLAGE_PATH, WATER_BUREAU
from workflows.routing import CatalogueEntry, suggest

WATER, LAMPS, ROADS = 1, 2, 3

CATALOGUE = (
    CatalogueEntry(WATER, COUNTY_PATH, WATER_BUREAU),
    CatalogueEntry(LAMPS, COUNTY_PATH, POWER_BUREAU),
    CatalogueEntry(WATER, "/1/4/", TOWN_DESK),
    CatalogueEntry(ROADS, COUNTY_PATH, ROADS_BUREAU),
    CatalogueEntry(WATER, OTHER_TOWN_PATH, ROADS_BUREAU),
)


def units(*entries: CatalogueEntry) -> list[int]:
    return [entry.unit for entry in entries]


def test_the_nearest_entry_comes_first() -> None:
    assert units(*suggest(CATALOGUE, WATER, VILLAGE_PATH)) == [TOWN_DESK, WATER_BUREAU]
    assert units(*suggest(CATALOGUE, WATER, OTHER_TOWN_PATH)) == [ROADS_BUREAU, WATER_BUREAU]
    assert units(*suggest(CATALOGUE, LAMPS, VILLAGE_PATH)) == [POWER_BUREAU]


def test_the_catalogue_is_silent_about_what_it_does_not_know() -> None:
    assert suggest(CATALOGUE, None, VILLAGE_PATH) == ()
    assert suggest(CATALOGUE, 99, VILLAGE_PATH) == ()
    assert suggest((), WATER, VILLAGE_PATH) == ()
    assert suggest(CATALOGUE, WATER, "/2/") == ()


def test_a_town_whose_number_begins_alike_is_another_town() -> None:
    assert units(*suggest(CATALOGUE, WATER, "/1/41/")) == [WATER_BUREAU]


def test_an_entry_of_a_village_says_nothing_about_its_town() -> None:
    assert suggest([CatalogueEntry(WATER, VILLAGE_PATH, TOWN_DESK)], WATER, "/1/4/") == ()


def test_entries_of_one_place_keep_their_order() -> None:
    entries = [CatalogueEntry(WATER, COUNTY_PATH, unit) for unit in (5, 3, 9)]
    assert units(*suggest(entries, WATER, VILLAGE_PATH)) == [5, 3, 9]


def test_a_unit_is_suggested_once_by_its_nearest_entry() -> None:
    """Three different units, not one unit three times: the county's entry often names the town's again."""
    paths = (COUNTY_PATH, "/1/4/", VILLAGE_PATH)
    entries = [CatalogueEntry(WATER, path, WATER_BUREAU) for path in paths]
    another = CatalogueEntry(WATER, COUNTY_PATH, ROADS_BUREAU)
    assert suggest([*entries, another], WATER, VILLAGE_PATH) == (entries[2], another)


PATHS = st.sampled_from([COUNTY_PATH, "/1/4/", VILLAGE_PATH, OTHER_TOWN_PATH, "/1/4/9/2/"])
ENTRIES = st.lists(st.builds(CatalogueEntry, st.integers(1, 3), PATHS, st.integers(1, 5)), max_size=12)


@given(ENTRIES, st.integers(1, 3), PATHS, st.integers(0, 4))
def test_suggestions_fit_and_come_nearest_first(
    entries: list[CatalogueEntry], category: int, area_path: str, most: int
) -> None:
    found = suggest(entries, category, area_path, most)
    assert all(each in entries and each.category == category and area_path.startswith(each.area_path) for each in found)
    assert len(found) <= most and len(set(units(*found))) == len(found)
    lengths = [len(each.area_path) for each in found]
    assert lengths == sorted(lengths, reverse=True)
