"""Whistles that wait for the reader himself: what each of his posts owes at one, said as conditions on whistles."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col, select

from service.accounts import scope
from service.accounts.visits import Visit
from service.whistles.models import Milestone, Whistle, WhistleCall
from service.whistles.queries import on_a_ticket_of
from workflows.actors import Actor, Post
from workflows.statuses import Role
from workflows.whistle_words import CallState, MilestoneState, WhistleStatus

COUNTY_DEPTH = 2
"""Slashes in the path of the county itself; one more in the path of a town."""

IN_TOWN = frozenset({Role.handler, Role.dispatcher})
AT_IT = frozenset({WhistleStatus.blown, WhistleStatus.at_work})


def for_anything(visit: Visit) -> ColumnElement[bool]:
    """待我办: whatever is owed by one of the reader's posts before the whistle has ended."""
    return or_(*(owed(visit) for owed in OWED))


def for_approval(visit: Visit) -> ColumnElement[bool]:
    """Of the principal: whistles that nobody has approved, and those that were blown before anybody could."""
    is_late = and_(col(Whistle.confirm_due_at).is_not(None), col(Whistle.confirmed_at).is_(None))
    besides = visit.known.whistles.beside_the_town
    open_now = col(Whistle.status).in_({WhistleStatus.raised, WhistleStatus.completed, *AT_IT})
    waits = or_(col(Whistle.status) == WhistleStatus.raised, and_(is_late, open_now))
    return and_(waits, or_(false(), *(_of_principal(post, besides) for post in principals(visit.actor))))


def principals(actor: Actor) -> list[Post]:
    heads = (post for post in actor.posts if post.is_head and post.role is not Role.administrator)
    return [post for post in heads if post.area_path.count("/") > COUNTY_DEPTH]


def _of_principal(post: Post, besides: frozenset[str]) -> ColumnElement[bool]:
    own = col(Whistle.town_unit_id) == post.unit
    beside = col(Whistle.kind).in_(besides)
    if post.area_path.count("/") > COUNTY_DEPTH + 1:
        return and_(own, beside)
    return or_(and_(own, beside), and_(~beside, scope.in_areas(col(Whistle.area_path), [post.area_path])))


def for_ruling(visit: Visit) -> ColumnElement[bool]:
    """Of the county's dispatchers: calls that a unit contests."""
    if not may_rule(visit.actor):
        return false()
    return and_(col(Whistle.status).in_(AT_IT), _a_call(col(WhistleCall.state) == CallState.contested))


def may_rule(actor: Actor) -> bool:
    desks = (post for post in actor.posts if post.role is Role.dispatcher)
    return any(post.area_path.count("/") <= COUNTY_DEPTH for post in desks)


def for_report_in(visit: Visit) -> ColumnElement[bool]:
    awaited = _a_call(_speaks_for(visit.actor, col(WhistleCall.unit_id)), col(WhistleCall.state) == CallState.called)
    return and_(col(Whistle.status).in_(AT_IT), awaited)


def _speaks_for(actor: Actor, unit: Any) -> ColumnElement[bool]:
    """Handlers of a called unit; of the town's own desk, where a ruling has called it, the dispatchers as well."""
    at_the_desk = and_(unit == col(Whistle.town_unit_id), unit.in_(_units(actor, {Role.dispatcher})))
    return or_(unit.in_(_units(actor, {Role.handler})), at_the_desk)


def for_work(visit: Visit) -> ColumnElement[bool]:
    """Of the called: the plan and the completion owed by the lead, and each milestone owed by its unit."""
    planned = col(Milestone.state) == MilestoneState.planned
    leads = _a_call(
        _speaks_for(visit.actor, col(WhistleCall.unit_id)),
        col(WhistleCall.is_lead).is_(True),
        col(WhistleCall.state) == CallState.reported,
    )
    owes = or_(
        and_(leads, ~_a_milestone(planned)), _a_milestone(planned, _speaks_for(visit.actor, col(Milestone.unit_id)))
    )
    return and_(col(Whistle.status) == WhistleStatus.at_work, owes)


def for_acceptance(visit: Visit) -> ColumnElement[bool]:
    return and_(col(Whistle.status) == WhistleStatus.completed, _blown_by_his(visit.actor))


def for_scores(visit: Visit) -> ColumnElement[bool]:
    """Of the town that has accepted: who came, or should have come, and was not scored."""
    to_score = or_(col(WhistleCall.reported_at).is_not(None), col(WhistleCall.was_late).is_(True))
    unscored = _a_call(col(WhistleCall.scored_at).is_(None), to_score)
    return and_(col(Whistle.status) == WhistleStatus.accepted, _blown_by_his(visit.actor), unscored)


OWED: tuple[Callable[[Visit], ColumnElement[bool]], ...] = (
    for_approval,
    for_report_in,
    for_ruling,
    for_work,
    for_acceptance,
)


def _blown_by_his(actor: Actor) -> ColumnElement[bool]:
    """By his unit; and the office or village of the town that has the wish accepts and scores for its town."""
    own = col(Whistle.town_unit_id).in_(_units(actor, IN_TOWN)) | col(Whistle.unit_id).in_(_units(actor, IN_TOWN))
    return own | on_a_ticket_of(actor, IN_TOWN)


def _units(actor: Actor, roles: Iterable[Role]) -> list[int]:
    return [post.unit for post in actor.posts if post.role in roles]


def _a_call(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    wanted = select(WhistleCall.id).where(col(WhistleCall.whistle_id) == col(Whistle.id), *conditions)
    return wanted.correlate(Whistle).exists()


def _a_milestone(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    wanted = select(Milestone.id).where(col(Milestone.whistle_id) == col(Whistle.id), *conditions)
    return wanted.correlate(Whistle).exists()
