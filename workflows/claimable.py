"""What may stand in the claim pool (认领池), in which words, and what that changes of a ticket.

Who is poor, ill or at odds with a neighbour is nobody's business: such wishes are never put up for others to read.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows.actors import Actor
from workflows.cases import Case
from workflows.changes import Changes
from workflows.claim_words import PoolRank
from workflows.guards import guard
from workflows.statuses import ENDED, Status
from workflows.words import _

NEVER_CLAIMABLE_CATEGORIES = frozenset({"pension", "dispute", "safety", "health"})
"""Keys of categories whose wishes tell of a family's poverty, quarrels, fears or illness by their nature."""

NEVER_CLAIMABLE_WORDS = (
    *("低保", "五保", "特困", "困难户", "困难家庭", "贫困", "脱贫", "救助", "救济", "临时救助", "孤儿", "留守", "单亲"),
    *("残疾", "精神病", "智力", "癌", "肿瘤", "艾滋", "肝炎", "尿毒症", "吸毒", "坐牢", "服刑", "家暴", "离婚", "欠债"),
)
"""Words that shame somebody, in the wish as well as in the sentence for the pool."""

# 三组, 12 号, 2 单元: whoever reads it knows the house.
FINER_THAN_A_VILLAGE = re.compile(
    r"(?<![月0-9０-９一二三四五六七八九十])[0-9０-９一二三四五六七八九十]+ ?(组|社(?![区会])|号|栋|单元|室)"
)
NUMBER = re.compile(r"[0-9０-９][0-9０-９ \-]{4,}[0-9０-９]")
OUT_OF_THE_POOL: dict[str, Any] = {"is_claimable": False, "pool_words": None, "pool_rank": None, "pooled_at": None}


@guard(_("这件心愿不在认领池里。"))
def is_in_the_pool(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return case.is_claimable


@guard(_("要诉求人本人同意，才能放进认领池。"), reads_command=True)
def villager_has_agreed(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return bool(command.is_agreed)


@guard(_("诉求人只让干部看到的，不能放进认领池。"), reads_command=True)
def is_not_for_officials_only(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    return not case.extra["submission"].is_private


@guard(_("这类心愿说出来会让人难堪，不能放进认领池，请由单位直接去办。"), reads_command=True)
def shames_nobody(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    wish = case.extra["submission"]
    said = f"{wish.text} {command.words}"
    is_sensitive = wish.category in NEVER_CLAIMABLE_CATEGORIES
    return not is_sensitive and not any(word in said for word in NEVER_CLAIMABLE_WORDS)


@guard(_("这句话全县都看得到，请不要写姓名、电话和比村更细的地方。"), reads_command=True)
def tells_not_who_she_is(case: Case, command: Any, actor: Actor, now: datetime) -> bool:
    wish = case.extra["submission"]
    named = any(part and len(part) > 1 and part in command.words for part in (wish.name, wish.phone, wish.place))
    return not (named or FINER_THAN_A_VILLAGE.search(command.words) or NUMBER.search(command.words))


def put_into_the_pool(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """A second time only the words are new: the wish keeps its place."""
    place = {"pool_rank": case.pool_rank or int(PoolRank.free), "pooled_at": case.pooled_at or now}
    return Changes({"is_claimable": True, "pool_words": command.words, **place})


def take_out_of_the_pool(case: Case, command: Any, actor: Actor, now: datetime) -> Changes:
    """Claims that run go on: what was promised to her is still owed."""
    return Changes(dict(OUT_OF_THE_POOL))


def leaving(case: Case, changes: Changes, status_to: Status) -> Changes:
    """Whatever ends the ticket takes it out of the pool as well."""
    if not case.is_claimable or status_to not in ENDED:
        return changes
    return replace(changes, columns={**changes.columns, **OUT_OF_THE_POOL})
