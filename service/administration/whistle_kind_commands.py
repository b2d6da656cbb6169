"""What an administrator fills in to change a kind of whistle, or a reason for one."""

from typing import Any, Literal

from service.administration.commands import AdminCommand
from service.administration.field_types import Number
from workflows.commands import Text, field
from workflows.terms import TermUnit
from workflows.whistle_kinds import Approval
from workflows.words import _

NAME = 20


class Offered(AdminCommand):
    name: Text = field(_("叫什么"), min_length=2, max_length=NAME)
    is_offered: bool = field(_("吹哨时可以选"), widget="yes_no", default=True)


class SetWhistleKind(Offered):
    verb: Literal["set_whistle_kind"] = "set_whistle_kind"
    approval: Approval = field(_("镇主要负责人"), widget="select")
    report: Number = field(_("多久以内报到"), widget="number", ge=1)
    report_unit: TermUnit = field(_("报到按什么算"), widget="select")
    plan: Number = field(_("报到后多久以内排出计划"), widget="number", ge=1)
    plan_unit: TermUnit = field(_("排计划按什么算"), widget="select")

    def details(self) -> dict[str, Any]:
        """Number and unit are one thing to a reader."""
        return {
            "name": self.name,
            "is_offered": self.is_offered,
            "approval": str(self.approval),
            "report": {"amount": self.report, "unit": str(self.report_unit)},
            "plan": {"amount": self.plan, "unit": str(self.plan_unit)},
        }


class SetWhistleReason(Offered):
    verb: Literal["set_whistle_reason"] = "set_whistle_reason"
