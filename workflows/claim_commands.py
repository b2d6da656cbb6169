"""One class per verb of the claim pool (认领), two on a ticket and seven on a claim: form, body and event."""

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from workflows.claim_words import ClaimantKind
from workflows.command_fields import (
    LARGEST_ID,
    CommandBase,
    OptionalPhone,
    OptionalText,
    Photos,
    Text,
    field,
    none_if_blank,
    optional_words,
    photos,
    words,
)
from workflows.refusals import Refused
from workflows.words import _

SENTENCE_LENGTH = (5, 200)
PHONE = r"^\+?[0-9][0-9 \-]{3,18}[0-9]$"

OptionalUnit = Annotated[Annotated[int, Field(ge=1, le=LARGEST_ID)] | None, BeforeValidator(none_if_blank)]
Day = Annotated[date, BeforeValidator(none_if_blank)]


class MarkClaimable(CommandBase):
    verb: Literal["mark_claimable"] = "mark_claimable"
    words: Text = field(
        _("写进认领池的一句话"),
        widget="words",
        hint=_("全县的单位都看得到：需要什么、要多少。不写姓名、电话、几组几号，不写家里困难。"),
        min_length=SENTENCE_LENGTH[0],
        max_length=SENTENCE_LENGTH[1],
    )
    is_agreed: bool = field(_("诉求人同意了吗"), widget="yes_or_no")
    consent: Text = field(
        _("怎么征得同意的"), hint=_("谁、什么时候问的，本人怎么说"), min_length=2, max_length=SENTENCE_LENGTH[1]
    )


class UnmarkClaimable(CommandBase):
    verb: Literal["unmark_claimable"] = "unmark_claimable"
    reason: Text = words(_("为什么移出认领池"))


class ClaimTerms(CommandBase):
    """Own unit: neither name nor telephone. Anybody else is known by both; they are sealed and stand in no event."""

    kind: ClaimantKind = field(_("谁来认领"), widget="choice")
    name: OptionalText = field(
        _("认领人的名称"), hint=_("本单位认领不用填；替党员、企业、社会组织登记的必填"), default=None, max_length=80
    )
    phone: OptionalPhone = field(
        _("认领人的电话"), hint=_("替别人登记的必填，只给管这件事的人看"), default=None, pattern=PHONE
    )
    unit: OptionalUnit = field(_("哪个单位认领"), widget="unit", hint=_("本单位认领时选"), default=None)
    words: OptionalText = optional_words(_("打算怎么帮"))

    @property
    def is_for_own_unit(self) -> bool:
        return self.kind is ClaimantKind.organisation and self.name is None

    @model_validator(mode="after")
    def says_who_claims(self) -> "ClaimTerms":
        if self.name is None and not self.is_for_own_unit:
            raise Refused(_("替党员或企业登记的，请写上名称。"), field="name")
        if self.name is not None and self.phone is None:
            raise Refused(_("替别人登记的，请写上认领人的电话，好催他联系诉求人。"), field="phone")
        return self


class Claim(ClaimTerms):
    verb: Literal["claim"] = "claim"


class JoinClaim(ClaimTerms):
    verb: Literal["join_claim"] = "join_claim"


class ContactClaimed(CommandBase):
    verb: Literal["contact_claimed"] = "contact_claimed"
    deliver_by: Day = field(_("说好哪天兑现"), widget="date", hint=_("诉求人看得到"))
    words: OptionalText = optional_words(_("和诉求人谈了什么"), hint=_("诉求人看不到"))


class DeliverClaim(CommandBase):
    verb: Literal["deliver_claim"] = "deliver_claim"
    words: Text = field(
        _("给了什么"), widget="words", hint=_("诉求人看得到，例如：金银花苗一百株"), min_length=2, max_length=500
    )
    given_on: Day = field(_("哪天给的"), widget="date")
    photos: Photos = photos()


class WithdrawClaim(CommandBase):
    verb: Literal["withdraw_claim"] = "withdraw_claim"
    reason: Text = words(_("为什么放弃"))


class SaidByClock(CommandBase):
    """`unit` is the unit that claimed, `recorder` whoever entered the claim: so that both hear of it."""

    unit: OptionalUnit = field(_("哪个单位认领"), widget="unit", default=None)
    recorder: OptionalUnit = field(_("谁登记的"), default=None)


class LapseClaim(SaidByClock):
    verb: Literal["lapse_claim"] = "lapse_claim"


class PressClaim(SaidByClock):
    """The day on which it was to be given has passed."""

    verb: Literal["press_claim"] = "press_claim"


ClaimCommand = Annotated[
    Claim | JoinClaim | ContactClaimed | DeliverClaim | WithdrawClaim | LapseClaim | PressClaim,
    Field(discriminator="verb"),
]
CLAIM_COMMANDS: dict[str, type[CommandBase]] = {
    member.model_fields["verb"].default: member for member in get_args(get_args(ClaimCommand)[0])
}


def verb_of(command: type[CommandBase]) -> str:
    found: Any = command.model_fields["verb"].default
    return str(found)
