"""The escalation table (升级表): what the clock does to a ticket that nobody moves. A rule fires once per round.

Those that count from the holder's own term fire once for each who holds it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows import follow_ups, promises, supervision
from workflows.ask_words import SupervisionLevel
from workflows.cases import Case
from workflows.commands import (
    BreakPromise,
    Close,
    CommandBase,
    Expedite,
    LapseInquiry,
    MarkOverdue,
    PressDecision,
    RemindPromise,
    ReportUndecided,
    Resume,
    Supervise,
)
from workflows.inquiries import waits_for_her
from workflows.statuses import OPEN, Status
from workflows.statuses import Status as S
from workflows.words import _
from workflows.workdays import Term

Condition = Callable[[Case], bool]
Limit = Callable[[Case], Term]


class Clock(StrEnum):
    """Which moment a rule counts from: the promise to the villager, the holder's own term, when he received it, or when
    the answer to a supervision is due; when the first pending ask is to be decided, a dated promise comes due, or the
    villager was asked something."""

    promise = "promise"
    hold_due = "hold_due"
    received = "received"
    supervision = "supervision"
    decision = "decision"
    dated_promise = "dated_promise"
    inquiry = "inquiry"


def always(case: Case) -> bool:
    return True


def somebody_must_call(case: Case) -> bool:
    return not follow_ups.needs_no_call(case)


def nobody_answered_the_notice(case: Case) -> bool:
    return supervision.waits_at(SupervisionLevel.notice, case)


def nobody_answered_before_the_leader(case: Case) -> bool:
    return supervision.waits_at(SupervisionLevel.leader, case)


def somebody_waits_for_a_decision(case: Case) -> bool:
    return bool(case.asks)


def limit(name: str) -> Limit:
    """The term that the time-limit table gives under this name, so that a county can change it."""
    return lambda case: case.limits.term(name)


def acknowledge_limit(case: Case) -> Term:
    return case.acknowledge_term


@dataclass(frozen=True)
class Escalation:
    """Fires `after` or `before` the moment of `clock`; a warning never comes before half of a short term is over."""

    name: str
    statuses: frozenset[Status]
    clock: Clock
    command: CommandBase
    after: Limit | None = None
    before: Limit | None = None
    when: Condition = always


AT_WORK = frozenset({S.assigned, S.in_progress})
PROMISED = AT_WORK | {S.replied}

# fmt: off
ESCALATIONS: tuple[Escalation, ...] = (
    #          name                  statuses                   clock           command
    Escalation("undispatched",       frozenset({S.submitted}),  Clock.hold_due, Expedite(note=_("派单时限已到，请尽快派单。"))),
    Escalation("undispatched_overdue", frozenset({S.submitted}), Clock.promise, MarkOverdue()),
    Escalation("undispatched_long",  frozenset({S.submitted}),  Clock.hold_due, Supervise(note=_("派单时限过后仍未派单。")), after=limit("supervise_undispatched_after")),
    Escalation("unacknowledged",     frozenset({S.assigned}),   Clock.received, Expedite(note=_("签收时限已到，请尽快签收。")), after=acknowledge_limit),
    Escalation("due_soon",           AT_WORK,                   Clock.promise,  Expedite(note=_("答复期限快到了，请抓紧办理。")), before=limit("due_soon_before")),
    Escalation("overdue",            PROMISED,                  Clock.promise,  MarkOverdue()),
    Escalation("long_overdue",       PROMISED,                  Clock.promise,  Supervise(note=_("超期较久，请说明原因并尽快答复。")), after=limit("supervise_after")),
    Escalation("inquiry_unanswered", frozenset({S.in_progress}), Clock.inquiry, LapseInquiry(), after=limit("inquiry"), when=waits_for_her),
    Escalation("unreviewed",         frozenset({S.replied}),    Clock.hold_due, Expedite(note=_("审核时限已到，请尽快审核。"))),
    Escalation("not_followed_up",    frozenset({S.follow_up}),  Clock.hold_due, Expedite(note=_("回访时限已到，请尽快回访。")), when=somebody_must_call),
    Escalation("close_uncalled",     frozenset({S.follow_up}),  Clock.received, Close(reason=_("评价期已过，按规定不再回访。")), after=limit("rating"), when=follow_ups.is_never_called),
    Escalation("close_undrawn",      frozenset({S.follow_up}),  Clock.received, Close(reason=_("评价期已过，抽样回访没有抽到这一件，不再回访。")), after=limit("rating"), when=follow_ups.was_not_drawn),
    Escalation("notice_unanswered",  OPEN,                      Clock.supervision, Supervise(level=SupervisionLevel.leader, note=_("督办通知到期没有答复，升一级，抄送分管领导。")), when=nobody_answered_the_notice),
    Escalation("leader_unanswered",  OPEN,                      Clock.supervision, Supervise(level=SupervisionLevel.listed, note=_("督办仍然没有答复，挂牌督办。")), when=nobody_answered_before_the_leader),
    Escalation("undecided",          OPEN,                      Clock.decision, PressDecision(note=_("决定时限已到，请尽快决定。")), when=somebody_waits_for_a_decision),
    Escalation("undecided_long",     OPEN,                      Clock.decision, ReportUndecided(note=_("决定时限过后仍未决定。")), after=limit("report_undecided_after"), when=somebody_waits_for_a_decision),
    Escalation("review_soon",        frozenset({S.deferred}),   Clock.hold_due, Expedite(note=_("挂账快到复核的日子，请准备恢复办理。")), before=limit("review_soon_before")),
    Escalation("review_date",        frozenset({S.deferred}),   Clock.hold_due, Resume(note=_("挂账到期，自动恢复办理。"))),
    Escalation("promise_soon",       promises.WATCHED,          Clock.dated_promise, RemindPromise(note=_("承诺的日子快到了，请按时兑现并告诉诉求人。")), before=limit("promise_soon_before"), when=promises.is_open),
    Escalation("promise_broken",     promises.WATCHED,          Clock.dated_promise, BreakPromise(), when=promises.is_open),
)
# fmt: on

BY_NAME = {rule.name: rule for rule in ESCALATIONS}
OF_THE_HOLD = frozenset(rule.name for rule in ESCALATIONS if rule.clock in {Clock.hold_due, Clock.received})
"""They count from the term of whoever holds the ticket: for the next holder they begin anew."""


def moment_of(rule: Escalation, case: Case) -> datetime | None:
    """When this rule is due on this case; None when it does not apply or has fired in this round."""
    if case.status not in rule.statuses or rule.name in case.fired or not rule.when(case):
        return None
    start, base = _span(rule.clock, case)
    if start is None or base is None:
        return None
    if rule.after is not None:
        return case.calendar.add(base, rule.after(case))
    return _warning(case, start, base, rule.before(case)) if rule.before is not None else base


def due_rules(case: Case, now: datetime) -> tuple[Escalation, ...]:
    """The rules to fire now, in the order of the table."""
    return tuple(rule for rule in ESCALATIONS if (moment := moment_of(rule, case)) is not None and moment <= now)


def next_alarm(case: Case) -> datetime | None:
    """The next moment at which some rule may be due: what the sweep's index holds for this ticket."""
    return min((moment for rule in ESCALATIONS if (moment := moment_of(rule, case)) is not None), default=None)


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| rule | statuses | counts from | command |\n|---|---|---|---|\n"
    return head + "".join(_line(rule) for rule in ESCALATIONS)


def _line(rule: Escalation) -> str:
    statuses = " ".join(f"`{status}`" for status in Status if status in rule.statuses)
    return f"| `{rule.name}` | {statuses} | {_words(rule)} | `{rule.command.verb}` |\n"


def _span(clock: Clock, case: Case) -> tuple[datetime | None, datetime | None]:
    if clock is Clock.promise:
        return case.round_started_at, case.due_at
    if clock is Clock.supervision:
        return case.supervised_at, case.supervision_due_at
    if clock is Clock.decision:
        first = min(case.asks, key=lambda ask: ask.due_at, default=None)
        return (first.asked_at, first.due_at) if first else (None, None)
    if clock is Clock.inquiry:
        return case.inquired_at, case.inquired_at
    if clock is Clock.dated_promise:
        return case.answered_at or case.created_at, promises.due_of(case)
    return case.hold_since, case.hold_due if clock is Clock.hold_due else case.hold_since


def _warning(case: Case, start: datetime, due: datetime, before: Term) -> datetime:
    return max(case.calendar.subtract(due, before), start + (due - start) / 2)


def _words(rule: Escalation) -> str:
    side = "before" if rule.before else "after" if rule.after else "at"
    return f"{side} `{rule.clock}`"
