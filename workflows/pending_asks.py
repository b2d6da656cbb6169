"""Asks that wait for a decision: who asked for what, who decides and until when, and how they are settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from workflows.ask_words import AskKind, AskState
from workflows.statuses import Role

SUPERVISION_TOO = frozenset({AskKind.deferral, AskKind.consultation})


@dataclass(frozen=True)
class PendingAsk:
    """`decider` is the role that decides, in `decider_unit` or, where that is None, anywhere outside the unit."""

    kind: AskKind
    unit: int
    decider: Role
    decider_unit: int | None
    asked_at: datetime
    due_at: datetime
    is_provisional: bool = False
    asked_by: int | None = None
    suggested_unit: int | None = None
    until: date | None = None

    @property
    def deciders(self) -> frozenset[Role]:
        """Supervision may also decide whether something is put off, and rule after a consultation."""
        return frozenset({self.decider, *({Role.supervisor} if self.kind in SUPERVISION_TOO else ())})


@dataclass(frozen=True)
class Settled:
    """What came of an ask; `until` is the date that was given, where one was."""

    kind: AskKind
    state: AskState
    until: date | None = None


def of_kind(asks: Iterable[PendingAsk], kind: AskKind) -> PendingAsk | None:
    return next((ask for ask in asks if ask.kind is kind), None)


def lapsing(asks: Iterable[PendingAsk], settled: Iterable[Settled]) -> tuple[Settled, ...]:
    """All that nobody has decided: they end with the hold under which they were asked."""
    decided = {each.kind for each in settled}
    return tuple(Settled(ask.kind, AskState.lapsed) for ask in asks if ask.kind not in decided)
