"""Report-in and scores by unit: on time, late and absent are counted apart; so is what a town blew without need."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from service.accounts.visits import Looking, Visit
from service.web import render
from service.whistles.models import Whistle, WhistleCall
from service.whistles.page_words import is_absent
from service.whistles.queries import visible_whistles
from workflows.rates import Rate, share
from workflows.whistle_words import CallState

router = APIRouter(prefix="/desk/whistles/scores", include_in_schema=False)


@dataclass(frozen=True)
class UnitLine:
    """`on_time` is a share of those who came or should have come; `scored` is how many scores the means stand on."""

    unit: str
    called: int
    on_time: Rate
    late: int
    absent: int
    speed: float | None
    work: float | None
    result: float | None
    scored: int


@dataclass(frozen=True)
class TownLine:
    unit: str
    blown: int
    ruled: int
    unneeded: int


@router.get("")
def scores(request: Request, visit: Looking) -> Response:
    was_blown = (visible_whistles(visit.actor), col(Whistle.blown_at).is_not(None))
    whistles = visit.session.exec(select(Whistle).where(*was_blown)).all()
    wanted = select(WhistleCall).join(Whistle, col(Whistle.id) == col(WhistleCall.whistle_id))
    calls = visit.session.exec(wanted.where(*was_blown)).all()
    return render(
        request, "whistles/scores.html", as_of=visit.now, rows=_units(visit, calls), towns=_towns(visit, whistles)
    )


def _units(visit: Visit, calls: Iterable[WhistleCall]) -> list[UnitLine]:
    by_unit: dict[int, list[WhistleCall]] = defaultdict(list)
    for call in calls:
        by_unit[call.unit_id].append(call)
    lines = [_unit(visit, unit, found) for unit, found in by_unit.items()]
    return sorted(lines, key=lambda line: (-line.called, line.unit))


def _unit(visit: Visit, unit: int, calls: Sequence[WhistleCall]) -> UnitLine:
    came = [call for call in calls if call.reported_at is not None]
    absent = sum(never_came(call, visit.now) for call in calls)
    late = sum(bool(call.was_late) for call in came)
    scored = [call for call in calls if call.scored_at is not None]
    return UnitLine(
        unit=visit.known.unit_name(unit),
        called=len(calls),
        on_time=share(len(came) - late, len(came) + absent),
        late=late,
        absent=absent,
        scored=len(scored),
        **{name: _mean([getattr(call, name) for call in scored]) for name in ("speed", "work", "result")},
    )


def never_came(call: WhistleCall, now: datetime) -> bool:
    """Still awaited although its time is over, or let off when it was."""
    was_let_off = call.state is CallState.released and call.reported_at is None and bool(call.was_late)
    return is_absent(call, now) or was_let_off


def _mean(points: Sequence[int]) -> float | None:
    return fmean(points) if points else None


def _towns(visit: Visit, whistles: Iterable[Whistle]) -> list[TownLine]:
    by_town: Mapping[int, list[Whistle]] = defaultdict(list)
    for whistle in whistles:
        by_town[whistle.town_unit_id].append(whistle)
    lines = [
        TownLine(
            unit=visit.known.unit_name(town),
            blown=len(found),
            ruled=sum(whistle.was_needed is not None for whistle in found),
            unneeded=sum(whistle.was_needed is False for whistle in found),
        )
        for town, found in by_town.items()
    ]
    return sorted(lines, key=lambda line: (-line.blown, line.unit))
