"""The words of the claim (认领): who claims, and how far he has come."""

from enum import StrEnum

from workflows.words import _


class ClaimantKind(StrEnum):
    party_member = "party_member"
    organisation = "organisation"
    company = "company"


class ClaimState(StrEnum):
    claimed = "claimed"
    contacted = "contacted"
    delivered = "delivered"
    lapsed = "lapsed"
    withdrawn = "withdrawn"


CLAIMANT_WORDS: dict[ClaimantKind, str] = {
    ClaimantKind.party_member: _("党员"),
    ClaimantKind.organisation: _("单位、社会组织"),
    ClaimantKind.company: _("企业"),
}
CLAIM_WORDS: dict[ClaimState, str] = {
    ClaimState.claimed: _("已认领，待联系"),
    ClaimState.contacted: _("已联系"),
    ClaimState.delivered: _("已兑现"),
    ClaimState.lapsed: _("逾期未联系，退回认领池"),
    ClaimState.withdrawn: _("已放弃"),
}
