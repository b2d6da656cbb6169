"""The words of the claim (认领): who claims, how far he has come, and where a wish stands in the pool."""

from enum import IntEnum, StrEnum

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


RUNNING = (ClaimState.claimed, ClaimState.contacted)
"""Somebody still owes something."""


class PoolRank(IntEnum):
    """The order of the pool: what came back goes first; what somebody has claimed may still be joined."""

    returned = 1
    free = 2
    claimed = 3
    delivered = 4


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
POOL_WORDS: dict[PoolRank, str] = {
    PoolRank.returned: _("退回来的，请优先"),
    PoolRank.free: _("等人认领"),
    PoolRank.claimed: _("有人认领，可以一起来"),
    PoolRank.delivered: _("有人兑现过"),
}
CLAIM_VERB_WORDS: dict[str, str] = {
    "claim": _("认领"),
    "join_claim": _("一起认领"),
    "contact_claimed": _("认领人联系了诉求人"),
    "deliver_claim": _("兑现"),
    "withdraw_claim": _("放弃认领"),
    "lapse_claim": _("认领逾期退回"),
    "press_claim": _("催认领人兑现"),
}
