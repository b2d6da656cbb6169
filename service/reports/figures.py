"""The figures as they stand: of this moment, or as the scheduler last folded them, always with their time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from service.database import Database
from service.directory.models import Area, AreaLevel
from service.directory.reference import Reference, reference
from service.reports.counting import tallies_by_area, tally_of_area
from service.reports.folding import fold_up_to
from service.reports.rollups import Rollups, exactly, folded
from service.reports.way import days_by_area, days_of_area
from workflows.answer_days import Days
from workflows.definitions import Window
from workflows.rates import DEFAULT_WEIGHTS, MEASURES, Rate, Tally


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
    """Of this very moment."""
    if folded(session) is None:
        return _on_the_spot(session, now)
    return _of_county(reference(session), exactly(session, now))


def latest_figures(session: Session, now: datetime) -> Figures:
    """As they were last folded; counted on the spot where they have not been yet."""
    found = folded(session)
    return _of_county(reference(session), found) if found else _on_the_spot(session, now)


def figures_of(session: Session, place: Area, now: datetime) -> Figures:
    """Those of the county with its towns', or of any other place alone, as `latest_figures`."""
    if place.id == reference(session).county.id:
        return latest_figures(session, now)
    found = folded(session)
    if found is None:
        days: Mapping[int, Days] = {place.id or 0: days_of_area(session, place.path)}
        return Figures(now, place, tally_of_area(session, place.path, now), days=days)
    days = {place.id or 0: found.answers(place.path).get("", {})}
    return Figures(found.as_of, place, found.tally(place.path, Window.standing), days=days)


def _on_the_spot(session: Session, now: datetime) -> Figures:
    """In a county whose figures have never been folded."""
    known = reference(session)
    return _laid_out(known, tallies_by_area(session, known, now), now, days_by_area(session, known))


def _of_county(known: Reference, found: Rollups) -> Figures:
    ids = [area.id or 0 for area in (known.county, *towns_of(known))]
    return _laid_out(known, found.by_area(ids, Window.standing), found.as_of, found.answers_by_area(ids))


def refresh_figures(database: Database, now: datetime) -> int:
    """Bring them up to now; how many tickets were counted otherwise than before. Two at once count nothing twice."""
    return fold_up_to(database, now)


def _laid_out(known: Reference, tallies: dict[int, Tally], as_of: datetime, days: Mapping[int, Days]) -> Figures:
    county = tallies.get(known.county.id or 0, Tally())
    theirs = tuple((town, tallies.get(town.id or 0, Tally())) for town in towns_of(known))
    return Figures(as_of, known.county, county, theirs, days)


def towns_of(known: Reference) -> list[Area]:
    """In the order of the directory."""
    towns = (area for area in known.areas.values() if area.level is AreaLevel.town)
    return sorted(towns, key=lambda area: (area.position, area.id or 0))


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
