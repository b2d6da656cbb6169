"""Plays the part of a story that is nobody else's: decided step by step in memory, with the clock's rules in between.

What comes of it is written many tickets at a time, as `service/tickets/history.py` does for wishes that are imported.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from service.simulation.cast import Company
from service.simulation.fates import Span
from service.simulation.speaking import say
from service.simulation.stories import Step, Told
from service.tickets import history
from service.tickets.history import Past
from workflows import escalations
from workflows.actors import system
from workflows.commands import Submit
from workflows.refusals import Refused
from workflows.statuses import Status

ANSWERS = 0.85
"""Of the units that are supervised, so many say within a day what they will do."""


@dataclass
class Life:
    """One story on its way. `left` are the steps that are still to come, those of the unit's answers among them."""

    told: Told
    past: Past
    left: list[Step]
    lots: Random
    company: Company

    def go_on(self, until: datetime) -> None:
        """Steps and rules of the clock, whichever comes first."""
        while (moment := self._next_moment(until)) is not None:
            if self.left and self.left[0].at <= moment:
                self._take(self.left.pop(0))
            else:
                self._let_the_clock_act(moment)

    def _next_moment(self, until: datetime) -> datetime | None:
        step = self.left[0].at if self.left else None
        moments = (step, escalations.next_alarm(self.past.case))
        return min((moment for moment in moments if moment is not None and moment <= until), default=None)

    def _take(self, step: Step) -> None:
        at = max(step.at, self.past.steps[-1].at)
        try:
            self.past.tell(self.company.command(step), at, self.company.actor(step.who, self.past.ticket_id))
        except Refused:
            if not step.is_attempt:
                raise

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


def live(told: Told, ticket_id: int, company: Company, span: Span) -> Past:
    """Up to the first step in which others have a part, or to the end of the year."""
    first, *others = told.steps[: told.alone]
    submission = company.command(first)
    assert isinstance(submission, Submit)
    past = history.begin(submission, first.at, company.known, company.origin(told), company.actor(first.who))
    past.number(ticket_id)
    life = Life(told, past, others, Random(f"{ticket_id}/clock"), company)
    life.go_on(span.end if told.alone == len(told.steps) else told.steps[told.alone - 1].at)
    return past
