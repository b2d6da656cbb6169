"""The supervisors' board: four figures, what needs a hand, the towns side by side, and the very tickets behind each."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from service import web
from service.accounts.visits import Looking, Visit
from service.directory.models import Area, AreaLevel
from service.errors import NotFound
from service.reports import downloads
from service.reports.attention import BY_KEY, Moment, count_concerns
from service.reports.counting import Counting, tally_of_area
from service.reports.figures import Figures, latest_figures
from service.reports.sight import area_of
from service.reports.weeks import last_weeks
from service.tickets.models import IS_OPEN, Ticket, TicketEvent
from service.tickets.numbers import number_of
from service.tickets.scope import in_area
from workflows.commands import VERB_WORDS
from workflows.rates import DEFAULT_WEIGHTS, HEADLINE, MEASURES, MINIMUM_TO_RANK, Tally
from workflows.words import _

router = APIRouter(include_in_schema=False)

LIST_SIZE = 50


@router.get("/board")
def board(request: Request, visit: Looking, area: int | None = None) -> Response:
    place = area_of(visit, area)
    figures = latest_figures(visit.session, visit.now)
    is_county = place.level is AreaLevel.county
    return web.render(
        request,
        "reports/board.html",
        as_of=figures.as_of,
        place=place.name,
        headline=_headline(_tally(visit, figures, place), place),
        attention=_attention(visit, place),
        classes=_towns(figures) if is_county else [],
        measures=definitions(request),
        weeks=last_weeks(visit.session, place.path, visit.now),
        minimum=MINIMUM_TO_RANK,
        downloads=[("Excel", "/board/figures.xlsx"), ("CSV", "/board/figures.csv")] if is_county else [],
    )


def _tally(visit: Visit, figures: Figures, place: Area) -> Tally:
    if place.level in {AreaLevel.county, AreaLevel.town}:
        return figures.of(place)
    return tally_of_area(visit.session, place.path, visit.now)


def _headline(tally: Tally, place: Area) -> list[dict[str, Any]]:
    return [
        {
            "key": each.key,
            "words": each.words,
            "explained": each.explained,
            "count": each.count(tally) if each.count else None,
            "rate": each.rate(tally, DEFAULT_WEIGHTS) if each.rate else None,
            "url": f"/board/tickets?count={'valid' if each.key == 'satisfaction' else each.key}&area={place.id}",
        }
        for each in HEADLINE
    ]


def _attention(visit: Visit, place: Area) -> list[dict[str, Any]]:
    found = count_concerns(visit.session, place.path, _moment(visit))
    return [
        {
            "words": concern.words,
            "explained": concern.explained,
            "tone": concern.tone,
            "count": count,
            "url": f"/board/tickets?concern={concern.key}&area={place.id}",
        }
        for concern, count in found
    ]


def _towns(figures: Figures) -> list[tuple[str, list[dict[str, Any]]]]:
    rows = [
        {"name": town.name, "url": f"/board?area={town.id}", "tally": tally, "rates": _rates(tally)}
        for town, tally in figures.towns
    ]
    return [(_("镇"), rows)] if rows else []


def _rates(tally: Tally) -> dict[str, Any]:
    return {measure.key: measure.of(tally, DEFAULT_WEIGHTS) for measure in MEASURES}


def definitions(request: Request) -> list[dict[str, str]]:
    """Every measure in the reader's language, with the weights in force in its words."""
    weights = asdict(DEFAULT_WEIGHTS)
    return [
        {
            "key": measure.key,
            "words": measure.words,
            "numerator": web.say(request, measure.numerator, **weights),
            "denominator": web.say(request, measure.denominator, **weights),
        }
        for measure in MEASURES
    ]


# The tickets behind a figure


@dataclass(frozen=True)
class Behind:
    """Which tickets stand behind a figure, and how the page is headed."""

    title: str
    explained: str
    condition: ColumnElement[bool]
    counting: Counting


