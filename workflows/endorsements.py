"""附议: a neighbour says "me too" of a wish instead of writing it again, and may take it back while it is open."""

from enum import StrEnum
from typing import Literal

from workflows.command_fields import CommandBase
from workflows.refusals import Refused, WrongStatus
from workflows.statuses import OPEN, Status
from workflows.words import _


class EndorsementState(StrEnum):
    given = "given"
    taken_back = "taken_back"


class Endorse(CommandBase):
    verb: Literal["endorse"] = "endorse"


class TakeBackEndorsement(CommandBase):
    verb: Literal["take_back_endorsement"] = "take_back_endorsement"


ENDORSE_COMMANDS: dict[str, type[CommandBase]] = {"endorse": Endorse, "take_back_endorsement": TakeBackEndorsement}
ENDORSE_VERB_WORDS: dict[str, str] = {"endorse": _("附议"), "take_back_endorsement": _("收回附议")}


def check_endorse(status: Status, is_shared: bool, has_endorsed: bool) -> None:
    """Raise Refused: only an open wish that neighbours may read can be endorsed, and by each of them once."""
    if not is_shared:
        raise Refused(_("这件事只给干部看，不能附议。您有同样的事，请自己说一件。"))
    if status not in OPEN:
        raise WrongStatus(_("这件事已经了结，不能再附议。要是还有同样的事，请重新说一件。"))
    if has_endorsed:
        raise Refused(_("您已经说过“我也是”了，我们都记着。"))


def check_taking_back(status: Status, state: EndorsementState) -> None:
    """Raise Refused: what is over was counted."""
    if state is EndorsementState.taken_back:
        raise Refused(_("您已经收回了。"))
    if status not in OPEN:
        raise WrongStatus(_("这件事已经了结，附议不用再收回。"))
