"""The whistle on other pages: beside its ticket, on the villager's page of her wish, and among the registers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from service.accounts.visits import Visit
from service.directory.models import Area
from service.directory.reference import Reference
from service.local_words import LocalWords
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.tickets.panels import Panel, Pressing, Register
from service.whistles import listing
from service.whistles.casefile import calls_of
from service.whistles.models import Milestone, Whistle, WhistleCall
from service.whistles.page_words import HAS_COME, Look, is_absent, is_counted, status_look
from workflows.cases import Case
from workflows.whistle_words import CallState, MilestoneState, WhistleStatus
from workflows.whistles import may_blow
from workflows.words import _


@dataclass(frozen=True)
class WhistleLine:
    url: str
    look: Look
    words: str
    late: str


@dataclass(frozen=True)
class ToldCall:
    unit: str
    icon: str
    tone: str
    words: str


@dataclass(frozen=True)
class ToldStep:
    title: str
    unit: str
    due_at: datetime
    icon: str
    tone: str
    words: str


@dataclass(frozen=True)
class Told:
    """One whistle in the villager's words."""

    headline: str
    called: Sequence[ToldCall]
    steps: Sequence[ToldStep]


TOLD = frozenset({WhistleStatus.blown, WhistleStatus.at_work, WhistleStatus.completed, WhistleStatus.accepted})
"""What is not approved has not been blown, and who was called off comes no more."""


def beside_ticket(visit: Visit, ticket: Ticket, case: Case, local: LocalWords) -> Panel | None:
    """Its whistles in a line each, and the button for whoever may blow one."""
    whistles = _of(visit.session, ticket)
    can_blow = may_blow(case, visit.actor, visit.known.whistles)
    if not whistles and not can_blow:
        return None
    number = number_of(ticket.id or 0, ticket.created_at)
    lines = [_line(visit, whistle, local) for whistle in whistles]
    url = f"/desk/tickets/{number}/whistle"
    return Panel("whistles/_ticket_panel.html", {"whistles": lines, "may_blow": can_blow, "url_blow": url})


def _line(visit: Visit, whistle: Whistle, local: LocalWords) -> WhistleLine:
    calls = calls_of(visit.session, whistle.id or 0)
    names = local._(_("、")).join(visit.known.unit_name(call.unit_id) for call in calls if is_counted(call))
    is_running = whistle.status in listing.RUNNING
    late = [call for call in calls if is_running and is_absent(call, visit.now)]
    return WhistleLine(
        url=listing.url_of(whistle),
        look=status_look(whistle.status, local),
        words=local._(_("{kind}：叫了{units}")).format(
            kind=local.named(visit.known.whistles.kinds[whistle.kind]), units=names
        ),
        late=listing.missing_words(late, visit, local),
    )


def told_to_villager(
    session: Session, ticket: Ticket, known: Reference, local: LocalWords, now: datetime
) -> Panel | None:
    """Who has been called, who has come, and what is planned until when: public milestones and no others."""
    told = [_told(session, each, known, local, now) for each in _of(session, ticket) if each.status in TOLD]
    return Panel("whistles/_told.html", {"whistles": told}) if told else None


def told_of_issue(session: Session, issue_id: int, known: Reference, local: LocalWords, now: datetime) -> Panel | None:
    """On the public page of an issue: the same as each of its villagers reads."""
    wanted = select(Whistle).where(Whistle.issue_id == issue_id, col(Whistle.status).in_(TOLD))
    found = session.exec(wanted.order_by(col(Whistle.id).desc())).all()
    told = [_told(session, each, known, local, now) for each in found]
    return Panel("whistles/_told.html", {"whistles": told}) if told else None


def _told(session: Session, whistle: Whistle, known: Reference, local: LocalWords, now: datetime) -> Told:
    calls = [call for call in calls_of(session, whistle.id or 0) if is_counted(call)]
    headlines = OF_A_VILLAGE if known.whistles.kinds[whistle.kind].is_beside_the_town else OF_A_TOWN
    steps = session.exec(
        select(Milestone)
        .where(Milestone.whistle_id == whistle.id, col(Milestone.is_public))
        .order_by(col(Milestone.due_at), col(Milestone.id))
    ).all()
    return Told(
        headline=local._(headlines[whistle.status is WhistleStatus.accepted]),
        called=[_told_call(call, known, local, now) for call in calls],
        steps=[_told_step(step, known, local, now) for step in steps if step.state is not MilestoneState.dropped],
    )


OF_A_TOWN = (_("这件事镇里一家办不了，请了下面的单位一起来办。"), _("请来的单位已经办完，镇里验收过了。"))
OF_A_VILLAGE = (_("村里请了下面的单位和人一起来办。"), _("请来的单位已经办完，村里验收过了。"))
"""While they are at it, and once it is accepted."""


def _told_call(call: WhistleCall, known: Reference, local: LocalWords, now: datetime) -> ToldCall:
    unit = known.unit_name(call.unit_id)
    if call.state in HAS_COME and call.reported_at is not None:
        said = _("{day}来了") if call.is_on_site else _("{day}在线上接了这件事")
        return ToldCall(unit, "checked", "ours", local._(said).format(day=local.day(call.reported_at)))
    if call.state is CallState.contested:
        return ToldCall(unit, "flag", "plain", local._(_("说不归它管，县里正在裁定")))
    if call.report_due_at < now:
        return ToldCall(unit, "alert", "late", local._(_("过了说好的时间还没来，正在催")))
    return ToldCall(unit, "clock", "plain", local._(_("{day} 前来")).format(day=local.time(call.report_due_at)))


def _told_step(step: Milestone, known: Reference, local: LocalWords, now: datetime) -> ToldStep:
    if step.state is MilestoneState.done:
        icon, tone, words = "checked", "ours", _("做完了")
    elif step.due_at < now:
        icon, tone, words = "alert", "late", _("比说好的晚了，正在催")
    else:
        icon, tone, words = "clock", "plain", _("还没到日子")
    return ToldStep(step.title, known.unit_name(step.unit_id), step.due_at, icon, tone, local._(words))


def waiting(visit: Visit) -> int:
    """As many as wait for this reader, those to score as well; for who only supervises, those that nobody came to."""
    names = COUNTED.get(listing.usual_view(visit).name, ())
    return sum(listing.count(visit, view) for view in listing.views_for(visit) if view.name in names)


def not_reported_in(visit: Visit, place: Area) -> Pressing:
    """On the board of an area; the number leads to the very whistles."""
    missing = next(view for view in listing.VIEWS if view.name == "missing")
    return Pressing(
        words=_("张哨有单位没报到"),
        explained=_("过了报到时间还没来"),
        tone="overdue",
        count=listing.count(visit, missing, place),
        url=f"/desk/whistles?view=missing&area={place.id}",
    )


COUNTED = {"todo": ("todo", "score"), "missing": ("missing",)}
REGISTER = Register(
    "whistles",
    "/desk/whistles",
    _("吹哨报到"),
    _(
        "镇里叫了哪些单位，谁到了，谁没到，计划做到哪一段。数字是等您办的：批准、裁定、报到、排计划做节点、验收、打分；督查看到的是到时间还没报到的。"
    ),
    waiting,
)


def _of(session: Session, ticket: Ticket) -> Sequence[Whistle]:
    """Of the ticket, and of the issue that it belongs to; the newest first."""
    in_issue = [col(Whistle.issue_id) == ticket.issue_id] if ticket.issue_id else []
    wanted = select(Whistle).where(or_(col(Whistle.ticket_id) == ticket.id, *in_issue))
    return session.exec(wanted.order_by(col(Whistle.id).desc())).all()
