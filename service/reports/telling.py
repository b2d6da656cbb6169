"""Each figure with all that belongs to it: its parts, what it leaves out, raw and adjusted, and its time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlmodel import Session, col

from service.directory.models import Area
from service.reports.figures import Figures, as_json, rate_as_json
from service.reports.windows import Windows, everywhere
from service.tickets.models import Ticket
from service.tickets.scope import in_area
from workflows.answer_days import Days, answers_in, percentile
from workflows.definitions import AnswerTime, Definition, Measure
from workflows.formulas import DEFAULT_WEIGHTS, MINIMUM_TO_RANK, Rate, is_rankable, ranks, share
from workflows.measures import ANSWER_TIMES, COUNTED, MEASURES
from workflows.tallies import Tally

TicketIds = Callable[[datetime], Select[int]]


@dataclass(frozen=True)
class Elsewhere:
    """A figure over what is no ticket, handed over by the slice that it belongs to: each part selects the ticket of
    everything it counts, as often as it counts. So the number and the list behind it cannot differ."""

    definition: Definition
    numerator: TicketIds
    denominator: TicketIds
    pending: TicketIds


@dataclass(frozen=True)
class Figure:
    """`n` is what it stands on. Rates have parts and an interval, and `raw` with the excluded; others a `value`."""

    definition: Definition
    as_of: datetime
    n: int
    value: float | None
    rate: Rate | None = None
    raw: Rate | None = None
    not_yet_due: int | None = None
    unreachable: int | None = None
    unrated: int | None = None
    excluded: int | None = None

    @property
    def is_rankable(self) -> bool:
        return self.rate is not None and is_rankable(self.rate, self.definition.floor or MINIMUM_TO_RANK)


def figures_told(figures: Figures) -> list[Figure]:
    """Everything that is counted over tickets, in the order of the catalogue."""
    return told_of(everywhere(figures.tally), figures.days_in(figures.place), figures.as_of)


def told_of(windows: Windows, days: Days, as_of: datetime) -> list[Figure]:
    """Each row from the tally of its own window."""
    return [
        *(_count(row, windows[row.window], as_of) for row in COUNTED),
        *(_rate(measure, windows[measure.window], as_of) for measure in MEASURES),
        *(_answer_time(row, windows[row.window], days, as_of) for row in ANSWER_TIMES),
    ]


def _answer_time(row: AnswerTime, tally: Tally, days: Days, as_of: datetime) -> Figure:
    return _beside(tally, Figure(row, as_of, answers_in(days), percentile(days, row.part)))


def told_elsewhere(
    session: Session, place: Area, now: datetime, rows: Iterable[Elsewhere], kind: ColumnElement[bool] | None = None
) -> list[Figure]:
    """Few enough to be counted whenever somebody looks; of `kind`, where not all of the place's tickets are meant."""
    found = []
    for row in rows:
        above, below, pending = (
            _counted(session, place, part(now), kind) for part in (row.numerator, row.denominator, row.pending)
        )
        rate = share(above, below)
        found.append(Figure(row.definition, now, below, rate.value, rate, rate, pending))
    return found


def _counted(session: Session, place: Area, ids: Select[int], kind: ColumnElement[bool] | None) -> int:
    counted = ids.subquery()
    wanted = select(func.count()).select_from(counted).join(Ticket, col(Ticket.id) == counted.c[0])
    wanted = wanted.where(in_area(place.path), true() if kind is None else kind)
    count: int = session.execute(wanted).scalar_one()
    return count


def _count(row: Definition, tally: Tally, as_of: datetime) -> Figure:
    count = getattr(tally, row.key)
    return _beside(tally, Figure(row, as_of, count, count))


def _rate(measure: Measure, tally: Tally, as_of: datetime) -> Figure:
    rate, raw = measure.of(tally, DEFAULT_WEIGHTS), measure.of(tally.raw, DEFAULT_WEIGHTS)
    figure = _beside(tally, Figure(measure, as_of, rate.denominator, rate.value, rate, raw))
    return replace(figure, not_yet_due=getattr(tally, measure.pending))


def _beside(tally: Tally, figure: Figure) -> Figure:
    """What is in no rate over valid tickets, or not judged yet: shown with each figure, so that nothing is hidden."""
    return replace(
        figure,
        not_yet_due=tally.not_yet_due,
        unreachable=tally.unreachable,
        unrated=tally.unrated,
        excluded=tally.excluded,
    )


def ranks_of(figures: Figures) -> dict[str, dict[int, int]]:
    """For each rate the places of the towns: one class of like units. Who has too few to compare is not there."""
    return ranks_in_class({town.id or 0: everywhere(tally) for town, tally in figures.towns})


def ranks_in_class(members: Mapping[int, Windows]) -> dict[str, dict[int, int]]:
    """For each rate the places within one class of like units, never beyond it. Whoever is alone has nobody to be
    compared with, and no place."""
    rated = {
        measure: {who: measure.of(windows[measure.window], DEFAULT_WEIGHTS) for who, windows in members.items()}
        for measure in MEASURES
    }
    found = {measure.key: ranks(rates, measure.floor or MINIMUM_TO_RANK) for measure, rates in rated.items()}
    return {key: places if len(places) > 1 else {} for key, places in found.items()}


# As JSON


def everything_as_json(figures: Figures, elsewhere: Iterable[Figure] | None = None) -> dict[str, Any]:
    """For `weiyuan figures --json` and GET /api/v1/figures: every figure of the catalogue, and the towns' places."""
    told, places = as_json(figures), ranks_of(figures)
    for (town, tally), row in zip(figures.towns, told["towns"], strict=True):
        row["figures"] = _as_json(told_of(everywhere(tally), figures.days_in(town), figures.as_of))
        row["ranks"] = {key: found.get(town.id or 0) for key, found in places.items()}
    told["figures"] = _as_json(figures_told(figures))
    return told if elsewhere is None else {**told, "elsewhere": _as_json(elsewhere)}


def _as_json(told: Iterable[Figure]) -> dict[str, Any]:
    return {each.definition.key: figure_as_json(each) for each in told}


def figure_as_json(figure: Figure) -> dict[str, Any]:
    row = figure.definition
    return {
        "words": row.words,
        "as_of": figure.as_of.isoformat(),
        "window": row.window,
        "n": figure.n,
        "value": figure.value,
        "numerator": figure.rate.numerator if figure.rate else None,
        "denominator": figure.rate.denominator if figure.rate else None,
        "low": figure.rate.low if figure.rate else None,
        "high": figure.rate.high if figure.rate else None,
        "raw": rate_as_json(figure.raw) if figure.raw else None,
        "not_yet_due": figure.not_yet_due,
        "unreachable": figure.unreachable,
        "unrated": figure.unrated,
        "excluded": figure.excluded,
        "is_rankable": figure.is_rankable,
        "definition": f"/board/measures#{row.key}",
    }
