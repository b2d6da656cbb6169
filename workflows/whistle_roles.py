"""What somebody is to one whistle: of the town that blew it, of a unit that was called, or of the county above them."""

from collections.abc import Iterator
from enum import StrEnum

from workflows.actors import Actor, Post
from workflows.cases import Case
from workflows.statuses import Role
from workflows.whistle_cases import BESIDE_THE_TOWN, WhistleCase, town_of
from workflows.whistle_words import WhistleKind
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
    if call is not None and call.is_active and case.blown_at is not None:
        if post.role is Role.handler:
            yield WhistleRole.called_lead if call.is_lead else WhistleRole.called_supporting
    elif case.town_unit_id is not None:
        yield from _roles_in_town(post, case)
    yield from _roles_in_county(post, case)


def _roles_in_town(post: Post, case: WhistleCase) -> Iterator[WhistleRole]:
    """The whistling unit, the unit of the same town that has the ticket, and the town's principal."""
    has_the_ticket = post.unit in case.ticket_units and post.area_path.startswith(case.town_path)
    if post.role in {Role.handler, Role.dispatcher} and (post.unit == case.town_unit_id or has_the_ticket):
        yield WhistleRole.town
    is_theirs = post.unit == case.town_unit_id if case.kind in BESIDE_THE_TOWN else post.area_path == case.town_path
    if post.is_head and is_theirs and post.role is not Role.administrator:
        yield WhistleRole.principal


def _roles_in_county(post: Post, case: WhistleCase) -> Iterator[WhistleRole]:
    if post.role is Role.dispatcher and post.unit == case.ruling_unit_id:
        yield WhistleRole.ruling_officer
    if post.role is Role.supervisor and post.covers(case.area_path):
        yield WhistleRole.supervisor
    if post.is_head and post.area_path == case.county_path and post.role in {Role.supervisor, Role.dispatcher}:
        yield WhistleRole.leader


def whistling_unit(case: Case, actor: Actor, kind: WhistleKind, town_desk: int) -> int | None:
    """For which unit this actor may blow a whistle on this ticket; None if for none.

    A village blows through its town, so the unit is then the town's desk; in the other directions it blows for itself.
    """
    posts = sorted(
        (post for post in actor.posts if _may_blow_as(post, case)), key=lambda post: (len(post.area_path), post.unit)
    )
    if not posts:
        return None
    is_own = kind in BESIDE_THE_TOWN or posts[0].area_path == town_of(case.area_path)
    return (posts[-1] if kind in BESIDE_THE_TOWN else posts[0]).unit if is_own else town_desk


def _may_blow_as(post: Post, case: Case) -> bool:
    """Of the town or below it, and concerned: its principal, its desk, or the unit that has the ticket."""
    town = town_of(case.area_path)
    if town is None or not post.area_path.startswith(town) or not post.covers(case.area_path):
        return False
    is_principal = post.is_head and post.area_path == town and post.role is not Role.administrator
    has_the_ticket = post.unit == case.lead_unit_id or post.unit in case.supporting
    return is_principal or post.role is Role.dispatcher or (post.role is Role.handler and has_the_ticket)


def posts_at(actor: Actor, case: WhistleCase, role: WhistleRole) -> tuple[Post, ...]:
    """The posts by which this actor has this role; those of the whistling unit itself come first."""
    fitting = [post for post in actor.posts if role in _roles_of(post, case)]
    return tuple(sorted(fitting, key=lambda post: post.unit != case.town_unit_id))
