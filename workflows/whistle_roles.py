"""What somebody is to one whistle: of the town that blew it, of a unit that was called, or of the county above them."""

from collections.abc import Iterator
from enum import StrEnum

from workflows.actors import Actor, Post
from workflows.cases import Case
from workflows.statuses import Role
from workflows.whistle_cases import WhistleCase, town_of
from workflows.whistle_kinds import KindRow, WhistleBook
from workflows.words import _


class WhistleRole(StrEnum):
    """What somebody is to this whistle."""

    town = "town"
    principal = "principal"
    called_lead = "called_lead"
    called_supporting = "called_supporting"
    ruling_officer = "ruling_officer"
    supervisor = "supervisor"
    leader = "leader"
    system = "system"


WHISTLE_ROLE_WORDS: dict[WhistleRole, str] = {
    WhistleRole.town: _("吹哨单位"),
    WhistleRole.principal: _("镇主要负责人"),
    WhistleRole.called_lead: _("牵头单位"),
    WhistleRole.called_supporting: _("一起报到的单位"),
    WhistleRole.ruling_officer: _("县里的裁定人"),
    WhistleRole.supervisor: _("督查员"),
    WhistleRole.leader: _("县分管领导"),
    WhistleRole.system: _("系统"),
}


def standing_at(actor: Actor, case: WhistleCase) -> frozenset[WhistleRole]:
    """The roles that this actor has at this whistle."""
    if actor.rule is not None:
        return frozenset({WhistleRole.system})
    return frozenset(role for post in actor.posts for role in _roles_of(post, case))


def _roles_of(post: Post, case: WhistleCase) -> Iterator[WhistleRole]:
    call = case.call_of(post.unit)
    is_called = call is not None and call.is_active and case.blown_at is not None
    if call is not None and is_called and _speaks_for_its_unit(post, case):
        yield WhistleRole.called_lead if call.is_lead else WhistleRole.called_supporting
    if case.town_unit_id is not None and (not is_called or post.unit == case.town_unit_id):
        yield from _roles_in_town(post, case)
    yield from _roles_in_county(post, case)


def _speaks_for_its_unit(post: Post, case: WhistleCase) -> bool:
    """A handler; at the town's own desk, which a ruling may send to the work, its dispatchers do the same."""
    return post.role is Role.handler or (post.role is Role.dispatcher and post.unit == case.town_unit_id)


def spoken_units(actor: Actor, case: WhistleCase) -> frozenset[int]:
    """The units that would speak through this actor, were they called."""
    return frozenset(post.unit for post in actor.posts if _speaks_for_its_unit(post, case))


def _roles_in_town(post: Post, case: WhistleCase) -> Iterator[WhistleRole]:
    """The whistling unit, the unit of the same town that has the ticket, and the town's principal.

    A town has many offices with a head each; its principal is the head of its desk alone.
    """
    has_the_ticket = post.unit in case.ticket_units and post.area_path.startswith(case.town_path)
    if post.role in {Role.handler, Role.dispatcher} and (post.unit == case.town_unit_id or has_the_ticket):
        yield WhistleRole.town
    if _is_principal(post, case.town_unit_id):
        yield WhistleRole.principal


def _roles_in_county(post: Post, case: WhistleCase) -> Iterator[WhistleRole]:
    if post.role is Role.dispatcher and post.unit == case.ruling_unit_id:
        yield WhistleRole.ruling_officer
    if post.role is Role.supervisor and post.covers(case.area_path):
        yield WhistleRole.supervisor
    if post.is_head and post.area_path == case.county_path and post.role in {Role.supervisor, Role.dispatcher}:
        yield WhistleRole.leader


def _is_principal(post: Post, desk: int | None) -> bool:
    return post.is_head and post.unit == desk and post.role is not Role.administrator


def whistling_unit(case: Case, actor: Actor, kind: KindRow) -> int | None:
    """For which unit this actor may blow a whistle of this kind on this ticket; None if for none.

    A town is one whistling unit, its desk, whoever of the town blows. A village or a group that calls its own people
    does so for itself, and the town's own posts cannot: nobody could leave out the principal by naming another kind.
    """
    if not kind.is_beside_the_town:
        return case.town_desk if any(_may_blow_as(post, case) for post in actor.posts) else None
    own = [post.unit for post in actor.posts if _is_below_the_town(post, case) and _is_concerned(post, case)]
    return min(own, default=None)


def kinds_to_blow(case: Case, actor: Actor, book: WhistleBook) -> tuple[KindRow, ...]:
    """Which of the county's kinds this actor is offered on this ticket."""
    return tuple(row for row in book.offered_kinds if whistling_unit(case, actor, row) is not None)


def _may_blow_as(post: Post, case: Case) -> bool:
    """Of the town or below it, and concerned: its principal, its desk, or the unit that has the ticket."""
    is_of_the_desk = post.unit == case.town_desk and post.role is Role.dispatcher
    return is_of_the_desk or _is_principal(post, case.town_desk) or (_is_in_town(post, case) and _has(post, case))


def _is_concerned(post: Post, case: Case) -> bool:
    is_its_desk = post.role is Role.dispatcher and post.unit in case.desks and post.covers(case.area_path)
    return is_its_desk or _has(post, case)


def _has(post: Post, case: Case) -> bool:
    """Of the unit that has the ticket or supports it."""
    has_it = post.unit == case.lead_unit_id or post.unit in case.supporting
    return has_it and post.role in {Role.handler, Role.dispatcher}


def _is_in_town(post: Post, case: Case) -> bool:
    town = town_of(case.area_path)
    return town is not None and post.area_path.startswith(town)


def _is_below_the_town(post: Post, case: Case) -> bool:
    return _is_in_town(post, case) and post.area_path != town_of(case.area_path)


def posts_at(actor: Actor, case: WhistleCase, role: WhistleRole) -> tuple[Post, ...]:
    """The posts by which this actor has this role; those of the whistling unit itself come first."""
    fitting = [post for post in actor.posts if role in _roles_of(post, case)]
    return tuple(sorted(fitting, key=lambda post: post.unit != case.town_unit_id))
