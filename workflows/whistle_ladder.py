"""The whistle's ladder (逐级提醒表): who hears when nobody comes or work runs late. A step fires once for each subject.

Contact → head → county supervision → leader in charge. A step stands before or after the due time, in percent of the
term or by a term; any number of them. Firings are kept by the step's name, so that rows may be edited at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.terms import Term, minutes, working_days, working_hours
from workflows.whistle_cases import DutyName, WhistleCase, WhistleDuty
from workflows.whistle_commands import EscalateWhistle
from workflows.whistle_duties import duties_of
from workflows.whistle_words import KIND_WORDS, WhistleKind
from workflows.words import _
from workflows.workdays import WorkCalendar


class Rung(StrEnum):
    """Who hears: the unit that owes it, its head, the county's supervision, the county's leader in charge."""

    contact = "contact"
    head = "head"
    supervision = "supervision"
    leader = "leader"


RUNG_WORDS: dict[Rung, str] = {
    Rung.contact: _("单位联络人"),
    Rung.head: _("单位负责人"),
    Rung.supervision: _("县督查"),
    Rung.leader: _("县分管领导"),
}


@dataclass(frozen=True)
class LadderStep:
    """At `percent` of the term, `before` or `after` the due time; none of them means at the due time itself.

    Empty `kinds` are all kinds.
    """

    name: str
    duty: DutyName
    rung: Rung
    note: str
    percent: int | None = None
    before: Term | None = None
    after: Term | None = None
    kinds: frozenset[WhistleKind] = frozenset()

    @property
    def rule(self) -> str:
        """The name under which the clock performs it."""
        return f"whistle_{self.name}"


EMERGENCY = frozenset({WhistleKind.emergency})
OTHERS = frozenset(WhistleKind) - EMERGENCY
D, R = DutyName, Rung

# fmt: off
LADDER: tuple[LadderStep, ...] = (
    #          name                      duty            who hears      what is said
    LadderStep("approval_soon",          D.approval,     R.contact,     _("吹哨还没有批准，请尽快批。"), percent=75),
    LadderStep("approval_due",           D.approval,     R.head,        _("批准吹哨的时限到了。")),
    LadderStep("approval_supervision",   D.approval,     R.supervision, _("吹哨迟迟没有批准。"), after=working_days(1)),
    LadderStep("confirmation_soon",      D.confirmation, R.head,        _("应急吹哨还没有补批。"), percent=75),
    LadderStep("confirmation_due",       D.confirmation, R.supervision, _("应急吹哨的补批时限到了。")),
    LadderStep("emergency_half",         D.report_in,    R.contact,     _("应急报到的时限过了一半，请马上到场。"), percent=50, kinds=EMERGENCY),
    LadderStep("emergency_due",          D.report_in,    R.head,        _("应急报到的时限到了，还没有人报到。"), kinds=EMERGENCY),
    LadderStep("emergency_supervision",  D.report_in,    R.supervision, _("应急报到超时，还没有人报到。"), after=minutes(15), kinds=EMERGENCY),
    LadderStep("emergency_leader",       D.report_in,    R.leader,      _("应急报到超时较久，请分管领导过问。"), after=minutes(30), kinds=EMERGENCY),
    LadderStep("report_soon",            D.report_in,    R.contact,     _("报到的时限快到了，请尽快报到。"), percent=75, kinds=OTHERS),
    LadderStep("report_due",             D.report_in,    R.head,        _("报到的时限到了，还没有报到。"), kinds=OTHERS),
    LadderStep("report_supervision",     D.report_in,    R.supervision, _("超过报到时限，还没有报到。"), after=working_hours(4), kinds=OTHERS),
    LadderStep("report_leader",          D.report_in,    R.leader,      _("超过报到时限较久，请分管领导过问。"), after=working_days(2), kinds=OTHERS),
    LadderStep("ruling_soon",            D.ruling,       R.contact,     _("报到的异议还没有裁定。"), percent=75),
    LadderStep("ruling_due",             D.ruling,       R.leader,      _("裁定报到异议的时限到了。")),
    LadderStep("plan_soon",              D.plan,         R.contact,     _("计划还没有排出来。"), percent=75),
    LadderStep("plan_due",               D.plan,         R.head,        _("排计划的时限到了。")),
    LadderStep("plan_supervision",       D.plan,         R.supervision, _("迟迟没有排出计划。"), after=working_days(2)),
    LadderStep("plan_leader",            D.plan,         R.leader,      _("迟迟没有排出计划，请分管领导过问。"), after=working_days(5)),
    LadderStep("milestone_soon",         D.milestone,    R.contact,     _("节点快到期了，请抓紧。"), before=working_days(1)),
    LadderStep("milestone_due",          D.milestone,    R.head,        _("节点到期了，还没有做完。")),
    LadderStep("milestone_supervision",  D.milestone,    R.supervision, _("节点超期，还没有做完。"), after=working_days(2)),
    LadderStep("milestone_leader",       D.milestone,    R.leader,      _("节点超期较久，请分管领导过问。"), after=working_days(5)),
    LadderStep("completion_soon",        D.completion,   R.contact,     _("节点都做完了，请报完成。"), percent=75),
    LadderStep("completion_due",         D.completion,   R.head,        _("报完成的时限到了。")),
    LadderStep("completion_supervision", D.completion,   R.supervision, _("迟迟没有报完成。"), after=working_days(2)),
    LadderStep("acceptance_soon",        D.acceptance,   R.contact,     _("请尽快验收。"), percent=75),
    LadderStep("acceptance_due",         D.acceptance,   R.head,        _("验收的时限到了。")),
    LadderStep("acceptance_supervision", D.acceptance,   R.supervision, _("迟迟没有验收。"), after=working_days(2)),
)
# fmt: on

STEP_BY_NAME = {step.name: step for step in LADDER}
A_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class DueStep:
    """A step for one duty, and when it is due."""

    step: LadderStep
    duty: WhistleDuty
    at: datetime

    def command(self) -> EscalateWhistle:
        return EscalateWhistle(subject=self.duty.subject, step=self.step.name, note=self.step.note)


def due_steps(case: WhistleCase, now: datetime, ladder: tuple[LadderStep, ...] = LADDER) -> tuple[DueStep, ...]:
    """What fires now, the earliest first."""
    return tuple(sorted((each for each in _pending(case, ladder) if each.at <= now), key=lambda each: each.at))


def next_alarm(case: WhistleCase, ladder: tuple[LadderStep, ...] = LADDER) -> datetime | None:
    """The next moment at which some step may be due: what the sweep's index holds for this whistle."""
    return min((each.at for each in _pending(case, ladder)), default=None)


