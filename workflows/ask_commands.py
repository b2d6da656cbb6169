"""Commands around asks: a unit asks, an officer decides; what is put off comes back, what is promised is kept."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from workflows.ask_words import AskKind
from workflows.command_fields import (
    CommandBase,
    OptionalDate,
    OptionalText,
    Photos,
    RequiredDate,
    Text,
    field,
    none_if_blank,
    optional_words,
    photos,
    words,
)
from workflows.words import _

UNITS_MOST = 10

OptionalUnit = Annotated[int | None, BeforeValidator(none_if_blank)]


class RequestReturn(CommandBase):
    verb: Literal["request_return"] = "request_return"
    unit: int = field(_("建议改派给"), widget="unit")
    reason: Text = words(_("为什么不归本单位办"), hint=_("写明依据，例如职责分工的文件"))


class RequestExtension(CommandBase):
    verb: Literal["request_extension"] = "request_extension"
    until: RequiredDate = field(_("延到哪一天"), widget="date")
    reason: Text = words(_("为什么要延期"), hint=_("准了以后，诉求人会看到这些话"), least=5)


class RequestDeferral(CommandBase):
    verb: Literal["request_deferral"] = "request_deferral"
    until: RequiredDate = field(_("哪一天再看"), widget="date")
    reason: Text = words(_("告诉诉求人的原因"), hint=_("为什么现在办不了，什么时候再看；准了以后诉求人会看到"), least=5)
    evidence: Text = words(_("客观上办不了的依据"), hint=_("只给干部看"), least=5)
    photos: Photos = photos()


class RequestExclusion(CommandBase):
    verb: Literal["request_exclusion"] = "request_exclusion"
    evidence: Text = words(_("不应计入统计的依据"), hint=_("剔除只影响统计，这件事照样要办"), least=5)
    photos: Photos = photos()


class RequestConsultation(CommandBase):
    verb: Literal["request_consultation"] = "request_consultation"
    units: tuple[int, ...] = field(_("请哪些单位参加"), widget="units", min_length=1, max_length=UNITS_MOST)
    reason: Text = words(_("要会商什么"))


class Grant(CommandBase):
    verb: Literal["grant"] = "grant"
    ask: AskKind = field(_("哪一项申请"), widget="choice")
    unit: OptionalUnit = field(_("改派给"), widget="unit", default=None, hint=_("准退单时填"))
    until: OptionalDate = field(_("准到哪一天"), widget="date", default=None, hint=_("不填就是申请的日子"))
    note: OptionalText = optional_words(_("意见"))


class Refuse(CommandBase):
    verb: Literal["refuse"] = "refuse"
    ask: AskKind = field(_("哪一项申请"), widget="choice")
    note: Text = words(_("为什么不准"))


class Rule(CommandBase):
    verb: Literal["rule"] = "rule"
    unit: int = field(_("裁定由谁主办"), widget="unit", hint=_("裁定了就不能再退"))
    supporting: tuple[int, ...] = field(_("协办单位"), widget="units", default=(), max_length=UNITS_MOST)
    words: Text = words(_("议定的事项和理由"), least=5)


class Resume(CommandBase):
    verb: Literal["resume"] = "resume"
    note: OptionalText = optional_words(_("现在可以办了，是因为"))


class ReviewDeferral(CommandBase):
    verb: Literal["review_deferral"] = "review_deferral"
    until: RequiredDate = field(_("下次哪一天再看"), widget="date")
    reason: Text = words(_("为什么还办不了"), hint=_("诉求人会看到"), least=5)


class PressDecision(CommandBase):
    verb: Literal["press_decision"] = "press_decision"
    note: Text = words(_("催促的话"))


class ReportUndecided(CommandBase):
    verb: Literal["report_undecided"] = "report_undecided"
    note: Text = words(_("上报的话"))


class KeepPromise(CommandBase):
    verb: Literal["keep_promise"] = "keep_promise"
    words: Text = words(_("承诺的事办成了什么样"), hint=_("诉求人会看到"), least=5)
    photos: Photos = photos()


class RemindPromise(CommandBase):
    verb: Literal["remind_promise"] = "remind_promise"
    note: Text = words(_("提醒的话"))


class BreakPromise(CommandBase):
    verb: Literal["break_promise"] = "break_promise"


class ConfirmPromise(CommandBase):
    verb: Literal["confirm_promise"] = "confirm_promise"
    is_kept: bool = field(_("答应的事办到了吗"), widget="yes_or_no")
    words: OptionalText = optional_words(_("想说的话"))


class ReturnToDesk(CommandBase):
    verb: Literal["return_to_desk"] = "return_to_desk"
    reason: Text = words(_("交回受理台的原因"))
