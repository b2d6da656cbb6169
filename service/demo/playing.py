"""Plays the stories through the real lifecycle, in the order of time; between their steps the clock does what it would.

What the escalation table asks for meanwhile is done at its own hour, or the first sweep would do all of it at once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from service.accounts.actors import actor_of
from service.claims import lifecycle as claims
from service.demo import blowing, grouping
from service.demo.scenes import Album
from service.demo.settling import Ids, links_by_area
from service.demo.telling import RESIDENT, Step, Story
from service.directory.models import Link
from service.directory.reference import Reference, reference
from service.tickets.casefile import case_of
from service.tickets.lifecycle import Performed, perform, submit
from service.tickets.models import OutboxRow, Ticket
from service.tickets.numbers import number_of
from service.tickets.records import Origin
from service.whistles.models import Whistle
from workflows import escalations
from workflows.actors import NEW_RESIDENT, Actor, resident_of, system
from workflows.cases import Case
from workflows.claim_commands import CLAIM_COMMANDS, ClaimTerms, LapseClaim
from workflows.commands import CommandBase, Submit
from workflows.every_command import EVERY_COMMAND
from workflows.whistle_commands import WHISTLE_COMMANDS

NAMES_A_UNIT = frozenset({"unit", "suggested_unit"})
STILL_NEWS = timedelta(hours=30)
"""Of what happened before that, nobody is told any more."""


@dataclass
class Run:
    """One story under way. `case` is its ticket as the rules see it now; `place` tells its pictures from others'."""

    story: Story
    place: int
    done: int = 0
    ticket_id: int = 0
    case: Case | None = None
    whistle: Whistle | None = None
    claim_id: int = 0

    @property
    def next_step(self) -> Step | None:
        return self.story.steps[self.done] if self.done < len(self.story.steps) else None

    @property
    def alarm(self) -> datetime | None:
        return escalations.next_alarm(self.case) if self.case is not None else None

    @property
    def whistle_alarm(self) -> datetime | None:
        return self.whistle.alarm_at if self.whistle is not None else None

    def next_moment(self, now: datetime) -> datetime | None:
        """When something happens to it next; None when nothing does before now."""
        step = self.next_step
        moments = (step.at if step else None, self.alarm, self.whistle_alarm)
        return min((moment for moment in moments if moment is not None and moment <= now), default=None)


