"""Commands of 问诉求人: a unit asks the villager for what it lacks, and the clock waits for her only so long."""

from typing import Literal

from workflows.command_fields import CommandBase, Text, words
from workflows.words import _


class Inquire(CommandBase):
    verb: Literal["inquire"] = "inquire"
    words: Text = words(
        _("想请诉求人补充什么"), hint=_("一次问清楚。等她回话的时候，本单位的时限停着；答应她的日子不变。")
    )


class LapseInquiry(CommandBase):
    verb: Literal["lapse_inquiry"] = "lapse_inquiry"


INQUIRY_VERB_WORDS: dict[str, str] = {"inquire": _("问诉求人"), "lapse_inquiry": _("不再等回话")}
