"""Turns steps into commands and logins into actors: who and where the rows of the county are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from service.accounts.actors import actor_of
from service.demo.settling import Ids, links_by_area
from service.demo.telling import RESIDENT
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.simulation.stories import Step, Told
from service.tickets.records import Origin
from workflows.actors import NEW_RESIDENT, Actor, resident_of
from workflows.commands import CommandBase
from workflows.every_command import EVERY_COMMAND
from workflows.statuses import Source

UNIT, UNITS = ("unit", "lead"), ("units", "supporting")


@dataclass
class Company:
    """The county's people, units, areas and links, read once; actors are made as they are needed."""

    session: Session
    ids: Ids
    known: Reference
    links: Mapping[int, Link]
    _actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, who: str, ticket_id: int | None = None) -> Actor:
        if who == RESIDENT:
            return NEW_RESIDENT if ticket_id is None else resident_of(ticket_id)
        if who not in self._actors:
            self._actors[who] = actor_of(self.session, self.ids.people[who], self.known)
        return self._actors[who]

    def command(self, step: Step, **given: Any) -> CommandBase:
        """With rows for the keys that stories use; `given` stands in for what only the player knows."""
        fields = {name: self._row(name, value) for name, value in step.fields.items()} | given
        return EVERY_COMMAND[step.verb](**fields)

    def origin(self, told: Told) -> Origin:
        """The link of the nearest place that has one, where it came through a link."""
        if told.fate.source is not Source.link:
            return Origin()
        lineage = self.known.lineage(self.ids.areas[told.fate.area])
        return Origin(next(self.links[area.id or 0] for area in lineage if area.id in self.links))

    def _row(self, name: str, value: Any) -> Any:
        if name == "area":
            return self.ids.areas[value]
        if name in UNIT:
            return self.ids.units[value]
        if name in UNITS:
            return tuple(self.ids.units[key] for key in value)
        if name == "milestones":
            return [{**each, "unit": self.ids.units[each["unit"]]} for each in value]
        return value


def company(session: Session, ids: Ids) -> Company:
    return Company(session, ids, reference(session), links_by_area(session))
