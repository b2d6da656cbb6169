"""The directory as it is while a workbook is taken in: look-ups by name, and what was added or changed is noted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, select

from service.directory.models import Area, DirectoryEvent, Unit
from service.exchange.directory_rows import DirectoryRow, Problems
from service.exchange.names import BETWEEN_PLACES, plain
from service.exchange.several import Several
from workflows.words import _

NO_SUCH_AREA = _("没有“{name}”这个地方，请先在“区划”里写上它，上级写在下级前面。")
SEVERAL_AREAS = _("叫“{name}”的地方有好几个，请把上级也写上，例如 清溪镇/双喜村。")
NO_SUCH_UNIT = _("没有叫“{name}”的单位，请先在“单位”里写上它。")
NO_SUCH_WORD = _("不认识“{word}”，可以写：{known}。")

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"
SECRET = frozenset({"phone", "email"})
"""Of a person the record says only that they were changed."""


@dataclass
class Book:
    """One transaction, kept only when there are no problems."""

    session: Session
    now: datetime
    problems: Problems = field(default_factory=Problems)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    areas: dict[int, Area] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._named: dict[str, list[Area]] = defaultdict(list)
        for area in self.session.exec(select(Area)):
            self.remember(area)
        self.units = {unit.name: unit for unit in self.session.exec(select(Unit))}

    def remember(self, area: Area) -> None:
        assert area.id is not None
        self.areas[area.id] = area
        self._named[plain(area.name)].append(area)

    @property
    def county(self) -> Area | None:
        return next((area for area in self.areas.values() if area.parent_id is None), None)

    @property
    def has_changed(self) -> bool:
        return any(count for (_sheet, what), count in self.counts.items() if what != UNCHANGED)

    def area(self, row: DirectoryRow, field: str, typed: str | None = None) -> Area | None:
        """The place that a cell names, with a problem when it is none or not the only one."""
        name = typed or row.get(field)
        *above, own = [plain(part) for part in BETWEEN_PLACES.split(name)]
        found = [area for area in self._named[own] if self._lies_in(area, above)]
        if len(found) != 1:
            self.problems.append(row.problem(field, SEVERAL_AREAS if found else NO_SUCH_AREA, name=name))
        return found[0] if len(found) == 1 else None

    def _lies_in(self, area: Area, names: Sequence[str]) -> bool:
        """Each of the names stands above it, in order."""
        upwards = iter([plain(each.name) for each in self.lineage(area)][1:])
        return all(name in upwards for name in reversed(names) if name)

    def beside(self, name: str, parent: Area | None) -> Area | None:
        """The one of that name right below the parent."""
        parent_id = parent.id if parent else None
        return next((area for area in self._named[plain(name)] if area.parent_id == parent_id), None)

    def lineage(self, area: Area) -> list[Area]:
        """The area and everything above it."""
        found = [area]
        while (parent := self.areas.get(found[-1].parent_id or 0)) is not None:
            found.append(parent)
        return found

    def unit(self, row: DirectoryRow, field: str) -> Unit | None:
        """By its name, or by its short name where only one has that."""
        typed = row.get(field)
        short = [unit for unit in self.units.values() if unit.short_name == typed]
        found = self.units.get(typed) or (short[0] if len(short) == 1 else None)
        if found is None:
            self.problems.append(row.problem(field, NO_SUCH_UNIT, name=typed))
        return found

    def unknown(self, row: DirectoryRow, field: str, word: str, known: Mapping[str, Any]) -> None:
        shown = Several(key for key in known if not key.isascii())
        self.problems.append(row.problem(field, NO_SUCH_WORD, word=word, known=shown))

    def add(self, what: str, made: SQLModel) -> None:
        """`what` is counted in the summary: the sheet's name, or that of what hangs on its rows."""
        self.session.add(made)
        self.session.flush()
        self.counts[what, ADDED] += 1

    def change(self, what: str, there: SQLModel, values: Mapping[str, Any]) -> dict[str, Any]:
        """What was there before, of those that differ. A blank cell says nothing."""
        old = {
            name: getattr(there, name)
            for name, value in values.items()
            if value not in (None, "") and getattr(there, name) != value
        }
        for name in old:
            setattr(there, name, values[name])
        self.session.add(there)
        self.counts[what, CHANGED if old else UNCHANGED] += 1
        return old

    def write_down(
        self, what: str, about: str, area_path: str, new: Mapping[str, Any], old: Mapping[str, Any] | None = None
    ) -> None:
        """As the administrators' pages do; nobody is named for what comes from the command line."""
        if old is not None and not old:
            return
        kept = {name: _told(name, value) for name, value in new.items() if old is None or name in old}
        before = {name: _told(name, value) for name, value in (old or {}).items() if _told(name, value) is not None}
        details = {"about": about, "old": before, "new": kept}
        self.session.add(DirectoryEvent(at=self.now, what=what, area_path=area_path, details=details))


def _told(name: str, value: Any) -> Any:
    if name in SECRET:
        return None
    return str(value) if value is not None and not isinstance(value, bool | int | str) else value
