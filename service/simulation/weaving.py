"""Chooses which wishes of the year belong together: duplicates, issues, whistles, neighbours who say "me too"."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from service.simulation.fates import Ending, Fate, Heard, between, plain, whereabouts
from service.simulation.matters import Matter, common_matters, matters, year
from service.simulation.speaking import wish_words
from service.simulation.targets import Targets
from workflows.statuses import Source

SPOKEN_WITHIN = timedelta(days=8)
TWINS_WITHIN = timedelta(days=3)
TIME_TO_END = timedelta(days=42)
"""What several have a part in has begun so long before the end of the year, unless it stays open."""
STAYS_OPEN = (timedelta(days=15), timedelta(days=6))
MEMBERS = (3, 3, 4, 4, 5, 6)
WHISTLES_OF_ISSUES = 4
"""One issue in so many is whistled for."""
ENDORSED_MOST = 9


def weave(fates: Sequence[Fate], quota: Targets, end: datetime, lots: Random) -> None:
    """Of the wishes of one lot; what is told of one touches no wish of another."""
    early = [fate for fate in fates if fate.at < end - TIME_TO_END]
    groups = _issues(early, quota.issues - quota.open_issues, lots)
    _whistles(early, groups, quota.whistles - quota.open_whistles, lots)
    _twins(early, quota.merged, lots)
    _endorsed(early, quota.endorsed, lots)


def weave_open(fates: Sequence[Fate], quota: Targets, end: datetime, lots: Random) -> list[Fate]:
    """Those issues and whistles that the year does not see the end of."""
    late = between(fates, end - STAYS_OPEN[0], end - STAYS_OPEN[1])
    groups = _issues(late, quota.open_issues, lots)
    whistled = _whistles(late, [], quota.open_whistles, lots)
    return [*(fate for group in groups for fate in group), *whistled]


def _issues(fates: Sequence[Fate], how_many: int, lots: Random) -> list[list[Fate]]:
    """Spread over the time; several who live in one town and speak of one matter within a few days."""
    groups: list[list[Fate]] = []
    for number in range(how_many):
        start = int((number + lots.random() * 0.8) * len(fates) / how_many)
        group = _neighbours(fates[start:], lots)
        if len(group) >= min(MEMBERS):
            groups.append(group)
            _speak_of(group, lots.choice(common_matters()), lots)
    return groups


def _neighbours(fates: Sequence[Fate], lots: Random) -> list[Fate]:
    if not fates:
        return []
    near = plain(between(fates[:200], fates[0].at, fates[0].at + SPOKEN_WITHIN))
    return sorted(lots.sample(near, min(len(near), lots.choice(MEMBERS))), key=lambda fate: fate.place)


def _speak_of(group: list[Fate], matter: Matter, lots: Random) -> None:
    for fate in group:
        fate.issue, fate.matter = group[0].place, matter
        _move(fate, group[0].town, lots)


def _move(fate: Fate, town: str, lots: Random) -> None:
    fate.town, fate.transfers = town, 1
    fate.village, fate.area = whereabouts(town, lots)


def _whistles(fates: Sequence[Fate], groups: list[list[Fate]], how_many: int, lots: Random) -> list[Fate]:
    """Some for issues, the others for one wish each; every tale is told as often."""
    of_issues = [group[0] for group in groups[::WHISTLES_OF_ISSUES]][:how_many]
    alone = plain(fates)
    chosen = of_issues + lots.sample(alone, min(len(alone), how_many - len(of_issues)))
    for number, fate in enumerate(chosen):
        fate.tale = number % len(year().whistle)
        if fate.issue is None:
            fate.matter = _matter_to_whistle_for(lots)
            _move(fate, fate.town, lots)
    return [fate for fate in chosen if fate.issue is None]


def _matter_to_whistle_for(lots: Random) -> Matter:
    return lots.choice([matter for matter in matters()[lots.choice(list(year().calls))] if not matter.is_private])


def _twins(fates: Sequence[Fate], how_many: int, lots: Random) -> None:
    """The second one says word for word the same of the same place, and is merged into the first."""
    for first in lots.sample(list(fates), min(len(fates), 3 * how_many)):
        if how_many == 0:
            return
        second = next((fate for fate in _after(fates, first) if fate.is_plain), None)
        if not first.is_plain or second is None:
            continue
        _merge(second, first, lots)
        how_many -= 1


def _after(fates: Sequence[Fate], first: Fate) -> list[Fate]:
    start = first.place - fates[0].place + 1
    return between(fates[start : start + 40], first.at + timedelta(hours=1), first.at + TWINS_WITHIN)


def _merge(second: Fate, first: Fate, lots: Random) -> None:
    second.partner, second.ending, first.has_twin = first.place, Ending.merged, True
    second.town, second.village, second.area, second.matter = first.town, first.village, first.area, first.matter
    second.said = first.said = wish_words(first.matter, lots)
    first.not_before = second.at + timedelta(days=4)


def _endorsed(fates: Sequence[Fate], how_many: int, lots: Random) -> None:
    shared = [fate for fate in plain(fates) if fate.source is Source.link and not fate.matter.is_private]
    for fate in lots.sample(shared, min(how_many, len(shared))):
        fate.endorsed = min(ENDORSED_MOST, 1 + int(lots.expovariate(0.5)))
        fate.heard = fate.heard if fate.heard is not Heard.nobody else Heard.rates
        fate.not_before = fate.at + timedelta(days=2)
