"""The rows of the whistle's ladder (逐级提醒表): the table with which a county begins, and which it edits.

Contact → head → county supervision → leader in charge. A step stands before or after the due time, in percent of the
term or by a term; any number of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from workflows.terms import Term, minutes, working_days, working_hours
from workflows.whistle_words import DUTY_WORDS, DutyName, WhistleKind
from workflows.words import _


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
    kinds: frozenset[str] = frozenset()

    def watches(self, duty: DutyName, kind: str) -> bool:
        return self.duty is duty and (not self.kinds or kind in self.kinds)

    @property
    def is_after_all(self) -> bool:
        """Once what is owed is late."""
        return self.before is None and (self.percent is None or self.percent >= WHOLE)

    @property
    def rule(self) -> str:
        """The name under which the clock performs it."""
        return f"whistle_{self.name}"


WHOLE = 100

EMERGENCY: frozenset[str] = frozenset({WhistleKind.emergency})
OTHERS: frozenset[str] = frozenset(WhistleKind) - EMERGENCY
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


def unwatched(ladder: Iterable[LadderStep], kinds: Iterable[str]) -> tuple[str, str] | None:
    """What is owed at a kind of whistle (in words, with the kind) and late without anybody's hearing of it."""
    late = [step for step in ladder if step.is_after_all]
    silent = (
        (DUTY_WORDS[duty], kind)
        for kind in kinds
        for duty in DutyName
        if not any(step.watches(duty, kind) for step in late)
    )
    return next(silent, None)
