"""The very tickets behind a figure of the board, as they stand now."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select

from service import web
from service.accounts.visits import Looking, Visit
from service.directory.models import Area
from service.errors import NotFound
from service.reports.attention import BY_KEY, moment_of
from service.reports.counting import conditions_at
from service.reports.sight import AreaId, area_of
from service.tickets.models import IS_OPEN, Ticket, TicketEvent
from service.tickets.numbers import number_of
from service.tickets.scope import in_area
from workflows.commands import LARGEST_ID, VERB_WORDS
from workflows.definitions import Measure
from workflows.formulas import DEFAULT_WEIGHTS
from workflows.measures import BY_KEY as BY_MEASURE
from workflows.words import _

router = APIRouter(include_in_schema=False)

LIST_SIZE = 50
COUNT_WORDS: dict[str, str] = {
    "collected": _("征集到的"),
    "concluded": _("办结的"),
    "open": _("在办的"),
    "open_overdue": _("在办且超期的"),
    "not_yet_due": _("在办且没超期的"),
    "open_merged": _("在办的里面，并入别的件、跟着主单走的"),
    "closed": _("已办结的"),
    "declined": _("不予受理的"),
    "withdrawn": _("已撤回的"),
    "merged": _("已并单的"),
    "answered_on_time": _("按时答复的"),
    "closed_on_time": _("按时答复且办结的"),
    "valid": _("有效回访的"),
    "contacted": _("有效回访中联系过的"),
    "resolved": _("有效回访中解决的"),
    "satisfied": _("满意的"),
    "basically_satisfied": _("基本满意的"),
    "dissatisfied": _("不满意的"),
    "unreachable": _("联系不上的"),
    "unrated": _("没有评价的"),
    "excluded": _("剔除的"),
    "closed_as_promised": _("在最早答应的期限内答复且办结的"),
    "open_past_original": _("在办且过了最早答应的期限的"),
    "raw_valid": _("有效回访的，含剔除"),
    "raw_contacted": _("有效回访中联系过的，含剔除"),
    "raw_resolved": _("有效回访中解决的，含剔除"),
    "raw_satisfied": _("满意的，含剔除"),
    "raw_basically_satisfied": _("基本满意的，含剔除"),
    "dispatched": _("派给过承办单位的"),
    "returned": _("退过单的"),
    "dispatch_settled": _("派出去以后已经签收或者换过单位的"),
    "right_first": _("一次派准的"),
    "answered": _("答复过诉求人的"),
    "redone": _("答复以后重办过的"),
    "backlog": _("积压的"),
    "promises_due": _("承诺已经兑现或者失约的"),
    "promises_kept": _("承诺已经兑现的"),
    "promises_open": _("承诺还没到日子的"),
    "heard": _("已办结且诉求人说过话的"),
}


class Part(StrEnum):
    numerator = "numerator"
    denominator = "denominator"


PART_TITLES: dict[Part, str] = {Part.numerator: _("{name}：分子里的"), Part.denominator: _("{name}：分母里的")}

Cursor = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


def tickets_url(place: Area, **which: str) -> str:
    """`count` is a count of the tally, `concern` a row of the concerns, `measure` and `part` those of a rate."""
    return f"/board/tickets?{urlencode({**which, 'area': place.id})}"


@dataclass(frozen=True)
class Behind:
    """Which tickets stand behind a figure, and how the page is headed."""

    title: str
    explained: str
    condition: ColumnElement[bool]


@router.get("/board/overdue")
def overdue(request: Request, visit: Looking, area: AreaId = None, cursor: Cursor = None) -> Response:
    return tickets_behind(request, visit, concern="late", area=area, cursor=cursor)


@router.get("/board/tickets")
def tickets_behind(
    request: Request,
    visit: Looking,
    count: str | None = None,
    concern: str | None = None,
    measure: str | None = None,
    part: Part = Part.denominator,
    area: AreaId = None,
    cursor: Cursor = None,
) -> Response:
    """Exactly the tickets that a figure counts, as they stand now, the newest first."""
    place = area_of(visit, area)
    behind = _behind_rate(request, visit, measure, part) if measure else _behind(visit, count, concern)
    rows = _rows(visit, place, behind, cursor)
    return web.render(
        request,
        "reports/overdue.html",
        as_of=visit.now,
        place=place.name,
        back=f"/board?area={place.id}",
        title=behind.title,
        explained=behind.explained,
        rows=rows[:LIST_SIZE],
        cursor=rows[LIST_SIZE - 1]["id"] if len(rows) > LIST_SIZE else None,
        total=_count(visit, place, behind),
    )


def _behind_rate(request: Request, visit: Visit, key: str, part: Part) -> Behind:
    """Of a rate, what it counts or what it is counted over; things that are no tickets, by the tickets they hang on."""
    row = BY_MEASURE.get(key)
    if row is None:
        raise NotFound()
    counted = row.numerator if part is Part.numerator else row.denominator
    title = web.say(request, PART_TITLES[part], name=web.say(request, row.words))
    explained = web.say(request, counted, **asdict(DEFAULT_WEIGHTS))
    if isinstance(row, Measure):
        conditions = conditions_at(visit.now)
        names = row.above if part is Part.numerator else row.below
        return Behind(title, explained, or_(*(conditions[name] for name in names)))
    for each in request.app.state.figures_elsewhere:
        if each.definition.key == key:
            ids = each.numerator if part is Part.numerator else each.denominator
            return Behind(title, explained, col(Ticket.id).in_(ids(visit.now)))
    raise NotFound()


def _behind(visit: Visit, count: str | None, concern: str | None) -> Behind:
    if concern in BY_KEY:
        chosen = BY_KEY[concern]
        return Behind(chosen.title, chosen.explained, and_(IS_OPEN, chosen.condition(moment_of(visit))))
    conditions = conditions_at(visit.now)
    if count not in conditions:
        raise NotFound()
    return Behind(COUNT_WORDS[count], "", conditions[count])


def _count(visit: Visit, place: Area, behind: Behind) -> int:
    counted = select(func.count()).select_from(Ticket).where(in_area(place.path), behind.condition)
    return visit.session.exec(counted).one()


def _rows(visit: Visit, place: Area, behind: Behind, cursor: int | None) -> list[dict[str, Any]]:
    wanted = select(Ticket).where(in_area(place.path), behind.condition)
    if cursor is not None:
        wanted = wanted.where(col(Ticket.id) < cursor)
    found = visit.session.exec(wanted.order_by(col(Ticket.id).desc()).limit(LIST_SIZE + 1)).all()
    last = _last_steps(visit, [ticket.id or 0 for ticket in found])
    return [_row(visit, ticket, last.get(ticket.id or 0)) for ticket in found]


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
