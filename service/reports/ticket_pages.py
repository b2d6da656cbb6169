"""The very tickets behind a figure of the board, as they stand now."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ColumnElement, Select, and_, func, or_
from sqlmodel import col, select

from service import web
from service.accounts.visits import Looking, Visit
from service.errors import NotFound
from service.reports import reckoning
from service.reports.attention import BY_KEY, moment_of
from service.reports.choices import Choice, choice_in, in_window
from service.reports.choosing import chosen_words
from service.reports.count_words import COUNT_WORDS
from service.reports.counting import conditions_at
from service.reports.series import LISTED, Line
from service.reports.series import behind as behind_line
from service.reports.sight import AreaId
from service.tickets.models import IS_OPEN, Ticket, TicketEvent
from service.tickets.numbers import number_of
from workflows.commands import LARGEST_ID, VERB_WORDS
from workflows.definitions import Measure, Window
from workflows.formulas import DEFAULT_WEIGHTS
from workflows.measures import BY_KEY as BY_MEASURE
from workflows.statuses import Status
from workflows.words import _

router = APIRouter(include_in_schema=False)

LIST_SIZE = 50


class Part(StrEnum):
    numerator = "numerator"
    denominator = "denominator"


PART_TITLES: dict[Part, str] = {Part.numerator: _("{name}：分子里的"), Part.denominator: _("{name}：分母里的")}

Cursor = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


def tickets_url(choice: Choice, **which: str) -> str:
    """`count` is a count of the tally over a `window`, `line` one of a time series, `concern` a row of the concerns,
    `measure` and `part` those of a rate."""
    return f"/board/tickets?{urlencode(which)}&{choice.suffix}"


@dataclass(frozen=True)
class Asked:
    """Which figure somebody wants to see the tickets of."""

    count: str | None = None
    window: Window = Window.standing
    line: Line | None = None
    concern: str | None = None
    measure: str | None = None
    part: Part = Part.denominator


@dataclass(frozen=True)
class Behind:
    """Which tickets stand behind a figure, and how the page is headed. `knows_days`: those chosen matter to it."""

    title: str
    explained: str
    condition: ColumnElement[bool]
    knows_days: bool = True
    adds_up: str = ""
    ids: Select[int] | None = None
    """Of what is counted and is no ticket: each by the ticket on which it hangs."""


@router.get("/board/overdue")
def overdue(request: Request, visit: Looking, area: AreaId = None, cursor: Cursor = None) -> Response:
    return _listed(request, visit, Asked(concern="late"), area, cursor)


@router.get("/board/tickets")
def tickets_behind(
    request: Request,
    visit: Looking,
    count: str | None = None,
    window: Window = Window.standing,
    line: Line | None = None,
    concern: str | None = None,
    measure: str | None = None,
    part: Part = Part.denominator,
    area: AreaId = None,
    cursor: Cursor = None,
) -> Response:
    """Exactly the tickets that a figure counts, as they stand now, the newest first."""
    return _listed(request, visit, Asked(count, window, line, concern, measure, part), area, cursor)


def _listed(request: Request, visit: Visit, asked: Asked, area: int | None, cursor: int | None) -> Response:
    choice = choice_in(request, visit, area)
    behind = _behind(request, visit, choice, asked)
    rows, total = _rows(visit, choice, behind, cursor), _count(visit, choice, behind)
    return web.render(
        request,
        "reports/overdue.html",
        as_of=visit.now,
        place=choice.place.name,
        chosen=chosen_words(request, choice, knows_days=behind.knows_days),
        back=f"/board?{choice.asking(unit=None).suffix}",
        title=behind.title,
        explained=behind.explained,
        rows=rows[:LIST_SIZE],
        cursor=rows[LIST_SIZE - 1]["id"] if len(rows) > LIST_SIZE else None,
        total=total,
        adds_up=_adds_up(request, visit, choice, behind, total),
    )


def _behind(request: Request, visit: Visit, choice: Choice, asked: Asked) -> Behind:
    if asked.measure:
        return _behind_rate(request, visit, choice, asked.measure, asked.part)
    if asked.concern in BY_KEY:
        chosen = BY_KEY[asked.concern]
        return Behind(chosen.title, chosen.explained, and_(IS_OPEN, chosen.condition(moment_of(visit))), False)
    if asked.line and choice.period:
        return Behind(LISTED[asked.line], "", behind_line(asked.line, choice.period, visit.now))
    conditions = conditions_at(visit.now)
    if asked.count not in conditions:
        raise NotFound()
    inside = in_window(asked.window, choice.period, conditions["open"])
    return Behind(
        COUNT_WORDS[asked.count], "", and_(conditions[asked.count], inside), asked.window is not Window.standing
    )


def _behind_rate(request: Request, visit: Visit, choice: Choice, key: str, part: Part) -> Behind:
    """Of a rate, what it counts or what it is counted over; things that are no tickets, by the tickets they hang on."""
    row = BY_MEASURE.get(key)
    if row is None:
        raise NotFound()
    counted = row.numerator if part is Part.numerator else row.denominator
    title = web.say(request, PART_TITLES[part], name=web.say(request, row.words))
    explained = web.say(request, counted, **asdict(DEFAULT_WEIGHTS))
    knows_days = row.window is not Window.standing
    if isinstance(row, Measure):
        conditions = conditions_at(visit.now)
        names = row.above if part is Part.numerator else row.below
        inside = in_window(row.window, choice.period, conditions["open"])
        adds_up = reckoning.weighed(request, visit, choice, row) if part is Part.numerator else ""
        return Behind(title, explained, and_(or_(*(conditions[name] for name in names)), inside), knows_days, adds_up)
    for each in request.app.state.figures_elsewhere:
        if each.definition.key == key:
            ids = each.numerator if part is Part.numerator else each.denominator
            found = ids(visit.now)
            return Behind(title, explained, col(Ticket.id).in_(found), knows_days, ids=found)
    raise NotFound()


def _adds_up(request: Request, visit: Visit, choice: Choice, behind: Behind, total: int) -> str:
    if behind.ids is None:
        return behind.adds_up
    return reckoning.said_of_several(request, visit, choice.condition, behind.ids, total)


def _count(visit: Visit, choice: Choice, behind: Behind) -> int:
    counted = select(func.count()).select_from(Ticket).where(choice.condition, behind.condition)
    return visit.session.exec(counted).one()


def _rows(visit: Visit, choice: Choice, behind: Behind, cursor: int | None) -> list[dict[str, Any]]:
    wanted = select(Ticket).where(choice.condition, behind.condition)
    if cursor is not None:
        wanted = wanted.where(col(Ticket.id) < cursor)
    found = visit.session.exec(wanted.order_by(col(Ticket.id).desc()).limit(LIST_SIZE + 1)).all()
    ids = [ticket.id or 0 for ticket in found]
    last, times = _last_steps(visit, ids), reckoning.times_of(visit, behind.ids, ids) if behind.ids is not None else {}
    return [
        {**_row(visit, ticket, last.get(ticket.id or 0)), "times": times.get(ticket.id or 0, 1)} for ticket in found
    ]


def _row(visit: Visit, ticket: Ticket, last: tuple[str, datetime] | None) -> dict[str, Any]:
    number = number_of(ticket.id or 0, ticket.created_at)
    return {
        "id": ticket.id,
        "number": number,
        "url": f"/desk/tickets/{number}",
        "words": ticket.public_text,
        "unit_name": visit.known.unit_name(_whose(ticket)),
        "area_name": visit.known.place_name(ticket.area_id),
        "due_at": ticket.due_at,
        "overdue_at": ticket.overdue_at,
        "status": ticket.status,
        "is_supervised": ticket.supervised_at is not None,
        "is_ended": ticket.closed_at is not None,
        "answered_at": ticket.answered_at if ticket.status is Status.follow_up else None,
        "was_late": ticket.answered_on_time is False,
        "closed_at": ticket.closed_at,
        "satisfaction": ticket.satisfaction,
        "last_words": VERB_WORDS.get(last[0], "") if last else "",
        "last_at": last[1] if last else None,
    }


def _whose(ticket: Ticket) -> int | None:
    """Who must act now; of what has ended, who handled it."""
    return ticket.unit_id if ticket.closed_at is None else ticket.lead_unit_id or ticket.unit_id


def _last_steps(visit: Visit, ids: list[int]) -> dict[int, tuple[str, datetime]]:
    wanted = select(TicketEvent.ticket_id, TicketEvent.verb, TicketEvent.at).join(
        Ticket, (col(Ticket.id) == col(TicketEvent.ticket_id)) & (col(Ticket.version) == col(TicketEvent.number))
    )
    rows = visit.session.execute(wanted.where(col(TicketEvent.ticket_id).in_(ids)))
    return {row.ticket_id: (row.verb, row.at) for row in rows}
