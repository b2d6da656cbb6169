"""The words of asks (退单, 延期, 挂账, 剔除, 会商), of promises (承诺) and of supervision (督办)."""

from enum import StrEnum

from workflows.words import _


class AskKind(StrEnum):
    """What a unit may ask; an officer outside of it decides."""

    giving_back = "giving_back"
    extension = "extension"
    deferral = "deferral"
    exclusion = "exclusion"
    consultation = "consultation"


class AskState(StrEnum):
    """`lapsed`: the ticket went on in another way before anybody decided."""

    pending = "pending"
    granted = "granted"
    refused = "refused"
    lapsed = "lapsed"


class PromiseState(StrEnum):
    """A dated promise after an answer "for now"."""

    open = "open"
    kept = "kept"
    broken = "broken"


class SupervisionLevel(StrEnum):
    """From a notice, over one with a copy to the leader in charge, to listed supervision (挂牌督办)."""

    notice = "notice"
    leader = "leader"
    listed = "listed"


ASK_WORDS: dict[AskKind, str] = {
    AskKind.giving_back: _("退单"),
    AskKind.extension: _("延期"),
    AskKind.deferral: _("挂账"),
    AskKind.exclusion: _("剔除"),
    AskKind.consultation: _("会商"),
}
ASK_STATE_WORDS: dict[AskState, str] = {
    AskState.pending: _("待决定"),
    AskState.granted: _("已准"),
    AskState.refused: _("已驳"),
    AskState.lapsed: _("已失效"),
}
PROMISE_WORDS: dict[PromiseState, str] = {
    PromiseState.open: _("承诺未到期"),
    PromiseState.kept: _("已兑现"),
    PromiseState.broken: _("未兑现"),
}
SUPERVISION_WORDS: dict[SupervisionLevel, str] = {
    SupervisionLevel.notice: _("督办通知"),
    SupervisionLevel.leader: _("抄送分管领导"),
    SupervisionLevel.listed: _("挂牌督办"),
}
ASK_VERB_WORDS: dict[str, str] = {
    "request_return": _("申请退单"),
    "request_extension": _("申请延期"),
    "request_deferral": _("申请挂账"),
    "request_exclusion": _("申请剔除"),
    "request_consultation": _("申请会商"),
    "grant": _("准予"),
    "refuse": _("驳回"),
    "rule": _("裁定"),
    "resume": _("恢复办理"),
    "review_deferral": _("挂账复核"),
    "press_decision": _("催促决定"),
    "report_undecided": _("久未决定"),
    "keep_promise": _("兑现承诺"),
    "remind_promise": _("承诺将到期"),
    "break_promise": _("承诺未兑现"),
    "confirm_promise": _("承诺是否兑现"),
    "return_to_desk": _("交回受理台"),
}
