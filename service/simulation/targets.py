"""What the year is known for, and what it comes to for any number of wishes."""

from dataclasses import astuple, dataclass

WISHES, CONCLUDED = 3_891, 3_825
"""A county's 2025: collected and concluded; each of the other 66 had a unit and a deadline."""
SATISFACTION = 0.9859
"""Its rate of satisfaction, over those who said how it was."""

SHARE_DISSATISFIED = 0.0097
"""The rest of what is missing to a full score comes from those who were basically satisfied."""
BASICALLY_LESS = 0.1
"""A basically satisfied villager counts for so much less than a satisfied one."""


@dataclass(frozen=True)
class Targets:
    """How many of so many wishes; the first two are what the county is known for, the others are practice."""

    collected: int
    concluded: int
    declined: int
    withdrawn: int
    merged: int
    redone: int
    excluded: int
    unheard_complaints: int
    open_complaints: int
    deferred: int
    whistles: int
    open_whistles: int
    issues: int
    open_issues: int
    endorsed: int

    @property
    def open(self) -> int:
        return self.collected - self.concluded

    def less(self, before: "Targets") -> "Targets":
        """What comes on top of those."""
        return Targets(*(now - then for now, then in zip(astuple(self), astuple(before), strict=True)))


def targets(wishes: int) -> Targets:
    open_ones = wishes - round(wishes * CONCLUDED / WISHES)
    return Targets(
        collected=wishes,
        concluded=wishes - open_ones,
        declined=_part(94, wishes),
        withdrawn=_part(41, wishes),
        merged=_part(58, wishes),
        redone=_part(190, wishes),
        excluded=_part(13, wishes),
        unheard_complaints=_part(7, wishes),
        open_complaints=open_ones // 20,
        deferred=open_ones // 16,
        whistles=_part(40, wishes),
        open_whistles=open_ones // 22,
        issues=_part(60, wishes),
        open_issues=open_ones // 33,
        endorsed=_part(230, wishes),
    )


def dissatisfied_over(valid: int, complaints: int) -> int:
    """How many of so many who said how it was; at least the complaints that stand."""
    return max(complaints, min(round(SHARE_DISSATISFIED * valid), int((1 - SATISFACTION) * valid)))


def basically_over(valid: int, dissatisfied: int) -> int:
    """So many basically satisfied ones make up what is still missing to a full score."""
    return max(0, round(((1 - SATISFACTION) * valid - dissatisfied) / BASICALLY_LESS))


def _part(of_the_year: int, wishes: int) -> int:
    return round(of_the_year * wishes / WISHES)
