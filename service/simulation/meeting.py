"""Plays what several units have a part in through everybody's doors, in the order of time: whistles, issues;
between two steps the clock does what it would."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.demo import blowing
from service.issues import answers
from service.issues import lifecycle as issues
from service.local_words import LocalWords
from service.settings import settings
from service.simulation.cast import Company
from service.simulation.stories import Step, Told
from service.simulation.together import IssueTale, Lot
from service.tickets import lifecycle
from service.tickets.casefile import case_of
from service.tickets.models import Ticket
from service.tickets.numbers import number_of
from service.web import translations
from service.whistles.models import Whistle
from workflows import escalations
from workflows.actors import Actor, system
from workflows.cases import Case
from workflows.commands import CommandBase
from workflows.issue_commands import AnswerIssue, CreateIssue
from workflows.refusals import Refused
from workflows.whistle_commands import WHISTLE_COMMANDS


class Run(Protocol):
    """Something on its way: when it goes on, and how; `seen_by` are the places of others whom it moves."""

    @property
    def seen_by(self) -> tuple[int, ...]: ...

    def next_moment(self) -> datetime | None: ...

    def go_on(self, moment: datetime) -> None: ...


@dataclass
class Meeting:
    """The session and the people, the wishes by their place, and until when it is played."""

    session: Session
    company: Company
    ids: Sequence[int]
    end: datetime

    def number(self, place: int) -> str:
        ticket_id = self.ids[place]
        return number_of(ticket_id, self.session.get_one(Ticket, ticket_id).created_at)


@dataclass
class TicketRun:
    """A story from the first step on in which others have a part. A whistle leaves the wish's clocks alone."""

    told: Told
    meeting: Meeting
    case: Case | None = None
    done: int = 0
    whistle: Whistle | None = None
    seen_by: tuple[int, ...] = ()

    @property
    def ticket_id(self) -> int:
        return self.meeting.ids[self.told.fate.place]

    def look(self) -> None:
        """The wish as the rules see it now."""
        ticket = self.meeting.session.get_one(Ticket, self.ticket_id)
        self.case = case_of(self.meeting.session, ticket, self.meeting.company.known)

    def next_moment(self) -> datetime | None:
        moments = (self._step_at, self._alarm, self.whistle.alarm_at if self.whistle else None)
        return min((each for each in moments if each is not None and each <= self.meeting.end), default=None)

    @property
    def _step_at(self) -> datetime | None:
        return self.told.steps[self.done].at if self.done < len(self.told.steps) else None

    @property
    def _alarm(self) -> datetime | None:
        return escalations.next_alarm(self.case) if self.case is not None else None

    def go_on(self, moment: datetime) -> None:
        if self._step_at is not None and self._step_at <= moment:
            self.done += 1
            self._try(self.told.steps[self.done - 1], moment)
        elif self.whistle is not None and self.whistle.alarm_at is not None and self.whistle.alarm_at <= moment:
            blowing.let_the_clock_act(self.meeting.session, self.whistle, moment)
        elif self.case is not None:
            rule = escalations.due_rules(self.case, moment)[0]
            self._perform(rule.command, system(rule.name), moment)

    def _try(self, step: Step, at: datetime) -> None:
        try:
            self._take(step, at)
        except Refused:
            if not step.is_attempt:
                raise

    def _take(self, step: Step, at: datetime) -> None:
        session, company = self.meeting.session, self.meeting.company
        command = company.command(step, **self._given(step))
        actor = company.actor(step.who, self.ticket_id)
        if step.verb in WHISTLE_COMMANDS:
            self.whistle = blowing.act(session, self.ticket_id, self.whistle, command, actor, at)
        else:
            self._perform(command, actor, at)

    def _perform(self, command: CommandBase, actor: Actor, at: datetime) -> None:
        done = lifecycle.perform(self.meeting.session, self.ticket_id, command, actor, at, is_quiet=True)
        self.case = done.decision.after if done.decision is not None else self.case

    def _given(self, step: Step) -> dict[str, Any]:
        """Rows that are there only now."""
        if "milestone" in step.fields:
            return blowing.with_rows({"milestone": step.fields["milestone"]}, {}, self.meeting.session, self.whistle)
        return {}


@dataclass
class IssueRun:
    """Several wishes as one; whatever is done to it is seen in each."""

    tale: IssueTale
    meeting: Meeting
    members: Sequence[TicketRun]
    issue_id: int = 0
    done: int = 0

    @property
    def seen_by(self) -> tuple[int, ...]:
        return self.tale.members

    def next_moment(self) -> datetime | None:
        return self.tale.steps[self.done].at if self.done < len(self.tale.steps) else None

    def go_on(self, moment: datetime) -> None:
        step = self.tale.steps[self.done]
        self.done += 1
        ISSUE_STEPS.get(step.verb, _perform)(self, step, moment)
        self.meeting.session.flush()


def _create(run: IssueRun, step: Step, at: datetime) -> None:
    numbers = tuple(run.meeting.number(place) for place in run.tale.members)
    command = run.meeting.company.command(step, tickets=numbers)
    assert isinstance(command, CreateIssue)
    actor = run.meeting.company.actor(step.who)
    run.issue_id = issues.create(run.meeting.session, command, actor, at).issue_id


def _perform(run: IssueRun, step: Step, at: datetime) -> int | None:
    command, actor = run.meeting.company.command(step), run.meeting.company.actor(step.who)
    return issues.perform(run.meeting.session, run.issue_id, command, actor, at).event_id


def _answer(run: IssueRun, step: Step, at: datetime) -> None:
    """One act, and each wish by the real reply."""
    meeting, event_id = run.meeting, _perform(run, step, at)
    act = answers.act_of(meeting.session, run.issue_id, event_id or 0)
    assert isinstance(act.command, AnswerIssue)
    local = LocalWords(ZoneInfo(settings().time_zone), translations(settings().language))
    actor = meeting.company.actor(step.who)
    for member in run.members:
        answers.answer_one(meeting.session, act, member.ticket_id, actor, at, local)
        member.look()


ISSUE_STEPS: dict[str, Any] = {"create_issue": _create, "answer_issue": _answer}


def meet(session: Session, company: Company, lot: Lot, ids: Sequence[int], end: datetime) -> None:
    """Everybody's steps of one lot, one after another."""
    meeting = Meeting(session, company, ids, end)
    woven = [told for told in lot.stories if told.fate.meets_others]
    tickets = {told.fate.place: _run(told, meeting) for told in woven}
    together = [IssueRun(tale, meeting, [tickets[place] for place in tale.members]) for tale in lot.issues]
    runs: list[Run] = [*together, *tickets.values()]
    places = {told.fate.place: place for place, told in enumerate(woven, len(together))}
    queue: list[tuple[datetime, int]] = []
    _line_up(queue, runs, range(len(runs)))
    while queue:
        moment, place = heappop(queue)
        if runs[place].next_moment() != moment:
            continue
        runs[place].go_on(moment)
        _line_up(queue, runs, {place, *(places[member] for member in runs[place].seen_by)})


def _line_up(queue: list[tuple[datetime, int]], runs: Sequence[Run], places: Iterable[int]) -> None:
    """Whoever's next moment has moved stands in line twice, and is passed over at the one that no longer holds."""
    for place in places:
        if (moment := runs[place].next_moment()) is not None:
            heappush(queue, (moment, place))


def _run(told: Told, meeting: Meeting) -> TicketRun:
    run = TicketRun(told, meeting, done=told.alone)
    run.look()
    return run
