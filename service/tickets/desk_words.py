"""What a ticket's page says of its clocks and its holds: dates with their reasons, in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import Request

from service.directory.reference import Reference
from service.local_words import LocalWords
from service.tickets.models import Assignment
from service.web import language_of, translations
from workflows import follow_ups
from workflows.cases import Case
from workflows.changes import Duty, HoldRole
from workflows.explanations import in_words
from workflows.statuses import Status
from workflows.time_limits import TimeLimit
from workflows.words import _

AS_THEN_RULED = _("按当时的规定定下")
DISPATCH_FIRST = _("派出以后，答应诉求人的日子从提交的那一刻算起")


@dataclass(frozen=True)
class Clock:
    """A term that runs on a ticket; `reasons` answer 为什么是这一天, the first clock is the one that counts most."""

    name: str
    due: datetime
    reasons: Sequence[str]


@dataclass(frozen=True)
class HoldLine:
    """Who held the ticket, for what, from when to when, and how that ended; `role` is empty for who led."""

    unit: str
    role: str
    duty: str
    since: datetime
    due: datetime
    until: datetime | None
    how: str
    is_late: bool


DUTY_WORDS: dict[Duty, str] = {
    Duty.dispatch: _("派单"),
    Duty.handle: _("办理"),
    Duty.review: _("审核"),
    Duty.follow_up: _("回访"),
}
END_WORDS: dict[str, str] = {
    "dispatched": _("派出"),
    "reassigned": _("改派"),
    "replied": _("写好反馈"),
    "approved": _("审核通过"),
    "sent_back": _("退回修改"),
    "closed": _("办结"),
    "ended": _("结束"),
    "merged": _("并单"),
    "reopened": _("重办"),
    "replaced": _("换了单位"),
    "leads_now": _("改为主办"),
    "released": _("不再协办"),
    "returned": _("退单"),
    "ruled": _("裁定"),
    "dissolved": _("单位已经撤销"),
}


def local_words(request: Request) -> LocalWords:
    """The reader's language and the county's time, for words that are put together outside of a template."""
    return LocalWords(ZoneInfo(request.app.state.face.zone), translations(language_of(request)))


def clocks(case: Case, unit: str, local: LocalWords) -> list[Clock]:
    """The terms that run now. `unit` is the name of the unit that has to act."""
    if not case.is_open or case.due_at is None or case.hold_since is None or case.hold_due is None:
        return []
    if case.status is Status.submitted:
        return [_clock(_("派单期限"), "dispatch", case.hold_since, case.hold_due, case, local, DISPATCH_FIRST)]
    if case.status is Status.follow_up:
        return [Clock(local._(_("回访期限")), case.hold_due, _follow_up_reasons(case, case.hold_since, local))]
    started = case.round_started_at or case.hold_since
    promise = _clock(_("答应诉求人的日子"), "reply", started, case.due_at, case, local)
    return [promise, *_own_terms(case, unit, case.hold_since, case.hold_due, local)]


def _own_terms(case: Case, unit: str, since: datetime, due: datetime, local: LocalWords) -> list[Clock]:
    if case.status is Status.replied:
        return [_clock(_("审核期限"), "review", since, due, case, local)]
    found = []
    if case.status is Status.assigned:
        acknowledge_by = case.calendar.add(since, case.acknowledge_term)
        found.append(_clock(_("签收期限"), "acknowledge", since, acknowledge_by, case, local))
    if due != case.due_at:
        own = _clock(_("{unit}自己的期限"), "reply", since, due, case, local)
        found.append(Clock(own.name.format(unit=unit), own.due, own.reasons))
    return found


def _clock(name: str, limit: str, start: datetime, due: datetime, case: Case, local: LocalWords, *more: str) -> Clock:
    return Clock(local._(name), due, [_because(limit, start, due, case, local), *map(local._, more)])


def _follow_up_reasons(case: Case, since: datetime, local: LocalWords) -> list[str]:
    """Two terms follow each other: the villager's own, then the officer's."""
    assert case.hold_due is not None
    rated_by = follow_ups.rating_ends(case, since)
    return [
        _because("rating", since, rated_by, case, local),
        _because("follow_up", rated_by, case.hold_due, case, local),
    ]


def _because(limit: str, start: datetime, due: datetime, case: Case, local: LocalWords) -> str:
    """一般事项答复：5 个工作日，从…起算，到…; a date that the present limits do not give was set under older ones."""
    row = _limit_row(limit, case)
    explanation = case.calendar.explain(start, row.term)
    if explanation.due != due:
        return local._(AS_THEN_RULED)
    return local._(_("{limit}：{reason}")).format(limit=local._(row.words), reason=in_words(explanation, local._))


def _limit_row(name: str, case: Case) -> TimeLimit:
    by_name = {row.name: row for row in case.limits}
    return by_name.get(f"{name}_{case.urgency}") or by_name[name]


def hold_lines(holds: Iterable[Assignment], known: Reference, now: datetime, local: LocalWords) -> list[HoldLine]:
    """件件有着落: every unit that had the ticket, the latest first."""
    return [
        HoldLine(
            unit=known.unit_name(hold.unit_id),
            role=local._(_("协办")) if hold.role is HoldRole.supporting else "",
            duty=local._(DUTY_WORDS[hold.duty]),
            since=hold.started_at,
            due=hold.due_at,
            until=hold.ended_at,
            how=local._(END_WORDS.get(hold.ended_how or "", "")) if hold.ended_how else "",
            is_late=(hold.ended_at or now) > hold.due_at,
        )
        for hold in reversed(list(holds))
    ]
