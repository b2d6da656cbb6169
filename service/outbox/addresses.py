"""Where a notice goes: people one by one, group chats, mailboxes, and the villagers who want to be told."""

from dataclasses import dataclass, replace

from sqlmodel import col, or_, select

from notifications.channels import CHANNELS
from notifications.channels.base import Addressee
from notifications.messages import Values
from notifications.notices import ChannelName, Notice
from service.directory.models import Person
from service.outbox.audiences import addressees
from service.outbox.scenes import Addressees, Scene
from service.outbox.wording import her_page_of
from service.sealing import tracking_token
from service.settings import settings
from service.tickets.consents import message_token
from service.tickets.models import Consent, Ticket, TicketEvent
from service.tickets.numbers import number_of
from workflows.consents import Way
from workflows.statuses import Role


@dataclass(frozen=True)
class Address:
    """`mark` tells addresses of one notice apart in the delivery's key."""

    mark: str
    address: str = ""
    person_id: int | None = None
    unit_id: int | None = None
    consent_id: int | None = None
    number: str = ""
    page: str = ""

    def wording(self, values: Values) -> Values:
        """A villager reads the number of her own wish, and comes to her own page."""
        return replace(values, number=self.number, url=self.page) if self.consent_id else values


def addresses(scene: Scene, notice: Notice, event: TicketEvent) -> list[Address]:
    """Whoever acted knows already."""
    if CHANNELS[notice.channel].addressee is Addressee.villager:
        return _villagers(scene, notice.channel, event)
    found = addressees(scene, notice.audience)
    if CHANNELS[notice.channel].addressee is Addressee.unit:
        return _robots(scene, found)
    people = sorted(found.people - {event.person_id})
    if notice.channel is ChannelName.email:
        return _mailboxes(scene, people)
    return [Address(f"person {person}", person_id=person) for person in people]


def _robots(scene: Scene, found: Addressees) -> list[Address]:
    units = (scene.known.units[unit] for unit in found.units)
    return [
        Address(f"unit {unit.id}", unit.robot_url, unit_id=unit.id)
        for unit in units
        if unit.robot_url and unit.is_active
    ]


def _mailboxes(scene: Scene, people: list[int]) -> list[Address]:
    if settings().smtp_url is None:
        return []
    rows = scene.session.execute(select(Person.id, Person.email).where(col(Person.id).in_(people))).all()
    return [Address(f"person {row.id}", row.email, person_id=row.id) for row in rows if row.email]


HERS_ALONE = frozenset({"assign", "decline", "follow_up", "inquire"})
"""What is said to the villager of a wish, and not to those whose wishes were merged into hers."""


def _villagers(scene: Scene, channel: ChannelName, event: TicketEvent) -> list[Address]:
    """She, and whose wishes are one with hers: each who has agreed to this way and has not said stop."""
    is_sms = channel is ChannelName.sms
    if not (settings().sms_url if is_sms else settings().wechat_url):
        return []
    if event.verb == "grant" and scene.details.get("ask") == "exclusion":
        return []
    merged = select(Ticket.id).where(Ticket.merged_into_id == scene.ticket.id)
    hers = Consent.ticket_id == scene.ticket.id
    concerned = hers if event.verb in HERS_ALONE else or_(hers, col(Consent.ticket_id).in_(merged))
    wanted = select(Consent.id, Consent.given_at, Ticket.id, Ticket.created_at).join(
        Ticket, col(Ticket.id) == col(Consent.ticket_id)
    )
    in_force = wanted.where(concerned, Consent.way == Way(channel), col(Consent.stopped_at).is_(None))
    rows = scene.session.execute(in_force.order_by(col(Consent.id))).all()
    return [
        Address(
            f"consent {consent}",
            consent_id=consent,
            number=number_of(ticket, at),
            page=her_page_of(message_token(consent, given_at) if is_sms else tracking_token(ticket)),
        )
        for consent, given_at, ticket, at in (tuple(row) for row in rows)
        if event.role is not Role.resident or ticket != scene.ticket.id
    ]
