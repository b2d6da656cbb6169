"""What a supervisor fills in to have closed tickets looked at again: one round, or the whole ring of towns."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator

from workflows.command_fields import CommandBase, OptionalText, field, plain_digits
from workflows.words import _

Percent = Annotated[int, BeforeValidator(plain_digits)]


class RoundTerms(CommandBase):
    closed_from: date = field(_("从哪天起办结的"), widget="date")
    closed_until: date = field(_("到哪天为止"), widget="date")
    percent: Percent = field(_("抽查百分之几"), widget="number", hint=_("1 到 100，至少抽一件"), ge=1, le=100)
    due: date = field(_("哪天以前查完"), widget="date")
    seed: OptionalText = field(
        _("抽签的种子"), hint=_("公开的一串字；同一串字谁来抽都一样。不填就由系统定一串"), default=None, max_length=40
    )


class OpenRound(RoundTerms):
    verb: Literal["open_round"] = "open_round"
    area: int = field(_("查哪个地方"), widget="area")
    unit: int = field(_("由哪个单位去查"), widget="unit", hint=_("要在被查的地方以外：不能自己查自己"))


class OpenRing(RoundTerms):
    verb: Literal["open_ring"] = "open_ring"
