"""What a sheet is to us, whatever file it comes from: rows of cells, one after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.refusals import Refused

Cell = str | int | float | bool | datetime | None
"""Moments are naive: a sheet knows the county's wall clock only."""

CELL_MOST = 200_000
"""Characters of one cell that are kept. A wish has 5,000 at most: whoever wrote more hears that it is too long."""
COLUMNS_MOST = 500


class NotASheet(Refused):
    """The file cannot be read as a sheet; the sentence says what to do instead."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """`number` is the one that Excel shows, title rows counted too."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells)


class Sheet(Protocol):
    """Its rows can be read once; `share` is how much of it has been read so far, from 0 to 1."""

    name: str

    @property
    def share(self) -> float: ...

    def rows(self) -> Iterator[SheetRow]: ...


class Workbook(Protocol):
    """`names` are the sheets that a person sees, in their order."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def sheet(self, name: str) -> Sheet: ...

    def close(self) -> None: ...
