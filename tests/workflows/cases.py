"""Cases for the pure rules: ticket 7 in every status of an ordinary life, and a command of each verb.

An ordinary wish of Monday 2 March 2026, 10:00 local time: dispatched at 11:00, acknowledged on Tuesday, replied to on
Wednesday, told to the villager on Thursday, closed on Friday. No holiday is near; deadlines were counted by hand.
"""

from datetime import date, timedelta
from typing import Any

from tests.cast import (
    COUNTY_DESK,
    HANDLER,
    OTHER_TICKET,
    POWER_BUREAU,
    ROADS_BUREAU,
    TICKET,
    TOWN_DESK,
    VILLAGE_AREA,
    VILLAGE_PATH,
    WATER_BUREAU,
)
from tests.workflows.china import CHINA, at
from workflows import commands as c
from workflows.ask_words import AskKind, PromiseState, SupervisionLevel
from workflows.cases import Case
from workflows.claim_commands import MarkClaimable, UnmarkClaimable
from workflows.commands import CallResult, CommandBase, DeclineGround, Outcome, Satisfaction
from workflows.pending_asks import PendingAsk
from workflows.statuses import Role, Status
from workflows.statuses import Status as S
from workflows.time_limits import Limits
from workflows.wall_commands import Publish, TakeDown

HANDED_IN = at("2026-03-02 10:00")
DISPATCH_DUE = at("2026-03-02 16:00")
ASSIGNED = at("2026-03-02 11:00")
PROMISED = at("2026-03-09 18:00")
ACKNOWLEDGED = at("2026-03-03 09:30")
REPLIED = at("2026-03-04 15:00")
REVIEW_DUE = at("2026-03-05 18:00")
ANSWERED = at("2026-03-05 10:00")
RATING_ENDS = at("2026-03-12 10:00")
FOLLOW_UP_DUE = at("2026-03-17 18:00")
CLOSED = at("2026-03-06 10:00")
REOPENING_ENDS = at("2026-03-21 10:00")
NOW = at("2026-03-06 11:00")
SECOND = timedelta(seconds=1)

WISH = c.Submit(text="村口的路灯三个月不亮了，老人晚上不敢出门", area=VILLAGE_AREA, name="王大爷", phone="13800001234")

_HANDED_IN: dict[str, Any] = {
    "id": TICKET,
    "round": 1,
    "created_at": HANDED_IN,
    "round_started_at": HANDED_IN,
    "unit_id": TOWN_DESK,
    "due_at": DISPATCH_DUE,
    "hold_since": HANDED_IN,
    "hold_due": DISPATCH_DUE,
    "town_desk": TOWN_DESK,
}
_HELD_NO_MORE: dict[str, Any] = {"hold_since": None, "hold_due": None, "supporting": frozenset(), "closed_at": CLOSED}
_ASSIGNED: dict[str, Any] = {
    **_HANDED_IN,
    "unit_id": WATER_BUREAU,
    "lead_unit_id": WATER_BUREAU,
    "supporting": frozenset({POWER_BUREAU}),
    "due_at": PROMISED,
    "original_due_at": PROMISED,
    "hold_since": ASSIGNED,
    "hold_due": PROMISED,
    "handling_units": frozenset({WATER_BUREAU, POWER_BUREAU}),
}
_IN_PROGRESS: dict[str, Any] = {
    **_ASSIGNED,
    "acknowledged_at": ACKNOWLEDGED,
    "handled_by": frozenset({HANDLER.person}),
}
_REPLIED: dict[str, Any] = {
    **_IN_PROGRESS,
    "unit_id": TOWN_DESK,
    "hold_since": REPLIED,
    "hold_due": REVIEW_DUE,
    "outcome": Outcome.resolved,
    "replied_at": REPLIED,
    "replied_by_id": HANDLER.person,
}
_FOLLOW_UP: dict[str, Any] = {
    **_REPLIED,
    "hold_since": ANSWERED,
    "hold_due": FOLLOW_UP_DUE,
    "answered_at": ANSWERED,
    "answered_on_time": True,
}
_CLOSED: dict[str, Any] = {
    **_FOLLOW_UP,
    **_HELD_NO_MORE,
    "satisfaction": Satisfaction.satisfied,
    "first_satisfaction": Satisfaction.satisfied,
    "rated_round": 1,
}
UNDER_NOTICE: dict[str, Any] = {
    "supervised_at": ACKNOWLEDGED,
    "supervision_level": SupervisionLevel.notice,
    "supervision_due_at": at("2026-03-06 09:30"),
}
"""Supervised on Tuesday morning, with three working days for the answer."""

_LIFE: dict[Status, dict[str, Any]] = {
    S.submitted: _HANDED_IN,
    S.assigned: _ASSIGNED,
    S.in_progress: _IN_PROGRESS,
    S.deferred: _IN_PROGRESS,
    S.replied: _REPLIED,
    S.follow_up: _FOLLOW_UP,
    S.closed: _CLOSED,
    S.declined: {**_HANDED_IN, **_HELD_NO_MORE},
    S.withdrawn: {**_HANDED_IN, **_HELD_NO_MORE},
    S.merged: {**_ASSIGNED, **_HELD_NO_MORE, "merged_into_id": OTHER_TICKET},
}


