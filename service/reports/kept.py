"""What a reader has chosen, looked up in the rollups; summed from the counted tickets where those do not hold it.

They hold every area whole, and the county and its towns by one thing besides: a unit, a theme or a source, not two.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.directory.models import Area, AreaLevel
from service.directory.reference import reference
from service.reports.choices import Choice
from service.reports.differences import areas_of
from service.reports.kept_facts import KeptFacts
from service.reports.periods import LATEST, Period
from service.reports.rollups import Days, Dimension, Rollups, folded
from service.reports.slicing import sliced, together
from workflows.answer_days import Days as AnswerDays
from workflows.definitions import Window
from workflows.statuses import Source
from workflows.tallies import COUNTS, Tally, total

DIMENSIONS = {
    "lead_unit_id": Dimension.unit,
    "category_id": Dimension.category,
    "source": Dimension.source,
}
"""By the ticket's column."""
DIVIDED = frozenset({AreaLevel.county, AreaLevel.town})


@dataclass(frozen=True)
class Kept:
    """What was chosen besides a place and days: everything, or one member of one dimension."""

    found: Rollups
    choice: Choice
    dimension: Dimension
    member: str

    @property
    def as_of(self) -> datetime:
        return self.found.as_of

    @property
    def _facts(self) -> KeptFacts:
        return KeptFacts(self.found.session, self.as_of, self.choice)

    def tallies(self, window: Window, column: str, names: tuple[str, ...] = COUNTS) -> dict[Any, Tally]:
        """By a column of the ticket, as `windows.tallies_by` counts them."""
        found = (self._by_place if column in {"town_id", "area_id"} else self._by_kind)(window, column, names)
        return self._facts.tallies(window, column, names) if found is None else found

    def _by_kind(self, window: Window, column: str, names: tuple[str, ...]) -> dict[Any, Tally] | None:
        dimension, days = DIMENSIONS[column], _days(self.choice.period)
        if self.choice.place.level not in DIVIDED or self.dimension not in {Dimension.whole, dimension}:
            return None
        tallies = self.found.tallies(self.choice.place.path, window, days, dimension, names)
        is_meant = self.dimension is Dimension.whole
        return {_key(dimension, key): tally for key, tally in tallies.items() if is_meant or key == self.member}

    def _by_place(self, window: Window, column: str, names: tuple[str, ...]) -> dict[Any, Tally] | None:
        parts = self._parts(column)
        if self.dimension is not Dimension.whole and any(part.level not in DIVIDED for part in parts):
            return None
        place, days = self.choice.place, _days(self.choice.period)
        ids = [place.id or 0, *(part.id or 0 for part in parts)]
        tallies = self.found.by_area(ids, window, days, self.dimension, self.member, names)
        whole = tallies.pop(place.id or 0, Tally())
        return _with_rest(tallies, _own_key(place, column), whole - total(tallies.values()))

    def _parts(self, column: str) -> list[Area]:
        """The places right below, whose tallies hold all that lies in them; of a town, by town, only itself."""
        place = self.choice.place
        if column == "town_id" and place.level is not AreaLevel.county:
            return []
        return list(reference(self.found.session).below(place.id or 0))

    def answers(self, column: str) -> dict[Any, AnswerDays]:
        if column != "town_id" or self.dimension is not Dimension.whole:
            return self._facts.answers(column)
        place, days = self.choice.place, _days(self.choice.period)
        ids = [place.id or 0, *(part.id or 0 for part in self._parts(column))]
        found = self.found.answers_by_area(ids, days)
        rest = Counter(found.pop(place.id or 0, {}))
        for each in found.values():
            rest.subtract(each)
        left = {day: many for day, many in rest.items() if many}
        return {**found, **({_own_key(place, column): left} if left else {})}

    def by_slice(self, window: Window, name: str, slices: Sequence[Period]) -> list[int]:
        """How many came in each slice; and last, how many came after all of them."""
        since = (slices[0].first, LATEST)
        tallies = self.found.by_day(self.choice.place.path, window, since, self.dimension, self.member, (name,))
        counts = {day: getattr(tally, name) for day, tally in tallies.items()}
        return [sum(each) for each in sliced(counts, slices)]

    def answers_by_slice(self, slices: Sequence[Period]) -> list[AnswerDays]:
        place = self.choice.place
        if self.dimension is not Dimension.whole and place.level is not AreaLevel.county:
            return self._facts.answers_by_slice(slices)
        since = (slices[0].first, slices[-1].last)
        found = self.found.answers_by_day(place.path, since, self.dimension, self.member)
        return [together(each) for each in sliced(found, slices)]

    def open(self) -> int:
        place = self.choice.place.path
        return self.found.tally(place, Window.standing, None, self.dimension, self.member).open

    def concerns(self) -> dict[str, int]:
        return self.found.concerns(self.choice.place.path, self.dimension, self.member)


def kept(session: Session, choice: Choice) -> Kept | KeptFacts | None:
    """None before the first fold."""
    kinds, found = _kinds(choice), folded(session)
    if found is None:
        return None
    if choice.is_here_only or len(kinds) > 1 or (kinds and choice.place.level not in DIVIDED):
        return KeptFacts(session, found.as_of, choice)
    dimension, member = kinds[0] if kinds else (Dimension.whole, "")
    return Kept(found, choice, dimension, member)


def as_of(session: Session, choice: Choice, now: datetime) -> datetime:
    """When what was chosen was counted."""
    there = kept(session, choice)
    return there.as_of if there else now


def _kinds(choice: Choice) -> list[tuple[Dimension, str]]:
    found = []
    if choice.unit is not None:
        found.append((Dimension.unit, str(choice.unit.id)))
    if choice.category is not None or choice.is_unsorted:
        found.append((Dimension.category, str(choice.category.id if choice.category else 0)))
    if choice.source is not None:
        found.append((Dimension.source, choice.source.value))
    return found


def _days(period: Period | None) -> Days | None:
    return (period.first, period.last) if period else None


def _key(dimension: Dimension, member: str) -> Any:
    return Source(member) if dimension is Dimension.source else int(member) or None


def _own_key(place: Area, column: str) -> int | None:
    """Under which key those are counted that lie in none of the parts."""
    if column == "area_id":
        return place.id
    return areas_of(place.path)[1] if place.level is not AreaLevel.county else None


def _with_rest(parts: Mapping[Any, Tally], key: Any, rest: Tally) -> dict[Any, Tally]:
    return {**parts, **({key: rest} if rest.collected else {})}
