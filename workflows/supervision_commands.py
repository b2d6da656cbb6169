"""Commands of supervision (督办) and of early warning (预警)."""

from typing import Literal

from workflows.ask_words import SupervisionLevel
from workflows.command_fields import CommandBase, Photos, Text, field, photos, words
from workflows.words import _


class Supervise(CommandBase):
    verb: Literal["supervise"] = "supervise"
    level: SupervisionLevel = field(_("督办级别"), widget="choice", default=SupervisionLevel.notice)
    note: Text = words(_("督办要求"))


class AnswerSupervision(CommandBase):
    verb: Literal["answer_supervision"] = "answer_supervision"
    words: Text = words(
        _("给督办的答复"), hint=_("说清楚办到哪一步、为什么还没办好、什么时候办好；诉求人看不到"), least=5
    )
    photos: Photos = photos()


class Warn(CommandBase):
    verb: Literal["warn"] = "warn"
    note: Text = words(_("为什么预警"))
