"""Which units a dispatcher may think of first, and why: at most three. It suggests; people dispatch."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from service.directory.reference import Reference
from service.local_words import LocalWords
from workflows.routing import suggest
from workflows.words import _

MOST = 3


@dataclass(frozen=True)
class Suggestion:
    unit_id: int
    unit: str
    why: str


def suggestions(
    category_id: int | None, area_path: str, similar_leads: Iterable[int | None], known: Reference, local: LocalWords
) -> list[Suggestion]:
    """The catalogue (派单目录) speaks first, nearest area first; then who handled the most similar wishes."""
    found: dict[int, str] = {}
    for entry in suggest(known.catalogue, category_id, area_path, MOST):
        words = local._(_("派单目录：{area}的“{category}”由它办"))
        found.setdefault(
            entry.unit, words.format(area=_area(entry.area_path, known), category=known.category_name(category_id))
        )
    for unit, count in Counter(unit for unit in similar_leads if unit is not None).most_common():
        found.setdefault(unit, local._(_("相似的件里有 {count} 件由它主办")).format(count=count))
    in_service = [(unit, why) for unit, why in found.items() if unit in known.units and known.units[unit].is_active]
    return [Suggestion(unit, known.unit_name(unit), why) for unit, why in in_service[:MOST]]


def _area(path: str, known: Reference) -> str:
    """A path ends with its own area's id."""
    area = known.areas.get(int(path.rstrip("/").rpartition("/")[2] or 0))
    return area.name if area else known.county.name
