"""Plays the part of a story that is nobody else's: decided step by step in memory, with the clock's rules in between.

What comes of it is written many tickets at a time, as `service/tickets/history.py` does for wishes that are imported.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from service.endorsements.history import Given, endorse
from service.simulation.cast import Company
from service.simulation.fates import Span
from service.simulation.speaking import say
from service.simulation.stories import Step, Told
from service.simulation.together import NEIGHBOUR
from service.tickets import history
from service.tickets.history import Past
from service.tickets.numbers import number_of
from workflows import escalations
from workflows.actors import system
from workflows.commands import Merge, Submit
from workflows.refusals import Refused
from workflows.statuses import Status

ANSWERS = 0.85
"""Of the units that are supervised, so many say within a day what they will do."""


@dataclass
class Living:
    """One lot of wishes. `firsts` are those into which another is merged, `endorsements` are still to be written."""

    company: Company
    span: Span
    seed: int
    ids: Sequence[int]
    endorsement_ids: Iterator[int]
    endorsements: list[Given] = field(default_factory=list)
    firsts: dict[int, Past] = field(default_factory=dict)

    def live(self, told: Told) -> Past:
        """Up to the first step in which others have a part, or to the end of the year."""
        first, *others = told.steps[: told.alone]
        past = self._begun(told, first)
        if told.fate.has_twin:
            self.firsts[told.fate.place] = past
        life = Life(told, past, others, Random(f"{self.seed}/clock/{told.fate.place}"), self)
        life.go_on(self.span.end if told.alone == len(told.steps) else told.steps[told.alone - 1].at)
        return past

    def _begun(self, told: Told, first: Step) -> Past:
        submission, company = self.company.command(first), self.company
        assert isinstance(submission, Submit)
        past = history.begin(submission, first.at, company.known, company.origin(told), company.actor(first.who))
        past.number(self.ids[told.fate.place])
        return past


@dataclass
class Life:
    """One story on its way. `left` are the steps that are still to come, answers to the clock among them."""

    told: Told
    past: Past
    left: list[Step]
    lots: Random
    among: Living
    endorsed: int = 0

    def go_on(self, until: datetime) -> None:
        """Steps and rules of the clock, whichever comes first."""
        while (moment := self._next_moment(until)) is not None:
            if self.left and self.left[0].at <= moment:
                self._try(self.left.pop(0))
            else:
                self._let_the_clock_act(moment)

    def _next_moment(self, until: datetime) -> datetime | None:
        step = self.left[0].at if self.left else None
        moments = (step, escalations.next_alarm(self.past.case))
        return min((moment for moment in moments if moment is not None and moment <= until), default=None)

    def _try(self, step: Step) -> None:
        try:
            self._take(step, max(step.at, self.past.steps[-1].at))
        except Refused:
            if not step.is_attempt:
                raise

    def _take(self, step: Step, at: datetime) -> None:
        if step.who == NEIGHBOUR:
            self._is_endorsed(at)
        elif step.verb == "merge":
            self._is_merged(step, at)
        else:
            company = self.among.company
            self.past.tell(company.command(step), at, company.actor(step.who, self.past.ticket_id))

    def _is_endorsed(self, at: datetime) -> None:
        browser = f"{self.among.seed}/{self.told.fate.place}/{self.endorsed}"
        given = endorse(self.past, next(self.among.endorsement_ids), browser, at, self.endorsed)
        self.among.endorsements.append(given)
        self.endorsed += 1

    def _is_merged(self, step: Step, at: datetime) -> None:
        """The rules look at the first one as it stood at that moment."""
        first = self.among.firsts[step.fields["into"]]
        then = first.case_at(at)
        assert first.ticket_id is not None and then.created_at is not None
        self.past.case = self.past.case.changed(target=then)
        command = Merge(into=number_of(first.ticket_id, then.created_at), reason=step.fields["reason"])
        self.past.tell(command, at, self.among.company.actor(step.who))

    def _let_the_clock_act(self, alarm: datetime) -> None:
        at = max(alarm, self.past.steps[-1].at)
        rule = escalations.due_rules(self.past.case, at)[0]
        self.past.tell(rule.command, at, system(rule.name))
        if rule.command.verb == "supervise" and self.lots.random() < ANSWERS:
            self._answer_later(at)

    def _answer_later(self, supervised: datetime) -> None:
        """By whoever has it in his hands; too late where it has gone on meanwhile."""
        who = self.told.cast.dispatcher if self.past.status is Status.submitted else self.told.cast.handler
        at = supervised + timedelta(hours=self.lots.uniform(2, 20))
        step = Step(at, who, "answer_supervision", {"words": say("supervised", self.lots)}, is_attempt=True)
        self.left = sorted([*self.left, step], key=lambda each: each.at)