def _pending(case: WhistleCase, ladder: tuple[LadderStep, ...]) -> Iterator[DueStep]:
    for duty in duties_of(case):
        for step in ladder:
            applies = step.duty is duty.name and (not step.kinds or case.kind in step.kinds)
            if applies and (duty.subject, step.name) not in case.fired:
                yield DueStep(step, duty, moment_of(step, duty, case.calendar))


def moment_of(step: LadderStep, duty: WhistleDuty, calendar: WorkCalendar) -> datetime:
    """A warning never comes before half of a short term is over."""
    if step.percent is not None:
        return _part_of(duty, step.percent, calendar)
    if step.before is not None:
        return max(calendar.subtract(duty.due_at, step.before), duty.since + (duty.due_at - duty.since) / 2)
    return calendar.add(duty.due_at, step.after) if step.after is not None else duty.due_at


def _part_of(duty: WhistleDuty, percent: int, calendar: WorkCalendar) -> datetime:
    """Of a term up to a day by the clock on the wall, of a longer one in whole working hours."""
    length = duty.due_at - duty.since
    worked = calendar.worked(duty.since, duty.due_at)
    if length <= A_DAY or worked < timedelta(hours=2):
        return duty.since + length * percent / 100
    return calendar.add(duty.since, working_hours(int(worked / timedelta(hours=1) * percent / 100)))


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| step | owed | kinds | when | who hears |\n|---|---|---|---|---|\n"
    return head + "".join(_line(step) for step in LADDER)


def _line(step: LadderStep) -> str:
    kinds = " ".join(KIND_WORDS[kind] for kind in WhistleKind if kind in step.kinds) or "all"
    return f"| `{step.name}` | `{step.duty}` | {kinds} | {_moment_words(step)} | {RUNG_WORDS[step.rung]} |\n"


def _moment_words(step: LadderStep) -> str:
    if step.percent is not None:
        return f"at {step.percent} % of the term"
    term = step.before or step.after
    return "when due" if term is None else f"{'before' if step.before else 'after'} by {term.in_words()}"
