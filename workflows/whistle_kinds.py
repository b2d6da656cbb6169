"""Kinds of whistle (吹哨类别), reasons for one, the ladder: the tables with which a county begins, and which it edits.

How long a kind has to report in and to plan its work stands in the time limits, as `whistle_report_<kind>` and
`whistle_plan_<kind>`. What a county adds is called `own_<number>` and is never taken away: a whistle keeps its name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from workflows.whistle_steps import LADDER, LadderStep
from workflows.whistle_words import KIND_WORDS, REASON_WORDS, WhistleKind
from workflows.words import _


class Approval(StrEnum):
    """When the town's principal has his say."""

    before = "before"
    after = "after"
    none = "none"


APPROVAL_WORDS: dict[Approval, str] = {
    Approval.before: _("先批准，后吹哨"),
    Approval.after: _("马上吹响，事后补批"),
    Approval.none: _("不用批准"),
}
BESIDE_THE_TOWN = frozenset({WhistleKind.community, WhistleKind.liaison})
"""Other directions: here a village or a group blows for itself, and not through its town."""

OWN = "own_"


@dataclass(frozen=True)
class KindRow:
    """`like` is the kind of the table by which one of the county's own goes: who blows it, how urgent it is, the terms
    and steps of the ladder that nobody has set for it. `english` may be empty.

    A kind that is not offered any more is blown no more; whistles that run go on.
    """

    kind: str
    words: str
    approval: Approval = Approval.before
    is_offered: bool = True
    goes_by: WhistleKind | None = None
    english: str = ""

    @property
    def like(self) -> WhistleKind:
        return self.goes_by or WhistleKind(self.kind)

    @property
    def is_beside_the_town(self) -> bool:
        return self.like in BESIDE_THE_TOWN

    @property
    def is_urgent(self) -> bool:
        return self.like is WhistleKind.emergency


@dataclass(frozen=True)
class ReasonRow:
    reason: str
    words: str
    is_offered: bool = True
    english: str = ""


K = WhistleKind
WHISTLE_KINDS: tuple[KindRow, ...] = (
    KindRow(K.emergency, KIND_WORDS[K.emergency], Approval.after),
    KindRow(K.enforcement, KIND_WORDS[K.enforcement]),
    KindRow(K.priority, KIND_WORDS[K.priority]),
    KindRow(K.public_concern, KIND_WORDS[K.public_concern]),
    KindRow(K.community, KIND_WORDS[K.community], Approval.none),
    KindRow(K.liaison, KIND_WORDS[K.liaison], Approval.none),
)
"""An emergency is confirmed afterwards; a community and a group leader call their own and need nobody's leave."""

WHISTLE_REASONS: tuple[ReasonRow, ...] = tuple(ReasonRow(reason, words) for reason, words in REASON_WORDS.items())

DEFAULT_KINDS: Mapping[str, KindRow] = {row.kind: row for row in WHISTLE_KINDS}
DEFAULT_REASONS: Mapping[str, ReasonRow] = {row.reason: row for row in WHISTLE_REASONS}


@dataclass(frozen=True)
class WhistleBook:
    """The kinds, the reasons and the ladder as they hold in a county: the tables with its own rows in them.

    `ladder_since` is when somebody changed the ladder last; None while it is as it was in the beginning.
    """

    kinds: Mapping[str, KindRow] = field(default_factory=lambda: DEFAULT_KINDS)
    reasons: Mapping[str, ReasonRow] = field(default_factory=lambda: DEFAULT_REASONS)
    ladder: tuple[LadderStep, ...] = LADDER
    ladder_since: datetime | None = None

    @property
    def offered_kinds(self) -> tuple[KindRow, ...]:
        return tuple(row for row in self.kinds.values() if row.is_offered)

    @property
    def offered_reasons(self) -> tuple[ReasonRow, ...]:
        return tuple(row for row in self.reasons.values() if row.is_offered)

    @property
    def beside_the_town(self) -> frozenset[str]:
        return frozenset(key for key, row in self.kinds.items() if row.is_beside_the_town)


def own_limits(kinds: Iterable[KindRow]) -> dict[str, str]:
    """The names of the limits of added kinds, each with the row of the time limits that it goes by."""
    return {
        f"whistle_{what}_{row.kind}": f"whistle_{what}_{row.like}"
        for row in kinds
        if row.goes_by is not None
        for what in ("report", "plan")
    }


def with_added_kinds(step: LadderStep, kinds: Iterable[KindRow]) -> LadderStep:
    """A step of the table watches over an added kind as over the one that this goes by."""
    added = frozenset(row.kind for row in kinds if row.goes_by is not None and row.goes_by in step.kinds)
    return replace(step, kinds=step.kinds | added) if added else step


def next_own(keys: Iterable[str]) -> str:
    """`own_3` where `own_2` is the last one."""
    numbers = [int(key.removeprefix(OWN)) for key in keys if key.startswith(OWN)]
    return f"{OWN}{max(numbers, default=0) + 1}"


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| kind | 类别 | the principal | who blows it |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.kind}` | {row.words} | {APPROVAL_WORDS[row.approval]} | {_blower(row)} |\n" for row in WHISTLE_KINDS
    )


def _blower(row: KindRow) -> str:
    return "a village, for itself" if row.is_beside_the_town else "the town"
