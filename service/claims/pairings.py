"""双报到: which organisation reports to which community, with how many members, and what it has delivered there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, true
from sqlmodel import col, select

from service.accounts.scope import in_areas
from service.accounts.visits import Visit
from service.claims.models import Claim, Pairing
from service.claims.pairing_commands import ChangePairing, EndPairing, Pair
from service.directory.models import Area, DirectoryEvent
from service.errors import NotFound
from service.tickets.models import Ticket
from workflows.claim_words import ClaimState
from workflows.command_fields import CommandBase
from workflows.commands import LARGEST_ID
from workflows.refusals import NotPermitted, Refused
from workflows.statuses import Role
from workflows.words import _

KEEPS = frozenset({Role.administrator, Role.supervisor})
LOOKS = KEEPS | {Role.dispatcher}


@dataclass(frozen=True)
class PairingRow:
    """`delivered` counts the unit's claims of wishes from there, since it was paired and until it ended."""

    pairing: Pairing
    unit: str
    place: str
    delivered: int
    may_change: bool


@dataclass(frozen=True)
class AreaCount:
    place: str
    units: int
    members: int
    delivered: int


def paths(visit: Visit, roles: frozenset[Role]) -> frozenset[str]:
    """The areas in which this person may do it. Raises NotPermitted when there is none."""
    found = frozenset(post.area_path for post in visit.actor.posts if post.role in roles)
    if not found:
        raise NotPermitted(_("您没有做这件事的权限。"))
    return found


def find_pairings(visit: Visit, area_path: str | None = None) -> list[PairingRow]:
    """Those that go on first, place by place; always the same number of queries."""
    kept = tuple(post.area_path for post in visit.actor.posts if post.role in KEEPS)
    here = in_areas(col(Area.path), [area_path]) if area_path else true()
    wanted = (
        select(Pairing, Area.path)
        .join(Area, col(Area.id) == col(Pairing.area_id))
        .where(in_areas(col(Area.path), paths(visit, LOOKS)), here)
        .order_by(col(Pairing.ended_on).is_not(None), col(Area.path), col(Pairing.id))
    )
    delivered = _delivered(visit)
    return [
        PairingRow(
            pairing,
            visit.known.unit_name(pairing.unit_id),
            visit.known.place_name(pairing.area_id),
            delivered.get(pairing.id or 0, 0),
            path.startswith(kept) if kept else False,
        )
        for pairing, path in visit.session.exec(wanted)
    ]


def _delivered(visit: Visit) -> dict[int, int]:
    is_meanwhile = and_(
        col(Claim.delivered_on) >= col(Pairing.since),
        or_(col(Pairing.ended_on).is_(None), col(Claim.delivered_on) <= col(Pairing.ended_on)),
    )
    counted: Any = (
        select(col(Pairing.id), func.count())
        .join(Area, col(Area.id) == col(Pairing.area_id))
        .join(Claim, and_(col(Claim.unit_id) == col(Pairing.unit_id), col(Claim.state) == ClaimState.delivered))
        .join(Ticket, and_(col(Ticket.id) == col(Claim.ticket_id), col(Ticket.area_path).startswith(col(Area.path))))
    )
    return {row[0]: row[1] for row in visit.session.execute(counted.where(is_meanwhile).group_by(col(Pairing.id)))}


def counts(rows: Sequence[PairingRow]) -> list[AreaCount]:
    """Of those that go on, place by place."""
    found: dict[str, AreaCount] = {}
    for row in rows:
        if row.pairing.ended_on is None:
            before = found.get(row.place, AreaCount(row.place, 0, 0, 0))
            found[row.place] = _and(before, row)
    return list(found.values())


def total(rows: Sequence[PairingRow]) -> AreaCount:
    whole = AreaCount("", 0, 0, 0)
    for row in rows:
        whole = _and(whole, row) if row.pairing.ended_on is None else whole
    return whole


def _and(count: AreaCount, row: PairingRow) -> AreaCount:
    members, delivered = count.members + row.pairing.members, count.delivered + row.delivered
    return AreaCount(count.place, count.units + 1, members, delivered)


def pair(visit: Visit, asked: Pair) -> None:
    """One that had ended begins anew. Raises Refused for a unit or a place that cannot be paired, or is already."""
    area = visit.known.areas.get(asked.area)
    if area is None or not area.path.startswith(tuple(paths(visit, KEEPS))):
        raise Refused(_("这个地方不归您管，请选列表里的。"), field="area")
    unit = visit.known.units.get(asked.unit)
    if unit is None or not unit.is_active:
        raise Refused(_("没有这个单位，或者它已经停用，请重新选择。"), field="unit")
    wanted = select(Pairing).where(Pairing.unit_id == asked.unit, Pairing.area_id == asked.area)
    found = visit.session.exec(wanted.with_for_update()).one_or_none()
    if found is not None and found.ended_on is None:
        raise Refused(_("这个单位已经在这里报到了，可以直接改人数。"), field="unit")
    row = found or Pairing(unit_id=asked.unit, area_id=asked.area, since=asked.since)
    row.members, row.since, row.ended_on = asked.members, asked.since, None
    visit.session.add(row)
    _write_down(visit, asked, row, {})


def change(visit: Visit, row: Pairing, asked: ChangePairing) -> None:
    old = {"members": row.members, "since": row.since.isoformat()}
    row.members, row.since = asked.members, asked.since
    visit.session.add(row)
    _write_down(visit, asked, row, old)


def end(visit: Visit, row: Pairing, asked: EndPairing) -> None:
    if asked.ended_on < row.since:
        raise Refused(_("结束的日子不能早于开始的日子。"), field="ended_on")
    row.ended_on = asked.ended_on
    visit.session.add(row)
    _write_down(visit, asked, row, {})


def pairing_kept(visit: Visit, pairing_id: int) -> Pairing:
    """Raises NotPermitted when such things are not his to change at all, NotFound when this one is not."""
    kept = paths(visit, KEEPS)
    wanted = select(Pairing).where(Pairing.id == min(pairing_id, LARGEST_ID)).with_for_update()
    found = visit.session.exec(wanted).one_or_none()
    if found is None or not visit.known.areas[found.area_id].path.startswith(tuple(kept)):
        raise NotFound()
    return found


def _write_down(visit: Visit, command: CommandBase, row: Pairing, old: dict[str, Any]) -> None:
    """In the record of changes, as the directory's own."""
    new = command.model_dump(mode="json", exclude={"verb"})
    event = DirectoryEvent(
        at=visit.now,
        person_id=visit.person_id,
        what=command.verb,
        area_path=visit.known.areas[row.area_id].path,
        details={"about": visit.known.unit_name(row.unit_id), "old": old, "new": new},
    )
    visit.session.add(event)
