"""平急转换: an administrator switches an area to flood season and back; what is promised there meanwhile is shorter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from service.accounts.scope import in_areas
from service.accounts.visits import Acting, Looking, Visit
from service.administration.changes import write_down
from service.administration.emergency_commands import BeginEmergency, EndEmergency
from service.administration.permissions import acting_as, allow, allow_in, covers, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.directory import lifecycle
from service.directory.models import Area, AreaLevel, EmergencyMode
from service.directory.reference import Reference
from service.errors import Conflict, NotFound
from service.fields import Choice
from service.local_words import LocalWords
from service.tickets.desk_choices import area_choices
from service.tickets.desk_words import local_words
from service.typed import Typed
from workflows.commands import LARGEST_ID
from workflows.emergency import EMERGENCY_LIMITS
from workflows.refusals import Refused
from workflows.time_limits import TIME_LIMITS
from workflows.words import _

router = APIRouter(prefix="/desk/emergency")

HERE = "/desk/emergency"
PAST_MOST = 20
WHOLE = frozenset({AreaLevel.county, AreaLevel.town})
COUNTY_AND_TOWNS = _("县和镇")
LIMIT_WORDS = {row.name: row.words for row in TIME_LIMITS}


@dataclass(frozen=True)
class ModeRow:
    """`url_end` is None where the reader may not switch it back, or where it is over."""

    mode: EmergencyMode
    place: str
    url_end: str | None


@router.get("")
def show_emergencies(request: Request, visit: Looking) -> Response:
    allow(visit, "see_emergency")
    return _list(request, visit)


@router.post("/begin_emergency")
def begin_emergency(request: Request, typed: Typed, visit: Acting) -> Response:
    allow(visit, "begin_emergency")
    try:
        tried(visit, typed, BeginEmergency, lambda asked: _begin(visit, asked))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("begin_emergency", typed, refused))
    return told(request, HERE, _("已转入应急。从现在起新来的件时限更短，已经在走的期限不动。"))


@router.post("/{mode_id}/end_emergency")
def end_emergency(request: Request, mode_id: int, typed: Typed, visit: Acting) -> Response:
    allow(visit, "end_emergency")
    mode = visit.session.get(EmergencyMode, mode_id) if 0 < mode_id <= LARGEST_ID else None
    if mode is None:
        raise NotFound()
    allow_in(visit, "end_emergency", visit.known.areas[mode.area_id].path)
    try:
        tried(visit, typed, EndEmergency, lambda asked: _end(visit, mode, asked))
    except (Refused, Conflict) as refused:
        return _list(request, visit, Pressed("end_emergency", typed, refused))
    return told(request, HERE, _("已转回平时。应急时答应的期限照旧，新来的件按平时的算。"))


def _begin(visit: Visit, asked: BeginEmergency) -> None:
    area = visit.known.areas.get(asked.area)
    if area is None or not covers(visit, "begin_emergency", area.path):
        raise Refused(_("没有这个地方，请重新选择所在地。"), field="area")
    roster = asked.duty_roster or ""
    lifecycle.begin_emergency(visit.session, asked.area, asked.reason, roster, visit.person_id, visit.now)
    write_down(visit, asked, visit.known.place_name(asked.area), area.path)


def _end(visit: Visit, mode: EmergencyMode, asked: EndEmergency) -> None:
    lifecycle.end_emergency(visit.session, mode, visit.person_id, visit.now)
    area = visit.known.areas[mode.area_id]
    write_down(visit, asked, visit.known.place_name(mode.area_id), area.path, reason=mode.reason)


def _list(request: Request, visit: Visit, pressed: Pressed | None = None) -> Response:
    action = None
    if may(visit, "begin_emergency"):
        areas = _towns_first(visit.known, area_choices(visit.known, acting_as(visit, "begin_emergency")))
        action = button(request, BeginEmergency, f"{HERE}/begin_emergency", pressed, choices={"area": areas})
    rows = _rows(visit)
    return page(
        request,
        visit,
        "emergency.html",
        pressed,
        running=[row for row in rows if row.mode.ended_at is None],
        past=[row for row in rows if row.mode.ended_at is not None][:PAST_MOST],
        limits=_limits(visit, local_words(request)),
        action=action,
    )


def _towns_first(known: Reference, areas: Iterable[Choice]) -> list[Choice]:
    """It is most often a town that is switched, or the whole county: they need not be looked for among the villages."""
    found = [(known.areas[int(choice.value)].level in WHOLE, choice) for choice in areas]
    first = [replace(choice, group=COUNTY_AND_TOWNS) for is_whole, choice in found if is_whole]
    return first + [choice for is_whole, choice in found if not is_whole]


OF_KINDS = (("whistle_report_", _("{kind}：报到")), ("whistle_plan_", _("{kind}：排出计划")))


def _rows(visit: Visit) -> list[ModeRow]:
    paths = allow(visit, "see_emergency")
    wanted = select(EmergencyMode).join(Area, col(Area.id) == col(EmergencyMode.area_id))
    found = visit.session.exec(
        wanted.where(in_areas(col(Area.path), paths)).order_by(col(EmergencyMode.id).desc()).limit(10 * PAST_MOST)
    )
    return [ModeRow(mode, visit.known.place_name(mode.area_id), _url_end(visit, mode)) for mode in found]


def _url_end(visit: Visit, mode: EmergencyMode) -> str | None:
    is_his = covers(visit, "end_emergency", visit.known.areas[mode.area_id].path)
    return f"{HERE}/{mode.id}/end_emergency" if is_his and mode.ended_at is None else None


def _limits(visit: Visit, local: LocalWords) -> Sequence[tuple[str, str, str]]:
    """What it is called, how long it usually takes, and how long in an emergency."""
    usual, shorter = visit.known.limits.terms, visit.known.emergency_limits.terms
    names = [*(name for name, _term in EMERGENCY_LIMITS), *visit.known.limits.added]
    return [
        (_limit_in_words(visit, name, local), usual[name].in_words(local._), shorter[name].in_words(local._))
        for name in names
    ]


def _limit_in_words(visit: Visit, name: str, local: LocalWords) -> str:
    """What a kind of whistle has is said by the name that the county has given it."""
    for prefix, pattern in OF_KINDS:
        kind = visit.known.whistles.kinds.get(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if kind is not None:
            return local._(pattern).format(kind=local.named(kind))
    return LIMIT_WORDS[name]
