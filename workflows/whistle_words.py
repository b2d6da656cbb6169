"""The words of the whistle (吹哨): its kinds, reasons and statuses, and those of calls and milestones."""

from enum import StrEnum

from workflows.words import _


class WhistleKind(StrEnum):
    """应急处置, 综合执法, 重点工作, 群众诉求, and two in other directions: 社区吹哨 党员报到, 组长呼叫 包联干部.

    With these a county begins; those that it adds are plain words like them, and each goes by one of these.
    """

    emergency = "emergency"
    enforcement = "enforcement"
    priority = "priority"
    public_concern = "public_concern"
    community = "community"
    liaison = "liaison"


class WhistleReason(StrEnum):
    """Why the town cannot do it alone: with these a county begins, and it may add others."""

    beyond_power = "beyond_power"
    several_units = "several_units"
    enforcement_needed = "enforcement_needed"
    outside_area = "outside_area"


class WhistleStatus(StrEnum):
    """`raised` waits for the principal, `blown` for the bureaus; then survey, plan and work; the town accepts."""

    raised = "raised"
    blown = "blown"
    at_work = "at_work"
    completed = "completed"
    accepted = "accepted"
    dismissed = "dismissed"


class DutyName(StrEnum):
    """What is owed while a whistle is open."""

    approval = "approval"
    confirmation = "confirmation"
    report_in = "report_in"
    ruling = "ruling"
    plan = "plan"
    milestone = "milestone"
    completion = "completion"
    acceptance = "acceptance"


class CallState(StrEnum):
    called = "called"
    reported = "reported"
    contested = "contested"
    handed_over = "handed_over"
    released = "released"
    completed = "completed"


class MilestoneState(StrEnum):
    planned = "planned"
    done = "done"
    dropped = "dropped"


OPEN_WHISTLE = frozenset(WhistleStatus) - {WhistleStatus.accepted, WhistleStatus.dismissed}

KIND_WORDS: dict[WhistleKind, str] = {
    WhistleKind.emergency: _("应急处置"),
    WhistleKind.enforcement: _("综合执法"),
    WhistleKind.priority: _("重点工作"),
    WhistleKind.public_concern: _("群众诉求"),
    WhistleKind.community: _("社区吹哨，党员报到"),
    WhistleKind.liaison: _("组长呼叫，包联干部到"),
}
REASON_WORDS: dict[WhistleReason, str] = {
    WhistleReason.beyond_power: _("超出镇里的职权"),
    WhistleReason.several_units: _("要几个单位一起办"),
    WhistleReason.enforcement_needed: _("需要执法"),
    WhistleReason.outside_area: _("不在本镇地界"),
}
WHISTLE_STATUS_WORDS: dict[WhistleStatus, str] = {
    WhistleStatus.raised: _("待批准"),
    WhistleStatus.blown: _("待报到"),
    WhistleStatus.at_work: _("办理中"),
    WhistleStatus.completed: _("待验收"),
    WhistleStatus.accepted: _("已验收"),
    WhistleStatus.dismissed: _("已撤哨"),
}
CALL_WORDS: dict[CallState, str] = {
    CallState.called: _("待报到"),
    CallState.reported: _("已报到"),
    CallState.contested: _("有异议，待裁定"),
    CallState.handed_over: _("已移交主办"),
    CallState.released: _("不必报到"),
    CallState.completed: _("已完成"),
}
MILESTONE_WORDS: dict[MilestoneState, str] = {
    MilestoneState.planned: _("未到节点"),
    MilestoneState.done: _("已完成"),
    MilestoneState.dropped: _("已取消"),
}
DUTY_WORDS: dict[DutyName, str] = {
    DutyName.approval: _("批准吹哨"),
    DutyName.confirmation: _("补批吹哨"),
    DutyName.report_in: _("报到"),
    DutyName.ruling: _("裁定异议"),
    DutyName.plan: _("排分段计划"),
    DutyName.milestone: _("做完一段"),
    DutyName.completion: _("报完成"),
    DutyName.acceptance: _("验收"),
}
WHISTLE_VERB_WORDS: dict[str, str] = {
    "blow_whistle": _("吹哨"),
    "approve_whistle": _("批准吹哨"),
    "refuse_whistle": _("不批准吹哨"),
    "confirm_whistle": _("补批吹哨"),
    "report_in": _("报到"),
    "contest_call": _("对报到提异议"),
    "rule_on_call": _("裁定报到"),
    "survey": _("现场勘查"),
    "hold_site_meeting": _("现场会"),
    "plan_work": _("排分段计划"),
    "report_milestone": _("报节点"),
    "change_milestone": _("改节点"),
    "hand_over_part": _("移交牵头单位"),
    "complete_whistle": _("报完成"),
    "accept_whistle": _("验收"),
    "refuse_acceptance": _("验收不通过"),
    "score_call": _("给报到单位打分"),
    "dismiss_whistle": _("撤哨"),
    "call_more": _("再叫一个单位"),
    "note_whistle": _("吹哨备注"),
    "escalate_whistle": _("吹哨逐级提醒"),
    "move_whistle": _("哨转到另一件"),
    "tell_ticket_ended": _("心愿已结束的提醒"),
    "recalculate_whistle": _("重算吹哨期限"),
}
"""Of the verbs in whistle_commands.py, in its order."""
