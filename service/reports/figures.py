"""The figures as they stand: counted now, or as the scheduler last wrote them down, always with their time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from service.database import Database
from service.directory.models import Area, AreaLevel
from service.directory.reference import Reference, reference
from service.inserts import insert_into
from service.reports.counting import tallies_by_area, tally_of_area
from service.reports.models import FiguresSnapshot
from service.reports.way import days_by_area, days_of_area
from workflows.answer_days import Days
from workflows.rates import DEFAULT_WEIGHTS, MEASURES, Rate, Tally
from workflows.tallies import COUNTS

DAYS = "days_to_answer"
WRITTEN = {*COUNTS, DAYS}


@dataclass(frozen=True)
class Figures:
    """`tally` is that of `place`; of the county, `towns` stand in the order of the directory. All as of `as_of`."""

    as_of: datetime
    place: Area
    tally: Tally
    towns: tuple[tuple[Area, Tally], ...] = ()
    days: Mapping[int, Days] = field(default_factory=dict)
    """By area id, how many wishes were answered after how many days."""

    def days_in(self, place: Area) -> Days:
        return self.days.get(place.id or 0, {})


def count_figures(session: Session, now: datetime) -> Figures:
    known = reference(session)
    return _laid_out(known, tallies_by_area(session, known, now), now, days_by_area(session, known))


def latest_figures(session: Session, now: datetime) -> Figures:
    """What the scheduler last wrote down; counted on the spot where it has not yet, or not all that is told today."""
    rows = session.exec(select(FiguresSnapshot)).all()
    if not rows or any(WRITTEN - row.tally.keys() for row in rows):
        return count_figures(session, now)
    tallies = {row.area_id: _tally_in(row) for row in rows}
    days = {row.area_id: _days_in(row) for row in rows}
    return _laid_out(reference(session), tallies, min(row.as_of for row in rows), days)


def figures_of(session: Session, place: Area, now: datetime) -> Figures:
    """Those of the county or of a town as last written down; those of a village are counted on the spot."""
    latest = latest_figures(session, now)
    if place.id == latest.place.id:
        return latest
    for town, tally in latest.towns:
        if town.id == place.id:
            return Figures(latest.as_of, town, tally, days=latest.days)
    days = {place.id or 0: days_of_area(session, place.path)}
    return Figures(now, place, tally_of_area(session, place.path, now), days=days)


def refresh_figures(database: Database, now: datetime) -> int:
    """Job: count once for everybody who looks; how many tallies have changed. Two at once leave the newest count."""
    with database.reading() as session:
        known = reference(session)
        counted, days = tallies_by_area(session, known, now), days_by_area(session, known)
        before = {row.area_id: _tally_in(row) for row in session.exec(select(FiguresSnapshot))}
    with database.writing() as session:
        for area_id, tally in sorted(counted.items()):
            _write_down(session, area_id, {**asdict(tally), DAYS: days.get(area_id, {})}, now)
    return sum(before.get(area_id) != tally for area_id, tally in counted.items())


def _tally_in(row: FiguresSnapshot) -> Tally:
    return Tally(**{name: row.tally.get(name, 0) for name in COUNTS})


def _days_in(row: FiguresSnapshot) -> dict[int, int]:
    return {int(day): count for day, count in row.tally[DAYS].items()}


def _write_down(session: Session, area_id: int, counted: dict[str, Any], now: datetime) -> None:
    """The newest count stays, whoever comes last."""
    row = insert_into(session, FiguresSnapshot).values(area_id=area_id, as_of=now, tally=counted)
    newer = {"as_of": row.excluded.as_of, "tally": row.excluded.tally}
    is_newer = FiguresSnapshot.as_of < row.excluded.as_of
    session.execute(row.on_conflict_do_update(index_elements=["area_id"], set_=newer, where=is_newer))


def _laid_out(known: Reference, tallies: dict[int, Tally], as_of: datetime, days: Mapping[int, Days]) -> Figures:
    towns = sorted(
        (area for area in known.areas.values() if area.level is AreaLevel.town),
        key=lambda area: (area.position, area.id),
    )
    county = tallies.get(known.county.id or 0, Tally())
    theirs = tuple((town, tallies.get(town.id or 0, Tally())) for town in towns)
    return Figures(as_of, known.county, county, theirs, days)


def as_json(figures: Figures) -> dict[str, Any]:
    """The headline counts first, then every count and rate; `telling.py` says all the rest that belongs to them."""
    return {
        "as_of": figures.as_of.isoformat(),
        **_place_as_json(figures.place, figures.tally),
        "towns": [_place_as_json(town, tally) for town, tally in figures.towns],
    }


def _place_as_json(place: Area, tally: Tally) -> dict[str, Any]:
    return {
        "area": place.name,
        "area_id": place.id,
        "collected": tally.collected,
        "concluded": tally.concluded,
        "open": tally.open,
        "counts": asdict(tally),
        "rates": {measure.key: rate_as_json(measure.of(tally, DEFAULT_WEIGHTS)) for measure in MEASURES},
        "rates_with_excluded": {
            measure.key: rate_as_json(measure.of(tally.raw, DEFAULT_WEIGHTS)) for measure in MEASURES
        },
    }


def rate_as_json(rate: Rate) -> dict[str, Any]:
    """`rate`, `low` and `high` are shares between 0 and 1, null where there is nothing to divide by."""
    return {
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "rate": rate.value,
        "low": rate.low,
        "high": rate.high,
    }
