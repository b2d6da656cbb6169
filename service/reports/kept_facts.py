"""What the rollups do not hold: a theme and a source at once, a unit within a theme, a kind within a village.

It is summed from the tickets as they were last counted, one narrow row each: of the same moment as the rollups, by an
index on theme, source and place, and without a look at the tickets themselves.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from service.accounts.scope import in_areas
from service.reports.attention import CONCERNS
from service.reports.choices import Choice
from service.reports.differences import areas_of, places_of
from service.reports.facts import NAMES, OPEN_BIT
from service.reports.models import RollupFact
from service.reports.periods import LATEST, Period
from service.reports.slicing import sliced, together
from workflows.answer_days import Days
from workflows.definitions import Window
from workflows.statuses import Source
from workflows.tallies import COUNTS, Tally

BITS, IS_OPEN = col(RollupFact.bits), col(RollupFact.bits).op("&")(OPEN_BIT) != 0
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class KeptFacts:
    """The same questions as `kept.Kept` answers, of whatever was chosen."""

    session: Session
    as_of: datetime
    choice: Choice

    def tallies(self, window: Window, column: str, names: tuple[str, ...] = COUNTS) -> dict[Any, Tally]:
        kept_as, key_of = self._column(column)
        wanted = select(kept_as, BITS, func.count()).where(*self._here, in_window(window, self.choice.period))
        found: dict[Any, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for value, bits, many in self.session.execute(wanted.group_by(kept_as, BITS)):
            found[key_of(value)][bits] += many
        return {key: _tally(patterns, names) for key, patterns in found.items()}

    def answers(self, column: str) -> dict[Any, Days]:
        kept_as, key_of = self._column(column)
        days, inside = col(RollupFact.answer_days), in_window(Window.creation, self.choice.period)
        wanted = select(kept_as, days, func.count()).where(*self._here, days.is_not(None), inside)
        found: dict[Any, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for value, after, many in self.session.execute(wanted.group_by(kept_as, days)):
            found[key_of(value)][after] += many
        return {key: dict(each) for key, each in found.items()}

    def by_slice(self, window: Window, name: str, slices: Sequence[Period]) -> list[int]:
        """How many came in each slice; and last, how many came after all of them."""
        day = col(RollupFact.concluded_on if window is Window.conclusion else RollupFact.created_on)
        has_it = BITS.op("&")(1 << NAMES.index(name)) != 0
        wanted = select(day, func.count()).where(*self._here, has_it, day.between(slices[0].first, LATEST))
        counts: dict[date, int] = {row[0]: row[1] for row in self.session.execute(wanted.group_by(day))}
        return [sum(each) for each in sliced(counts, slices)]

    def answers_by_slice(self, slices: Sequence[Period]) -> list[Days]:
        day, days = col(RollupFact.created_on), col(RollupFact.answer_days)
        inside = day.between(slices[0].first, slices[-1].last)
        wanted = select(day, days, func.count()).where(*self._here, days.is_not(None), inside)
        found: dict[date, dict[int, int]] = defaultdict(dict)
        for on, after, many in self.session.execute(wanted.group_by(day, days)):
            found[on][after] = many
        return [together(each) for each in sliced(found, slices)]

    def open(self) -> int:
        wanted = select(func.count()).select_from(RollupFact).where(*self._here, IS_OPEN)
        count: int = self.session.execute(wanted).scalar_one()
        return count

    def concerns(self) -> dict[str, int]:
        wanted = select(BITS, func.count()).where(*self._here, IS_OPEN).group_by(BITS)
        patterns = {row[0]: row[1] for row in self.session.execute(wanted)}
        counts = _counts(patterns)
        return {concern.key: counts[concern.key] for concern in CONCERNS}

    @property
    def _here(self) -> tuple[Condition, ...]:
        choice, path = self.choice, col(RollupFact.area_path)
        found = [path == choice.place.path if choice.is_here_only else in_areas(path, [choice.place.path])]
        if choice.category is not None or choice.is_unsorted:
            found.append(col(RollupFact.category_id) == (choice.category.id if choice.category else 0))
        if choice.source is not None:
            found.append(col(RollupFact.source) == choice.source.value)
        if choice.unit is not None:
            found.append(col(RollupFact.unit_id) == choice.unit.id)
        return tuple(found)

    def _column(self, column: str) -> tuple[Any, Callable[[Any], Any]]:
        """How a column of the ticket is kept, and what its values mean; places are those right below the one chosen."""
        depth = len(areas_of(self.choice.place.path))
        return {
            "town_id": (col(RollupFact.area_path), _town),
            "area_id": (col(RollupFact.area_path), lambda path: areas_of(path)[: depth + 1][-1]),
            "lead_unit_id": (col(RollupFact.unit_id), lambda unit: unit or None),
            "category_id": (col(RollupFact.category_id), lambda category: category or None),
            "source": (col(RollupFact.source), Source),
        }[column]


def in_window(window: Window, period: Period | None) -> Condition:
    """As `choices.in_window` says it of tickets."""
    if period is None or window is Window.standing:
        return BITS.is_not(None)
    created = col(RollupFact.created_on)
    if window is Window.creation:
        return created.between(period.first, period.last)
    ended = col(RollupFact.concluded_on).between(period.first, period.last)
    return or_(and_(IS_OPEN, created <= period.last), ended)


def _town(area_path: str) -> int | None:
    return (*areas_of(area_path), None)[1]


def _tally(patterns: Mapping[int, int], names: tuple[str, ...]) -> Tally:
    counts = _counts(patterns)
    return Tally(**{name: counts[name] for name in names})


def _counts(patterns: Mapping[int, int]) -> dict[str, int]:
    sums = [0] * len(NAMES)
    for bits, many in patterns.items():
        for place in places_of(bits):
            sums[place] += many
    return dict(zip(NAMES, sums, strict=True))
