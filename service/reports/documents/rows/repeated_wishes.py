"""重复诉求: wishes that were merged into one, that neighbours endorsed, and households that had to ask again and again."""

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Column, Kind, Row, Section, table
from service.reports.documents.ticket_rows import tickets
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.statuses import STATUS_WORDS
from workflows.words import _

MOST = 100
OFTEN = 3
ENDORSED = ("number", "place", "theme", "neighbours", "status", "unit", "due_at")


def made(asked: Asked) -> Body:
    endorsed = tickets(
        asked,
        "endorsed",
        _("附议多的"),
        ENDORSED,
        asked.within(col(Ticket.created_at)),
        col(Ticket.endorsements) >= OFTEN,
        order=-col(Ticket.endorsements),
        explained=asked.say(_("至少 {n} 位乡亲说“我也是”。"), n=OFTEN),
    )
    return Body((), (_merged(asked), endorsed, _households(asked)))


def _merged(asked: Asked) -> Section:
    """Into which ticket how many of the period were merged."""
    columns = (
        Column("number", asked.say(_("主单"))),
        Column("place", asked.say(_("地方")), width=20),
        Column("theme", asked.say(_("事项"))),
        Column("merged", asked.say(_("并进来的件数")), Kind.number),
        Column("status", asked.say(_("状态"))),
        Column("unit", asked.say(_("责任单位")), width=20),
    )
    return table("merged", asked.say(_("并到一起的")), columns, _mains(asked))


def _mains(asked: Asked) -> list[Row]:
    main = aliased(Ticket)
    count = func.count().label("merged")
    wanted = (
        select(  # type: ignore[call-overload]
            main.id,
            main.created_at,
            main.area_id,
            main.category_id,
            main.status,
            main.lead_unit_id,
            main.unit_id,
            count,
        )
        .join(Ticket, col(Ticket.merged_into_id) == main.id)
        .where(asked.collected)
        .group_by(main.id)
        .order_by(count.desc(), main.id)
        .limit(MOST)
    )
    return [
        (
            number_of(row.id, row.created_at),
            asked.place_name(row.area_id),
            asked.known.category_name(row.category_id),
            row.merged,
            asked.said(STATUS_WORDS, row.status),
            asked.known.unit_name(row.lead_unit_id or row.unit_id),
        )
        for row in asked.session.execute(wanted)
    ]


def _households(asked: Asked) -> Section:
    """Told by the sealed index of the number: who it is stays unsaid."""
    count = func.count().label("wishes")
    wanted = (
        select(
            count, func.min(col(Ticket.area_id)).label("area_id"), func.count(func.distinct(col(Ticket.category_id)))
        )
        .where(asked.collected, col(Ticket.phone_index).is_not(None))
        .group_by(col(Ticket.phone_index))
        .having(count >= OFTEN)
        .order_by(count.desc(), col(Ticket.phone_index))
        .limit(MOST)
    )
    rows = [
        (number, asked.place_name(area_id), wishes, themes)
        for number, (wishes, area_id, themes) in enumerate(asked.session.execute(wanted), 1)
    ]
    columns = (
        Column("household", asked.say(_("第几户")), Kind.number),
        Column("place", asked.say(_("地方")), width=20),
        Column("wishes", asked.say(_("件数")), Kind.number),
        Column("themes", asked.say(_("几种事项")), Kind.number),
    )
    note = asked.say(_("同一个电话本期提了至少 {n} 件；不写是谁。"), n=OFTEN)
    return table("households", asked.say(_("一提再提的住户")), columns, rows, notes=(note,))
