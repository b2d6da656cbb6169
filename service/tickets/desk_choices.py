"""The lists that stand in an official's forms: units, categories and areas, in groups, the likely ones first."""

from collections.abc import Iterable, Mapping, Sequence

from service.directory.models import Area, AreaLevel, Unit, UnitClass
from service.directory.reference import Reference
from service.fields import Choice
from service.local_words import LocalWords
from service.tickets.suggestions import Suggestion
from workflows.actors import Actor
from workflows.commands import CHOICE_WORDS
from workflows.statuses import Kind
from workflows.time_limits import Limits, Urgency
from workflows.words import _

SUGGESTED = _("建议")
COUNTY_UNITS = _("县直部门")
COUNTY_DESK = _("县受理中心")
OUTSIDE = _("县外和企业单位")
OUTSIDE_FIRST = {UnitClass.bureau: COUNTY_UNITS, UnitClass.county_desk: COUNTY_DESK, UnitClass.outside: OUTSIDE}


def unit_choices(known: Reference, area_path: str, suggested: Iterable[Suggestion], local: LocalWords) -> list[Choice]:
    """Suggested ones first, then those of the town, the county's, and the other towns'."""
    first = [Choice(str(each.unit_id), each.unit, each.why, local._(SUGGESTED)) for each in suggested]
    taken = {choice.value for choice in first}
    rest = [unit for unit in known.units.values() if unit.is_active and str(unit.id) not in taken]
    ranked = sorted(rest, key=lambda unit: _rank(unit, known, area_path))
    return first + [Choice(str(unit.id), unit.name, group=_group(unit, known, local)) for unit in ranked]


def _rank(unit: Unit, known: Reference, area_path: str) -> tuple[bool, bool, str, int, int]:
    """The town that the wish comes from, then the county, then the other towns one by one."""
    town = _town(unit, known)
    is_here = town is not None and area_path.startswith(town.path)
    return (not is_here, town is not None, town.path if town else unit.unit_class, unit.position, unit.id or 0)


def _group(unit: Unit, known: Reference, local: LocalWords) -> str:
    town = _town(unit, known)
    return town.name if town else local._(OUTSIDE_FIRST.get(unit.unit_class, COUNTY_UNITS))


def _town(unit: Unit, known: Reference) -> Area | None:
    return next((area for area in known.lineage(unit.area_id) if area.level is AreaLevel.town), None)


def category_choices(known: Reference) -> list[Choice]:
    """By key, as commands name them, under their kind."""
    return [
        Choice(each.key, each.name, group=CHOICE_WORDS[kind])
        for kind in Kind
        for each in sorted(known.categories.values(), key=lambda each: (each.position, each.id or 0))
        if each.is_active and each.kind is kind
    ]


def urgency_choices(limits: Limits, local: LocalWords) -> list[Choice]:
    """Each with its limit: who chooses one sees what he promises."""
    pattern = _("{urgency}：{term}")
    return [
        Choice(
            str(urgency),
            local._(pattern).format(
                urgency=local._(CHOICE_WORDS[urgency]), term=limits.reply(urgency).in_words(local._)
            ),
        )
        for urgency in Urgency
    ]


def area_choices(known: Reference, actor: Actor) -> list[Choice]:
    """Where this official may take in a wish: the areas of his posts and all below, each under its town."""
    paths = tuple({post.area_path for post in actor.posts})
    covered = [area for area in known.areas.values() if paths and area.path.startswith(paths)]
    return [
        Choice(str(area.id), known.place_name(area.id or 0), group=_town_name(area, known))
        for area in _in_order(covered, known)
    ]


def _in_order(areas: Iterable[Area], known: Reference) -> list[Area]:
    """As one walks through the county: a town, its villages in their order, the next town."""
    return sorted(
        areas, key=lambda area: [(each.position, each.id or 0) for each in reversed(known.lineage(area.id or 0))]
    )


def _town_name(area: Area, known: Reference) -> str:
    lineage = known.lineage(area.id or 0)
    return next((each.name for each in lineage if each.level is AreaLevel.town), known.county.name)


def _area_of(path: str) -> int:
    """A path ends with the area's own id."""
    return int(path.rstrip("/").rpartition("/")[2])


def for_ticket(
    known: Reference, area_path: str, suggested: Iterable[Suggestion], local: LocalWords
) -> Mapping[str, Sequence[Choice]]:
    """By field name and by widget, as `fields_of` asks for them."""
    units = unit_choices(known, area_path, suggested, local)
    return {
        "unit": units,
        "units": units,
        "category": category_choices(known),
        "urgency": urgency_choices(known.limits_in(_area_of(area_path)), local),
    }
