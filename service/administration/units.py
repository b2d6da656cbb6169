"""Units: who is there, what each still has in its hands, and what may be changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_
from sqlmodel import Session, col, select

from notifications.channels.base import DeliveryFailed
from notifications.channels.wecom import webhook
from service.accounts.visits import Visit
from service.administration.changes import write_down
from service.administration.commands import AddUnit, ChangeUnit, DeactivateUnit, ReactivateUnit, SetRobot
from service.administration.permissions import allow, allow_in, covers
from service.directory.models import Area, Unit
from service.directory.reference import Reference
from service.errors import NotFound
from service.fields import Choice
from service.settings import settings
from service.tickets import dissolved
from service.tickets.models import IS_OPEN, Assignment, Ticket
from service.tickets.numbers import number_of
from workflows.actors import Actor
from workflows.refusals import Refused
from workflows.words import _

PAGE = 50
NAMED_MOST = 5
NOT_A_ROBOT = _("这不是群机器人的地址，请从群机器人的设置里重新复制。")
NO_ROBOTS_THERE = _("通知不能发到 {host}。自己部署的企业微信，请维护人员先在 WEIYUAN_ROBOT_HOSTS 里写上它的网址。")


@dataclass(frozen=True)
class UnitRow:
    unit: Unit
    url: str
    area_name: str
    open_tickets: int


@dataclass(frozen=True)
class Units:
    rows: Sequence[UnitRow]
    cursor: str | None


def units_seen(visit: Visit, search: str = "", start: int = 0, most: int = PAGE) -> Units:
    """As one walks through the county: its own units, then town by town."""
    paths = tuple(allow(visit, "see_units"))
    fitting = [unit for unit in in_order(visit.known) if _path(unit, visit.known).startswith(paths)]
    wanted = [unit for unit in fitting if not search or search in f"{unit.name} {unit.short_name} {unit.phone or ''}"]
    shown = wanted[start : start + most]
    counts = _open_tickets(visit.session, [unit.id or 0 for unit in shown])
    rows = [
        UnitRow(unit, url_of(unit.id or 0), visit.known.place_name(unit.area_id), counts.get(unit.id or 0, 0))
        for unit in shown
    ]
    return Units(rows, str(start + most) if len(wanted) > start + most else None)


def in_order(known: Reference) -> list[Unit]:
    def place(unit: Unit) -> tuple[list[tuple[int, int]], int, int]:
        lineage = reversed(known.lineage(unit.area_id))
        return [(area.position, area.id or 0) for area in lineage], unit.position, unit.id or 0

    return sorted(known.units.values(), key=place)


def _path(unit: Unit, known: Reference) -> str:
    return known.areas[unit.area_id].path


def _open_tickets(session: Session, units: Iterable[int]) -> Mapping[int, int]:
    counted = select(Ticket.unit_id, func.count()).where(IS_OPEN, col(Ticket.unit_id).in_(list(units)))
    return {unit: count for unit, count in session.exec(counted.group_by(col(Ticket.unit_id))) if unit}


def url_of(unit_id: int) -> str:
    return f"/desk/units/{unit_id}"


def unit_choices_in(visit: Visit, actor: Actor) -> list[Choice]:
    """Units in service in the areas of these posts, each under its place."""
    paths = tuple(post.area_path for post in actor.posts)
    return [
        Choice(str(unit.id), unit.name, group=visit.known.place_name(unit.area_id))
        for unit in in_order(visit.known)
        if unit.is_active and _path(unit, visit.known).startswith(paths)
    ]


def unit_seen(visit: Visit, unit_id: int, to_do: str = "see_units") -> Unit:
    """The row itself, to be changed. Raises NotFound for one outside of one's area."""
    unit = visit.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound()
    allow_in(visit, to_do, _path(unit, visit.known))
    return unit


@dataclass(frozen=True)
class StillOpen:
    """What a unit has to do with and is not done: all of it counted, the first ones named."""

    numbers: Sequence[str]
    count: int


def still_open(session: Session, unit_id: int) -> StillOpen:
    """Tickets that it must act on now, leads, or supports."""
    condition = (IS_OPEN, _has_to_do_with(unit_id))
    count = session.exec(select(func.count()).select_from(Ticket).where(*condition)).one()
    wanted = select(Ticket.id, Ticket.created_at).where(*condition).order_by(col(Ticket.due_at)).limit(NAMED_MOST)
    rows: Sequence[tuple[int | None, datetime]] = session.exec(wanted).all()
    return StillOpen([number_of(ticket_id or 0, created_at) for ticket_id, created_at in rows], count)


