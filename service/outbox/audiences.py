"""Turns an audience of the notice table into people and units, as seen from one ticket."""

from collections.abc import Callable

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from notifications.notices import Audience
from service.outbox.scenes import NOBODY, Addressees, Scene, nearest, people_of, units_of
from service.tickets.models import Ask, Assignment, Ticket
from workflows.ask_words import AskState
from workflows.changes import HoldRole
from workflows.statuses import Role, Status

DUTY_ROLE = {Status.submitted: Role.dispatcher, Status.replied: Role.reviewer, Status.follow_up: Role.follow_up_officer}
"""Who in the holding unit has to act; everywhere else it is the handler."""


def addressees(scene: Scene, audience: Audience) -> Addressees:
    return RESOLVERS[audience](scene)


def holder(scene: Scene) -> Addressees:
    """Whoever must act now, or had to when the ticket ended: nobody is left waiting for a unit without such people."""
    unit, role = scene.ticket.unit_id, _role_of_holder(scene.ticket)
    if unit is None:
        return NOBODY
    people = people_of(scene, [unit], role)
    return Addressees(people or (nearest(scene, role) if role is not Role.handler else people), (unit,))


def _role_of_holder(ticket: Ticket) -> Role:
    if ticket.closed_at is not None and ticket.unit_id != ticket.lead_unit_id:
        return Role.dispatcher
    return DUTY_ROLE.get(ticket.status, Role.handler)


def unit_head(scene: Scene) -> Addressees:
    unit = scene.ticket.unit_id
    if unit is None:
        return NOBODY
    return Addressees(people_of(scene, [unit], is_head=True), (unit,))


def dispatchers(scene: Scene) -> Addressees:
    """Of the nearest desk that has any."""
    desks = scene.known.desks_of(scene.ticket.area_id)
    manned = next((people for desk in desks if (people := people_of(scene, [desk], Role.dispatcher))), frozenset())
    return Addressees(manned, desks[:1])


def reviewers(scene: Scene) -> Addressees:
    return Addressees(nearest(scene, Role.reviewer))


def follow_up_officers(scene: Scene) -> Addressees:
    return Addressees(nearest(scene, Role.follow_up_officer))


def supervisors(scene: Scene) -> Addressees:
    return Addressees(nearest(scene, Role.supervisor))


def handling_unit(scene: Scene) -> Addressees:
    unit = scene.ticket.lead_unit_id
    return NOBODY if unit is None else Addressees(people_of(scene, [unit], Role.handler), (unit,))


def supporting_units(scene: Scene) -> Addressees:
    wanted = select(Assignment.unit_id).where(
        Assignment.ticket_id == scene.ticket.id,
        Assignment.role == HoldRole.supporting,
        col(Assignment.ended_at).is_(None),
    )
    units = tuple(sorted(set(scene.session.exec(wanted))))
    return Addressees(people_of(scene, units, Role.handler), units)


def deciders(scene: Scene) -> Addressees:
    """Of what was asked last and waits: the dispatchers of that desk, or supervision."""
    ask = _ask(scene, col(Ask.state) == AskState.pending)
    if ask is None:
        return NOBODY
    desk = ask.decider_unit_id
    people = people_of(scene, [desk], Role.dispatcher) if desk is not None else frozenset()
    return Addressees(people or nearest(scene, Role.supervisor), () if desk is None else (desk,))


def decider_heads(scene: Scene) -> Addressees:
    ask = _ask(scene, col(Ask.state) == AskState.pending)
    if ask is None or ask.decider_unit_id is None:
        return NOBODY
    return Addressees(people_of(scene, [ask.decider_unit_id], is_head=True))


def asking_unit(scene: Scene) -> Addressees:
    """Of what was decided last: whoever of the unit handles tickets, and the one who asked."""
    ask = _ask(scene, col(Ask.state).in_((AskState.granted, AskState.refused)))
    if ask is None:
        return NOBODY
    asked_by = frozenset() if ask.asked_by_id is None else frozenset({ask.asked_by_id})
    return Addressees(people_of(scene, [ask.unit_id], Role.handler) | asked_by, (ask.unit_id,))


def _ask(scene: Scene, condition: ColumnElement[bool]) -> Ask | None:
    newest = (col(Ask.decided_at).desc(), col(Ask.id).desc())
    wanted = select(Ask).where(Ask.ticket_id == scene.ticket.id, condition).order_by(*newest).limit(1)
    return scene.session.exec(wanted).one_or_none()


