"""派单目录: which unit the catalogue suggests for a category in an area. It suggests and explains; people dispatch."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogueEntry:
    """`area_path` is where the entry holds; a longer path is nearer and wins."""

    category: int
    area_path: str
    unit: int


def suggest(
    entries: Iterable[CatalogueEntry], category: int | None, area_path: str, most: int = 3
) -> tuple[CatalogueEntry, ...]:
    """The nearest entries for this category, best first, a unit once; empty when the catalogue is silent."""
    fitting = [each for each in entries if each.category == category and area_path.startswith(each.area_path)]
    nearest: dict[int, CatalogueEntry] = {}
    for each in sorted(fitting, key=lambda each: -len(each.area_path)):
        nearest.setdefault(each.unit, each)
    return tuple(nearest.values())[:most]
