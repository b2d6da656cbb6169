"""Writes of looking back: a round is drawn and opened, a finding goes into the ticket's own chain, a round ends."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlmodel import Session, col, func, select

from service.directory.models import Area, AreaLevel, Unit
from service.directory.reference import Reference, reference
from service.errors import NotFound
from service.jobs import Surroundings, Tally, one_by_one
from service.oversight.inspection_forms import OpenRing, OpenRound, RoundTerms
from service.oversight.models import InspectionItem, InspectionRound
from service.settings import settings
from service.tickets import lifecycle
from service.tickets.casefile import case_of
from service.tickets.models import Assignment, Ticket
from service.tickets.records import About, Origin
from service.tickets.scope import in_area
from workflows import inspections
from workflows.actors import Actor, system
from workflows.changes import Duty
from workflows.commands import Reopen
from workflows.inspections import NEW_WISH, REOPEN, Item, RecordInspection, Round
from workflows.refusals import Refused
from workflows.statuses import Role, Status
from workflows.words import _

RULE = "inspection"
ENDS_AT = time(18, 0)
AGAIN = Reopen(reason=_("回头看发现没有办好，重新办理。"))


def open_round(session: Session, asked: OpenRound, person_id: int | None, now: datetime) -> InspectionRound:
    """Raise Refused where somebody would inspect himself, or where there is nothing to look at."""
    known = reference(session)
    area, unit = known.areas.get(asked.area), known.units.get(asked.unit)
    if area is None:
        raise Refused(_("没有这个地方，请重新选择所在地。"), field="area")
    if unit is None or not unit.is_active:
        raise Refused(_("没有这个单位，或者它已经停用，请重新选择。"), field="unit")
    planned = Round(
        area.path,
        asked.unit,
        known.areas[unit.area_id].path,
        *(asked.closed_from, asked.closed_until, asked.percent, asked.seed or secrets.token_hex(4), asked.due),
    )
    inspections.check(planned, _today(now))
    drawn = inspections.draw(closed_in(session, planned), planned.percent, planned.seed)
    if not drawn:
        raise Refused(_("这段日子里那里没有可以核查的办结件，请换一段日子。"), field="closed_from")
    return _written(session, planned, known.place_name(asked.area), drawn, person_id, now)


def _written(
    session: Session, planned: Round, place: str, drawn: Sequence[int], person_id: int | None, now: datetime
) -> InspectionRound:
    opened = InspectionRound(
        title=f"{place} {planned.closed_from:%Y-%m-%d}–{planned.closed_until:%Y-%m-%d}"[:100],
        area_path=planned.area_path,
        inspector_unit_id=planned.inspector_unit,
        closed_from=planned.closed_from,
        closed_until=planned.closed_until,
        percent=planned.percent,
        seed=planned.seed,
        due_at=datetime.combine(planned.due, ENDS_AT, _zone()),
        created_at=now,
        created_by_id=person_id,
    )
    session.add(opened)
    session.flush()
    session.add_all(InspectionItem(round_id=opened.id or 0, ticket_id=ticket_id) for ticket_id in drawn)
    session.flush()
    return opened


def closed_in(session: Session, planned: Round) -> list[int]:
    """The tickets among which lots are drawn: closed there in those days, and never handled by the inspectors."""
    first, last = (
        datetime.combine(day, time(), _zone()) for day in (planned.closed_from, planned.closed_until + timedelta(1))
    )
    handled = exists().where(
        col(Assignment.ticket_id) == col(Ticket.id),
        col(Assignment.unit_id) == planned.inspector_unit,
        col(Assignment.duty) == Duty.handle,
    )
    wanted = select(Ticket.id).where(
        Ticket.status == Status.closed,
        in_area(planned.area_path),
        col(Ticket.closed_at) >= first,
        col(Ticket.closed_at) < last,
        ~handled,
    )
    return [ticket_id for ticket_id in session.exec(wanted) if ticket_id is not None]


def ring_of(session: Session, known: Reference, area_paths: Sequence[str]) -> list[tuple[Area, Area]]:
    """(who inspects, who is inspected) among the towns with a desk; each time the ring turns by one."""
    towns = [
        area
        for area in sorted(known.areas.values(), key=lambda area: (area.position, area.id or 0))
        if area.level is AreaLevel.town and area.path.startswith(tuple(area_paths)) and _desk_of(area, known)
    ]
    by_id = {town.id or 0: town for town in towns}
    pairs = inspections.ring(list(by_id), _turns(session, towns))
    return [(by_id[who], by_id[whom]) for who, whom in pairs]


def _turns(session: Session, towns: Sequence[Area]) -> int:
    """How often the first town was inspected by another: that many turns were made."""
    if not towns:
        return 0
    counted = select(func.count()).select_from(InspectionRound).where(InspectionRound.area_path == towns[0].path)
    return session.exec(counted).one()


def _desk_of(area: Area, known: Reference) -> int | None:
    desk = known.units.get(area.desk_unit_id or 0)
    return desk.id if desk and desk.is_active and desk.area_id == area.id else None


def open_ring(
    session: Session, asked: OpenRing, area_paths: Sequence[str], person_id: int | None, now: datetime
) -> tuple[int, list[str]]:
    """How many rounds were opened, and the towns that had nothing to look at. Raises Refused where no round is left."""
    known = reference(session)
    terms = {name: getattr(asked, name) for name in RoundTerms.model_fields if name not in {"verb", "seed"}}
    seed, opened = asked.seed or secrets.token_hex(4), 0
    empty: list[str] = []
    refused: Refused | None = None
    for who, whom in ring_of(session, known, area_paths):
        one = OpenRound.model_construct(**terms, seed=seed, area=whom.id or 0, unit=_desk_of(who, known) or 0)
        try:
            open_round(session, one, person_id, now)
            opened += 1
        except Refused as problem:
            refused, empty = problem, [*empty, whom.name]
    if not opened and refused is not None:
        raise refused
    return opened, empty


def item_as_it_stands(session: Session, row: InspectionItem, round: InspectionRound, ticket: Ticket) -> Item:
    known = reference(session)
    lead = known.units.get(ticket.lead_unit_id or 0)
    case = case_of(session, ticket, known)
    return Item(case, round.inspector_unit_id, row.finding, round.ended_at is None, bool(lead and lead.is_active))


def record(session: Session, item_id: int, command: RecordInspection, actor: Actor, now: datetime) -> str:
    """The finding, an event of the ticket, and what follows from it. Raises NotFound, NotPermitted and Refused.

    The item is held and read anew: a second inspector waits here and then sees what the first one found.
    """
    wanted = select(InspectionItem).where(InspectionItem.id == item_id).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).one_or_none()
    round = session.get(InspectionRound, row.round_id) if row else None
    if row is None or round is None:
        raise NotFound()
    ticket = lifecycle.locked(session, row.ticket_id)
    consequence = inspections.decide(item_as_it_stands(session, row, round, ticket), command, actor)
    row.finding, row.inspected_at, row.inspected_by_id = command.finding, now, actor.person
    session.add(row)
    posts = tuple(post for post in actor.posts if post.unit == round.inspector_unit_id)
    inspector = Actor(person=actor.person, posts=posts)
    about = About(f"inspection:{row.id}", command.finding)
    lifecycle.record(session, row.ticket_id, command, inspector, Role.supervisor, now, about)
    _follow(session, consequence, row.ticket_id, Actor(rule=RULE, posts=posts), now)
    _end_when_through(session, round, now)
    return consequence


def _follow(session: Session, consequence: str, ticket_id: int, actor: Actor, now: datetime) -> None:
    if consequence == REOPEN:
        lifecycle.perform(session, ticket_id, AGAIN, actor, now)
    elif consequence == NEW_WISH:
        known = reference(session)
        again = lifecycle.as_submitted(lifecycle.locked(session, ticket_id), known)
        lifecycle.submit(session, again, system(RULE), now, Origin(parent_id=ticket_id))


def _end_when_through(session: Session, round: InspectionRound, now: datetime) -> None:
    session.flush()
    left = select(InspectionItem.id).where(InspectionItem.round_id == round.id, col(InspectionItem.finding).is_(None))
    if session.exec(left.limit(1)).first() is None:
        round.ended_at = now
        session.add(round)


def end_round(session: Session, round: InspectionRound, now: datetime) -> None:
    """Before all were looked at: what was not looked at stays counted as such."""
    if round.ended_at is not None:
        raise Refused(_("这一轮已经结束了。"))
    round.ended_at = now
    session.add(round)


def pass_rounds_on(around: Surroundings) -> Tally:
    """Job: the round of a unit that was dissolved goes on with the county's desk, which sits beyond every town."""
    gone = select(InspectionRound.id).join(Unit, col(Unit.id) == col(InspectionRound.inspector_unit_id))
    with around.database.reading() as session:
        found = session.exec(gone.where(col(InspectionRound.ended_at).is_(None), ~col(Unit.is_active))).all()
    return one_by_one(around, found, lambda session, round_id: _pass_on(session, round_id or 0))


def _pass_on(session: Session, round_id: int) -> None:
    round, known = session.get_one(InspectionRound, round_id), reference(session)
    if round.ended_at is None and not known.units[round.inspector_unit_id].is_active:
        round.inspector_unit_id = known.desks_of(known.county.id or 0)[0]


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().time_zone)


def _today(now: datetime) -> date:
    return now.astimezone(_zone()).date()