def new_case(**values: Any) -> Case:
    """A wish that nobody has handed in yet."""
    desks = (TOWN_DESK, COUNTY_DESK)
    limits, wish = Limits.defaults(), {"submission": WISH}
    return Case(VILLAGE_PATH, desks, limits, CHINA, town_desk=TOWN_DESK, extra=wish).changed(**values)


def case_in(status: Status | None, **values: Any) -> Case:
    """Ticket 7 as it would be in this status."""
    life = _LIFE[status] if status else {}
    return new_case(**{**life, "status": status, **values})


def ready_case(status: Status | None, **values: Any) -> Case:
    """Ticket 7 with all that a guard could ask for, and the whole cast in their roles whatever the status."""
    furnished: dict[str, Any] = {
        "lead_unit_id": WATER_BUREAU,
        "supporting": frozenset({POWER_BUREAU}),
        "handling_units": frozenset({WATER_BUREAU, POWER_BUREAU}),
        "due_is_provisional": True,
        "follow_up_attempts": 3,
        "follow_up_half_days": 3,
        "satisfaction": None,
        "rated_round": None,
        "target": case_in(S.follow_up if status is S.merged else S.assigned, id=OTHER_TICKET),
        "is_claimable": True,
        "is_shared": True,
        "published_at": HANDED_IN,
        **UNDER_NOTICE,
    }
    over = {"hold_due": NOW} if status is S.follow_up else {}
    return case_in(status, **{**(furnished if status else {}), **over, **values})


ASKED, DECIDE_BY = at("2026-03-05 15:00"), at("2026-03-06 18:00")
REVIEWED_ON, EXTENDED_TO, PROMISED_FOR = date(2026, 5, 8), date(2026, 3, 13), date(2026, 3, 6)


def pending(kind: AskKind, decider: Role = Role.dispatcher, **values: Any) -> PendingAsk:
    """The lead unit asks; the desk of the town decides, or supervision where there is none outside."""
    role = Role.supervisor if kind is AskKind.exclusion else decider
    dates = {AskKind.extension: EXTENDED_TO, AskKind.deferral: REVIEWED_ON}
    usual: dict[str, Any] = {
        "kind": kind,
        "unit": WATER_BUREAU,
        "decider": role,
        "decider_unit": TOWN_DESK if role is Role.dispatcher else None,
        "asked_at": ASKED,
        "due_at": DECIDE_BY,
        "asked_by": HANDLER.person,
        "suggested_unit": ROADS_BUREAU if kind is AskKind.giving_back else None,
        "until": dates.get(kind),
    }
    return PendingAsk(**{**usual, **values})


BY_THE_DESK = tuple(pending(kind) for kind in AskKind)
BY_SUPERVISION = tuple(pending(kind, Role.supervisor) for kind in AskKind)
PROMISE: dict[str, Any] = {"promise_state": PromiseState.open, "promised_for": PROMISED_FOR}
FRESH: dict[str, Any] = {"hold_since": at("2026-03-05 10:00")}
"""Handed over lately enough to be given back."""
INQUIRED = at("2026-03-04 10:00")

NEEDS: dict[str, dict[str, Any]] = {
    **{verb: {"asks": BY_THE_DESK} for verb in ("grant", "refuse", "rule", "press_decision", "report_undecided")},
    **dict.fromkeys(("keep_promise", "remind_promise", "break_promise", "confirm_promise"), PROMISE),
    "request_return": FRESH,
    "lapse_inquiry": {"inquired_at": INQUIRED},
}
"""What a verb is about, where an ordinary life does not have it."""


def ready_for(verb: str, status: Status | None, **values: Any) -> Case:
    return ready_case(status, **{**(NEEDS.get(verb, {}) if status else {}), **values})


