"""Kinds of whistle (吹哨类别) and reasons for one: the table with which a county begins, and which it edits.

How long a kind has to report in and to plan its work stands in the time limits, as `whistle_report_<kind>` and
`whistle_plan_<kind>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workflows.whistle_words import KIND_WORDS, REASON_WORDS, WhistleKind, WhistleReason
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


@dataclass(frozen=True)
class KindRow:
    """A kind that is not offered any more is blown no more; whistles that run go on."""

    kind: WhistleKind
    words: str
    approval: Approval = Approval.before
    is_offered: bool = True


@dataclass(frozen=True)
class ReasonRow:
    reason: WhistleReason
    words: str
    is_offered: bool = True


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

DEFAULT_KINDS: Mapping[WhistleKind, KindRow] = {row.kind: row for row in WHISTLE_KINDS}
DEFAULT_REASONS: Mapping[WhistleReason, ReasonRow] = {row.reason: row for row in WHISTLE_REASONS}


@dataclass(frozen=True)
class WhistleBook:
    """The kinds and the reasons as they hold in a county: the table with its own rows in it."""

    kinds: Mapping[WhistleKind, KindRow] = field(default_factory=lambda: DEFAULT_KINDS)
    reasons: Mapping[WhistleReason, ReasonRow] = field(default_factory=lambda: DEFAULT_REASONS)

    @property
    def kind_words(self) -> dict[WhistleKind, str]:
        return {kind: row.words for kind, row in self.kinds.items()}

    @property
    def reason_words(self) -> dict[WhistleReason, str]:
        return {reason: row.words for reason, row in self.reasons.items()}

    @property
    def offered_reasons(self) -> dict[WhistleReason, str]:
        return {reason: row.words for reason, row in self.reasons.items() if row.is_offered}


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| kind | 类别 | the principal | who blows it |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.kind}` | {row.words} | {APPROVAL_WORDS[row.approval]} | {_blower(row)} |\n" for row in WHISTLE_KINDS
    )


def _blower(row: KindRow) -> str:
    return "a village, for itself" if row.kind in BESIDE_THE_TOWN else "the town"
