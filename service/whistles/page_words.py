"""How a whistle stands, in an icon and plain words; what each button does to the clock; and the rules of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.local_words import LocalWords
from service.whistles.models import Milestone, WhistleCall
from workflows.whistle_words import WHISTLE_STATUS_WORDS, CallState, MilestoneState, WhistleStatus
from workflows.words import _


@dataclass(frozen=True)
class Look:
    """`tone` is done, soon, overdue, news or nothing: the colour beneath the icon and the words."""

    icon: str
    tone: str
    words: str


STATUS_LOOKS: Mapping[WhistleStatus, tuple[str, str]] = {
    WhistleStatus.raised: ("clock", "news"),
    WhistleStatus.blown: ("bell", "news"),
    WhistleStatus.at_work: ("redo", ""),
    WhistleStatus.completed: ("eye", "news"),
    WhistleStatus.accepted: ("checked", "done"),
    WhistleStatus.dismissed: ("cross", ""),
}
OVER_LOOKS: Mapping[CallState, tuple[str, str, str]] = {
    CallState.contested: ("flag", "news", _("有异议，等县里裁定")),
    CallState.handed_over: ("send", "done", _("做完了自己的一段，已移交牵头单位")),
    CallState.released: ("minus", "", _("不用来了")),
    CallState.completed: ("checked", "done", _("已完成")),
}
HAS_COME = frozenset({CallState.reported, CallState.handed_over, CallState.completed})


def status_look(status: WhistleStatus, local: LocalWords) -> Look:
    icon, tone = STATUS_LOOKS[status]
    return Look(icon, tone, local._(WHISTLE_STATUS_WORDS[status]))


def call_look(call: WhistleCall, now: datetime, local: LocalWords, *, is_blown: bool = True) -> Look:
    """How one unit stands to its call: the delay is said in words, so that it can be read without the colour."""
    if call.state is CallState.called:
        return _expected(call.report_due_at, now, local) if is_blown else Look("clock", "", local._(_("还没有叫")))
    if call.state is CallState.reported:
        return _arrived(call, local)
    if call.state is CallState.released and call.was_late:
        return Look("alert", "overdue", local._(_("一直没有来")))
    icon, tone, words = OVER_LOOKS[call.state]
    return Look(icon, tone, local._(words))


def _expected(due: datetime, now: datetime, local: LocalWords) -> Look:
    if due < now:
        return Look("alert", "overdue", local._(_("还没到，已经晚了 {span}")).format(span=local.span(now - due)))
    left = local.left(due, now)
    assert left is not None
    words = local._(_("还没到，{day} 前要到")).format(day=local.time(due))
    return Look("clock", "soon" if left.kind == "soon" else "", words)


def _arrived(call: WhistleCall, local: LocalWords) -> Look:
    if call.was_late and call.reported_at is not None:
        span = local.span(call.reported_at - call.report_due_at)
        return Look("alert", "soon", local._(_("到了，晚了 {span}")).format(span=span))
    return Look("checked", "done", local._(_("按时到了")))


def came(call: WhistleCall, who: str, local: LocalWords) -> str:
    """10 月 12 日 09:20 到现场 · 吴海涛; empty while nobody has come."""
    if call.reported_at is None:
        return ""
    said = _("{moment} 到了现场") if call.is_on_site else _("{moment} 线上报到")
    return " · ".join(part for part in (local._(said).format(moment=local.time(call.reported_at)), who) if part)


def own_look(call: WhistleCall, now: datetime, local: LocalWords) -> Look:
    """The reader's own duty: how much time is left."""
    left = local.left(call.report_due_at, now)
    if call.state is not CallState.called or left is None:
        return call_look(call, now, local)
    icon = {"overdue": "alert", "soon": "bell", "fine": "clock"}[left.kind]
    return Look(icon, left.kind, left.words)


def milestone_look(step: Milestone, now: datetime, local: LocalWords) -> Look:
    if step.state is MilestoneState.dropped:
        return Look("cross", "", local._(_("不做了")))
    if step.state is MilestoneState.done:
        words = _("做完了，比说好的晚") if step.was_late else _("按时做完")
        return Look("checked", "soon" if step.was_late else "done", local._(words))
    left = local.left(step.due_at, now)
    assert left is not None
    icon = {"overdue": "alert", "soon": "bell", "fine": "clock"}[left.kind]
    return Look(icon, left.kind if left.kind != "fine" else "", left.words)


def is_counted(call: WhistleCall) -> bool:
    """Whoever was let off was not expected, but for those who were late by then and never came."""
    return call.state is not CallState.released or bool(call.was_late)


def is_absent(call: WhistleCall, now: datetime) -> bool:
    return call.state is CallState.called and call.report_due_at < now