def lead_head(scene: Scene) -> Addressees:
    unit = scene.ticket.lead_unit_id
    return NOBODY if unit is None else Addressees(people_of(scene, [unit], is_head=True), (unit,))


def called_units(scene: Scene) -> Addressees:
    """Those that the event is about; nobody before a whistle is blown."""
    units = tuple(scene.details.get("called", ()))
    desk = [unit for unit in units if unit == scene.details.get("town")]
    return Addressees(people_of(scene, units, Role.handler) | people_of(scene, desk, Role.dispatcher), units)


def whistling_town(scene: Scene) -> Addressees:
    """The unit for which it was blown, and whoever blew it: he may be of a village."""
    town, blower = scene.details.get("town"), scene.details.get("blown_by")
    people = _staff(scene, town) | (frozenset() if blower is None else frozenset({blower}))
    return Addressees(people, () if town is None else (town,))


def principals(scene: Scene) -> Addressees:
    """The head of the town's desk, where the whistle waits for a yes; heads of its offices have no say in it."""
    town = scene.details.get("town")
    return Addressees(people_of(scene, [town], is_head=True)) if town and scene.details.get("awaits") else NOBODY


def unit_of_the_event(name: str, role: Role) -> Callable[[Scene], Addressees]:
    """The unit that the event's details name so, and who of it has this role."""

    def resolve(scene: Scene) -> Addressees:
        units = tuple(unit for unit in [scene.details.get(name)] if unit is not None)
        return Addressees(people_of(scene, units, role), units)

    return resolve


def claimant(scene: Scene) -> Addressees:
    """The unit that claimed, and whoever entered the claim: for a company or a party member he alone hears of it."""
    recorder = scene.details.get("recorder")
    unit = unit_of_the_event("unit", Role.handler)(scene)
    return Addressees(unit.people | (frozenset() if recorder is None else frozenset({recorder})), unit.units)


def inspectors(scene: Scene) -> Addressees:
    """Everybody of the unit that inspects, whatever his post there."""
    unit = scene.details.get("unit")
    return NOBODY if unit is None else Addressees(people_of(scene, [unit]), (unit,))


def ladder_rung(scene: Scene) -> Addressees:
    """The unit that owes something, its head, and above it the county's own: the event says how far up it went."""
    unit, county = scene.details.get("owes"), units_of(scene, scene.known.county.id or 0)
    rung = scene.details.get("to")
    if rung in {"supervision", "leader"}:
        watching = people_of(scene, county, Role.supervisor)
        in_charge = (watching | people_of(scene, county, Role.dispatcher)) & people_of(scene, county, is_head=True)
        leaders = in_charge - watching or in_charge
        return Addressees(leaders if rung == "leader" else watching - leaders or watching)
    heads = people_of(scene, [unit], is_head=True) if unit is not None and rung == "head" else frozenset()
    return Addressees(heads or _staff(scene, unit), () if unit is None else (unit,))


def _staff(scene: Scene, unit: int | None) -> frozenset[int]:
    return people_of(scene, (unit or 0,), Role.handler) | people_of(scene, (unit or 0,), Role.dispatcher)


def nobody(scene: Scene) -> Addressees:
    return NOBODY


RESOLVERS: dict[Audience, Callable[[Scene], Addressees]] = {
    Audience.holder: holder,
    Audience.unit_head: unit_head,
    Audience.dispatchers: dispatchers,
    Audience.reviewers: reviewers,
    Audience.follow_up_officers: follow_up_officers,
    Audience.supervisors: supervisors,
    Audience.handling_unit: handling_unit,
    Audience.supporting_units: supporting_units,
    Audience.deciders: deciders,
    Audience.decider_heads: decider_heads,
    Audience.asking_unit: asking_unit,
    Audience.lead_head: lead_head,
    Audience.called_units: called_units,
    Audience.whistle_lead: unit_of_the_event("lead_unit", Role.handler),
    Audience.whistling_town: whistling_town,
    Audience.principals: principals,
    Audience.ruling_officers: unit_of_the_event("ruling", Role.dispatcher),
    Audience.ladder_rung: ladder_rung,
    Audience.claimant: claimant,
    Audience.inspectors: inspectors,
    Audience.resident: nobody,
}