@router.get("/board/overdue")
def overdue(request: Request, visit: Looking, area: int | None = None, cursor: int | None = None) -> Response:
    return tickets_behind(request, visit, concern="late", area=area, cursor=cursor)


@router.get("/board/tickets")
def tickets_behind(
    request: Request,
    visit: Looking,
    count: str | None = None,
    concern: str | None = None,
    area: int | None = None,
    cursor: int | None = None,
) -> Response:
    """Exactly the tickets that a figure counts, as they stand now, the newest first."""
    place = area_of(visit, area)
    behind = _behind(visit, count, concern)
    rows = _rows(visit, place, behind, cursor)
    return web.render(
        request,
        "reports/overdue.html",
        as_of=visit.now,
        place=place.name,
        title=behind.title,
        explained=behind.explained,
        rows=rows[:LIST_SIZE],
        cursor=rows[LIST_SIZE - 1]["id"] if len(rows) > LIST_SIZE else None,
        total=None,
        downloads=[],
    )


def _behind(visit: Visit, count: str | None, concern: str | None) -> Behind:
    counting = Counting.at(visit.now)
    if concern in BY_KEY:
        chosen = BY_KEY[concern]
        return Behind(chosen.words, chosen.explained, and_(IS_OPEN, chosen.condition(_moment(visit))), counting)
    if count not in counting.conditions:
        raise NotFound()
    return Behind(COUNT_WORDS[count], "", counting.conditions[count], counting)


def _rows(visit: Visit, place: Area, behind: Behind, cursor: int | None) -> list[dict[str, Any]]:
    wanted = behind.counting.joined(select(Ticket)).where(in_area(place.path), behind.condition)
    if cursor is not None:
        wanted = wanted.where(col(Ticket.id) < cursor)
    found = visit.session.execute(wanted.order_by(col(Ticket.id).desc()).limit(LIST_SIZE + 1)).scalars().all()
    last = _last_steps(visit, [ticket.id or 0 for ticket in found])
    return [_row(visit, ticket, last.get(ticket.id or 0)) for ticket in found]


def _row(visit: Visit, ticket: Ticket, last: tuple[str, datetime] | None) -> dict[str, Any]:
    number = number_of(ticket.id or 0, ticket.created_at)
    return {
        "id": ticket.id,
        "number": number,
        "url": f"/desk/tickets/{number}",
        "words": ticket.public_text,
        "unit_name": visit.known.unit_name(ticket.unit_id or ticket.lead_unit_id),
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


def _last_steps(visit: Visit, ids: list[int]) -> dict[int, tuple[str, datetime]]:
    wanted = select(TicketEvent.ticket_id, TicketEvent.verb, TicketEvent.at).join(
        Ticket, (col(Ticket.id) == col(TicketEvent.ticket_id)) & (col(Ticket.version) == col(TicketEvent.number))
    )
    rows = visit.session.execute(wanted.where(col(TicketEvent.ticket_id).in_(ids)))
    return {row.ticket_id: (row.verb, row.at) for row in rows}


def _moment(visit: Visit) -> Moment:
    return Moment(visit.now, visit.known.limits, visit.known.calendar)


COUNT_WORDS: dict[str, str] = {
    "collected": _("征集到的"),
    "concluded": _("办结的"),
    "open": _("在办的"),
    "open_overdue": _("在办且超期的"),
    "not_yet_due": _("在办且没到期的"),
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
}


# Downloads


@router.get("/board/figures.csv")
def as_csv(request: Request, visit: Looking) -> Response:
    area_of(visit, visit.known.county.id)
    return downloads.csv_of(request, latest_figures(visit.session, visit.now))


@router.get("/board/figures.xlsx")
def as_excel(request: Request, visit: Looking) -> Response:
    area_of(visit, visit.known.county.id)
    return downloads.excel_of(request, latest_figures(visit.session, visit.now))
