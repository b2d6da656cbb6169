"""十件大事: the ten matters of the year that most people asked for and that were settled, counted and not chosen."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from service.accounts.scope import in_areas
from service.issues.models import Issue, IssueTicket
from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Chart, Column, Kind, table
from service.reports.documents.counts import windows_in
from service.reports.documents.remarks import remarks
from service.reports.documents.ticket_rows import local
from service.reports.documents.told import figures
from service.tickets.models import Ticket
from workflows.commands import Outcome
from workflows.issue_words import IssueStatus
from workflows.statuses import Status
from workflows.words import _

TEN = 10
SHARED_MOST = 60
PROSE = (
    _(
        "{{ period }}，{{ place }}征集群众心愿 {{ collected }} 件，办结率 {{ conclusion_rate }}。说的人最多、已经办成的事列在下面。"
    ),
)
Thing = tuple[int, str, str, str, datetime | None]


def made(asked: Asked) -> Body:
    """People: the wishes of a matter, and everybody who endorsed one of them."""
    found = sorted([*_issues(asked), *_wishes(asked)], key=lambda each: (-each[0], each[1]))[:TEN]
    rows = [(number, *each[1:4], each[0], each[4]) for number, each in enumerate(found, 1)]
    columns = (
        Column("place", asked.say(_("第几件")), Kind.number, 7),
        Column("what", asked.say(_("什么事")), width=40),
        Column("where", asked.say(_("地方")), width=20),
        Column("unit", asked.say(_("哪个单位办的")), width=20),
        Column("people", asked.say(_("多少人说过")), Kind.number),
        Column("ended_at", asked.say(_("办成的时间")), Kind.moment, 17),
    )
    windows = windows_in(asked)
    notes = [*remarks(asked, windows)]
    if len(found) < TEN:
        notes.append(asked.say(_("够得上的只有 {n} 件：办结时写明“已解决”，不止一个人说过。"), n=len(found)))
    things = table("things", asked.say(_("十件大事")), columns, rows, chart=Chart("what", ("people",)))
    told = figures(asked, windows, {}, ("collected", "conclusion_rate", "satisfaction_rate"))
    return Body(told, (things,), tuple(notes), tuple(asked.words._(line) for line in PROSE))


def _issues(asked: Asked) -> list[Thing]:
    people = func.count() + func.sum(col(Ticket.endorsements))
    wanted = (
        select(Issue, people, func.max(col(Ticket.closed_at)))
        .join(IssueTicket, col(IssueTicket.issue_id) == col(Issue.id))
        .join(Ticket, col(Ticket.id) == col(IssueTicket.ticket_id))
        .where(in_areas(col(Issue.area_path), [asked.place.path]), col(IssueTicket.left_at).is_(None))
        .where(col(Issue.status) != IssueStatus.open, asked.within(_ended()))
        .group_by(col(Issue.id))
    )
    names = {area.path: area.id for area in asked.known.areas.values()}
    return [
        (
            int(count),
            issue.title,
            asked.place_name(names.get(issue.area_path) or asked.place.id or 0),
            asked.known.unit_name(issue.unit_id),
            local(asked, issue.ended_at or closed),
        )
        for issue, count, closed in asked.session.execute(wanted)
    ]


def _ended() -> Any:
    return func.coalesce(col(Issue.ended_at), col(Issue.created_at))


def _wishes(asked: Asked) -> list[Thing]:
    merged = (
        select(col(Ticket.merged_into_id).label("main"), func.count().label("merged"))
        .where(col(Ticket.merged_into_id).is_not(None))
        .group_by(col(Ticket.merged_into_id))
        .subquery()
    )
    people = 1 + col(Ticket.endorsements) + func.coalesce(merged.c.merged, 0)
    wanted = (
        select(Ticket, people)
        .outerjoin(merged, merged.c.main == col(Ticket.id))
        .where(asked.here, asked.within(col(Ticket.closed_at)), col(Ticket.status) == Status.closed)
        .where(col(Ticket.outcome) == Outcome.resolved, col(Ticket.issue_id).is_(None), people > 1)
        .where(func.coalesce(col(Ticket.is_resolved), True))
        .order_by(people.desc(), col(Ticket.id))
        .limit(TEN)
    )
    return [
        (
            int(count),
            _what(asked, ticket),
            asked.place_name(ticket.area_id),
            asked.known.unit_name(ticket.lead_unit_id),
            local(asked, ticket.closed_at),
        )
        for ticket, count in asked.session.execute(wanted)
    ]


def _what(asked: Asked, ticket: Ticket) -> str:
    """The words that an official approved for others, or those that she lets neighbours read; else the theme alone."""
    shared = " ".join(ticket.public_text.split())[:SHARED_MOST] if ticket.is_shared and not ticket.is_private else ""
    approved = ticket.wall_text or ticket.pool_words or shared
    return approved or asked.known.category_name(ticket.category_id) or asked.say(_("没有归类"))
