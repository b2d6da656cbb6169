"""The places and units of the demo county, laid out from county.toml."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from service.demo.data import read
from service.directory.models import AreaLevel, UnitClass

GROUP_NAMES = ("一组", "二组", "三组", "四组")
LANDLINE = "0900-555{:04d}"
"""0900 was never given to any place, so none of these can ring."""


@dataclass(frozen=True)
class AreaPlan:
    """`key` spells the way down, as in `bailuba/鹿鸣村/二组`; the county's own is empty."""

    key: str
    name: str
    level: AreaLevel
    parent: str | None
    desk: str | None = None


@dataclass(frozen=True)
class UnitPlan:
    """`key` is what stories call it: `bailuba.desk`, `bailuba.鹿鸣村`, `bureau.water`, `outside.power`, `county.desk`."""

    key: str
    name: str
    short_name: str
    unit_class: UnitClass
    area: str
    phone: str


@dataclass(frozen=True)
class County:
    name: str
    areas: tuple[AreaPlan, ...]
    units: tuple[UnitPlan, ...]

    @property
    def towns(self) -> tuple[AreaPlan, ...]:
        return tuple(area for area in self.areas if area.level is AreaLevel.town)

    def villages_of(self, town: str) -> tuple[AreaPlan, ...]:
        return tuple(area for area in self.areas if area.level is AreaLevel.village and area.parent == town)

    def groups_of(self, village: str) -> tuple[AreaPlan, ...]:
        return tuple(area for area in self.areas if area.level is AreaLevel.group and area.parent == village)


@lru_cache
def county() -> County:
    described = read("county.toml")
    return County(described["name"], tuple(_areas(described)), tuple(_units(described)))


def _areas(described: dict[str, Any]) -> list[AreaPlan]:
    areas = [AreaPlan("", described["name"], AreaLevel.county, None, "county.desk")]
    for town in described["town"]:
        areas.append(AreaPlan(town["key"], town["name"], AreaLevel.town, "", f"{town['key']}.desk"))
        for position, village in enumerate(town["villages"]):
            key = f"{town['key']}/{village}"
            areas.append(AreaPlan(key, village, AreaLevel.village, town["key"]))
            areas += [AreaPlan(f"{key}/{name}", name, AreaLevel.group, key) for name in _groups(position)]
    return areas


def _groups(position: int) -> tuple[str, ...]:
    """Two to four of them, as villages go."""
    return GROUP_NAMES[: 2 + position % 3]


def _units(described: dict[str, Any]) -> list[UnitPlan]:
    rows = [*_offices(described), *_bureaus(described)]
    for town in described["town"]:
        rows += [*_town_units(town, described["town_unit"]), *_committees(town)]
    phones = count(400)
    return [UnitPlan(*row, phone=LANDLINE.format(next(phones))) for row in rows]


Row = tuple[str, str, str, UnitClass, str]


def _offices(described: dict[str, Any]) -> list[Row]:
    return [
        (f"county.{each['key']}", each["name"], each["short_name"], UnitClass.county_desk, "")
        for each in described["office"]
    ]


def _bureaus(described: dict[str, Any]) -> list[Row]:
    classes = {"bureau": UnitClass.bureau, "outside": UnitClass.outside}
    return [
        (f"{heading}.{each['key']}", each["name"], each["short_name"], unit_class, "")
        for heading, unit_class in classes.items()
        for each in described[heading]
    ]


def _town_units(town: dict[str, Any], units: list[dict[str, Any]]) -> list[Row]:
    return [
        (
            f"{town['key']}.{each['key']}",
            town["name"] + each["name"],
            each["name"],
            UnitClass.town_desk if each["key"] == "desk" else UnitClass.town_office,
            town["key"],
        )
        for each in units
    ]


def _committees(town: dict[str, Any]) -> list[Row]:
    return [
        (
            f"{town['key']}.{village}",
            town["name"] + village.removesuffix("村").removesuffix("社区") + _committee_of(village),
            village,
            UnitClass.village,
            f"{town['key']}/{village}",
        )
        for village in town["villages"]
    ]


def _committee_of(village: str) -> str:
    return "社区居委会" if village.endswith("社区") else "村委会"
