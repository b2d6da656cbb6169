"""What a report holds, whatever it is printed as: figures with all their parts, and tables. As JSON it is frozen."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from workflows.formulas import Rate

Cell = str | int | float | date | datetime | Rate | None
Row = Sequence[Cell]


class Kind(StrEnum):
    """What stands in a column. A rate is told with its numerator, its denominator and its interval."""

    text = "text"
    number = "number"
    rate = "rate"
    day = "day"
    moment = "moment"


@dataclass(frozen=True)
class Column:
    """`words` are in the reader's language already; `width` counts characters in a sheet."""

    key: str
    words: str
    kind: Kind = Kind.text
    width: int = 12


@dataclass(frozen=True)
class Chart:
    """Bars over the columns `values`, named by the column `label`; `is_line` where one follows the other in time."""

    label: str
    values: tuple[str, ...]
    is_line: bool = False


@dataclass(frozen=True)
class Section:
    """A table with its heading. `rows()` may be asked for again; `total` says how many there are."""

    key: str
    words: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]
    total: int
    explained: str = ""
    notes: tuple[str, ...] = ()
    chart: Chart | None = None

    def column(self, key: str) -> int:
        return next(place for place, column in enumerate(self.columns) if column.key == key)


@dataclass(frozen=True)
class Told:
    """A figure: `n` is what it stands on; rates have parts, an interval, and `raw` with the excluded ones."""

    key: str
    words: str
    n: int
    value: float | None
    rate: Rate | None = None
    raw: Rate | None = None
    beside: dict[str, int] = field(default_factory=dict)
    """Not yet due, unreachable, unrated, excluded: by the words for each."""
    is_rankable: bool = True


@dataclass(frozen=True)
class Body:
    """What a file in `rows/` answers; everything else follows from the row of the table and from what was asked."""

    figures: tuple[Told, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    """Sentences at the head of a document, in which {{ names }} of figures stand: the office may write others."""
    as_of: datetime | None = None
    """The moment of its figures, where that is not the moment at which it is asked for."""


@dataclass(frozen=True)
class Content:
    """A report, told. All words are in one language; `as_of` is the moment of every figure in it."""

    report: str
    title: str
    county: str
    place: str
    period: str
    period_name: str
    as_of: datetime
    as_of_words: str
    body: Body

    def listed(self, most: int) -> "Content":
        """With its rows as lists, of each table at most so many: for what is kept or printed."""
        sections = tuple(_listed(section, most) for section in self.body.sections)
        return replace(self, body=replace(self.body, sections=sections))


def table(key: str, words: str, columns: Sequence[Column], rows: Iterable[Row], **more: Any) -> Section:
    """A section whose rows are few."""
    listed = [tuple(row) for row in rows]
    return Section(key, words, tuple(columns), lambda: listed, len(listed), **more)


def _listed(section: Section, most: int) -> Section:
    rows = [tuple(row) for _number, row in zip(range(most), section.rows(), strict=False)]
    return replace(section, rows=lambda: rows)


# Frozen


def as_json(content: Content) -> dict[str, Any]:
    """Everything, so that `from_json` gives it back. Moments and days are written as ISO 8601."""
    body = content.body
    return {
        **{name: getattr(content, name) for name in ("report", "title", "county", "place", "period", "period_name")},
        "as_of": content.as_of.isoformat(),
        "as_of_words": content.as_of_words,
        "figures": [asdict(each) for each in body.figures],
        "sections": [_section_as_json(section) for section in body.sections],
        "notes": list(body.notes),
        "prose": list(body.prose),
    }


def _section_as_json(section: Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "words": section.words,
        "explained": section.explained,
        "total": section.total,
        "notes": list(section.notes),
        "chart": asdict(section.chart) if section.chart else None,
        "columns": [asdict(column) for column in section.columns],
        "rows": [[_cell_as_json(cell) for cell in row] for row in section.rows()],
    }


def _cell_as_json(cell: Cell) -> Any:
    if isinstance(cell, Rate):
        return asdict(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def from_json(frozen: dict[str, Any]) -> Content:
    body = Body(
        figures=tuple(_told_of(each) for each in frozen["figures"]),
        sections=tuple(_section_of(each) for each in frozen["sections"]),
        notes=tuple(frozen["notes"]),
        prose=tuple(frozen["prose"]),
    )
    names = ("report", "title", "county", "place", "period", "period_name", "as_of_words")
    said = {name: frozen[name] for name in names}
    return Content(**said, as_of=datetime.fromisoformat(frozen["as_of"]), body=body)


def _told_of(frozen: dict[str, Any]) -> Told:
    rates = {name: _rate_of(frozen[name]) for name in ("rate", "raw")}
    return Told(**{**frozen, **rates})


def _rate_of(frozen: dict[str, Any] | None) -> Rate | None:
    return Rate(**frozen) if frozen else None


def _section_of(frozen: dict[str, Any]) -> Section:
    columns = tuple(Column(**{**each, "kind": Kind(each["kind"])}) for each in frozen["columns"])
    chart = Chart(**{**frozen["chart"], "values": tuple(frozen["chart"]["values"])}) if frozen["chart"] else None
    rows = [
        tuple(_cell_of(cell, column.kind) for cell, column in zip(row, columns, strict=True)) for row in frozen["rows"]
    ]
    return Section(
        frozen["key"],
        frozen["words"],
        columns,
        lambda: rows,
        frozen["total"],
        frozen["explained"],
        tuple(frozen["notes"]),
        chart,
    )


def _cell_of(frozen: Any, kind: Kind) -> Cell:
    if frozen is None:
        return None
    if kind is Kind.rate:
        return Rate(**frozen) if isinstance(frozen, dict) else str(frozen)
    if kind is Kind.moment:
        return datetime.fromisoformat(frozen)
    return date.fromisoformat(frozen) if kind is Kind.day else frozen
