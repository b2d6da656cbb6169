"""One class per verb: its fields are the form, the body of the API call and the details of the event."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from workflows.ask_commands import (
    BreakPromise,
    ConfirmPromise,
    Grant,
    KeepPromise,
    PressDecision,
    Refuse,
    RemindPromise,
    ReportUndecided,
    RequestConsultation,
    RequestDeferral,
    RequestExclusion,
    RequestExtension,
    RequestReturn,
    Resume,
    ReturnToDesk,
    ReviewDeferral,
    Rule,
)
from workflows.ask_words import ASK_VERB_WORDS, ASK_WORDS, SUPERVISION_WORDS
from workflows.claim_commands import MarkClaimable, UnmarkClaimable
from workflows.claim_words import CLAIM_VERB_WORDS, CLAIMANT_WORDS
from workflows.command_fields import (
    LARGEST_ID,
    PARTS,
    PERSONAL,
    PHOTOS_MOST,
    WISH_LENGTH,
    WORDS_LENGTH,
    CommandBase,
    OptionalChoice,
    OptionalDate,
    OptionalId,
    OptionalMoment,
    OptionalPhone,
    OptionalPosition,
    OptionalText,
    Part,
    Photos,
    Text,
    clean,
    field,
    none_if_blank,
    optional_words,
    photos,
    plain_digits,
    words,
)
from workflows.consents import CONSENT_VERB_WORDS, WAY_WORDS
from workflows.endorsements import ENDORSE_VERB_WORDS
from workflows.inquiry_commands import INQUIRY_VERB_WORDS, Inquire, LapseInquiry
from workflows.inspection_words import FINDING_WORDS, INSPECTION_VERB_WORDS
from workflows.issue_words import ISSUE_VERB_WORDS
from workflows.refusals import Refused
from workflows.statuses import KIND_WORDS, SOURCE_WORDS, Kind, Source
from workflows.supervision_commands import AnswerSupervision, Supervise, Warn
from workflows.time_limits import Urgency
from workflows.wall_commands import Publish, TakeDown
from workflows.wall_photos import WALL_PHOTO_VERB_WORDS
from workflows.whistle_words import WHISTLE_VERB_WORDS
from workflows.words import _

# One door for commands and what they are made of.
__all__ = [
    "LARGEST_ID",
    "PARTS",
    "PERSONAL",
    "PHOTOS_MOST",
    "WISH_LENGTH",
    "WORDS_LENGTH",
    "AnswerSupervision",
    "BreakPromise",
    "CommandBase",
    "ConfirmPromise",
    "Grant",
    "Inquire",
    "KeepPromise",
    "LapseInquiry",
    "OptionalChoice",
    "OptionalDate",
    "OptionalPhone",
    "OptionalPosition",
    "OptionalText",
    "Part",
    "Photos",
    "PressDecision",
    "Refuse",
    "RemindPromise",
    "ReportUndecided",
    "RequestConsultation",
    "RequestDeferral",
    "RequestExclusion",
    "RequestExtension",
    "RequestReturn",
    "Resume",
    "ReturnToDesk",
    "ReviewDeferral",
    "Rule",
    "Supervise",
    "Text",
    "Warn",
    "clean",
    "field",
    "none_if_blank",
    "optional_words",
    "photos",
    "plain_digits",
    "words",
]


class Outcome(StrEnum):
    """What the answer to the villager amounts to."""

    resolved = "resolved"
    partly_resolved = "partly_resolved"
    for_now = "for_now"
    explained = "explained"
    referred = "referred"


class Satisfaction(StrEnum):
    satisfied = "satisfied"
    basically_satisfied = "basically_satisfied"
    dissatisfied = "dissatisfied"


class DeclineGround(StrEnum):
    """The six kinds of wish that are not dispatched (Jinan 2018, Weifang 2021)."""

    emergency = "emergency"
    court_or_petition = "court_or_petition"
    nothing_new = "nothing_new"
    secret = "secret"
    outside_public_duties = "outside_public_duties"
    unlawful = "unlawful"


class ContactWay(StrEnum):
    phone = "phone"
    visit = "visit"
    wechat = "wechat"


class CallResult(StrEnum):
    """How one attempt to reach the villager for a follow-up ended."""

    answered = "answered"
    call_later = "call_later"
    unreachable = "unreachable"
    wrong_number = "wrong_number"
    refused = "refused"


class Grade(StrEnum):
    """What the villager says of how she was treated, and of how quick it went."""

    good = "good"
    fair = "fair"
    poor = "poor"


def _any(words: Mapping[Any, str]) -> Mapping[StrEnum, str]:
    return words


CHOICE_WORDS: dict[StrEnum, str] = {
    Outcome.resolved: _("已解决"),
    Outcome.partly_resolved: _("部分解决"),
    Outcome.for_now: _("暂时不能解决，有时间表"),
    Outcome.explained: _("解释说明"),
    Outcome.referred: _("转请其他渠道"),
    Satisfaction.satisfied: _("满意"),
    Satisfaction.basically_satisfied: _("基本满意"),
    Satisfaction.dissatisfied: _("不满意"),
    DeclineGround.emergency: _("紧急情况，请立即拨打 110、119 或 120"),
    DeclineGround.court_or_petition: _("已进入诉讼、仲裁或信访程序"),
    DeclineGround.nothing_new: _("同一事项正在办理或已办结，没有新情况"),
    DeclineGround.secret: _("涉及国家秘密、商业秘密或个人隐私"),
    DeclineGround.outside_public_duties: _("不属于政府和公共服务的职责"),
    DeclineGround.unlawful: _("违反法律法规或公序良俗"),
    ContactWay.phone: _("打电话"),
    ContactWay.visit: _("上门"),
    ContactWay.wechat: _("微信"),
    CallResult.answered: _("接通并答复"),
    CallResult.call_later: _("约好以后再打"),
    CallResult.unreachable: _("联系不上"),
    CallResult.wrong_number: _("号码不对"),
    CallResult.refused: _("拒绝回访"),
    Grade.good: _("好"),
    Grade.fair: _("一般"),
    Grade.poor: _("差"),
    Urgency.danger: _("突发（危及生命财产）"),
    Urgency.urgent: _("及时（水电气暖）"),
    Urgency.ordinary: _("一般"),
    Urgency.complex: _("复杂疑难"),
    **_any(SUPERVISION_WORDS),
    **_any(FINDING_WORDS),
    **_any(KIND_WORDS),  # Urgency.development has the same value as Kind.development, so it has the same words
    **_any(SOURCE_WORDS),
    **_any(CLAIMANT_WORDS),
    **_any(ASK_WORDS),
    **_any(WAY_WORDS),
}


OptionalUrgency = Annotated[Urgency | None, BeforeValidator(none_if_blank)]
OptionalSatisfaction = Annotated[Satisfaction | None, BeforeValidator(none_if_blank)]
OptionalGrade = Annotated[Grade | None, BeforeValidator(none_if_blank)]


CALLED_BACK_IN = range(2000, 2200)
"""Years that a clock can be set to; how soon it has to be is a limit of the county."""


class Submit(CommandBase):
    verb: Literal["submit"] = "submit"
    kind: Kind = field(_("类别"), widget="choice", default=Kind.trouble)
    text: Text = field(_("您的心愿"), widget="words", min_length=WISH_LENGTH[0], max_length=WISH_LENGTH[1])
    area: int = field(_("所在地"), widget="area")
    category: OptionalText = field(_("事项"), widget="category", default=None)
    place: OptionalText = field(_("具体位置"), default=None, max_length=200)
    name: OptionalText = field(_("怎么称呼您"), default=None, max_length=40)
    phone: OptionalPhone = field(_("电话"), default=None, pattern=r"^\+?[0-9][0-9 \-]{3,18}[0-9]$")
    is_nameless: bool = field(_("不公开名字"), widget="yes_no", default=True)
    is_private: bool = field(_("只让干部看到"), widget="yes_no", default=False)
    photos: Photos = photos()
    source: Source = field(_("来源"), widget="choice", default=Source.link)
    meeting: OptionalText = field(_("哪次会议或走访"), default=None, max_length=100)
    voice: OptionalId = field(_("录音"), widget="voice", default=None)
    position: OptionalPosition = field(
        _("定位"), widget="position", default=None, pattern=r"^-?\d[\d.]*,-?\d[\d.]* (WGS-84|GCJ-02)( ±\d+ m)?$"
    )
    is_for_other: bool = field(_("替别人说"), widget="yes_no", default=False)
    has_consent: bool = field(_("本人同意"), widget="yes_no", default=False)

    @model_validator(mode="after")
    def _who_is_spoken_for_has_agreed(self) -> Self:
        if self.is_for_other and not self.has_consent:
            raise Refused(_("替别人说，要他（她）本人同意才行。同意了，请打上勾。"), field="has_consent")
        return self


class Supplement(CommandBase):
    verb: Literal["supplement"] = "supplement"
    text: Text = words(_("补充的内容"))
    photos: Photos = photos()


class Withdraw(CommandBase):
    verb: Literal["withdraw"] = "withdraw"
    reason: OptionalText = optional_words(_("撤回的原因"))


class Decline(CommandBase):
    verb: Literal["decline"] = "decline"
    ground: DeclineGround = field(_("依据"), widget="choice")
    words: Text = words(_("告诉诉求人的话"), hint=_("说明原因，并指明应该去哪里办"), least=5)


class Assign(CommandBase):
    verb: Literal["assign"] = "assign"
    unit: int = field(_("主办单位"), widget="unit")
    category: OptionalText = field(_("事项"), widget="category", default=None)
    urgency: OptionalUrgency = field(_("时限类别"), widget="choice", default=None)
    supporting: tuple[int, ...] = field(_("协办单位"), widget="units", default=(), max_length=10)
    note: OptionalText = optional_words(_("给承办单位的话"))


class Reassign(CommandBase):
    verb: Literal["reassign"] = "reassign"
    unit: int = field(_("改派给"), widget="unit")
    reason: Text = words(_("改派的原因"))


class Acknowledge(CommandBase):
    verb: Literal["acknowledge"] = "acknowledge"


class Contact(CommandBase):
    verb: Literal["contact"] = "contact"
    way: ContactWay = field(_("联系方式"), widget="choice", default=ContactWay.phone)
    is_reached: bool = field(_("联系上了吗"), widget="yes_or_no")
    words: OptionalText = optional_words(_("谈了什么"))


class Verify(CommandBase):
    verb: Literal["verify"] = "verify"
    words: Text = words(_("现场核实的情况"))
    photos: Photos = photos()


class ReportProgress(CommandBase):
    verb: Literal["report_progress"] = "report_progress"
    words: Text = words(_("进展"))
    is_public: bool = field(_("让诉求人看到"), widget="yes_no", default=True)
    photos: Photos = photos()


class Reply(CommandBase):
    verb: Literal["reply"] = "reply"
    outcome: Outcome = field(_("办理结果"), widget="choice")
    words: Text = words(_("给诉求人的答复"), hint=_("说清楚做了什么、结果怎样、还有什么没做到"), least=5)
    promised_for: OptionalDate = field(_("承诺日期"), widget="date", default=None, hint=_("暂时不能解决时必填"))
    referred_to: OptionalText = field(_("转请的渠道"), default=None, hint=_("转请其他渠道时必填"), max_length=100)
    photos: Photos = photos()

    @model_validator(mode="after")
    def names_what_its_outcome_needs(self) -> "Reply":
        if self.outcome is Outcome.for_now and self.promised_for is None:
            raise Refused(_("暂时不能解决的，请写上承诺日期。"), field="promised_for")
        if self.outcome is Outcome.referred and self.referred_to is None:
            raise Refused(_("转请其他渠道的，请写明是哪个渠道。"), field="referred_to")
        return self


class ApproveReply(CommandBase):
    verb: Literal["approve_reply"] = "approve_reply"
    note: OptionalText = optional_words(_("审核意见"))


class SendBack(CommandBase):
    verb: Literal["send_back"] = "send_back"
    reason: Text = words(_("退回修改的原因"))


class Rate(CommandBase):
    verb: Literal["rate"] = "rate"
    satisfaction: Satisfaction = field(_("您满意吗"), widget="choice")
    is_resolved: OptionalChoice = field(_("事情解决了吗"), widget="yes_no_unsaid", default=None)
    words: OptionalText = optional_words(_("想说的话"))


class FollowUp(CommandBase):
    verb: Literal["follow_up"] = "follow_up"
    result: CallResult = field(_("回访结果"), widget="choice")
    way: ContactWay = field(_("怎么回访的"), widget="choice", default=ContactWay.phone)
    call_back_at: OptionalMoment = field(
        _("约到什么时候再打"), widget="moment", default=None, hint=_("约好以后再打的必填；到时排在最前面")
    )
    was_contacted: OptionalChoice = field(_("承办单位联系过诉求人吗"), widget="yes_no_unsaid", default=None)
    is_resolved: OptionalChoice = field(_("事情解决了吗"), widget="yes_no_unsaid", default=None)
    satisfaction: OptionalSatisfaction = field(_("诉求人满意吗"), widget="choice", default=None)
    attitude: OptionalGrade = field(_("承办单位的态度"), widget="choice", default=None)
    speed: OptionalGrade = field(_("办得快不快"), widget="choice", default=None)
    words: OptionalText = optional_words(_("诉求人的原话"))
    done_on_the_spot: OptionalText = optional_words(_("当场办结了什么"), hint=_("没有就不填"))
    new_need: OptionalText = field(
        _("诉求人的新需要"),
        widget="words",
        hint=_("写了就另外成为一件新的心愿，照常派单"),
        default=None,
        min_length=WISH_LENGTH[0],
        max_length=WISH_LENGTH[1],
    )
    is_groundless: bool = field(
        _("不满意没有道理，已经解释清楚"), widget="yes_no", default=False, hint=_("不再重办，但仍然算不满意")
    )
    explained: OptionalText = optional_words(_("怎么解释的"), hint=_("勾了上面一项的必填"))

    @model_validator(mode="after")
    def an_answer_says_how_it_was(self) -> "FollowUp":
        if self.result is CallResult.answered and None in (self.was_contacted, self.is_resolved, self.satisfaction):
            raise Refused(_("接通了的回访，请填上是否联系过、是否解决、是否满意。"), field="satisfaction")
        is_discontent = self.satisfaction is Satisfaction.dissatisfied or self.is_resolved is False
        if self.result is CallResult.answered and is_discontent and self.words is None:
            raise Refused(_("没解决或不满意的，请记下诉求人说的原因，好让承办单位知道重办什么。"), field="words")
        if self.result is CallResult.answered and self.is_groundless and not is_discontent:
            raise Refused(_("满意并且解决了的，不用勾“没有道理”。"), field="is_groundless")
        if self.result is CallResult.answered and self.is_groundless and self.explained is None:
            raise Refused(_("勾了“没有道理”的，请写清楚是怎么向诉求人解释的。"), field="explained")
        return self

    @model_validator(mode="after")
    def a_later_call_has_its_time(self) -> "FollowUp":
        if self.result is CallResult.call_later and self.call_back_at is None:
            raise Refused(_("约好以后再打的，请写上约好的日期和时间。"), field="call_back_at")
        if self.call_back_at is not None and self.call_back_at.year not in CALLED_BACK_IN:
            raise Refused(_("约好的时间写得不对，请检查年份。"), field="call_back_at")
        return self

    @model_validator(mode="after")
    def only_who_answered_can_have_said_it(self) -> "FollowUp":
        said = next((name for name in ("done_on_the_spot", "new_need") if getattr(self, name) is not None), None)
        if self.result is not CallResult.answered and said is not None:
            raise Refused(_("没有接通的，不会有当场办结和新的需要。请改回访结果，或者删掉这一项。"), field=said)
        if self.done_on_the_spot is not None and self.is_resolved is False:
            raise Refused(_("当场办结了的，“事情解决了吗”请选“是”。"), field="is_resolved")
        return self


class Reopen(CommandBase):
    verb: Literal["reopen"] = "reopen"
    reason: Text = words(_("为什么要重办"))


class Close(CommandBase):
    verb: Literal["close"] = "close"
    reason: Text = words(_("办结的依据"))


class Merge(CommandBase):
    verb: Literal["merge"] = "merge"
    into: Text = field(_("并入的工单编号"), widget="ticket", pattern=r"^[0-9]{4}-[0-9]{6,12}$")
    reason: OptionalText = optional_words(_("并单的理由"))


class Unmerge(CommandBase):
    verb: Literal["unmerge"] = "unmerge"
    reason: Text = words(_("为什么不是同一件事"))


class Split(CommandBase):
    verb: Literal["split"] = "split"
    parts: tuple[Part, ...] = field(
        _("拆成哪几件事"),
        widget="parts",
        hint=_("每件事写一段，段与段之间空一行"),
        min_length=PARTS[0],
        max_length=PARTS[1],
    )


class Expedite(CommandBase):
    verb: Literal["expedite"] = "expedite"
    note: OptionalText = optional_words(_("催办的话"))


class Note(CommandBase):
    verb: Literal["note"] = "note"
    words: Text = words(_("内部备注"), hint=_("诉求人看不到"))


class MarkOverdue(CommandBase):
    verb: Literal["mark_overdue"] = "mark_overdue"


class RecalculateDue(CommandBase):
    verb: Literal["recalculate_due"] = "recalculate_due"
    reason: Text = words(_("重算期限的原因"))


Command = Annotated[
    Submit
    | Supplement
    | Inquire
    | LapseInquiry
    | Withdraw
    | Decline
    | Assign
    | Reassign
    | Acknowledge
    | Contact
    | Verify
    | ReportProgress
    | Reply
    | ApproveReply
    | SendBack
    | Rate
    | FollowUp
    | Reopen
    | Close
    | Merge
    | Unmerge
    | Split
    | Expedite
    | Supervise
    | AnswerSupervision
    | Warn
    | Note
    | MarkOverdue
    | MarkClaimable
    | UnmarkClaimable
    | Publish
    | TakeDown
    | RecalculateDue
    | RequestReturn
    | RequestExtension
    | RequestDeferral
    | RequestExclusion
    | RequestConsultation
    | Grant
    | Refuse
    | Rule
    | Resume
    | ReviewDeferral
    | PressDecision
    | ReportUndecided
    | KeepPromise
    | RemindPromise
    | BreakPromise
    | ConfirmPromise
    | ReturnToDesk,
    Field(discriminator="verb"),
]

COMMANDS: dict[str, type[CommandBase]] = {
    member.model_fields["verb"].default: member for member in get_args(get_args(Command)[0])
}

VERB_WORDS: dict[str, str] = {
    "submit": _("提交"),
    "supplement": _("补充"),
    "withdraw": _("撤回"),
    "decline": _("不予受理"),
    "assign": _("派单"),
    "reassign": _("转派"),
    "acknowledge": _("签收"),
    "contact": _("联系诉求人"),
    "verify": _("核实"),
    "report_progress": _("进展"),
    "reply": _("反馈"),
    "approve_reply": _("审核通过"),
    "send_back": _("退回修改"),
    "rate": _("评价"),
    "follow_up": _("回访"),
    "reopen": _("重办"),
    "close": _("办结"),
    "merge": _("并单"),
    "unmerge": _("撤销并单"),
    "split": _("拆单"),
    "expedite": _("催办"),
    "supervise": _("督办"),
    "answer_supervision": _("答复督办"),
    "warn": _("预警"),
    "note": _("备注"),
    "mark_claimable": _("放进认领池"),
    "unmark_claimable": _("移出认领池"),
    "publish": _("上公示墙"),
    "take_down": _("撤下公示墙"),
    "mark_overdue": _("超期"),
    "recalculate_due": _("重算期限"),
    **ASK_VERB_WORDS,
    **WHISTLE_VERB_WORDS,
    **CLAIM_VERB_WORDS,
    **ISSUE_VERB_WORDS,
    **INSPECTION_VERB_WORDS,
    **ENDORSE_VERB_WORDS,
    **CONSENT_VERB_WORDS,
    **WALL_PHOTO_VERB_WORDS,
    **INQUIRY_VERB_WORDS,
}
