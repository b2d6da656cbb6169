"""What a villager agrees to: to be told of her wish by short message or in 微信, until she says stop."""

from enum import StrEnum
from typing import Literal

from workflows.command_fields import CommandBase, field
from workflows.refusals import WrongStatus
from workflows.statuses import OPEN, Status
from workflows.words import _


class Way(StrEnum):
    """By which she is told; each has a channel of the same name."""

    sms = "sms"
    wechat = "wechat"


WAY_WORDS: dict[Way, str] = {Way.sms: _("短信"), Way.wechat: _("微信")}


class AgreeToNotices(CommandBase):
    verb: Literal["agree_to_notices"] = "agree_to_notices"
    way: Way = field(_("怎么告诉"), widget="choice")


class StopNotices(CommandBase):
    verb: Literal["stop_notices"] = "stop_notices"
    way: Way = field(_("怎么告诉"), widget="choice")


CONSENT_COMMANDS: dict[str, type[CommandBase]] = {"agree_to_notices": AgreeToNotices, "stop_notices": StopNotices}
CONSENT_VERB_WORDS: dict[str, str] = {"agree_to_notices": _("同意通知"), "stop_notices": _("停止通知")}


def check_agreeing(status: Status) -> None:
    """Raise WrongStatus: of what is over there is nothing to tell. `status` is that of the ticket that answers."""
    if status not in OPEN:
        raise WrongStatus(_("这件事已经了结，不会再有消息。"))
