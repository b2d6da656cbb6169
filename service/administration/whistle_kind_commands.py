"""What an administrator fills in for a kind of whistle, a reason for one, or a step of the ladder."""

from enum import StrEnum
from typing import Any, Literal

from service.administration.commands import AdminCommand
from service.administration.field_types import Number, OptionalNumber
from workflows.commands import OptionalText, Text, field
from workflows.terms import TermUnit
from workflows.whistle_commands import Key
from workflows.whistle_kinds import Approval
from workflows.whistle_steps import Rung
from workflows.whistle_words import DutyName, WhistleKind
from workflows.words import _

NAME = 20


class Offered(AdminCommand):
    name: Text = field(_("叫什么"), min_length=2, max_length=NAME)
    english: OptionalText = field(_("英文叫什么"), hint=_("不填就到处都用中文"), default=None, max_length=60)
    is_offered: bool = field(_("吹哨时可以选"), widget="yes_no", default=True)


class KindTerms(Offered):
    approval: Approval = field(_("镇主要负责人"), widget="select")
    report: Number = field(_("多久以内报到"), widget="number", ge=1)
    report_unit: TermUnit = field(_("报到按什么算"), widget="select")
    plan: Number = field(_("报到后多久以内排出计划"), widget="number", ge=1)
    plan_unit: TermUnit = field(_("排计划按什么算"), widget="select")

    def details(self) -> dict[str, Any]:
        """Number and unit are one thing to a reader."""
        return {
            "name": self.name,
            "english": self.english,
            "is_offered": self.is_offered,
            "approval": str(self.approval),
            "report": {"amount": self.report, "unit": str(self.report_unit)},
            "plan": {"amount": self.plan, "unit": str(self.plan_unit)},
        }


class SetWhistleKind(KindTerms):
    verb: Literal["set_whistle_kind"] = "set_whistle_kind"


class AddWhistleKind(KindTerms):
    verb: Literal["add_whistle_kind"] = "add_whistle_kind"
    goes_by: WhistleKind = field(
        _("照哪一类来"),
        widget="select",
        hint=_("谁来吹、算不算急事、提异议和裁定多久、应急时缩短多少、先照哪一类逐级提醒。定了就不改"),
    )

    def details(self) -> dict[str, Any]:
        return {**super().details(), "goes_by": str(self.goes_by)}


class SetWhistleReason(Offered):
    verb: Literal["set_whistle_reason"] = "set_whistle_reason"


class AddWhistleReason(Offered):
    verb: Literal["add_whistle_reason"] = "add_whistle_reason"


class Moment(StrEnum):
    """Where a step of the ladder stands."""

    percent = "percent"
    before = "before"
    due = "due"
    after = "after"


MOMENT_WORDS: dict[Moment, str] = {
    Moment.percent: _("到时限的百分之几"),
    Moment.before: _("到期以前"),
    Moment.due: _("到期的时候"),
    Moment.after: _("到期以后"),
}


class StepTerms(AdminCommand):
    rung: Rung = field(_("提醒谁"), widget="select")
    moment: Moment = field(_("什么时候"), widget="select")
    amount: OptionalNumber = field(
        _("多少"), widget="number", hint=_("百分之几，或者提前、推后多久；到期的时候不用填"), default=None, ge=1
    )
    amount_unit: TermUnit = field(_("按什么算"), widget="select", default=TermUnit.working_hours)
    note: Text = field(_("提醒时说什么"), min_length=4, max_length=100)
    kinds: tuple[Key, ...] = field(
        _("管哪几类哨"), widget="units", hint=_("都不选就是每一类"), default=(), max_length=60
    )

    def details(self) -> dict[str, Any]:
        said: dict[str, Any] = {"rung": str(self.rung), "moment": str(self.moment), "note": self.note}
        said |= {"kinds": sorted(self.kinds)}
        if self.moment is Moment.percent:
            return said | {"percent": self.amount}
        is_term = self.moment is not Moment.due and self.amount is not None
        return said | ({"term": {"amount": self.amount, "unit": str(self.amount_unit)}} if is_term else {})


class SetWhistleStep(StepTerms):
    verb: Literal["set_whistle_step"] = "set_whistle_step"
    is_on: bool = field(_("还用这一级"), widget="yes_no", default=True)

    def details(self) -> dict[str, Any]:
        return {**super().details(), "is_on": self.is_on}


class AddWhistleStep(StepTerms):
    verb: Literal["add_whistle_step"] = "add_whistle_step"
    duty: DutyName = field(_("哪件事没办"), widget="select")

    def details(self) -> dict[str, Any]:
        return {"duty": str(self.duty), **super().details()}
