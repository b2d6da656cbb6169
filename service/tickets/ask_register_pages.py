"""台账: asks that wait for a decision, what is put off, and dated promises, each list with its rule on the page."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from sqlmodel import col

from service.accounts.visits import Looking, Visit
from service.formulas import guarded
from service.tickets import ask_lists, queue
from service.tickets.ask_lists import Asked, Condition
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.panels import Register
from service.web import render, say
from workflows.ask_words import ASK_STATE_WORDS, ASK_WORDS, PROMISE_WORDS, AskKind
from workflows.statuses import Role
from workflows.words import _

router = APIRouter(prefix="/desk", include_in_schema=False)

WORDS_SHOWN = 70


@dataclass(frozen=True)
class Show:
    """One way to look at a register."""

    name: str
    words: str
    condition: Condition


ASKS: tuple[Show, ...] = (
    Show("mine", _("等我决定"), ask_lists.waits_for_me),
    Show("asked", _("本单位申请的"), ask_lists.asked_by_us),
    Show("pending", _("正等决定"), ask_lists.pending),
    Show("settled", _("已经决定"), ask_lists.settled),
)
PROMISES: tuple[Show, ...] = (
    Show("open", _("没到期"), ask_lists.is_open_promise),
    Show("broken", _("未兑现"), ask_lists.is_broken_promise),
    Show("kept", _("已兑现"), ask_lists.is_kept_promise),
    Show("judged", _("诉求人说过的"), ask_lists.is_judged_promise),
)


@dataclass(frozen=True)
class Row:
    """The ticket of a line, as far as its reader may know of it."""

    number: str
    url: str
    words: str
    place: str
    unit: str
    ticket: Ticket


@dataclass(frozen=True)
class AskRow:
    row: Row
    asked: Asked
    kind: str
    state: str
    asked_by: str
    decider: str
    verb: str


@router.get("/asks")
def asks(request: Request, visit: Looking, show: str = "") -> Response:
    chosen = _chosen(ASKS, show)
    found = ask_lists.asks(visit, chosen.condition)
    rows = [_ask_row(visit, each) for each in found]
    return render(request, "tickets/asks.html", **_views(ASKS, chosen), rows=rows, total=len(rows))


@router.get("/deferrals")
def deferrals(request: Request, visit: Looking) -> Response:
    found = ask_lists.tickets(visit, ask_lists.is_deferred, col(Ticket.deferred_until))
    return render(request, "tickets/deferrals.html", rows=[_row(visit, each) for each in found], total=len(found))


@router.get("/promises")
def promises(request: Request, visit: Looking, show: str = "") -> Response:
    chosen = _chosen(PROMISES, show)
    rows = [_row(visit, each) for each in _promised(visit, chosen)]
    shown: dict[str, Any] = {"rows": rows, "total": len(rows), "promise_words": PROMISE_WORDS}
    return render(request, "tickets/promises.html", **_views(PROMISES, chosen), **shown)


@router.get("/promises/promises.csv")
def promises_as_csv(request: Request, visit: Looking, show: str = "") -> Response:
    """What is on the page, for a spreadsheet; with the mark that tells Excel that it is UTF-8."""
    written = io.StringIO()
    table = csv.writer(written)
    heads = (_("编号"), _("地方"), _("主办单位"), _("承诺日期"), _("兑现情况"), _("兑现时间"), _("诉求人说办到了吗"))
    table.writerow(say(request, head) for head in heads)
    for ticket in _promised(visit, _chosen(PROMISES, show)):
        table.writerow(guarded(cell) for cell in _cells(request, _row(visit, ticket)))
    named = {"Content-Disposition": 'attachment; filename="promises.csv"'}
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=named)


def _promised(visit: Visit, chosen: Show) -> Sequence[Ticket]:
    return ask_lists.tickets(visit, chosen.condition, col(Ticket.promised_for))


def _cells(request: Request, row: Row) -> list[str]:
    ticket, zone = row.ticket, request.app.state.face.zone
    said = {None: "", True: _("是"), False: _("否")}[ticket.promise_confirmed]
    settled = ticket.promise_settled_at
    return [
        row.number,
        row.place,
        row.unit,
        ticket.promised_for.isoformat() if ticket.promised_for else "",
        say(request, PROMISE_WORDS[ticket.promise_state]) if ticket.promise_state else "",
        f"{settled.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if settled else "",
        say(request, said) if said else "",
    ]


def _chosen(shows: Sequence[Show], name: str) -> Show:
    """Values that mean nothing are passed over: an old bookmark still shows a list."""
    return next((each for each in shows if each.name == name), shows[0])


def _views(shows: Sequence[Show], chosen: Show) -> dict[str, Any]:
    return {"shows": [(each.words, f"?show={each.name}", each is chosen) for each in shows], "which": chosen.name}


def _row(visit: Visit, ticket: Ticket) -> Row:
    number = number_of(ticket.id or 0, ticket.created_at)
    words = " ".join(ticket.public_text.split())
    return Row(
        number=number,
        url=queue.url_of(number),
        words=words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1] + "…",
        place=visit.known.place_name(ticket.area_id),
        unit=visit.known.unit_name(ticket.lead_unit_id or ticket.unit_id),
        ticket=ticket,
    )


def _ask_row(visit: Visit, asked: Asked) -> AskRow:
    """`verb` is the form that the link opens: what is ruled is not granted."""
    ask, ticket = asked.ask, asked.ticket
    is_second = ask.kind is AskKind.giving_back and ticket.return_count > 0
    return AskRow(
        row=_row(visit, ticket),
        asked=asked,
        kind=ASK_WORDS[ask.kind],
        state=ASK_STATE_WORDS[ask.state],
        asked_by=visit.known.unit_name(ask.unit_id),
        decider=visit.known.unit_name(ask.decider_unit_id) or _("督查"),
        verb="rule" if ask.kind is AskKind.consultation or is_second else "grant",
    )


EVERYBODY_WHO_ASKS_OR_DECIDES = frozenset({Role.dispatcher, Role.supervisor, Role.handler})

REGISTERS: tuple[Register, ...] = (
    Register(
        "asks",
        "/desk/asks",
        _("申请"),
        _("退单、延期、挂账、剔除和会商：等谁决定、到什么时候。承办和申请的单位自己不能决定。"),
        lambda visit: ask_lists.count_asks(visit, ask_lists.waits_for_me),
        EVERYBODY_WHO_ASKS_OR_DECIDES,
    ),
    Register(
        "deferrals",
        "/desk/deferrals",
        _("挂账"),
        _("客观上现在办不了的：每件都有单位和复核日期，最长一个季度看一次，到那天自动恢复办理。"),
        lambda visit: ask_lists.count_tickets(visit, ask_lists.is_deferred),
    ),
    Register(
        "promises",
        "/desk/promises",
        _("承诺"),
        _("“暂时不能解决，有时间表”的答复里写下的日子：没到期的、兑现的、没兑现的，还有诉求人自己的话。"),
        lambda visit: ask_lists.count_tickets(visit, ask_lists.is_open_promise),
    ),
)
