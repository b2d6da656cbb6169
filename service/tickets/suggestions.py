"""Which units a dispatcher may think of first, and why: at most three. It suggests; people dispatch."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.directory.reference import Reference
from service.local_words import LocalWords
from workflows.category_words import likeliest
from workflows.routing import suggest
from workflows.words import _

MOST = 3


@dataclass(frozen=True)
class Like:
    """What became of a similar wish: how it was classed, and who handled it."""

    category_id: int | None
    lead_unit_id: int | None


@dataclass(frozen=True)
class Suggestion:
    """`is_firm`: the catalogue says so of the very category that somebody chose; only that is filled in."""

    unit_id: int
    unit: str
    why: str
    is_firm: bool = False


def suggestions(
    category_id: int | None,
    area_path: str,
    similar: Sequence[Like],
    known: Reference,
    local: LocalWords,
    text: str = "",
) -> list[Suggestion]:
    """The catalogue (派单目录) speaks first, nearest area first; then who handled the most similar wishes; and where
    that says nothing, as in a county's first weeks, the words of the wish themselves."""
    found: dict[int, Suggestion] = {}
    for each in (
        *_by_catalogue(category_id, area_path, similar, known, local),
        *_by_experience(area_path, similar, known, local),
        *(() if category_id else _by_words(text, area_path, known, local)),
    ):
        found.setdefault(each.unit_id, each)
    return [each for each in found.values() if known.units[each.unit_id].is_active][:MOST]


def _by_catalogue(
    category_id: int | None, area_path: str, similar: Sequence[Like], known: Reference, local: LocalWords
) -> Iterator[Suggestion]:
    """Where nobody has classed the wish yet, it is looked up as wishes like it were classed."""
    looked_up = category_id or _commonest(each.category_id for each in similar)
    pattern = (
        _("派单目录：{area}的“{category}”由它办") if category_id else _("像是“{category}”，派单目录：{area}由它办")
    )
    for entry in suggest(known.catalogue, looked_up, area_path, MOST):
        category = local._(known.category_name(looked_up))
        why = local._(pattern).format(area=_area(entry.area_path, known), category=category)
        yield Suggestion(entry.unit, known.unit_name(entry.unit), why, is_firm=bool(category_id))


def _by_words(text: str, area_path: str, known: Reference, local: LocalWords) -> Iterator[Suggestion]:
    key, word = likeliest(text) or ("", "")
    category = known.categories_by_key.get(key)
    if category is None:
        return
    pattern = local._(_("写到“{word}”，像是“{category}”，派单目录：{area}由它办"))
    for entry in suggest(known.catalogue, category.id, area_path, MOST):
        why = pattern.format(word=word, category=local._(category.name), area=_area(entry.area_path, known))
        yield Suggestion(entry.unit, known.unit_name(entry.unit), why)


def _by_experience(
    area_path: str, similar: Sequence[Like], known: Reference, local: LocalWords
) -> Iterator[Suggestion]:
    """A unit of another town knows such matters, but not here."""
    leads = Counter(each.lead_unit_id for each in similar if _works_in(each.lead_unit_id, area_path, known))
    for unit, count in leads.most_common():
        why = local._(_("相似的件里有 {count} 件由它主办")).format(count=count)
        yield Suggestion(unit or 0, known.unit_name(unit), why)


def _commonest(categories: Iterable[int | None]) -> int | None:
    """One alone may be alike by chance."""
    counted = Counter(each for each in categories if each is not None).most_common(1)
    return counted[0][0] if counted and counted[0][1] > 1 else None


def _works_in(unit_id: int | None, area_path: str, known: Reference) -> bool:
    unit = known.units.get(unit_id or 0)
    return unit is not None and area_path.startswith(known.areas[unit.area_id].path)


def _area(path: str, known: Reference) -> str:
    """A path ends with its own area's id."""
    area = known.areas.get(int(path.rstrip("/").rpartition("/")[2] or 0))
    return area.name if area else known.county.name
