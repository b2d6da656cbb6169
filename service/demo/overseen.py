"""What supervisors did lately: one supervision answered, a listed one that was not, and a round of looking back."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.accounts.actors import actor_of
from service.demo.county import county
from service.demo.settling import Ids
from service.directory.models import Appointment
from service.directory.reference import reference
from service.oversight import inspections
from service.oversight.inspection_forms import OpenRound
from service.oversight.models import InspectionItem
from service.tickets.lifecycle import perform
from service.tickets.models import Ticket
from workflows.ask_words import SupervisionLevel
from workflows.commands import AnswerSupervision, Supervise
from workflows.inspection_words import Finding
from workflows.inspections import RecordInspection
from workflows.statuses import WITH_UNIT, Role

SUPERVISOR = "supervisor-2"
SEED = "青岭县回头看"
INSPECTED, INSPECTORS = 0, 1
"""Places of the two towns in the plan of the county."""

ANSWER = "材料昨天已经到了，施工队明天进场，三天内办好，办好当天报结果。"
FOUND = (
    (Finding.confirmed, "上门问过，事情办好了，老人家说满意。"),
    (Finding.partly, "主要的办好了，答应补的一段还没有补，已请承办单位记着。"),
)


def oversee(session: Session, ids: Ids, now: datetime) -> None:
    """By real commands, as of this morning; what a young county has not had yet is left out."""
    supervised = select(Ticket).where(
        col(Ticket.supervision_level).is_not(None),
        col(Ticket.supervision_answered_at).is_(None),
        col(Ticket.status).in_(WITH_UNIT),
    )
    tickets = session.exec(supervised.order_by(col(Ticket.id)).limit(2)).all()
    if len(tickets) == 2:
        _answer(session, tickets[0], now)
        _list(session, tickets[1], ids, now)
    _look_back(session, ids, now)


def _answer(session: Session, ticket: Ticket, now: datetime) -> None:
    handler = _somebody(session, ticket.lead_unit_id or 0, Role.handler)
    if handler is not None:
        actor = actor_of(session, handler, reference(session))
        perform(session, ticket.id or 0, AnswerSupervision(words=ANSWER), actor, now)


def _list(session: Session, ticket: Ticket, ids: Ids, now: datetime) -> None:
    if ticket.supervision_level is not SupervisionLevel.listed:
        actor = actor_of(session, ids.people[SUPERVISOR], reference(session))
        command = Supervise(level=SupervisionLevel.listed, note="几次没有答复，挂牌督办，请主要负责人说明。")
        perform(session, ticket.id or 0, command, actor, now)


def _look_back(session: Session, ids: Ids, now: datetime) -> None:
    """One town looks at what another has closed; two of the drawn ones are through."""
    inspected, inspectors = (county().towns[place].key for place in (INSPECTED, INSPECTORS))
    unit, today = ids.units[f"{inspectors}.desk"], now.date()
    asked = OpenRound(
        area=ids.areas[inspected],
        unit=unit,
        closed_from=today - timedelta(days=45),
        closed_until=today - timedelta(days=1),
        percent=30,
        due=today + timedelta(days=10),
        seed=SEED,
    )
    inspector = _somebody(session, unit)
    opened = inspections.open_round(session, asked, ids.people[SUPERVISOR], now)
    drawn = select(InspectionItem).where(InspectionItem.round_id == opened.id).order_by(col(InspectionItem.id))
    items = session.exec(drawn).all()
    if inspector is not None:
        for item, (finding, words) in zip(items[:-1], FOUND, strict=False):
            command = RecordInspection(finding=finding, words=words)
            inspections.record(session, item.id or 0, command, actor_of(session, inspector, reference(session)), now)


def _somebody(session: Session, unit: int, role: Role | None = None) -> int | None:
    wanted = select(Appointment.person_id).where(Appointment.unit_id == unit)
    if role is not None:
        wanted = wanted.where(Appointment.role == role)
    return session.exec(wanted.order_by(col(Appointment.id))).first()
