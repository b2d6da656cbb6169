"""What a decision may change: the ticket's columns, who holds it and until when, and the wishes split off it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflows.commands import Submit
from workflows.pending_asks import PendingAsk, Settled


class Duty(StrEnum):
    """What a unit holds a ticket for."""

    dispatch = "dispatch"
    handle = "handle"
    review = "review"
    follow_up = "follow_up"


class HoldRole(StrEnum):
    lead = "lead"
    supporting = "supporting"


@dataclass(frozen=True)
class Hold:
    """A unit takes the ticket: as `lead` (one at a time) or `supporting`; `due_at` is that unit's own term."""

    unit: int
    due_at: datetime
    duty: Duty
    is_provisional: bool = False
    role: HoldRole = HoldRole.lead


@dataclass(frozen=True)
class Changes:
    """`ended` says how the present lead's hold ends (None leaves it running), `hold` begins, `revised` mends its term.

    `supporting` replaces all supporting holds and None changes nothing; `joined` begin to support besides those there
    are, and `released` units no longer support. `asked` waits for a decision from now on and `settled` no longer;
    `rearmed` are rules of the clock that have to fire again in this round.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    ended: str | None = None
    hold: Hold | None = None
    revised: Hold | None = None
    supporting: tuple[Hold, ...] | None = None
    joined: tuple[Hold, ...] = ()
    released: frozenset[int] = frozenset()
    children: tuple[Submit, ...] = ()
    asked: PendingAsk | None = None
    settled: tuple[Settled, ...] = ()
    rearmed: frozenset[str] = frozenset()


NO_CHANGES = Changes()