@dataclass
class Play:
    session: Session
    ids: Ids
    now: datetime
    album: Album
    known: Reference
    links: dict[int, Link]
    actors: dict[str, Actor] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    def run(self, stories: list[Story]) -> None:
        runs = self.runs = [Run(story, place) for place, story in enumerate(stories)]
        queue = [(moment, place) for place, run in enumerate(runs) if (moment := run.next_moment(self.now))]
        heapify(queue)
        while queue:
            moment, place = heappop(queue)
            run = runs[place]
            if run.next_step is not None and run.next_step.at <= moment:
                self.step(run, run.next_step)
            elif run.whistle is not None and run.whistle_alarm is not None and run.whistle_alarm <= moment:
                self.escalate_whistle(run, run.whistle, moment)
            else:
                self.escalate(run, moment)
            if (following := run.next_moment(self.now)) is not None:
                heappush(queue, (max(following, moment), place))
        grouping.finish(self.session, self.ids, self.of_the_road(), self.now)

    def of_the_road(self) -> list[int]:
        return [run.ticket_id for run in self.runs if run.ticket_id and grouping.is_of_the_road(run.story)]

    def group(self, run: Run, at: datetime) -> None:
        """The wishes of that road become one matter, for which this one stands."""
        for ticket_id in grouping.group(self.session, self.ids, self.of_the_road(), run.ticket_id, at):
            if self.is_old(at):
                blowing.tell_nobody(self.session, ticket_id, at)

    def step(self, run: Run, step: Step) -> None:
        if step.fields.get("for_all"):
            self.group(run, step.at)
        command = self.command(step, run)
        is_quiet = self.is_old(step.at)
        actor = self.actor(step.who, run)
        run.done += 1
        if step.verb in WHISTLE_COMMANDS:
            run.whistle = blowing.act(self.session, run.ticket_id, run.whistle, command, actor, step.at)
            self.remember_whistle(run, step.at)
            return
        if isinstance(command, Submit):
            done = submit(self.session, command, actor, step.at, self.origin(run), is_quiet=is_quiet)
            run.ticket_id = done.ticket_id
            self.numbers[run.story.key or ""] = number_of(done.ticket_id, done.created_at)
        elif step.verb in CLAIM_COMMANDS:
            done = self.claim(run, command, actor, step.at)
        else:
            done = perform(self.session, run.ticket_id, command, actor, step.at, is_quiet=is_quiet)
        self.remember(run, done)

    def claim(self, run: Run, command: CommandBase, actor: Actor, at: datetime) -> Performed:
        """By the claims' own door; of what is old nobody is told."""
        if isinstance(command, ClaimTerms):
            run.claim_id, done = claims.claim(self.session, run.ticket_id, command, actor, at)
        else:
            actor = system("claim_contact") if isinstance(command, LapseClaim) else actor
            done = claims.perform(self.session, run.claim_id, command, actor, at)
        if self.is_old(at):
            self.session.execute(delete(OutboxRow).where(col(OutboxRow.event_id) == done.event_id))
        return done

    def escalate_whistle(self, run: Run, whistle: Whistle, at: datetime) -> None:
        blowing.let_the_clock_act(self.session, whistle, at)
        self.remember_whistle(run, at)

    def remember_whistle(self, run: Run, at: datetime) -> None:
        """What is called to a ticket supports it from then on."""
        run.case = case_of(self.session, self.session.get_one(Ticket, run.ticket_id), self.known)
        if self.is_old(at):
            blowing.tell_nobody(self.session, run.ticket_id, at)

    def escalate(self, run: Run, at: datetime) -> None:
        assert run.case is not None
        rule = escalations.due_rules(run.case, at)[0]
        actor = system(rule.name)
        self.remember(run, perform(self.session, run.ticket_id, rule.command, actor, at, is_quiet=self.is_old(at)))

    def remember(self, run: Run, done: Performed) -> None:
        assert done.decision is not None
        run.case = done.decision.after

    def command(self, step: Step, run: Run) -> CommandBase:
        fields: dict[str, Any] = {name: value for name, value in step.fields.items() if value is not None}
        fields = blowing.with_rows(fields, self.ids.units, self.session, run.whistle)
        for name in NAMES_A_UNIT & fields.keys():
            fields[name] = self.ids.units[fields[name]]
        if fields.pop("for_all", False):
            fields["issue"] = self.session.get_one(Ticket, run.ticket_id).issue_id
        if "units" in fields:
            fields["units"] = tuple(self.ids.units[key] for key in fields["units"])
        if "area" in fields:
            fields["area"] = self.ids.areas[fields["area"]]
        if "into" in fields:
            fields["into"] = self.numbers[fields["into"]]
        if "photos" in fields:
            person = self.ids.people.get(step.who)
            fields["photos"] = self.album.attach(self.session, fields["photos"], run.place, person, step.at)
        return EVERY_COMMAND[step.verb](**fields)

    def actor(self, who: str, run: Run) -> Actor:
        if who == RESIDENT:
            return resident_of(run.ticket_id) if run.ticket_id else NEW_RESIDENT
        if who not in self.actors:
            self.actors[who] = actor_of(self.session, self.ids.people[who], self.known)
        return self.actors[who]

    def origin(self, run: Run) -> Origin:
        """The link of the nearest place that has one."""
        if run.story.link is None:
            return Origin()
        lineage = self.known.lineage(self.ids.areas[run.story.link])
        return Origin(next(self.links[area.id] for area in lineage if area.id in self.links))

    def is_old(self, moment: datetime) -> bool:
        return moment < self.now - STILL_NEWS


def play(session: Session, ids: Ids, stories: list[Story], album: Album, now: datetime) -> None:
    Play(session, ids, now, album, reference(session), links_by_area(session)).run(stories)
