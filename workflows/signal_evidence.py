"""What the finders of `workflows/signals.py` look at: what happened in a month, as plain rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Replied:
    """One reply of a unit. `words` is a mark of its text, None where many were answered on purpose with one act."""

    ticket: int
    unit: int
    at: datetime
    due_at: datetime | None
    words: str | None
    was_in_touch: bool


@dataclass(frozen=True)
class Rated:
    """One rating that came from a villager's page. `device` is a keyed mark; `phone` too, None where she gave none."""

    ticket: int
    unit: int
    at: datetime
    is_satisfied: bool
    device: str | None = None
    phone: str | None = None
    by_official: bool = False


@dataclass(frozen=True)
class Reopened:
    ticket: int
    unit: int


@dataclass(frozen=True)
class Pictured:
    """A photograph that an official put to a ticket; `fingerprint`: 64 bits that likeness keeps."""

    ticket: int
    unit: int
    fingerprint: int


@dataclass(frozen=True)
class Evidence:
    """What happened in the span, as the finders look at it."""

    replied: Sequence[Replied] = ()
    rated: Sequence[Rated] = ()
    reopened: Sequence[Reopened] = ()
    pictured: Sequence[Pictured] = ()