SAMPLES: dict[str, CommandBase] = {
    "submit": WISH,
    "supplement": c.Supplement(text="第二盏也灭了"),
    "inquire": c.Inquire(words="坏的是哪几盏，灯杆上写着几号？"),
    "lapse_inquiry": c.LapseInquiry(),
    "withdraw": c.Withdraw(reason="已经修好了"),
    "decline": c.Decline(ground=DeclineGround.court_or_petition, words="法院已经立案，请向法院咨询"),
    "assign": c.Assign(unit=WATER_BUREAU, supporting=(POWER_BUREAU,)),
    "reassign": c.Reassign(unit=ROADS_BUREAU, reason="路灯归公路局管"),
    "acknowledge": c.Acknowledge(),
    "contact": c.Contact(is_reached=True, words="约好明天上门"),
    "verify": c.Verify(words="三盏路灯不亮，线路断了"),
    "report_progress": c.ReportProgress(words="材料已到，后天施工"),
    "reply": c.Reply(outcome=Outcome.resolved, words="路灯已经全部修好"),
    "approve_reply": c.ApproveReply(),
    "send_back": c.SendBack(reason="请写明修了几盏"),
    "rate": c.Rate(satisfaction=Satisfaction.satisfied),
    "follow_up": c.FollowUp(
        result=CallResult.answered, was_contacted=True, is_resolved=True, satisfaction=Satisfaction.satisfied
    ),
    "reopen": c.Reopen(reason="又不亮了"),
    "close": c.Close(reason="三次联系不上"),
    "merge": c.Merge(into="2026-000008"),
    "unmerge": c.Unmerge(reason="说的是另一盏灯"),
    "split": c.Split(parts=("路灯不亮", "水渠堵了")),
    "expedite": c.Expedite(note="天黑得早，请快一点"),
    "supervise": c.Supervise(note="本周内办结"),
    "answer_supervision": c.AnswerSupervision(words="线路已经查清，周五前换好"),
    "warn": c.Warn(note="退过两次"),
    "mark_claimable": MarkClaimable(words="村口要装三盏太阳能路灯", is_agreed=True, consent="打电话问过，本人愿意"),
    "unmark_claimable": UnmarkClaimable(reason="镇里已经买好了"),
    "publish": Publish(words="村口的路灯三个月不亮了"),
    "take_down": TakeDown(reason="诉求人改了主意"),
    "note": c.Note(words="与供电所核对过"),
    "mark_overdue": c.MarkOverdue(),
    "recalculate_due": c.RecalculateDue(reason="2027 年放假安排已公布"),
    "request_return": c.RequestReturn(unit=ROADS_BUREAU, reason="路灯归公路局管"),
    "request_extension": c.RequestExtension(until=EXTENDED_TO, reason="灯杆要从外地调来"),
    "request_deferral": c.RequestDeferral(
        until=REVIEWED_ON, reason="线路要等铁路完工以后改", evidence="铁路项目部的施工函"
    ),
    "request_exclusion": c.RequestExclusion(evidence="同一人一天里报了三次"),
    "request_consultation": c.RequestConsultation(units=(ROADS_BUREAU, POWER_BUREAU), reason="没有单位认领这段路"),
    "grant": c.Grant(ask=AskKind.deferral),
    "refuse": c.Refuse(ask=AskKind.deferral, note="现在就能办"),
    "rule": c.Rule(unit=ROADS_BUREAU, supporting=(POWER_BUREAU,), words="这段路由公路局主办"),
    "resume": c.Resume(note="铁路提前完工了"),
    "review_deferral": c.ReviewDeferral(until=REVIEWED_ON, reason="铁路还没有完工"),
    "press_decision": c.PressDecision(note="请尽快决定"),
    "report_undecided": c.ReportUndecided(note="久未决定"),
    "keep_promise": c.KeepPromise(words="苗子已经送到家里"),
    "remind_promise": c.RemindPromise(note="日子快到了"),
    "break_promise": c.BreakPromise(),
    "confirm_promise": c.ConfirmPromise(is_kept=True),
    "return_to_desk": c.ReturnToDesk(reason="单位撤销了"),
}
"""The smallest sensible command of each verb."""

VARIATIONS: dict[str, tuple[CommandBase, ...]] = {
    "grant": (
        c.Grant(ask=AskKind.giving_back, unit=ROADS_BUREAU),
        c.Grant(ask=AskKind.extension),
        c.Grant(ask=AskKind.exclusion),
    ),
    "rule": (c.Rule(unit=WATER_BUREAU, words="还是由水利局主办"),),
    "rate": (
        c.Rate(satisfaction=Satisfaction.dissatisfied),
        c.Rate(satisfaction=Satisfaction.dissatisfied, words="修了一盏，还有两盏不亮"),
        c.Rate(satisfaction=Satisfaction.basically_satisfied, is_resolved=False, words="人很好，灯没亮"),
        c.Rate(satisfaction=Satisfaction.basically_satisfied),
    ),
    "follow_up": (
        c.FollowUp(result=CallResult.unreachable),
        c.FollowUp(result=CallResult.call_later, call_back_at=NOW + timedelta(days=3)),
        c.FollowUp(
            result=CallResult.answered,
            was_contacted=True,
            is_resolved=False,
            satisfaction=Satisfaction.satisfied,
            words="灯还是不亮",
        ),
        c.FollowUp(
            result=CallResult.answered,
            was_contacted=False,
            is_resolved=True,
            satisfaction=Satisfaction.dissatisfied,
            words="没人来问过我",
        ),
        c.FollowUp(
            result=CallResult.answered,
            was_contacted=True,
            is_resolved=True,
            satisfaction=Satisfaction.dissatisfied,
            words="隔壁村的灯更亮",
            is_groundless=True,
            explained="路灯是全县统一的，已经说清楚",
        ),
    ),
}
"""Other commands of a verb that the rules treat differently."""


def samples_of(verb: str) -> tuple[CommandBase, ...]:
    return (SAMPLES[verb], *VARIATIONS.get(verb, ()))
