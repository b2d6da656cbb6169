"""The county's book of whistles: the tables of kinds, reasons and steps with its own rows in them, and their terms."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, select

from service.directory.models import TimeLimit
from service.directory.whistle_models import WhistleChoice, WhistleStep
from workflows.terms import Term
from workflows.time_limits import Limits
from workflows.whistle_kinds import (
    DEFAULT_KINDS,
    DEFAULT_REASONS,
    OWN,
    Approval,
    KindRow,
    ReasonRow,
    WhistleBook,
    own_limits,
    with_added_kinds,
)
from workflows.whistle_steps import LADDER, LadderStep

Choices = Mapping[str, WhistleChoice]


def book_of(session: Session) -> WhistleBook:
    choices = {row.name: row for row in session.exec(select(WhistleChoice)).all()}
    steps = session.exec(select(WhistleStep)).all()
    kinds = {row.kind: row for row in _kinds(choices)}
    return WhistleBook(
        kinds=kinds,
        reasons={row.reason: row for row in _reasons(choices)},
        ladder=_ladder(steps, tuple(kinds.values())),
        ladder_since=max((row.changed_at for row in steps), default=None),
    )


def limits_of(session: Session, book: WhistleBook) -> Limits:
    """The table with the limits of added kinds and the county's own numbers in it."""
    rows = session.exec(select(TimeLimit)).all()
    usual = Limits.defaults().with_added(own_limits(book.kinds.values()))
    return usual.with_overrides({row.name: Term(row.amount, row.unit) for row in rows})


def step_of(row: WhistleStep) -> LadderStep:
    term = Term(row.amount, row.unit) if row.amount is not None and row.unit is not None else None
    return LadderStep(
        name=row.name,
        duty=row.duty,
        rung=row.rung,
        note=row.note,
        percent=row.percent,
        before=term if row.is_before else None,
        after=None if row.is_before else term,
        kinds=frozenset(row.kinds.split()),
    )


def in_order(keys: Sequence[str]) -> list[str]:
    """`own_2` before `own_10`."""
    return sorted((key for key in keys if key.startswith(OWN)), key=lambda key: int(key.removeprefix(OWN)))


def _kinds(choices: Choices) -> list[KindRow]:
    """An added one stands behind the one that it goes by: in a flood what is urgent stands together, on top."""
    added = [_added_kind(key, choices[f"kind:{key}"]) for key in _added("kind", choices)]
    found: list[KindRow] = []
    for row in DEFAULT_KINDS.values():
        found.append(_own_kind(row, choices.get(f"kind:{row.kind}")))
        found.extend(each for each in added if each.goes_by == row.kind)
    return found


def _reasons(choices: Choices) -> list[ReasonRow]:
    usual = [_own_reason(row, choices.get(f"reason:{row.reason}")) for row in DEFAULT_REASONS.values()]
    added = [(key, choices[f"reason:{key}"]) for key in _added("reason", choices)]
    return [*usual, *(ReasonRow(key, own.words, own.is_offered, own.english) for key, own in added)]


def _added(what: str, choices: Choices) -> list[str]:
    return in_order([name.partition(":")[2] for name in choices if name.startswith(f"{what}:{OWN}")])


def _added_kind(key: str, own: WhistleChoice) -> KindRow:
    return KindRow(key, own.words, own.approval or Approval.before, own.is_offered, own.goes_by, own.english)


def _own_kind(row: KindRow, own: WhistleChoice | None) -> KindRow:
    if own is None:
        return row
    return KindRow(row.kind, own.words, own.approval or row.approval, own.is_offered, english=own.english)


def _own_reason(row: ReasonRow, own: WhistleChoice | None) -> ReasonRow:
    return ReasonRow(row.reason, own.words, own.is_offered, own.english) if own else row


def _ladder(rows: Sequence[WhistleStep], kinds: Sequence[KindRow]) -> tuple[LadderStep, ...]:
    """The table's steps, or the county's of the same name, and then those that it has added."""
    own = {row.name: step_of(row) for row in rows}
    usual = [own.get(step.name) or with_added_kinds(step, kinds) for step in LADDER]
    off = {row.name for row in rows if not row.is_on}
    every = (*usual, *(own[name] for name in in_order(list(own))))
    return tuple(step for step in every if step.name not in off)
