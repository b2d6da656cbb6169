"""Reads of looking back: rounds that concern the reader, their counts, and the tickets that were drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import Session, col, func, select

from service.accounts.scope import in_areas
from service.accounts.visits import Visit
from service.errors import NotFound
from service.oversight.models import InspectionItem, InspectionRound
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from workflows.actors import Actor
from workflows.commands import LARGEST_ID
from workflows.inspection_words import Finding
from workflows.statuses import Role

ROUNDS_MOST = 100


@dataclass(frozen=True)
class Counts:
    """Every figure of a round beside the others: nobody has to guess what a share is a share of."""

    drawn: int = 0
    confirmed: int = 0
    partly: int = 0
    untrue: int = 0

    @property
    def not_yet(self) -> int:
        return self.drawn - self.confirmed - self.partly - self.untrue


@dataclass(frozen=True)
class RoundRow:
    round: InspectionRound
    url: str
    inspector: str
    counts: Counts
    is_mine: bool


@dataclass(frozen=True)
class ItemRow:
    item: InspectionItem
    url: str
    number: str
    words: str
    area_name: str
    lead_name: str
    closed_at: Any


def supervised_paths(actor: Actor) -> tuple[str, ...]:
    return tuple(sorted({post.area_path for post in actor.posts_as(Role.supervisor)}))


def concerning(actor: Actor) -> ColumnElement[bool]:
    """A supervisor's own areas, and what one's own unit is to inspect; the rest does not exist."""
    own = col(InspectionRound.inspector_unit_id).in_(actor.units) if actor.units else false()
    return or_(own, in_areas(col(InspectionRound.area_path), supervised_paths(actor)))


def rounds_of(visit: Visit) -> list[RoundRow]:
    """Those under way first, then the newest."""
    order = (col(InspectionRound.ended_at).is_not(None), col(InspectionRound.id).desc())
    wanted = select(InspectionRound).where(concerning(visit.actor)).order_by(*order).limit(ROUNDS_MOST)
    rounds = visit.session.exec(wanted).all()
    counts = counts_of(visit.session, [round.id or 0 for round in rounds])
    return [row_of(visit, round, counts) for round in rounds]


def row_of(visit: Visit, round: InspectionRound, counts: Mapping[int, Counts]) -> RoundRow:
    return RoundRow(
        round,
        f"/desk/inspections/{round.id}",
        visit.known.unit_name(round.inspector_unit_id),
        counts.get(round.id or 0, Counts()),
        round.inspector_unit_id in visit.actor.units,
    )


def counts_of(session: Session, ids: Sequence[int]) -> dict[int, Counts]:
    wanted = (
        select(InspectionItem.round_id, InspectionItem.finding, func.count())
        .where(col(InspectionItem.round_id).in_(ids))
        .group_by(col(InspectionItem.round_id), col(InspectionItem.finding))
    )
    found: dict[int, dict[str, int]] = {}
    for round_id, finding, number in session.exec(wanted):
        counted = found.setdefault(round_id, dict.fromkeys(("drawn", *Finding), 0))
        counted["drawn"] += number
        if finding is not None:
            counted[finding] = number
    return {round_id: Counts(**counted) for round_id, counted in found.items()}


def seen_round(visit: Visit, round_id: int) -> InspectionRound:
    """Raise NotFound for a round that does not concern him, as if there were none."""
    known_id = round_id if 0 < round_id <= LARGEST_ID else 0
    wanted = select(InspectionRound).where(InspectionRound.id == known_id, concerning(visit.actor))
    found = visit.session.exec(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


def seen_item(visit: Visit, round_id: int, item_id: int) -> tuple[InspectionRound, InspectionItem, Ticket]:
    """Raise NotFound for one that is not of this round, or of a round that does not concern him."""
    round = seen_round(visit, round_id)
    wanted = select(InspectionItem).where(
        InspectionItem.id == min(item_id, LARGEST_ID), InspectionItem.round_id == round.id
    )
    item = visit.session.exec(wanted).one_or_none()
    if item is None:
        raise NotFound()
    return round, item, visit.session.get_one(Ticket, item.ticket_id)


def items_of(visit: Visit, round: InspectionRound) -> list[ItemRow]:
    """Those not looked at yet first."""
    order = (col(InspectionItem.finding).is_not(None), col(InspectionItem.ticket_id))
    wanted = select(InspectionItem, Ticket).join(Ticket, col(Ticket.id) == col(InspectionItem.ticket_id))
    rows = visit.session.exec(wanted.where(InspectionItem.round_id == round.id).order_by(*order)).all()
    return [_item(visit, item, ticket) for item, ticket in rows]


def _item(visit: Visit, item: InspectionItem, ticket: Ticket) -> ItemRow:
    known = visit.known
    return ItemRow(
        item,
        f"/desk/inspections/{item.round_id}/{item.id}",
        number_of(item.ticket_id, ticket.created_at),
        ticket.public_text,
        known.place_name(ticket.area_id),
        known.unit_name(ticket.lead_unit_id),
        ticket.closed_at,
    )


def waiting_for(visit: Visit) -> int:
    """How many drawn tickets wait for the reader's own unit."""
    if not visit.actor.units:
        return 0
    wanted = (
        select(func.count())
        .select_from(InspectionItem)
        .join(InspectionRound, col(InspectionRound.id) == col(InspectionItem.round_id))
        .where(
            col(InspectionRound.inspector_unit_id).in_(visit.actor.units),
            col(InspectionRound.ended_at).is_(None),
            col(InspectionItem.finding).is_(None),
        )
    )
    return visit.session.exec(wanted).one()