def _has_to_do_with(unit_id: int) -> ColumnElement[bool]:
    is_held = exists().where(
        col(Assignment.ticket_id) == col(Ticket.id),
        col(Assignment.unit_id) == unit_id,
        col(Assignment.ended_at).is_(None),
    )
    return or_(col(Ticket.unit_id) == unit_id, col(Ticket.lead_unit_id) == unit_id, is_held)


# Writes


def add(visit: Visit, asked: AddUnit) -> Unit:
    area = visit.known.areas.get(asked.area)
    if area is None or not covers(visit, "add_unit", area.path):
        raise Refused(_("这个地方不归您管，请选列表里的。"), field="area")
    _check_name(visit.session, asked.name)
    unit = Unit(
        name=asked.name,
        short_name=asked.short_name,
        unit_class=asked.unit_class,
        area_id=asked.area,
        phone=asked.phone,
        position=max((unit.position for unit in visit.known.units.values()), default=0) + 1,
    )
    visit.session.add(unit)
    visit.session.flush()
    write_down(visit, asked, asked.name, area.path)
    return unit


def change(visit: Visit, unit: Unit, asked: ChangeUnit) -> None:
    if asked.name != unit.name:
        _check_name(visit.session, asked.name)
    write_down(visit, asked, unit.name, _path(unit, visit.known), as_it_is(unit))
    unit.name, unit.short_name = asked.name, asked.short_name
    unit.unit_class, unit.phone = asked.unit_class, asked.phone
    visit.session.add(unit)


def as_it_is(unit: Unit) -> ChangeUnit:
    return ChangeUnit.model_construct(
        name=unit.name, short_name=unit.short_name, unit_class=unit.unit_class, phone=unit.phone
    )


def set_robot(visit: Visit, unit: Unit, asked: SetRobot) -> None:
    """Raises Refused for an address that is no group robot's: notices go nowhere else."""
    if asked.robot_url is not None:
        _check_robot(asked.robot_url)
    before = SetRobot.model_construct(robot_url=unit.robot_url)
    write_down(visit, asked, unit.name, _path(unit, visit.known), before)
    unit.robot_url = asked.robot_url
    visit.session.add(unit)


def _check_robot(address: str) -> None:
    try:
        host = webhook(address).host
    except DeliveryFailed:
        raise Refused(NOT_A_ROBOT, field="robot_url") from None
    if host not in settings().allowed_robot_hosts:
        raise Refused(NO_ROBOTS_THERE, field="robot_url", host=host)


def deactivate(visit: Visit, unit: Unit, asked: DeactivateUnit) -> None:
    """Raises Refused while it is a place's desk, or has to do with tickets that it does not hand back."""
    desk_of = visit.session.exec(select(Area.name).where(Area.desk_unit_id == unit.id)).all()
    if desk_of:
        raise Refused(_("它是{places}的受理台，请先在“区划”里换一个受理台。"), places="、".join(desk_of))
    left = still_open(visit.session, unit.id or 0)
    if asked.hands_back:
        dissolved.give_back(visit.session, unit.id or 0, visit.now)
    elif left.count:
        raise Refused(_still_open_sentence(left), count=left.count, numbers="、".join(left.numbers))
    _set_active(visit, unit, asked, False)


def _still_open_sentence(left: StillOpen) -> str:
    if left.count > len(left.numbers):
        return _("它手里还有 {count} 件没办完（{numbers} 等），先转派或办结，再停用。")
    return _("它手里还有 {count} 件没办完（{numbers}），先转派或办结，再停用。")


def reactivate(visit: Visit, unit: Unit, asked: ReactivateUnit) -> None:
    _set_active(visit, unit, asked, True)


def _set_active(visit: Visit, unit: Unit, asked: DeactivateUnit | ReactivateUnit, is_active: bool) -> None:
    unit.is_active = is_active
    visit.session.add(unit)
    write_down(visit, asked, unit.name, _path(unit, visit.known))


def _check_name(session: Session, name: str) -> None:
    if session.exec(select(Unit.id).where(Unit.name == name)).first() is not None:
        raise Refused(_("已经有一个叫“{name}”的单位了。"), field="name", name=name)
