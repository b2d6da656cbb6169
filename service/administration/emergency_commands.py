"""Switching an area to emergency mode and back (平急转换)."""

from typing import Literal

from service.administration.commands import AdminCommand, InArea
from workflows.commands import OptionalText, Text, field
from workflows.words import _


class BeginEmergency(InArea):
    verb: Literal["begin_emergency"] = "begin_emergency"
    reason: Text = field(
        _("为什么"), hint=_("例如：7 月 3 日县防汛指挥部发布暴雨红色预警"), min_length=4, max_length=200
    )
    duty_roster: OptionalText = field(
        _("值班表"),
        widget="words",
        hint=_("一行一个人：时间、姓名、值班电话；工作台上人人看得到"),
        default=None,
        max_length=1000,
    )


class EndEmergency(AdminCommand):
    verb: Literal["end_emergency"] = "end_emergency"
