"""抽样回访: which answered wishes are asked about, where a county cannot ask about all; anybody can draw again.

The lot of a wish follows from the published seed and the wish's own number, so nobody chooses whom to call, and whoever
doubts a draw repeats it with any tool that knows HMAC-SHA256. A rule draws only what is handed in after its seed was
published: of wishes whose numbers are known somebody could try seeds until the awkward ones are spared.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

EVER = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE = 2**53
"""Lots are fractions that a float holds exactly: the first 53 bits of the digest."""


@dataclass(frozen=True)
class SamplingRule:
    """So many per cent of the wishes of an area and below that were handed in from `since` on; of one category, or of
    all (None). Without a rule, all."""

    id: int
    seed: str
    percent: int
    area_path: str
    category_id: int | None = None
    since: datetime = EVER

    def covers(self, area_path: str, category_id: int | None, handed_in: datetime) -> bool:
        is_of_it = area_path.startswith(self.area_path) and self.category_id in {None, category_id}
        return is_of_it and self.since <= handed_in


def lot(seed: str, number: str) -> float:
    """The lot of the wish `2026-000123` in [0, 1): the first 53 bits of HMAC-SHA256 with the seed as the key."""
    digest = hmac.digest(seed.encode(), number.encode(), "sha256")
    return (int.from_bytes(digest[:8]) >> 11) / WHOLE


def is_drawn(rule: SamplingRule, number: str) -> bool:
    """Whoever is drawn at 10 % is drawn at 20 %, too."""
    return lot(rule.seed, number) < rule.percent / 100


def rule_for(
    rules: Iterable[SamplingRule], area_path: str, category_id: int | None, handed_in: datetime
) -> SamplingRule | None:
    """The rule of the category before that of all, of the nearer area before the wider, the newer before the older."""
    fitting = (rule for rule in rules if rule.covers(area_path, category_id, handed_in))
    return max(fitting, key=lambda rule: (rule.category_id is not None, len(rule.area_path), rule.id), default=None)
