"""Commands of the public wall (公示墙): an official puts a wish up in words that anybody may read, or takes it down."""

from typing import Literal

from workflows.command_fields import WORDS_LENGTH, CommandBase, Text, field, words
from workflows.words import _

WALL_WORDS_LEAST = 4


class Publish(CommandBase):
    verb: Literal["publish"] = "publish"
    words: Text = field(
        _("写上公示墙的话"),
        widget="words",
        hint=_("谁都看得到，不用登录。不写姓名、电话、几组几号，不写谁家困难。以后给诉求人的答复也会跟着写上去。"),
        min_length=WALL_WORDS_LEAST,
        max_length=WORDS_LENGTH,
    )


class TakeDown(CommandBase):
    verb: Literal["take_down"] = "take_down"
    reason: Text = words(_("为什么从公示墙上撤下"))
