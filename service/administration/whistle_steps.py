"""The county's ladder: what an administrator may make of its steps, so that nothing that is late goes unheard."""

from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session, select

from service.accounts.visits import Visit
from service.administration.changes import write_down
from service.administration.whistle_kind_commands import AddWhistleStep, Moment, SetWhistleStep, StepTerms
from service.administration.whistle_kinds import in_reach
from service.directory import lifecycle
from service.directory.reference import Reference, reference
from service.directory.whistle_book import step_of
from service.directory.whistle_models import WhistleStep
from service.local_words import LocalWords
from workflows.refusals import Refused
from workflows.terms import Term, TermUnit
from workflows.whistle_kinds import next_own, with_added_kinds
from workflows.whistle_steps import LADDER, LadderStep, unwatched
from workflows.words import _

MOST = 200
PERCENT_MOST = 300
"""Three times the term: whoever has not come by then does not come for being reminded."""

UNHEARD = _("这样改了，“{kind}”到期没有人管了：{duty}。请至少留一级到期时或者到期后的提醒。")


@dataclass(frozen=True)
class StepRow:
    step: LadderStep
    is_on: bool = True


def every_step(session: Session, known: Reference) -> dict[str, StepRow]:
    """By name, those that are switched off too: the table's as they hold here, then the county's own."""
    kinds = tuple(known.whistles.kinds.values())
    usual = {step.name: StepRow(with_added_kinds(step, kinds)) for step in LADDER}
    rows = session.exec(select(WhistleStep).order_by("changed_at")).all()
    return usual | {row.name: StepRow(step_of(row), row.is_on) for row in rows}


def set_step(visit: Visit, row: StepRow, asked: SetWhistleStep, local: LocalWords) -> None:
    known = reference(visit.session)
    changed = _step(row.step, asked, known, local)
    others = [each for each in known.whistles.ladder if each.name != changed.name]
    _all_are_watched(visit, (*others, changed) if asked.is_on else tuple(others), local)
    write_down(visit, asked, row.step.note, visit.known.county.path, step_now(row))
    lifecycle.set_whistle_step(visit.session, changed, asked.is_on, visit.person_id, visit.now)


def add_step(visit: Visit, asked: AddWhistleStep, local: LocalWords) -> None:
    known = reference(visit.session)
    there = every_step(visit.session, known)
    if len(there) >= MOST:
        raise Refused(_("提醒已经有 {most} 级了，不能再加。"), most=MOST)
    bare = LadderStep(next_own(there), asked.duty, asked.rung, asked.note)
    write_down(visit, asked, asked.note, visit.known.county.path)
    step = _step(bare, asked, known, local)
    lifecycle.set_whistle_step(visit.session, step, True, visit.person_id, visit.now)


def step_now(row: StepRow) -> SetWhistleStep:
    step = row.step
    term = step.before or step.after
    return SetWhistleStep.model_construct(
        rung=step.rung,
        moment=_moment_of(step),
        amount=step.percent if step.percent is not None else (term.amount if term else None),
        amount_unit=term.unit if term else TermUnit.working_hours,
        note=step.note,
        kinds=tuple(sorted(step.kinds)),
        is_on=row.is_on,
    )


def _moment_of(step: LadderStep) -> Moment:
    if step.percent is not None:
        return Moment.percent
    if step.before is not None:
        return Moment.before
    return Moment.due if step.after is None else Moment.after


def _step(step: LadderStep, asked: StepTerms, known: Reference, local: LocalWords) -> LadderStep:
    """The step as it is asked for. Raises Refused for a moment that does not say when, and for an unknown kind."""
    if set(asked.kinds) - known.whistles.kinds.keys():
        raise Refused(_("没有这一类哨，请重新选择。"), field="kinds")
    said: dict[str, Any] = {"rung": asked.rung, "note": asked.note, "kinds": frozenset(asked.kinds)}
    at_the_due_time: dict[str, Any] = dict.fromkeys(("percent", "before", "after"))
    return replace(step, **(said | at_the_due_time | _when(asked, local)))


def _when(asked: StepTerms, local: LocalWords) -> dict[str, Any]:
    if asked.moment is Moment.due:
        return {}
    if asked.amount is None:
        raise Refused(_("请写上多少。"), field="amount")
    if asked.moment is Moment.percent:
        if asked.amount > PERCENT_MOST:
            raise Refused(_("最多到时限的 {most}%。"), field="amount", most=PERCENT_MOST)
        return {"percent": asked.amount}
    term = Term(asked.amount, asked.amount_unit)
    in_reach("amount", term, local)
    return {str(asked.moment): term}


def _all_are_watched(visit: Visit, ladder: tuple[LadderStep, ...], local: LocalWords) -> None:
    """Every duty of every kind keeps somebody who hears once it is late."""
    kinds = reference(visit.session).whistles.kinds
    missing = unwatched(ladder, kinds)
    if missing is not None:
        duty, kind = missing
        named = local.named(kinds[kind])
        raise Refused(UNHEARD, kind=named, duty=local._(duty))
