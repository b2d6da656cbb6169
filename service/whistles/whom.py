"""Whom a whistle's forms offer to call: short lists in groups. The rules allow more; whoever is rare is not listed."""

from collections.abc import Iterable
from dataclasses import replace

from service.directory.models import UnitClass
from service.directory.reference import Reference
from service.fields import Choice
from service.local_words import LocalWords
from service.tickets.desk_choices import unit_choices
from service.tickets.suggestions import Suggestion
from workflows.words import _

OTHER_TOWNS = _("其他镇")
COMES = frozenset({UnitClass.bureau, UnitClass.outside, UnitClass.town_desk})
"""From beyond the town: bureaus, parties outside of government, and another town through its desk. Nobody whistles for
another town's offices and villages, or for the county's own desks."""


def callable_choices(
    known: Reference,
    area_path: str,
    own: frozenset[int],
    local: LocalWords,
    suggested: Iterable[Suggestion] = (),
    *,
    for_town: bool = True,
    beside_town: bool = False,
) -> list[Choice]:
    """Suggested ones first. `own` are the units of the place's town, which are called only beside it (党员、干部)."""
    found = []
    for choice in unit_choices(known, area_path, suggested, local):
        unit = int(choice.value)
        if unit in own and beside_town:
            found.append(choice)
        elif unit not in own and for_town and known.units[unit].unit_class in COMES:
            found.append(_in_its_group(choice, known, local))
    return found


def _in_its_group(choice: Choice, known: Reference, local: LocalWords) -> Choice:
    """A heading for each other town would be longer than the list."""
    is_desk = known.units[int(choice.value)].unit_class is UnitClass.town_desk
    return replace(choice, group=local._(OTHER_TOWNS)) if is_desk and not choice.hint else choice
