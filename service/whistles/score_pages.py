"""Report-in and scores by unit: on time, late and absent are counted apart; so is what a town blew without need."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from service.accounts.visits import Looking, Visit
from service.web import render
from service.whistles.models import Whistle, WhistleCall
from service.whistles.queries import visible_whistles
from workflows.rates import Rate, share
from workflows.whistle_figures import CallFacts, Need, UnitFigures, by_unit, need

router = APIRouter(prefix="/desk/whistles/scores", include_in_schema=False)


@dataclass(frozen=True)
class UnitLine:
    """`on_time` is a share of those who came or should have come; the means stand on `figures.scores.n` scores."""

    unit: str
    called: int
    on_time: Rate
    figures: UnitFigures


@dataclass(frozen=True)
class TownLine:
    unit: str
    blown: int
    need: Need


@router.get("")
def scores(request: Request, visit: Looking) -> Response:
    was_blown = (visible_whistles(visit.actor), col(Whistle.blown_at).is_not(None))
    whistles = visit.session.exec(select(Whistle).where(*was_blown)).all()
    wanted = select(WhistleCall).join(Whistle, col(Whistle.id) == col(WhistleCall.whistle_id))
    calls = visit.session.exec(wanted.where(*was_blown)).all()
    return render(
        request, "whistles/scores.html", as_of=visit.now, rows=_units(visit, calls), towns=_towns(visit, whistles)
    )


def _units(visit: Visit, calls: Sequence[WhistleCall]) -> list[UnitLine]:
    called = Counter(call.unit_id for call in calls)
    lines = [
        UnitLine(
            visit.known.unit_name(unit), called[unit], share(found.punctuality.on_time, found.punctuality.n), found
        )
        for unit, found in by_unit(map(_facts, calls), visit.now).items()
    ]
    return sorted(lines, key=lambda line: (-line.called, line.unit))


def _facts(call: WhistleCall) -> CallFacts:
    given = call.speed, call.work, call.result
    points = tuple(point for point in given if point is not None)
    return CallFacts(
        unit_id=call.unit_id,
        state=call.state,
        report_due_at=call.report_due_at,
        reported_at=call.reported_at,
        was_late=call.was_late,
        scores=(points[0], points[1], points[2]) if len(points) == len(given) else None,
    )


def _towns(visit: Visit, whistles: Sequence[Whistle]) -> list[TownLine]:
    rulings: dict[int, list[bool | None]] = defaultdict(list)
    for whistle in whistles:
        rulings[whistle.town_unit_id].append(whistle.was_needed)
    lines = [TownLine(visit.known.unit_name(town), len(found), need(found)) for town, found in rulings.items()]
    return sorted(lines, key=lambda line: (-line.blown, line.unit))
