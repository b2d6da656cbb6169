"""吹哨与评分: who whistled for whom, who came in time, how the towns score the bureaus, and which calls were needless."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Column, Kind, Section, table
from service.reports.documents.ticket_rows import local
from service.reports.documents.told import PIECES, counted, rated
from service.tickets.models import Ticket
from service.whistles.models import Whistle, WhistleCall
from workflows.formulas import share
from workflows.whistle_figures import CallFacts, by_unit, need, punctuality
from workflows.whistle_words import WHISTLE_STATUS_WORDS
from workflows.words import _

Calls = dict[int, list[CallFacts]]


def made(asked: Asked) -> Body:
    """The whistles that were raised within the period, as they stand now."""
    wanted = select(Whistle).join(Ticket, col(Ticket.id) == col(Whistle.ticket_id))
    period = (asked.here, asked.within(col(Whistle.raised_at)))
    whistles = list(asked.session.scalars(wanted.where(*period).order_by(col(Whistle.raised_at), col(Whistle.id))))
    calls = _calls(asked, whistles)
    every = punctuality([call for found in calls.values() for call in found], asked.now)
    told = (
        counted(asked, "raised", _("吹哨"), len(whistles), PIECES),
        rated(asked, "report_in_on_time", _("按时报到率"), share(every.on_time, every.n)),
    )
    kinds = _by_kind(asked, whistles, calls)
    return Body(told, (_bureaus(asked, calls), _towns(asked, whistles), kinds, _list(asked, whistles, calls)))


def _calls(asked: Asked, whistles: Sequence[Whistle]) -> Calls:
    blown = {whistle.id: whistle.blown_at is not None for whistle in whistles}
    wanted = select(WhistleCall).where(col(WhistleCall.whistle_id).in_(blown))
    found: Calls = defaultdict(list)
    for call in asked.session.scalars(wanted.order_by(col(WhistleCall.id))):
        found[call.whistle_id].append(_facts(call, blown[call.whistle_id]))
    return found


def _facts(call: WhistleCall, was_blown: bool) -> CallFacts:
    given = (call.speed, call.work, call.result)
    scores: Any = None if None in given else given
    times = (call.report_due_at, call.reported_at, call.was_late)
    return CallFacts(call.unit_id, call.state, *times, scores, was_blown)


def _bureaus(asked: Asked, calls: Calls) -> Section:
    found = by_unit((call for each in calls.values() for call in each), asked.now)
    rows: list[tuple[Cell, ...]] = [
        (
            asked.known.unit_name(unit),
            each.punctuality.n,
            share(each.punctuality.on_time, each.punctuality.n),
            each.punctuality.late,
            each.punctuality.absent,
            each.scores.n,
            *(_mean(score) for score in (each.scores.speed, each.scores.work, each.scores.result)),
        )
        for unit, each in found.items()
    ]
    columns = (
        Column("unit", asked.say(_("被叫单位")), width=20),
        Column("due", asked.say(_("该报到")), Kind.number, 8),
        Column("on_time", asked.say(_("按时报到率")), Kind.rate, 10),
        Column("late", asked.say(_("迟到")), Kind.number, 8),
        Column("absent", asked.say(_("没到")), Kind.number, 8),
        Column("scored", asked.say(_("评过几次")), Kind.number, 9),
        Column("speed", asked.say(_("到得快")), Kind.number, 8),
        Column("work", asked.say(_("干得实")), Kind.number, 8),
        Column("result", asked.say(_("有结果")), Kind.number, 8),
    )
    explained = asked.say(_("分数是吹哨的镇给的，1 到 5 分的平均；没有评过的空着。"))
    return table("bureaus", asked.say(_("报到和评分")), columns, rows, explained=explained)


def _mean(score: float | None) -> float | None:
    return None if score is None else round(score, 2)


def _towns(asked: Asked, whistles: Sequence[Whistle]) -> Section:
    """The towns are assessed as well: of what was ruled on, so much had not been needed."""
    by_town: dict[int, list[Whistle]] = defaultdict(list)
    for whistle in whistles:
        by_town[whistle.town_unit_id].append(whistle)
    rows: list[tuple[Cell, ...]] = []
    for town, theirs in sorted(by_town.items(), key=lambda each: (-len(each[1]), each[0])):
        ruled = need(whistle.was_needed for whistle in theirs)
        rows.append((asked.known.unit_name(town), len(theirs), share(ruled.needless, ruled.n)))
    columns = (
        Column("town", asked.say(_("吹哨单位")), width=20),
        Column("raised", asked.say(_("吹哨")), Kind.number, 8),
        Column("needless", asked.say(_("裁定过的里面，不必吹的")), Kind.rate, 10),
    )
    return table("towns", asked.say(_("谁吹的哨")), columns, rows)


def _by_kind(asked: Asked, whistles: Sequence[Whistle], calls: Calls) -> Section:
    """Every kind for which somebody blew, the county's own too, in the order of its book."""
    blown = {whistle.kind for whistle in whistles}
    rows: list[tuple[Cell, ...]] = []
    for key in (key for key in asked.known.whistles.kinds if key in blown):
        of_it = [whistle for whistle in whistles if whistle.kind == key]
        came = punctuality([call for each in of_it for call in calls.get(each.id or 0, ())], asked.now)
        name = asked.named(asked.known.whistles.kinds, key)
        rows.append((name, len(of_it), came.n, share(came.on_time, came.n), came.late, came.absent))
    columns = (
        Column("kind", asked.say(_("种类")), width=20),
        Column("raised", asked.say(_("吹哨")), Kind.number, 8),
        Column("due", asked.say(_("该报到")), Kind.number, 8),
        Column("on_time", asked.say(_("按时报到率")), Kind.rate, 10),
        Column("late", asked.say(_("迟到")), Kind.number, 8),
        Column("absent", asked.say(_("没到")), Kind.number, 8),
    )
    return table("kinds", asked.say(_("按种类")), columns, rows)


def _list(asked: Asked, whistles: Sequence[Whistle], calls: Calls) -> Section:
    rows = [
        (
            whistle.id,
            asked.known.unit_name(whistle.town_unit_id),
            asked.named(asked.known.whistles.kinds, whistle.kind),
            asked.named(asked.known.whistles.reasons, whistle.reason),
            asked.said(WHISTLE_STATUS_WORDS, whistle.status),
            asked.say(_("、")).join(asked.known.unit_name(call.unit_id) for call in calls.get(whistle.id or 0, ())),
            local(asked, whistle.raised_at),
            local(asked, whistle.blown_at),
            local(asked, whistle.ended_at),
        )
        for whistle in whistles
    ]
    columns = (
        Column("whistle", asked.say(_("哨")), Kind.number, 8),
        Column("town", asked.say(_("吹哨单位")), width=20),
        Column("kind", asked.say(_("种类")), width=16),
        Column("reason", asked.say(_("为什么")), width=18),
        Column("status", asked.say(_("状态")), width=10),
        Column("called", asked.say(_("叫了谁")), width=36),
        Column("raised_at", asked.say(_("提出时间")), Kind.moment, 17),
        Column("blown_at", asked.say(_("批准时间")), Kind.moment, 17),
        Column("ended_at", asked.say(_("结束时间")), Kind.moment, 17),
    )
    return table("whistles", asked.say(_("每一次吹哨")), columns, rows)
