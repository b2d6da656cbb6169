"""退单与争议: who gave what back, who ruled, and which called units said that it was none of their business."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Column, Kind, Section, table
from service.reports.documents.counts import windows_in
from service.reports.documents.ticket_rows import local
from service.reports.documents.told import figures
from service.tickets.models import Ask, Ticket
from service.tickets.numbers import number_of
from service.whistles.models import Whistle, WhistleCall
from workflows.ask_words import ASK_STATE_WORDS, ASK_WORDS, AskKind, AskState
from workflows.formulas import share
from workflows.whistle_words import CALL_WORDS
from workflows.words import _

DISPUTED = (AskKind.giving_back, AskKind.consultation)


def made(asked: Asked) -> Body:
    wanted = select(Ask, Ticket).join(Ticket, col(Ticket.id) == col(Ask.ticket_id))
    order = (col(Ask.asked_at), col(Ask.id))
    found = asked.session.execute(
        wanted.where(asked.here, asked.within(col(Ask.asked_at)), col(Ask.kind).in_(DISPUTED)).order_by(*order)
    ).all()
    told = figures(asked, windows_in(asked), {}, ("return_rate", "first_dispatch_right"))
    note = asked.say(_("退单期间原单位的钟照走；第二次退单要裁定，裁定到的单位不能再退。"))
    return Body(told, (_units(asked, found), _asks(asked, found), _calls(asked)), (note,))


def _units(asked: Asked, found: Any) -> Section:
    """How often each unit asked to give something back, and how often that was right."""
    states: dict[int, Counter[AskState]] = defaultdict(Counter)
    for ask, _ticket in found:
        states[ask.unit_id][ask.state] += 1
    ordered = sorted(states.items(), key=lambda each: (-each[1].total(), each[0]))
    rows: list[tuple[Cell, ...]] = [
        (
            asked.known.unit_name(unit),
            counts.total(),
            share(counts[AskState.granted], counts[AskState.granted] + counts[AskState.refused]),
            counts[AskState.pending],
        )
        for unit, counts in ordered
    ]
    columns = (
        Column("unit", asked.say(_("单位")), width=20),
        Column("asked", asked.say(_("申请")), Kind.number, 8),
        Column("granted", asked.say(_("已决定的里面，准的")), Kind.rate, 10),
        Column("pending", asked.say(_("待决定")), Kind.number, 8),
    )
    return table("units", asked.say(_("各单位的退单和会商")), columns, rows)


def _asks(asked: Asked, found: Any) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (
            number_of(ticket.id or 0, ticket.created_at),
            asked.place_name(ticket.area_id),
            asked.known.category_name(ticket.category_id),
            asked.said(ASK_WORDS, ask.kind),
            asked.known.unit_name(ask.unit_id),
            asked.known.unit_name(ask.suggested_unit_id),
            asked.said(ASK_STATE_WORDS, ask.state),
            asked.known.unit_name(ask.decider_unit_id) or asked.say(_("督查")),
            local(asked, ask.asked_at),
            local(asked, ask.decided_at),
        )
        for ask, ticket in found
    ]
    columns = (
        Column("number", asked.say(_("编号"))),
        Column("place", asked.say(_("地方")), width=20),
        Column("theme", asked.say(_("事项"))),
        Column("kind", asked.say(_("申请什么")), width=10),
        Column("unit", asked.say(_("谁申请")), width=20),
        Column("suggested", asked.say(_("建议给谁")), width=20),
        Column("state", asked.say(_("结果")), width=10),
        Column("decider", asked.say(_("谁决定")), width=20),
        Column("asked_at", asked.say(_("申请时间")), Kind.moment, 17),
        Column("decided_at", asked.say(_("决定时间")), Kind.moment, 17),
    )
    return table("asks", asked.say(_("退单和会商")), columns, rows)


def _calls(asked: Asked) -> Section:
    wanted = (
        select(Whistle, WhistleCall)
        .join(WhistleCall, col(WhistleCall.whistle_id) == col(Whistle.id))
        .join(Ticket, col(Ticket.id) == col(Whistle.ticket_id))
        .where(asked.here, asked.within(col(WhistleCall.contested_at)))
        .order_by(col(WhistleCall.contested_at))
    )
    rows = [
        (
            whistle.id,
            asked.named(asked.known.whistles.kinds, whistle.kind),
            asked.known.unit_name(whistle.town_unit_id),
            asked.known.unit_name(call.unit_id),
            asked.said(CALL_WORDS, call.state),
            local(asked, call.contested_at),
        )
        for whistle, call in asked.session.execute(wanted)
    ]
    columns = (
        Column("whistle", asked.say(_("哨")), Kind.number, 8),
        Column("kind", asked.say(_("种类")), width=16),
        Column("town", asked.say(_("谁吹的")), width=20),
        Column("unit", asked.say(_("谁有异议")), width=20),
        Column("state", asked.say(_("现在")), width=14),
        Column("contested_at", asked.say(_("提出时间")), Kind.moment, 17),
    )
    return table("calls", asked.say(_("对报到的异议")), columns, rows)
