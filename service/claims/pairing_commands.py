"""One class per act on a pairing (双报到): its fields are the form, and what the record of changes keeps."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from workflows.command_fields import LARGEST_ID, CommandBase, field, none_if_blank, plain_digits
from workflows.words import _

Id = Annotated[int, Field(ge=1, le=LARGEST_ID), BeforeValidator(none_if_blank)]
Members = Annotated[int, Field(ge=0, le=100_000), BeforeValidator(plain_digits)]
Day = Annotated[date, BeforeValidator(none_if_blank)]


class Pair(CommandBase):
    verb: Literal["pair"] = "pair"
    unit: Id = field(_("哪个单位"), widget="unit")
    area: Id = field(_("到哪个社区（村）报到"), widget="area")
    members: Members = field(_("报到的党员人数"), widget="number")
    since: Day = field(_("从哪天起"), widget="date")


class ChangePairing(CommandBase):
    verb: Literal["change_pairing"] = "change_pairing"
    members: Members = field(_("报到的党员人数"), widget="number")
    since: Day = field(_("从哪天起"), widget="date")


class EndPairing(CommandBase):
    verb: Literal["end_pairing"] = "end_pairing"
    ended_on: Day = field(_("到哪天为止"), widget="date")


PAIRING_WORDS: dict[str, str] = {
    "pair": _("登记双报到"),
    "change_pairing": _("改双报到"),
    "end_pairing": _("结束双报到"),
}
PAIRING_COMMANDS: dict[str, type[CommandBase]] = {
    "pair": Pair,
    "change_pairing": ChangePairing,
    "end_pairing": EndPairing,
}
