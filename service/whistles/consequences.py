"""What each button of a whistle does to the clocks, said before it is pressed; and the rules of each kind."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from service.directory.reference import Reference
from service.fields import Choice
from service.local_words import LocalWords
from workflows.time_limits import Limits
from workflows.whistle_cases import DutyName, WhistleCase, WhistleDuty
from workflows.whistle_kinds import Approval, KindRow
from workflows.words import _

BEFORE_BLOWING = _("报到的时间按类别算，见上面。工单还在镇里手上，答应诉求人的日子不变。")

# fmt: off
CONSEQUENCES: dict[str, str] = {
    "approve_whistle": _("批准后各单位马上收到，要在 {report} 前报到。"),
    "refuse_whistle": _("不批准，这张哨就到此为止，不再计时。工单照常办。"),
    "confirm_whistle": _("补批只是补手续：各单位报到的时间从吹响时算，不变。"),
    "report_in": _("按下去就记下现在到了，报到的钟停。牵头单位接着在 {plan} 前排出分段计划。"),
    "contest_call": _("提了异议，报到的钟先停，{ruler}在 {rule} 前裁定；裁定了就要照办。"),
    "rule_on_call": _("裁定必须报到的，从现在起重新算，要在 {report} 前到；不必报到的，这个单位的钟就停。裁定不能再提异议。"),
    "survey": _("只记下来，不改任何日子。"),
    "hold_site_meeting": _("只记下来，不改任何日子；定了的事写进分段计划才有期限。"),
    "plan_work": _("每一段从现在起各有各的期限，到期没做完就逐级提醒。公开的节点诉求人马上看得到。"),
    "report_milestone": _("打勾说做完了，这一段的钟就停；不打勾只记一次进展，日子不变。"),
    "change_milestone": _("从新的日子算；原来的日子留在经过里。过了期的只有吹哨的镇能改。不做了的，这一段的钟就停。"),
    "hand_over_part": _("移交后您单位的一段就算做完，剩下的由{lead}负责。"),
    "complete_whistle": _("报完成后，由{town}在 {accept} 前验收；没通过会退回来接着办。"),
    "accept_whistle": _("验收后这张哨就结束，不再计时；接着可以给每个单位打分。"),
    "refuse_acceptance": _("退回{lead}接着办，要在 {complete} 前再报完成。"),
    "score_call": _("打分不改任何日子，也不改诉求人的满意程度。"),
    "dismiss_whistle": _("撤哨后各单位都不用来了，钟都停；已经迟到的还记着。"),
    "call_more": _("新叫的单位从现在起算，要在 {report} 前报到；别的单位不变。"),
    "note_whistle": _("只记下来，不改任何日子。"),
}
DUTIES: dict[DutyName, tuple[str, str]] = {
    # what it waits for                                            what is said when it is late
    DutyName.approval:     (_("等{unit}批准，{due} 前"),            _("{unit}还没批准，晚了 {span}")),
    DutyName.confirmation: (_("等{unit}补批，{due} 前"),            _("{unit}还没补批，晚了 {span}")),
    DutyName.report_in:    (_("等{unit}报到，{due} 前"),            _("{unit}还没报到，晚了 {span}")),
    DutyName.ruling:       (_("等{unit}裁定异议，{due} 前"),        _("{unit}还没裁定，晚了 {span}")),
    DutyName.plan:         (_("等{unit}排出分段计划，{due} 前"),    _("{unit}还没排出计划，晚了 {span}")),
    DutyName.milestone:    (_("等{unit}做完一段，{due} 前"),        _("{unit}有一段到期没做完，晚了 {span}")),
    DutyName.completion:   (_("等{unit}报完成，{due} 前"),          _("{unit}还没报完成，晚了 {span}")),
    DutyName.acceptance:   (_("等{unit}验收，{due} 前"),            _("{unit}还没验收，晚了 {span}")),
}
# fmt: on
LIMITS_SAID = {
    "report": "whistle_report",
    "plan": "whistle_plan",
    "rule": "whistle_rule",
    "accept": "whistle_accept",
    "complete": "whistle_complete",
}
"""The dates that a sentence may name, each counted from now by this row of the time limits."""

APPROVED_FIRST = _("{term}内报到；镇主要负责人批准后才算吹响。")
BLOWN_AT_ONCE = _("{term}内报到；马上吹响，镇主要负责人事后补批。")
BLOWN_BY_THEMSELVES = _("{term}内报到；马上吹响，不用镇里批准。")
APPROVALS: dict[Approval, str] = {
    Approval.before: APPROVED_FIRST,
    Approval.after: BLOWN_AT_ONCE,
    Approval.none: BLOWN_BY_THEMSELVES,
}


def consequence(verb: str, case: WhistleCase, now: datetime, known: Reference, local: LocalWords) -> str:
    """Empty for a verb that nothing need be said of."""
    sentence = CONSEQUENCES.get(verb, "")
    dates = {name: local.time(case.until(now, case.term(limit))) for name, limit in LIMITS_SAID.items()}
    units = {
        "town": known.unit_name(case.town_unit_id),
        "lead": known.unit_name(case.lead.unit_id if case.lead else None),
        "ruler": known.unit_name(case.ruling_unit_id),
    }
    return local._(sentence).format(**dates, **units)


def waiting(duty: WhistleDuty, known: Reference, local: LocalWords) -> str:
    """等县水利局报到，10 月 12 日 18:00 前."""
    said = local._(DUTIES[duty.name][0])
    return said.format(unit=known.unit_name(duty.unit), due=local.time(duty.due_at))


def lateness(duty: WhistleDuty, now: datetime, known: Reference, local: LocalWords) -> str:
    said = local._(DUTIES[duty.name][1])
    return said.format(unit=known.unit_name(duty.unit), span=local.span(now - duty.due_at))


def kind_rule(row: KindRow, limits: Limits, local: LocalWords) -> str:
    """2 个工作日内报到。镇主要负责人批准后才算吹响…"""
    return local._(APPROVALS[row.approval]).format(term=_report_term(row, limits, local))


def kind_choices(kinds: Iterable[KindRow], limits: Limits, local: LocalWords) -> list[Choice]:
    """Each with its limit: who chooses one sees what he asks of others."""
    pattern = local._(_("{kind}：{term}内报到"))
    return [
        Choice(str(row.kind), pattern.format(kind=local.named(row), term=_report_term(row, limits, local)))
        for row in kinds
    ]


def _report_term(row: KindRow, limits: Limits, local: LocalWords) -> str:
    return limits.terms[f"whistle_report_{row.kind}"].in_words(local._)


def rules_of(row: KindRow, limits: Limits, local: LocalWords) -> Sequence[str]:
    """What holds for a whistle of this kind, for whoever wants to know."""
    return [
        kind_rule(row, limits, local),
        local._(_("到时间没来的，先提醒单位联系人，再到单位负责人、县督查、分管领导，一级一级，各提醒一次。")),
        local._(_("有异议的，要写明依据和建议的单位，由县里裁定；裁定前有人负责，裁定后必须照办。")),
        local._(_("报到是否按时和办得快不快分开算。镇里给每个单位打分，不该吹的哨算在镇里头上。")),
        local._(_("工单一直在镇里手上，诉求人看得到叫了谁、谁来了、打算到哪天做完什么。")),
    ]
